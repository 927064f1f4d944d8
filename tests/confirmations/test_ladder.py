"""Reminders: by day only, never two a day, never after the answer, never lost and never doubled."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preparedness.confirmations import answers, ladder
from preparedness.confirmations.models import Choice
from preparedness.database import at, db, now
from preparedness.notifications import outbox
from preparedness.timetable import Due
from tests import asking

ZONES = ("America/Toronto", "Europe/Paris", "Africa/Nairobi", "Pacific/Auckland", "Asia/Kathmandu")
MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda passed: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=passed)
)


def dues():
    return db.session.query(Due).order_by(Due.due_at).all()


def reminders(request):
    return [message for message in outbox.of(request) if message.template == "confirm_reminder"]


def test_asking_sets_three_reminders_before_the_deadline(world):
    _assignment, request = asking.amina_asked(world)

    moments = [due.due_at.astimezone(ZoneInfo("America/Toronto")) for due in dues()]

    assert len(moments) == 3
    assert all(moment.hour == 10 for moment in moments)
    assert all(later - earlier > timedelta(hours=20) for earlier, later in pairwise(moments))
    assert moments[-1].date() <= request.campaign.deadline


@given(MOMENTS, st.floats(0.1, 200), st.sampled_from(ZONES))
def test_every_rung_lies_by_day_after_asking_and_before_the_deadline_a_day_apart(asked_at, days, zone):
    closes_at = asked_at + timedelta(days=days)

    moments = [moment for _name, moment in ladder.rungs(asked_at, closes_at, zone)]

    assert moments == sorted(moments)
    assert len({moment.astimezone(ZoneInfo(zone)).date() for moment in moments}) == len(moments)
    for moment in moments:
        assert asked_at < moment < closes_at
        assert ladder.awake(moment, zone) == moment


@given(MOMENTS, st.sampled_from(ZONES))
def test_nobody_is_written_to_at_night(moment, zone):
    later = ladder.awake(moment, zone)

    assert ladder.WAKES <= later.astimezone(ZoneInfo(zone)).time() < ladder.SLEEPS
    assert timedelta(0) <= later - moment <= timedelta(hours=12)


def test_a_reminder_goes_once_when_it_is_due(world):
    _assignment, request = asking.amina_asked(world)

    with at(dues()[0].due_at + timedelta(minutes=1)):
        assert ladder.climb() == 1
        assert ladder.climb() == 0

    assert len(reminders(request)) == 1


def test_nothing_goes_before_it_is_due(world):
    asking.amina_asked(world)

    assert ladder.climb() == 0


def test_a_missed_night_sends_one_reminder_not_three(world):
    _assignment, request = asking.amina_asked(world)

    with at(dues()[-1].due_at + timedelta(hours=1)):
        ladder.climb()
    with at(dues()[-1].due_at + timedelta(hours=2)):
        ladder.climb()

    assert len(reminders(request)) == 1
    assert all(due.done_at is not None for due in dues())


def test_two_requests_to_one_person_are_never_two_messages_a_day(world):
    first = asking.propose(world, world.seat, world.amina)
    asking.ask(world, days=14)
    asking.propose(world, world.montreal, world.amina)
    asking.ask(world, days=15)
    assert first.status == "invited"

    with at(max(due.due_at for due in dues() if "first" in due.step) + timedelta(hours=1)):
        sent = ladder.climb()

    assert sent == 1


def test_a_reminder_waits_for_the_morning_where_the_worker_comes_by_night(world):
    asking.amina_asked(world)
    first = dues()[0]
    night = datetime.combine(first.due_at.date(), datetime.min.time(), UTC) + timedelta(days=1, hours=7)

    with at(night):
        assert ladder.climb() == 0

    assert first.done_at is None
    assert ladder.WAKES <= first.due_at.astimezone(ZoneInfo("America/Toronto")).time() < ladder.SLEEPS


@pytest.mark.parametrize("how", ["answered", "paused", "over"])
def test_no_reminder_follows_where_none_is_wanted(world, how):
    assignment, request = asking.amina_asked(world)
    moment = dues()[0].due_at + timedelta(minutes=1)
    if how == "answered":
        answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    elif how == "paused":
        world.amina.paused_until = asking.in_days(30)
    else:
        request.campaign.deadline = now().date()

    with at(moment):
        assert ladder.climb() == 0

    assert reminders(request) == []


def test_s12_somebody_in_the_affected_area_is_asked_nothing_more(world):
    _assignment, request = asking.amina_asked(world)

    ladder.stop(world.amina)

    assert dues() == []
    assert {message.state for message in outbox.of(request)} == {"cancelled"}


def test_asking_anew_starts_the_ladder_anew(world):
    asking.amina_asked(world)
    before = {due.step for due in dues()}
    asking.propose(world, world.montreal, world.amina)

    with at(now() + timedelta(days=3)):
        asking.ask(world, days=11)

    assert len(dues()) == 3
    assert not before & {due.step for due in dues()}
