"""What the letters about copies say."""

from collections.abc import Callable
from typing import Any

from preparedness import config
from preparedness.accounts.models import Agency, User
from preparedness.database import db
from preparedness.exchange.models import Workbook
from preparedness.notifications.models import Message

Context = dict[str, Any]


def numbers_left(message: Message) -> Context | None:
    """That a colleague took addresses or numbers offline, and why; None once the copy is destroyed."""
    copy = db.session.get(Workbook, message.subject_id)
    member = db.session.get(User, message.params["member_id"])
    agency = db.session.get(Agency, message.agency_id)
    if copy is None or member is None or agency is None or copy.destroyed_at is not None:
        return None
    link = f"{config.current().base_url}/copies/{copy.id}"
    return {"agency": agency, "copy": copy, "zone": member.timezone, "link": link}


CONTEXTS: dict[str, Callable[[Message], Context | None]] = {"numbers_left": numbers_left}
"""Each letter with what fills it; `create_app` hands them to the outbox."""
