"""What happens to confirmations by itself."""

from datetime import timedelta

from preparedness.audit import Action, ActorKind
from preparedness.audit import of as audit_of
from preparedness.confirmations import answers, jobs
from preparedness.confirmations.models import Choice, RequestState
from preparedness.database import at, now
from preparedness.plans.models import Status
from tests import asking


def test_at_the_deadline_who_has_not_answered_expires(world):
    assignment, request = asking.amina_asked(world)

    with at(now() + timedelta(days=16)):
        assert jobs.expire_requests() == 1
        assert jobs.expire_requests() == 0

    assert assignment.status is Status.EXPIRED
    assert request.state is RequestState.CLOSED
    assert request.campaign.closed_at is not None


def test_the_deadline_is_the_end_of_its_day_where_the_agency_is(world):
    assignment, _request = asking.amina_asked(world)
    world.agency.timezone = "Pacific/Honolulu"

    with at(now().replace(hour=9, minute=0) + timedelta(days=15)):
        assert jobs.expire_requests() == 0

    assert assignment.status is Status.INVITED


def test_whoever_answered_keeps_their_answer_when_the_request_closes(world):
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)

    with at(now() + timedelta(days=16)):
        jobs.expire_requests()

    assert assignment.status is Status.ACCEPTED
    assert request.state is RequestState.CLOSED


def test_a_campaign_closes_with_its_last_request_and_says_so(world):
    _assignment, request = asking.amina_asked(world)

    with at(now() + timedelta(days=16)):
        jobs.expire_requests()

    closing = next(entry for entry in audit_of(request.campaign) if entry.action is Action.CAMPAIGN_CLOSED)
    assert closing.actor_kind is ActorKind.CLOCK


def test_a_confirmation_runs_out_after_a_year(world):
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)

    with at(now() + timedelta(days=364)):
        assert jobs.lapse_confirmations() == 0
    with at(now() + timedelta(days=367)):
        assert jobs.lapse_confirmations() == 1
        assert jobs.lapse_confirmations() == 0

    assert assignment.status is Status.LAPSED
    assert not world.seat.filled


def test_s2_what_was_reported_by_phone_falls_away_after_two_weeks(world):
    assignment, _request = asking.amina_asked(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)

    with at(now() + timedelta(days=13)):
        assert jobs.forget_reports() == 0
    with at(now() + timedelta(days=15)):
        assert jobs.forget_reports() == 1
        assert jobs.forget_reports() == 0

    assert assignment.reported_by is None


def test_reminders_are_sent_by_the_clock(world):
    asking.amina_asked(world)

    with at((now() + timedelta(days=7)).replace(hour=16)):
        assert jobs.remind() == 1
