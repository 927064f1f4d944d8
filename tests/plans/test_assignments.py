"""Designations: who is proposed, who holds, and in which order they are called."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from preparedness.audit import Action, Entry
from preparedness.database import db, now
from preparedness.errors import Missing, Refused, Stale
from preparedness.plans import assignments
from preparedness.plans.models import HOLDING, LIVE, MOVES, Assignment, PlanState, Status
from preparedness.vocabulary import DeclineReason, Risk
from tests.recordings import recorded

UNTIL = now().date() + timedelta(days=365)


@pytest.fixture
@recorded
def proposed(world):
    return assignments.assign(world.seat, world.amina, by=world.ana)


@pytest.fixture
@recorded
def invited(world, proposed):
    assignments.invite(proposed, by=world.ana)
    return proposed


@pytest.fixture
@recorded
def accepted(world, invited):
    assignments.accept(invited, limits=None, until=UNTIL, by=world.amina.actor)
    return invited


def recorded(action):
    return db.session.scalars(select(Entry).where(Entry.action == action)).all()


def test_a_seat_stays_vacant_until_someone_accepts(world, proposed):
    assert not world.seat.filled

    assignments.invite(proposed, by=world.ana)
    assert not world.seat.filled

    assignments.accept(proposed, limits=None, until=UNTIL, by=world.amina.actor)
    assert world.seat.holder is proposed
    assert (proposed.answered_at is not None, proposed.valid_until) == (True, UNTIL)


def test_who_may_not_be_asked_is_refused_with_the_reason(world):
    assert assignments.why_not(world.seat, world.tomas) == "They asked to be left alone."

    with pytest.raises(Refused, match="left alone") as refused:
        assignments.assign(world.seat, world.tomas, by=world.ana)

    assert refused.value.field == "holder"
    assert world.seat.assignments == []
    assert recorded(Action.HOLDER_PROPOSED) == []


def test_nobody_is_designated_twice_for_one_seat(world, proposed):
    with pytest.raises(Refused, match="Already designated"):
        assignments.assign(world.seat, world.amina, by=world.ana)


def test_two_who_propose_the_same_person_at_once_propose_them_once(world):
    assert world.seat.assignments == []
    said = {"agency_id": world.agency.id, "seat_id": world.seat.id, "person_id": world.amina.id, "call_order": 1}
    moment = {"version": 1, "created_at": now(), "updated_at": now(), "status": Status.PROPOSED}
    db.session.execute(insert(Assignment).values(**said, **moment))

    with pytest.raises(Refused, match="Already designated"):
        assignments.assign(world.seat, world.amina, by=world.ada)


def test_somebody_of_another_agency_is_not_there(world):
    with pytest.raises(Missing):
        assignments.assign(world.seat, world.foreign_person, by=world.ana)


def test_deputies_stand_after_the_holder_in_the_order_given(world, proposed):
    second = assignments.assign(world.seat, world.federation, by=world.ana)
    third = assignments.assign(world.seat, world.salma, by=world.ana)
    db.session.flush()

    assignments.reorder(world.seat, [third.id, proposed.id, second.id], by=world.ana)
    db.session.expire(world.seat, ["assignments"])
    assert world.seat.live == [third, proposed, second]

    assignments.move(second, up=True, by=world.ana)
    db.session.expire(world.seat, ["assignments"])
    assert world.seat.live == [third, second, proposed]


def test_who_is_first_cannot_move_up(world, proposed):
    assignments.assign(world.seat, world.salma, by=world.ana)
    db.session.flush()

    assignments.move(proposed, up=True, by=world.ana)

    assert world.seat.live[0] is proposed
    assert recorded(Action.ORDER_CHANGED) == []


def test_an_order_that_misses_somebody_is_refused(world, proposed):
    assignments.assign(world.seat, world.salma, by=world.ana)
    db.session.flush()

    with pytest.raises(Refused, match="look again"):
        assignments.reorder(world.seat, [proposed.id], by=world.ana)


def test_s2_only_the_person_asked_makes_accepted(world, invited):
    for somebody in (world.ana, world.ada, world.salma.actor):
        with pytest.raises(Refused, match="by their own link"):
            assignments.accept(invited, limits=None, until=UNTIL, by=somebody)
        with pytest.raises(Refused, match="by their own link"):
            assignments.decline(invited, reason=None, by=somebody)
        with pytest.raises(Refused, match="by their own link"):
            assignments.step_down(invited, by=somebody)

    assert invited.status is Status.INVITED


def test_the_contact_point_answers_for_an_organisation(world):
    assignment = assignments.assign(world.seat, world.federation, by=world.ana)
    assignments.invite(assignment, by=world.ana)

    assignments.accept(assignment, limits={"hours_week": 5}, until=UNTIL, by=world.amina.actor)

    assert assignment.status is Status.ACCEPTED_WITH_LIMITS
    assert world.seat.holder.holder is world.federation


def test_a_first_answer_can_be_changed(world, accepted):
    assignments.accept(accepted, limits={"remote_only": True}, until=UNTIL, by=world.amina.actor)
    assert accepted.status is Status.ACCEPTED_WITH_LIMITS

    assignments.decline(accepted, reason=DeclineReason.TIME, by=world.amina.actor)
    assert (accepted.status, accepted.decline_reason, accepted.limits) == (Status.DECLINED, DeclineReason.TIME, None)
    assert not world.seat.filled


def test_s4_a_high_risk_plan_keeps_no_reason(world):
    world.plan.risk_class = Risk.HIGH
    assignment = assignments.assign(world.seat, world.federation, by=world.ana)
    assignments.invite(assignment, by=world.ana)

    assignments.decline(assignment, reason=DeclineReason.SAFETY, by=world.amina.actor)

    assert assignment.decline_reason is None


def test_the_deputy_moves_up_when_the_holder_steps_down(world, accepted):
    deputy = assignments.assign(world.seat, world.federation, by=world.ana)
    assignments.invite(deputy, by=world.ana)
    assignments.accept(deputy, limits=None, until=UNTIL, by=world.amina.actor)

    assignments.step_down(accepted, by=world.amina.actor)

    assert accepted.status is Status.WITHDRAWN
    assert world.seat.holder is deputy
    assert len(recorded(Action.ASSIGNMENT_WITHDRAWN)) == 1


def test_an_ended_designation_is_proposed_again_in_the_same_row(world, accepted):
    assignments.end(accepted, by=world.ana)
    assert (accepted.status, accepted.ended_at is not None) == (Status.ENDED, True)

    again = assignments.assign(world.seat, world.amina, by=world.ana)

    assert again is accepted
    assert (again.status, again.ended_at, again.valid_until, again.invited_at) == (Status.PROPOSED, None, None, None)


def test_no_answer_and_an_old_confirmation_leave_the_seat_vacant(world, invited):
    assignments.expire(invited, by=world.ana)
    assert (invited.status, world.seat.live) == (Status.EXPIRED, [])

    assignments.accept(invited, limits=None, until=UNTIL, by=world.amina.actor)
    assignments.lapse(invited, by=world.ana)
    assert (invited.status, world.seat.filled) == (Status.LAPSED, False)


@pytest.mark.parametrize("before", list(Status))
def test_a_designation_moves_only_as_the_table_says(world, proposed, before):
    until = {"limits": None, "until": UNTIL}
    moves = {
        Status.INVITED: lambda: assignments.invite(proposed, by=world.ana),
        Status.ACCEPTED: lambda: assignments.accept(proposed, by=world.amina.actor, **until),
        Status.DECLINED: lambda: assignments.decline(proposed, reason=None, by=world.amina.actor),
        Status.EXPIRED: lambda: assignments.expire(proposed, by=world.ana),
        Status.LAPSED: lambda: assignments.lapse(proposed, by=world.ana),
        Status.WITHDRAWN: lambda: assignments.step_down(proposed, by=world.amina.actor),
        Status.ENDED: lambda: assignments.end(proposed, by=world.ana),
    }
    for after, move in moves.items():
        proposed.status = before
        if after is before or after in MOVES[before]:
            move()
            assert proposed.status is after
        else:
            with pytest.raises(Refused, match="cannot be done"):
                move()
            assert proposed.status is before


def test_only_the_accepted_fill_a_seat():
    assert {Status.ACCEPTED, Status.ACCEPTED_WITH_LIMITS} == HOLDING
    assert {Status.PROPOSED, Status.INVITED} == LIVE - HOLDING


def test_ending_from_an_older_page_is_refused(world, proposed):
    db.session.flush()
    version = proposed.version
    assignments.invite(proposed, by=world.ana)
    db.session.flush()

    with pytest.raises(Stale):
        assignments.end(proposed, version=version, by=world.ana)


def test_somebody_finds_what_they_hold_themselves_and_for_their_organisation(world, accepted):
    spoken_for = assignments.assign(world.paris, world.federation, by=world.ana)
    assignments.assign(world.montreal, world.salma, by=world.ana)
    db.session.flush()

    assert assignments.of(world.amina) == [accepted, spoken_for]
    assert assignments.of(world.federation) == [spoken_for]
    assert assignments.counted(world.agency) == {
        f"person-{world.amina.id}": 1,
        f"organisation-{world.federation.id}": 1,
        f"person-{world.salma.id}": 1,
    }


def test_an_archived_plan_asks_nobody(world, accepted):
    world.plan.state = PlanState.ARCHIVED
    db.session.flush()

    assert assignments.of(world.amina) == []
    with pytest.raises(Refused):
        assignments.assign(world.paris, world.salma, by=world.ana)


def test_another_agencys_designation_is_not_there(world, proposed):
    db.session.flush()

    with pytest.raises(Missing):
        assignments.get(proposed.id, agency=world.other_agency)


def test_the_audit_names_nobody(world, accepted):
    entries = recorded(Action.HOLDER_PROPOSED)

    assert [entry.subject_id for entry in entries] == [accepted.id]
    assert "Amina" not in str([entry.detail.after for entry in entries])
