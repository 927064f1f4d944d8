"""The outbox: rows in their sender's transaction, once each."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from preparedness import audit
from preparedness.audit import Action
from preparedness.database import at, db, now, transaction
from preparedness.errors import Missing, Refused
from preparedness.notifications import outbox
from preparedness.notifications.models import Failure, Message, MessageState
from preparedness.notifications.outbox import Draft
from preparedness.vocabulary import ChannelKind


def draft(world, about, **more):
    return Draft(
        **{
            "agency_id": world.agency.id,
            "key": outbox.key("test", about),
            "kind": "link",
            "channel": ChannelKind.EMAIL,
            "template": "new_link",
            "params": {},
            "language": "en",
            "subject": world.plan,
            "person_id": world.amina.id,
            **more,
        }
    )


def fail(number):
    with transaction():
        message = db.session.get_one(Message, number)
        message.state, message.final_error, message.attempts = MessageState.FAILED, Failure.REJECTED, 4


def test_the_same_parts_are_the_same_message(say):
    assert say("alert") == say("alert")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_parts_do_not_run_together():
    assert outbox.key("alert", 1, 23) != outbox.key("alert", 12, 3)


def test_many_are_queued_in_order_and_those_already_there_stay(world, say):
    there = say("two")

    with transaction():
        numbers = outbox.queue_many([draft(world, about) for about in ("one", "two", "three")])
        rows = [db.session.get_one(Message, number) for number in numbers]

    assert [row.key for row in rows] == [outbox.key("test", about) for about in ("one", "two", "three")]
    assert numbers[1] == there


def test_more_than_a_database_takes_in_one_list_are_queued(world):
    with transaction():
        numbers = outbox.queue_many([draft(world, about) for about in range(1200)])

    assert len(set(numbers)) == 1200


def test_nothing_is_queued_for_a_change_that_was_not_kept(world):
    def change_that_fails():
        outbox.queue_many([draft(world, "one")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        change_that_fails()

    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_message_without_a_way_to_send_it_is_refused(world):
    with pytest.raises(Refused), transaction():
        outbox.queue_many([draft(world, "one", channel=None)])


def test_what_is_unsent_about_a_row_is_cancelled_and_the_rest_stays(world, say, post):
    about_plan, reminder = say("one"), say("two", kind="reminder")
    about_seat = say("three", subject=world.seat)

    with transaction():
        assert outbox.cancel(subject=world.plan, kinds={"link"}) == 1

    assert post(about_plan).state is MessageState.CANCELLED
    assert post(reminder).state is post(about_seat).state is MessageState.QUEUED


def test_what_is_being_sent_is_not_cancelled(world, say, post):
    number = say()
    with transaction():
        post(number).state = MessageState.SENDING

    with transaction():
        assert outbox.cancel(subject=world.plan) == 0

    assert post(number).state is MessageState.SENDING


def test_a_person_is_sent_nothing_more(world, say, post):
    hers, his = say("one"), say("two", person=world.salma)

    with transaction():
        assert outbox.cancel_for(world.amina.id, agency_id=world.agency.id) == 1

    assert (post(hers).state, post(his).state) == (MessageState.CANCELLED, MessageState.QUEUED)


def test_another_agency_s_message_is_missing(world, say):
    number = say()

    assert outbox.get(number, agency=world.agency).id == number
    with pytest.raises(Missing):
        outbox.get(number, agency=world.other_agency)


def test_messages_are_listed_newest_first_and_by_state(world, say):
    first, second = say("one"), say("two")
    fail(first)

    assert [each.id for each in outbox.listed(world.agency, None, 1).items] == [second, first]
    assert [each.id for each in outbox.listed(world.agency, MessageState.FAILED, 1).items] == [first]
    assert outbox.listed(world.other_agency, None, 1).total == 0
    assert [each.id for each in outbox.of(world.plan)] == [second, first]


def test_failures_are_told_for_two_weeks(world, say):
    fail(say())

    assert len(outbox.failures(world.agency)) == 1
    assert outbox.failures(world.other_agency) == []
    with at(now() + timedelta(days=15)):
        assert outbox.failures(world.agency) == []


def test_what_should_have_left_and_has_not_is_waiting(world, say):
    say("now")
    say("tomorrow", not_before=now() + timedelta(days=1))

    assert outbox.waiting(world.agency) == []
    with at(now() + timedelta(minutes=6)):
        assert len(outbox.waiting(world.agency)) == 1


def test_a_failed_message_is_sent_again_as_if_new(world, say, post):
    number = say()
    fail(number)

    with transaction():
        outbox.retry(post(number), by=world.ana)

    message = post(number)
    assert (message.state, message.attempts, message.final_error) == (MessageState.QUEUED, 0, None)
    assert audit.of(message)[0].action is Action.MESSAGE_RETRIED


def test_only_a_failed_message_is_sent_again(world, say, post):
    with pytest.raises(Refused):
        outbox.retry(post(say()), by=world.ana)


def test_a_failed_message_whose_time_is_over_is_not_sent_again(world, say, post):
    number = say(expires_at=now() + timedelta(hours=1))
    fail(number)

    with at(now() + timedelta(hours=2)), pytest.raises(Refused):
        outbox.retry(post(number), by=world.ana)
