"""Who is designated for a seat: proposed by a planner, held only once they accept by their own link."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, ActorKind, record
from preparedness.contacts import standing
from preparedness.contacts.models import Organisation, Person
from preparedness.contacts.standing import Holder
from preparedness.database import db, expect, now, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans import rows, safeguards
from preparedness.plans.models import LIVE, MOVES, Assignment, Plan, PlanState, Role, Seat, Status
from preparedness.vocabulary import DeclineReason

WITH_PLACE = (
    selectinload(Assignment.seat).selectinload(Seat.role).selectinload(Role.plan),
    selectinload(Assignment.person).selectinload(Person.channels),
    selectinload(Assignment.organisation).selectinload(Organisation.contact_person).selectinload(Person.channels),
)
"""What most readers of a designation need with it."""


def get(assignment_id: int, *, agency: Agency) -> Assignment:
    """A designation of this agency; raises Missing."""
    query = select(Assignment).where(Assignment.agency_id == agency.id, Assignment.id == assignment_id)
    assignment = db.session.scalar(query.options(*WITH_PLACE))
    if assignment is None:
        raise Missing
    return assignment


def of(holder: Holder) -> list[Assignment]:
    """The live designations somebody answers for: a person also as a contact point, an organisation its own."""
    if isinstance(holder, Organisation):
        answers_for = Assignment.organisation_id == holder.id
    else:
        spoken_for = select(Organisation.id).where(Organisation.contact_person_id == holder.id)
        answers_for = or_(Assignment.person_id == holder.id, Assignment.organisation_id.in_(spoken_for))
    query = _in_force().where(Assignment.agency_id == holder.agency_id, answers_for, Assignment.status.in_(LIVE))
    return list(db.session.scalars(query))


def counted(agency: Agency) -> dict[str, int]:
    """How many live designations each holder has, by the key that forms name them by."""
    query = (
        select(Assignment.person_id, Assignment.organisation_id, func.count())
        .join(Assignment.seat)
        .join(Seat.role)
        .join(Role.plan)
        .where(Assignment.agency_id == agency.id, Assignment.status.in_(LIVE), Plan.state != PlanState.ARCHIVED)
        .group_by(Assignment.person_id, Assignment.organisation_id)
    )
    return {
        f"{Person.__tablename__}-{person}" if person else f"{Organisation.__tablename__}-{organisation}": count
        for person, organisation, count in db.session.execute(query)
    }


def _in_force() -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Assignment.seat)
        .join(Seat.role)
        .join(Role.plan)
        .where(Plan.state != PlanState.ARCHIVED)
        .order_by(Role.position, Role.id, Seat.position, Seat.id, Assignment.call_order, Assignment.id)
        .options(*WITH_PLACE)
    )


# --- Proposing -----------------------------------------------------------------------------------------------------


def why_not(seat: Seat, holder: Holder) -> str | None:
    """The sentence why somebody cannot be proposed for a seat, or None where they can."""
    if any(each.holder is holder for each in seat.live):
        return _("Already designated here.")
    return safeguards.why_not(seat, holder) or standing.why_not(holder)


def assign(seat: Seat, holder: Holder, *, by: Actor) -> Assignment:
    """Propose a holder for a seat, last in its calling order; somebody proposed before is proposed again.

    They hold it only once they accept by their own link.
    """
    rows.refuse_archived(seat.role.plan)
    if holder.agency_id != seat.agency_id:
        raise Missing
    if why := why_not(seat, holder):
        raise Refused(why, field="holder")

    last = max((each.call_order for each in seat.live), default=0)
    assignment = next((each for each in seat.assignments if each.holder is holder), None)
    if assignment is None:
        assignment = _first(seat, holder)
    else:
        _move(assignment, Status.PROPOSED, by=by)
    assignment.call_order, assignment.proposed_by = last + 1, by.label
    assignment.ended_at = assignment.invited_at = assignment.answered_at = assignment.valid_until = None
    assignment.decline_reason = assignment.limits = None
    record(Action.HOLDER_PROPOSED, assignment, by=by, plan=seat.role.plan_id, seat=seat.id)
    return assignment


def _first(seat: Seat, holder: Holder) -> Assignment:
    """The row of a holder who was never proposed here, whoever else proposes them at the same moment."""
    assignment = Assignment(agency_id=seat.agency_id, call_order=1, status=Status.PROPOSED)
    if isinstance(holder, Organisation):
        assignment.organisation = holder
    else:
        assignment.person = holder
    db.session.flush()
    try:
        with db.session.begin_nested():
            seat.assignments.append(assignment)
    except IntegrityError as error:
        raise Refused(_("Already designated here."), field="holder") from error
    return assignment


def reorder(seat: Seat, ids: Sequence[int], *, by: Actor) -> None:
    """Set the calling order of a seat: the first is the holder, the others stand in."""
    rows.refuse_archived(seat.role.plan)
    live = {each.id: each for each in seat.live}
    if sorted(ids) != sorted(live):
        raise Refused(_("Somebody else changed who is designated here: look again."))
    moved = [number for order, number in enumerate(ids, start=1) if live[number].call_order != order]
    for order, number in enumerate(ids, start=1):
        if number in moved:
            live[number].call_order = order
            touch(live[number], by=by.label)
    if moved:
        record(Action.ORDER_CHANGED, seat, by=by, plan=seat.role.plan_id, order=list(ids))


def move(assignment: Assignment, *, up: bool, by: Actor) -> None:
    """Call somebody one place earlier or later."""
    ids = [each.id for each in assignment.seat.live]
    here = ids.index(assignment.id) if assignment.id in ids else -1
    there = here - 1 if up else here + 1
    if here < 0 or not 0 <= there < len(ids):
        return
    ids[here], ids[there] = ids[there], ids[here]
    reorder(assignment.seat, ids, by=by)


def call_at(assignment: Assignment, order: int, *, version: int | None, by: Actor) -> None:
    """Call somebody at a place of the calling order, counted from one; beyond the last place they are the last."""
    seat = assignment.seat
    rows.refuse_archived(seat.role.plan)
    expect(assignment, version, {}, ())
    if assignment.status not in LIVE:
        raise Refused(
            _("The designation is “%(status)s”: it has no place in the calling order.", status=assignment.status.words),
            field="call_order",
        )
    ids = [each.id for each in seat.live if each is not assignment]
    ids.insert(order - 1, assignment.id)
    reorder(seat, ids, by=by)


# --- From proposed to held, and out again --------------------------------------------------------------------------


def invite(assignment: Assignment, *, by: Actor) -> None:
    """Note that the holder is being asked."""
    rows.refuse_archived(assignment.seat.role.plan)
    _move(assignment, Status.INVITED, by=by)
    assignment.invited_at, assignment.answered_at = now(), None


def accept(assignment: Assignment, *, limits: dict[str, Any] | None, until: date, by: Actor) -> None:
    """Fill a seat: only the person who is asked can, by their own link (safety.md S2)."""
    _refuse_others(assignment, by)
    if why := safeguards.why_not(assignment.seat, assignment.holder):
        raise Refused(why)
    _move(assignment, Status.ACCEPTED_WITH_LIMITS if limits else Status.ACCEPTED, by=by)
    assignment.limits, assignment.decline_reason = limits, None
    assignment.answered_at, assignment.valid_until = now(), until


def decline(assignment: Assignment, *, reason: DeclineReason | None, by: Actor) -> None:
    """Leave a seat vacant: their word alone; in a high-risk plan no reason is kept (safety.md S4)."""
    _refuse_others(assignment, by)
    _move(assignment, Status.DECLINED, by=by)
    assignment.decline_reason = None if assignment.seat.role.plan.high_risk else reason
    assignment.limits, assignment.valid_until, assignment.answered_at = None, None, now()


def expire(assignment: Assignment, *, by: Actor) -> None:
    """Note that no answer came in time."""
    _move(assignment, Status.EXPIRED, by=by)


def lapse(assignment: Assignment, *, by: Actor) -> None:
    """Note that a confirmation ran out."""
    _move(assignment, Status.LAPSED, by=by)
    record(Action.ASSIGNMENT_LAPSED, assignment, by=by, seat=assignment.seat_id)


def step_down(assignment: Assignment, *, by: Actor) -> None:
    """Step down from a role: their own word."""
    _refuse_others(assignment, by)
    _move(assignment, Status.WITHDRAWN, by=by)
    assignment.ended_at, assignment.limits, assignment.valid_until = now(), None, None
    record(Action.ASSIGNMENT_WITHDRAWN, assignment, by=by, seat=assignment.seat_id)


def end(assignment: Assignment, *, by: Actor, version: int | None = None) -> None:
    """End a designation, with thanks; they can be proposed again."""
    expect(assignment, version, {}, ())
    _move(assignment, Status.ENDED, by=by)
    assignment.ended_at, assignment.limits, assignment.valid_until = now(), None, None
    record(Action.HOLDER_ENDED, assignment, by=by, plan=assignment.seat.role.plan_id, seat=assignment.seat_id)


def end_all(role: Role, *, by: Actor) -> int:
    """End every live designation of a role; returns how many."""
    live = [each for seat in role.seats for each in seat.live]
    for assignment in live:
        end(assignment, by=by)
    return len(live)


def _refuse_others(assignment: Assignment, by: Actor) -> None:
    """Raises Refused unless the one who is asked speaks: nobody answers for them."""
    asked = assignment.asked_person
    if asked is None or (by.kind, by.id) != (ActorKind.PERSON, asked.id):
        raise Refused(_("Only they themselves can answer, by their own link."))


def _move(assignment: Assignment, to: Status, *, by: Actor) -> None:
    """Change the status as the table of moves allows; an answer given again is no move."""
    if assignment.status is not to and to not in MOVES[assignment.status]:
        raise Refused(
            _("This cannot be done: the designation is “%(status)s” now.", status=assignment.status.words),
        )
    assignment.status = to
    touch(assignment, by=by.label)
