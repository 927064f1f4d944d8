"""A worker of the tests' own, to be killed: it sends in a short lease, and nothing else."""

from datetime import timedelta

from preparedness import create_app, worker
from preparedness.accounts.models import Agency
from preparedness.config import Config
from preparedness.database import db
from preparedness.notifications import claims, jobs, letters
from preparedness.notifications.models import Message
from preparedness.worker import Job

LEASE = timedelta(seconds=2)


def work(config: Config) -> None:
    """Send until killed."""
    app = create_app(config)
    claims.LEASE = LEASE
    letters.CONTEXTS["new_link"] = _context
    every = timedelta(seconds=0.1)
    worker.run(app, jobs=[Job("deliver", every, jobs.deliver, "Send what waits.", shared=True)])


def _context(message: Message) -> letters.Context:
    agency = db.session.get_one(Agency, message.agency_id)
    return {"agency": agency, "name": "Amina", "link": "http://localhost/a/x", "discreet": False}
