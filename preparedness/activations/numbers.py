"""Refs and numbers of what an activation makes, given so that no two rows of an institution share one."""

from sqlalchemy import func, select

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.activations.models import Activation, LogLine, Reply, Task
from preparedness.database import db

IN_ONE_QUESTION = 400


def alone(agency_id: int) -> None:
    """Let one at a time start an activation of an institution, so that numbers and rules hold for the second too."""
    db.session.scalar(select(Agency.id).where(Agency.id == agency_id).with_for_update(key_share=True))


def of_activation(agency_id: int) -> int:
    """The number of the next activation of an institution."""
    return 1 + (db.session.scalar(select(func.max(Activation.number)).where(Activation.agency_id == agency_id)) or 0)


def of_log_line(activation: Activation) -> int:
    """The number of the next line of a log; whoever writes waits for the one before."""
    db.session.scalar(select(Activation.id).where(Activation.id == activation.id).with_for_update(key_share=True))
    return 1 + (db.session.scalar(select(func.max(LogLine.number)).where(LogLine.activation_id == activation.id)) or 0)


def refs_for(model: type[Task] | type[Reply], prefix: str, agency_id: int, count: int) -> list[str]:
    """As many new Refs as are needed, none of them taken."""
    made: set[str] = set()
    while len(made) < count:
        wanted: set[str] = set()
        while len(wanted) < min(count - len(made), IN_ONE_QUESTION):
            wanted.add(refs.make(prefix, made))
        taken = select(model.ref).where(model.agency_id == agency_id, model.ref.in_(wanted))
        made |= wanted - set(db.session.scalars(taken))
    return sorted(made)
