"""What the outbox forgets of a person who is erased."""

from typing import Any, Protocol

from sqlalchemy import select, update

from preparedness.database import db
from preparedness.notifications import mailbox, outbox
from preparedness.notifications.models import Message


class Erased(Protocol):
    """A person, known here by their number only."""

    @property
    def id(self) -> Any:
        """Their number."""

    @property
    def agency_id(self) -> Any:
        """Whose roster they are in."""


def erase(person: Erased) -> dict[str, int]:
    """Send a person nothing more, and forget what messages to them were about; returns the counts."""
    outbox.cancel_for(person.id, agency_id=person.agency_id)
    theirs = select(Message.id).where(Message.agency_id == person.agency_id, Message.person_id == person.id)
    numbers = list(db.session.scalars(theirs))
    db.session.execute(update(Message).where(Message.id.in_(numbers)).values(params={}))
    return {"messages": len(numbers), "mails": mailbox.forget(person.agency_id, numbers)}
