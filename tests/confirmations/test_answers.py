"""Only a person's own link makes a role theirs."""

import pytest

from preparedness.confirmations import answers, requests
from preparedness.confirmations.models import AnsweredBy, Choice, RequestState
from preparedness.contacts import standing
from preparedness.contacts.models import Purpose
from preparedness.database import db
from preparedness.errors import Missing, Refused
from preparedness.notifications import outbox
from preparedness.plans.models import Status
from preparedness.timetable import Due
from preparedness.vocabulary import DeclineReason, Verification
from tests import asking

ACCEPT = {"choice": Choice.ACCEPT}


def give(world, request, assignment, **said):
    return answers.give(request, {assignment.id: said}, by=world.amina.actor)


def test_a_seat_stays_vacant_until_they_accept_by_their_own_link(world):
    assignment, request = asking.amina_asked(world)
    assert not world.seat.filled

    give(world, request, assignment, choice=Choice.ACCEPT)

    assert assignment.status is Status.ACCEPTED
    assert world.seat.filled
    assert request.state is RequestState.ANSWERED


def test_a_yes_gives_leave_to_be_called_and_counts_for_a_year(world):
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.ACCEPT)

    assert standing.agreed(world.amina, Purpose.BE_CALLED).text_version == answers.TEXT_VERSION
    assert assignment.valid_until == asking.in_days(365)


def test_any_answer_confirms_the_contact(world):
    world.amina.vettings = []
    standing.derive(world.amina)
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.DECLINE)

    assert world.amina.verification == Verification.CONTACT_CONFIRMED
    assert world.amina.confirmed_self_at is not None
    assert standing.agreed(world.amina, Purpose.BE_CALLED) is None


def test_conditions_are_kept_as_they_were_given(world):
    assignment, request = asking.amina_asked(world)
    starts = asking.in_days(10)

    (answer,) = give(
        world,
        request,
        assignment,
        **{
            "choice": Choice.ACCEPT_WITH_LIMITS,
            "hours_week": 4,
            "remote_only": True,
            "from": starts,
            "note": "evenings",
        },
    )

    assert assignment.status is Status.ACCEPTED_WITH_LIMITS
    assert assignment.limits == {"hours_week": 4, "remote_only": True, "from": starts.isoformat(), "note": "evenings"}
    assert answer.starts_on == starts


def test_conditions_written_beside_a_plain_yes_are_not_lost(world):
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.ACCEPT, hours_week=3)

    assert assignment.status is Status.ACCEPTED_WITH_LIMITS


def test_a_yes_with_conditions_names_one(world):
    assignment, request = asking.amina_asked(world)

    with pytest.raises(Refused) as refused:
        give(world, request, assignment, choice=Choice.ACCEPT_WITH_LIMITS)

    assert refused.value.field == f"answer-{assignment.id}"
    assert assignment.status is Status.INVITED


def test_a_no_may_carry_a_reason_or_none(world):
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.DECLINE, reason=DeclineReason.TIME)

    assert (assignment.status, assignment.decline_reason) == (Status.DECLINED, DeclineReason.TIME)


def test_an_answer_can_be_changed_until_the_deadline(world):
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.DECLINE)
    give(world, request, assignment, choice=Choice.ACCEPT)

    assert assignment.status is Status.ACCEPTED
    assert [answer.choice for answer in request.lines[0].answers] == [Choice.DECLINE, Choice.ACCEPT]


def test_the_same_answer_sent_again_changes_nothing(world):
    assignment, request = asking.amina_asked(world)

    give(world, request, assignment, choice=Choice.ACCEPT)
    receipts = len(outbox.of(request))
    again = give(world, request, assignment, choice=Choice.ACCEPT)

    assert again == []
    assert len(request.lines[0].answers) == 1
    assert len(outbox.of(request)) == receipts


def test_after_the_deadline_nothing_is_taken(world):
    assignment, request = asking.amina_asked(world)
    request.campaign.deadline = asking.in_days(-2)

    with pytest.raises(Refused):
        give(world, request, assignment, choice=Choice.ACCEPT)

    assert assignment.status is Status.INVITED


def test_nothing_chosen_is_no_answer(world):
    _assignment, request = asking.amina_asked(world)

    with pytest.raises(Refused):
        answers.give(request, {}, by=world.amina.actor)


def test_a_role_of_somebody_else_cannot_be_answered(world):
    _assignment, request = asking.amina_asked(world)
    other = asking.propose(world, world.montreal, world.salma)

    with pytest.raises(Missing):
        answers.give(request, {other.id: ACCEPT}, by=world.amina.actor)


def test_a_role_left_for_later_keeps_the_request_open(world):
    first = asking.propose(world, world.seat, world.amina)
    asking.propose(world, world.montreal, world.amina)
    request = asking.ask(world)

    give(world, request, first, choice=Choice.ACCEPT)

    assert request.state is RequestState.ASKED
    assert len(requests.answerable(request)) == 2


def test_whoever_answered_all_is_reminded_no_more_and_gets_a_receipt(world):
    assignment, request = asking.amina_asked(world)
    assert db.session.query(Due).count() > 0

    give(world, request, assignment, choice=Choice.ACCEPT)

    assert db.session.query(Due).count() == 0
    assert [message.template for message in outbox.of(request)] == ["thanks", "confirm"]


def test_s2_what_is_said_by_phone_is_reported_and_fills_no_seat(world):
    assignment, request = asking.amina_asked(world)

    answer = answers.report(assignment, Choice.ACCEPT, by=world.ana)

    assert answer.by is AnsweredBy.ON_BEHALF
    assert assignment.status is Status.INVITED
    assert not world.seat.filled
    assert standing.agreed(world.amina, Purpose.BE_CALLED) is None
    assert outbox.of(request)[0].template == "reported_by_phone"


def test_s2_the_person_can_say_that_it_was_not_them(world):
    assignment, request = asking.amina_asked(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)

    assert answers.disown(request, by=world.amina.actor) == 1

    assert assignment.reported_by is None
    assert request.lines[0].reported_answer is None


def test_their_own_answer_takes_the_place_of_what_was_reported(world):
    assignment, request = asking.amina_asked(world)
    answers.report(assignment, Choice.DECLINE, by=world.ana)

    give(world, request, assignment, choice=Choice.ACCEPT)

    assert assignment.status is Status.ACCEPTED
    assert assignment.reported_by is None


def test_nothing_is_reported_for_somebody_who_was_not_asked(world):
    assignment = asking.propose(world, world.seat, world.amina)

    with pytest.raises(Refused):
        answers.report(assignment, Choice.ACCEPT, by=world.ana)


def test_nothing_is_reported_over_their_own_answer(world):
    assignment, request = asking.amina_asked(world)
    give(world, request, assignment, choice=Choice.DECLINE)

    with pytest.raises(Refused):
        answers.report(assignment, Choice.ACCEPT, by=world.ana)


def test_nothing_is_reported_for_somebody_who_asked_to_be_left_alone(world):
    assignment, _request = asking.amina_asked(world)
    world.amina.opted_out_at = asking.now()

    with pytest.raises(Refused):
        answers.report(assignment, Choice.ACCEPT, by=world.ana)


def test_s4_at_high_risk_no_reason_is_kept(world):
    assignment = asking.high_risk(world)
    request = asking.ask(world)

    (answer,) = give(world, request, assignment, choice=Choice.DECLINE, reason=DeclineReason.SAFETY)

    assert answer.reason is None
    assert assignment.decline_reason is None


def test_s12_no_answer_never_lowers_the_verification(world):
    before = world.amina.verification
    asking.amina_asked(world)

    assert world.amina.verification == before
