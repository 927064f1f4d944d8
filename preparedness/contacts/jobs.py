"""What happens in the roster by itself."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.audit import CLOCK, Action, record
from preparedness.contacts import standing
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, touch


def refresh_verification() -> None:
    """Let a verification fall back to what still holds, on the night after it ran out."""
    models: tuple[Any, ...] = ((Person, Action.PERSON_CHANGED), (Organisation, Action.ORGANISATION_CHANGED))
    for model, action in models:
        over = select(model).where(model.verified_until < standing.today()).options(selectinload(model.vettings))
        for holder in db.session.scalars(over):
            before = holder.verification
            standing.derive(holder)
            touch(holder, by=CLOCK.label)
            record(action, holder, by=CLOCK, changes={"verification": (before, holder.verification)})
