"""Duties: which members work on an activation. Operators see and report on these only."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import User
from preparedness.activations.models import Activation, Duty
from preparedness.audit import Action, Actor, record
from preparedness.database import db, touch
from preparedness.errors import Refused
from preparedness.i18n import _


def of(activation: Activation) -> list[User]:
    """The members who work on an activation, by name."""
    query = select(Duty).where(Duty.activation_id == activation.id).options(selectinload(Duty.member))
    return sorted((duty.member for duty in db.session.scalars(query)), key=lambda member: member.name)


def works_on(member: User, activation_id: int) -> bool:
    """True where a member is on duty for this activation."""
    query = select(Duty.id).where(Duty.activation_id == activation_id, Duty.member_id == member.id)
    return db.session.scalar(query) is not None


def change(activation: Activation, member_ids: Collection[int], *, by: Actor) -> None:
    """Set who works on an activation. Raises Refused for somebody who cannot sign in for this institution."""
    known = db.session.scalars(select(User).where(User.agency_id == activation.agency_id, User.active.is_(True)))
    if set(member_ids) - {member.id for member in known}:
        raise Refused(_("Choose members of this institution."), field="on_duty")
    before = set(db.session.scalars(select(Duty.member_id).where(Duty.activation_id == activation.id)))
    wanted = set(member_ids)
    if wanted == before:
        return
    db.session.execute(delete(Duty).where(Duty.activation_id == activation.id, Duty.member_id.in_(before - wanted)))
    db.session.add_all(Duty(activation_id=activation.id, member_id=each) for each in sorted(wanted - before))
    touch(activation, by=by.label)
    record(Action.DUTY_CHANGED, activation, by=by, members=sorted(wanted))
