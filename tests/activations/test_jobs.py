"""What happens by itself: late tasks are reminded of, once a week, one mail a person and day, never at night."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from preparedness.activations import availability, jobs, letters, preparing, running, tasks
from preparedness.activations.models import ReplyState, TaskState
from preparedness.database import at, db
from preparedness.notifications import letters as writing_room
from preparedness.notifications import outbox
from preparedness.notifications.models import Message, MessageState
from preparedness.plans.models import Status
from preparedness.vocabulary import Level, Risk
from tests import cast
from tests.activations import stage

NOON = datetime(2027, 3, 10, 16, 0, tzinfo=UTC)
NIGHT = datetime(2027, 3, 10, 7, 0, tzinfo=UTC)
"""Before noon, and two in the morning, where Amina lives."""


def reminders():
    return list(db.session.scalars(select(Message).where(Message.template == "tasks_due").order_by(Message.id)))


def run(moment):
    with at(moment):
        return jobs.remind_tasks()


def said(message, moment=NOON):
    with at(moment):
        return writing_room.render(message.template, message.language, letters.CONTEXTS[message.template](message))


@pytest.fixture
def late(held):
    """The preparedness task of Amina's seat, late by an hour at noon."""
    (task,) = preparing.of(held.plan)
    task.due_at = NOON - timedelta(hours=1)
    return task


def test_the_holder_is_reminded_of_a_late_preparedness_task(late, held):
    assert run(NOON) == 1

    (message,) = reminders()
    assert message.person_id == held.amina.id
    assert late.text in said(message).text


def test_a_week_passes_before_the_same_task_is_reminded_of_again(late):
    run(NOON)

    assert run(NOON + timedelta(days=2)) == 0
    assert run(NOON + timedelta(days=8)) == 1


def test_a_missed_night_loses_no_reminder(late):
    assert run(NOON + timedelta(days=40)) == 1


def test_several_late_tasks_are_one_mail(late, held):
    held.items.append(cast.item(held.plan, "x.1", late.phase, late.anchor, 1, None, held.coordination, 9))
    with at(NOON - timedelta(days=1)):
        stage.approved(held)

    assert run(NOON) == 1
    assert said(reminders()[0]).subject == "Amina, 2 tasks of yours are late"


def test_nobody_is_reminded_at_night(late):
    late.due_at = NIGHT - timedelta(hours=1)

    run(NIGHT)

    assert reminders()[0].not_before == datetime(2027, 3, 10, 13, 0, tzinfo=UTC)


def test_somebody_who_was_written_to_today_is_reminded_tomorrow(late, held):
    with at(NOON - timedelta(hours=2)):
        running.start(held.plan, stage.AGREED, by=held.ana)

    assert run(NOON) == 0
    assert run(NOON + timedelta(days=1)) == 1


def test_nobody_is_reminded_of_what_is_done_or_blocked_or_has_no_holder(late, held):
    late.state = TaskState.BLOCKED
    assert run(NOON) == 0

    late.state = TaskState.OPEN
    held.seat.assignments[0].status = Status.WITHDRAWN
    assert run(NOON) == 0


def test_who_asked_to_be_left_alone_is_not_reminded(late, held):
    held.amina.opted_out_at = NOON

    assert run(NOON) == 0


def test_s12_who_is_in_the_affected_area_is_not_reminded(late, held):
    with at(NOON - timedelta(days=3)):
        activation = running.start(held.plan, stage.AGREED, by=held.ana)
        availability.reply(activation.replies[0], ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)

    assert run(NOON) == 0


def test_recovery_goes_on_reminding_and_the_response_does_not(held):
    (prepared,) = preparing.of(held.plan)
    prepared.state = TaskState.DONE
    with at(NOON - timedelta(days=9)):
        activation = running.start(held.plan, stage.AGREED, by=held.ana)
        outbox.of(activation.replies[0])[0].state = MessageState.HANDED_OVER
    assert run(NOON - timedelta(days=8)) == 0

    with at(NOON - timedelta(days=8)):
        running.stand_down(activation, None, by=held.ana)
    assert run(NOON - timedelta(days=7)) == 0
    assert run(NOON) == 1

    text = said(reminders()[0]).text
    assert "earthquake.reco.01" in text
    assert "earthquake.resp.01" not in text
    assert "http://localhost/a/" in text


def test_s3_at_high_risk_a_reminder_names_nothing_and_needs_the_phrase(late, held):
    held.plan.risk_class = Risk.HIGH
    assert run(NOON) == 0

    held.amina.check_phrase = "Mango tree"
    assert run(NOON) == 1
    text = said(reminders()[0]).text
    assert "Mango tree" in text
    assert late.text not in text
    assert "Haiti" not in text


def test_a_reminder_is_no_longer_wanted_once_the_task_is_done(late, held):
    run(NOON)
    with at(NOON):
        tasks.report(late, TaskState.DONE, None, version=None, by=held.ana)

        assert letters.tasks_due(reminders()[0]) is None


def test_the_review_that_is_due_is_said_once_to_the_planners(held):
    with at(NOON - timedelta(days=4)):
        activation = running.start(held.plan, stage.AGREED | {"level": Level.PARTIAL}, by=held.ana)

    with at(NOON):
        assert jobs.say_reviews_due() == 1
        jobs.say_reviews_due()
        said_to = list(db.session.scalars(select(Message).where(Message.template == "review_due")))
        assert {message.params["member_id"] for message in said_to} == {
            held.members["ana"].id,
            held.members["ada"].id,
        }
        text = said(said_to[0]).text
        assert f"http://localhost/activations/{activation.id}/review" in text

        running.move_review(activation, NOON + timedelta(days=1), by=held.ana)
        assert letters.review_due(said_to[0]) is None
