"""The seats of a role: one, or one for each place or sector, every seat with a calling order of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, now, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans import rows
from preparedness.plans.models import Role, Seat

FIELDS = ("label", "country", "place")


def get(seat_id: int, *, plan_id: int, agency: Agency) -> Seat:
    """A seat of a plan; raises Missing."""
    return _found(seat_id, agency, Role.plan_id == plan_id)


def kept(seat_id: int, *, agency: Agency, role_id: int | None = None) -> Seat:
    """A seat of a working copy (of this role); raises Missing, also where its role was removed."""
    of_role = [] if role_id is None else [Seat.role_id == role_id]
    return _found(seat_id, agency, Role.removed_at.is_(None), *of_role)


def meant(role: Role, seat_id: int | None) -> Seat:
    """The seat of a role that is named, else its only one; raises Missing, and Refused where it is not clear."""
    if seat_id is not None:
        found = next((seat for seat in role.seats if seat.id == seat_id), None)
        if found is None:
            raise Missing
        return found
    if not role.seats:
        raise Refused(_("This role has no seat yet: give it one for each place or sector."), field="seat_id")
    if len(role.seats) > 1:
        raise Refused(_("This role has several seats: say which one."), field="seat_id")
    return role.seats[0]


def _found(seat_id: int, agency: Agency, *where: ColumnElement[bool]) -> Seat:
    query = (
        select(Seat).join(Seat.role).where(Seat.agency_id == agency.id, Seat.id == seat_id, Seat.removed_at.is_(None))
    )
    seat = db.session.scalar(query.where(*where))
    if seat is None:
        raise Missing
    return seat


def add(role: Role, data: Mapping[str, Any], *, by: Actor) -> Seat:
    """Add a seat for a place or sector; one that was there before is taken up again."""
    rows.refuse_archived(role.plan)
    label = data.get("label") or data.get("place") or ""
    _refuse_twin(role, label)
    db.session.flush()
    seat = db.session.scalar(select(Seat).where(Seat.role_id == role.id, Seat.label == label))
    if seat is not None and seat.removed_at is None:
        raise _twin(label)  # somebody else was a moment quicker
    with _alone(label):
        if seat is None:
            seat = Seat(agency_id=role.agency_id, role_id=role.id)
            db.session.add(seat)
        seat.label, seat.country, seat.place = label, data.get("country"), data.get("place")
        seat.position, seat.removed_at = rows.last(role.seats), None
    db.session.expire(role, ["seats"])
    rows.place(role.seats, seat, data.get("position"))
    record(Action.SEAT_ADDED, seat, by=by, plan=role.plan_id, role=role.key)
    return seat


def change(seat: Seat, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Name another place or sector for a seat."""
    rows.refuse_archived(seat.role.plan)
    data = {**data, "label": data.get("label") or ""} if "label" in data else data
    if data.get("label", seat.label) != seat.label:
        _refuse_twin(seat.role, data["label"])
        _refuse_former(seat.role, data["label"])
    expect(seat, version, data, FIELDS)
    siblings = seat.role.seats
    with _alone(data.get("label", seat.label)):
        changes = rows.place(siblings, seat, data.get("position")) | revise(seat, data, FIELDS)
        if changes:
            touch(seat, by=by.label)
    if changes:
        record(Action.SEAT_CHANGED, seat, by=by, changes=changes, plan=seat.role.plan_id)


def move(seat: Seat, *, up: bool, by: Actor) -> None:
    """Put a seat before or after its neighbour."""
    rows.refuse_archived(seat.role.plan)
    if rows.move(seat.role.seats, seat, up=up):
        record(Action.SEAT_CHANGED, seat, by=by, plan=seat.role.plan_id, position=seat.position)


def remove(seat: Seat, *, version: int | None, by: Actor) -> None:
    """Take a seat away that nobody holds and nobody is asked for."""
    role = seat.role
    rows.refuse_archived(role.plan)
    expect(seat, version, {}, ())
    if seat.live:
        raise Refused(_("End the designations of this seat first."))
    record(Action.SEAT_REMOVED, seat, by=by, plan=role.plan_id, role=role.key)
    seat.removed_at = now()
    touch(seat, by=by.label)
    db.session.flush()
    db.session.expire(role, ["seats"])


def _refuse_twin(role: Role, label: str) -> None:
    if any(each.label.casefold() == label.casefold() for each in role.seats):
        raise _twin(label)


def _twin(label: str) -> Refused:
    sentence = (
        _("This role has a seat for %(place)s already.", place=label)
        if label
        else _("Name the place or sector: this role has a seat without one.")
    )
    return Refused(sentence, field="label")


@contextmanager
def _alone(label: str) -> Iterator[None]:
    """Raises Refused where somebody else gives the role a seat of this name at the same moment."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        raise _twin(label) from error


def _refuse_former(role: Role, label: str) -> None:
    """A seat that was removed keeps its name for its history; adding it anew takes it up again."""
    former = select(Seat.id).where(Seat.role_id == role.id, Seat.label == label, Seat.removed_at.is_not(None))
    if db.session.scalar(former) is not None:
        raise Refused(_("There was a seat for %(place)s: add it, and remove this one.", place=label), field="label")
