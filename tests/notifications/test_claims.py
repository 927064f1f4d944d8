"""Claims: taken by one sender at a time, begun, marked; nothing lost when a sender dies."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from preparedness.database import at, db, now, transaction
from preparedness.notifications import claims, outbox
from preparedness.notifications.claims import Claim
from preparedness.notifications.models import Failure, Message, MessageState
from preparedness.vocabulary import ChannelKind


def take(limit=20, **more):
    with transaction():
        return claims.take(limit, **more)


def begin(claim):
    with transaction():
        return claims.begin(claim) is not None


def numbers(taken):
    return [each.message_id for each in taken]


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(outbox, "WHEN_FINAL", [lambda message: heard.append((message.id, message.state))])
    return heard


def test_the_urgent_leave_first_then_the_older(say):
    later, urgent, older = say("later", priority=6), say("urgent", priority=1), say("older", priority=1)
    with transaction():
        db.session.get_one(Message, older).next_at = now() - timedelta(minutes=1)

    assert numbers(take()) == [older, urgent, later]


def test_what_one_took_the_other_does_not_get_until_the_lease_ends(say):
    number = say()

    assert numbers(take()) == [number]
    assert take() == []
    with at(now() + claims.LEASE):
        assert numbers(take()) == [number]


def test_nothing_is_taken_before_its_turn(say):
    number = say(not_before=now() + timedelta(hours=1))

    assert take() == []
    with at(now() + timedelta(hours=1, seconds=1)):
        assert numbers(take()) == [number]


def test_spared_channels_are_left_alone(say):
    say("mail")
    text = say("text", channel=ChannelKind.SMS)

    assert numbers(take(spared=[ChannelKind.EMAIL])) == [text]


def test_what_is_too_old_expires_unless_it_is_just_being_sent(say, post):
    over = now() + timedelta(minutes=1)
    waiting, being_sent = say("waiting", expires_at=over), say("sent", expires_at=over, priority=1)
    begin(take(1)[0])

    with at(over + timedelta(seconds=1)), transaction():
        assert claims.expire() == 1

    assert post(waiting).state is MessageState.EXPIRED
    assert post(being_sent).state is MessageState.SENDING


def test_a_message_can_be_cancelled_until_it_is_begun(world, say, post):
    number = say()
    (claim,) = take()
    with transaction():
        outbox.cancel(subject=world.plan)

    assert not begin(claim)
    assert post(number).state is MessageState.CANCELLED


def test_a_sender_that_was_too_slow_can_neither_begin_nor_mark(say, post):
    number = say()
    (slow,) = take()
    with at(now() + claims.LEASE):
        (quick,) = take()
        assert begin(quick)

    assert not begin(slow)
    with transaction():
        assert not claims.mark(slow, MessageState.HANDED_OVER, relay="folder")
    assert post(number).state is MessageState.SENDING


def test_what_a_dead_sender_had_begun_is_taken_again(say):
    number = say()
    begin(take()[0])

    with at(now() + claims.LEASE + timedelta(seconds=1)):
        (again,) = take()
        assert again.message_id == number
        assert begin(again)


def test_what_was_not_begun_is_given_back_at_once(say):
    first, second = say("one"), say("two")
    taken = take()
    begin(taken[0])

    with transaction():
        claims.give_back(taken)

    assert numbers(take()) == [second]
    assert first not in numbers(take())


def test_the_final_word_is_told_once_to_whoever_waits_for_it(say, told):
    number = say()
    (claim,) = take()
    begin(claim)

    for _copy in range(2):
        with transaction():
            claims.mark(claim, MessageState.HANDED_OVER, relay="folder")

    assert told == [(number, MessageState.HANDED_OVER)]


def test_a_listener_that_fails_does_not_undo_the_mark(say, post, monkeypatch, caplog):
    number = say()
    (claim,) = take()
    begin(claim)

    def half_done(message):
        message.received_at = now()
        raise ZeroDivisionError

    heard = []
    monkeypatch.setattr(outbox, "WHEN_FINAL", [half_done, lambda message: heard.append(message.id)])

    with transaction():
        claims.mark(claim, MessageState.HANDED_OVER, relay="folder")

    assert post(number).state is MessageState.HANDED_OVER, "or they would get copy after copy"
    assert post(number).received_at is None
    assert heard == [number]
    assert "ZeroDivisionError" in caplog.text


def test_a_message_that_is_put_off_comes_back_later(say, post, told):
    number = say()
    (claim,) = take()
    begin(claim)

    with transaction():
        claims.postpone(claim, Failure.PUT_OFF)

    message = post(number)
    assert (message.state, message.attempts, message.lease_token) == (MessageState.QUEUED, 1, None)
    assert told == []


def test_a_message_that_is_put_off_too_often_fails(say, post, told):
    number = say()
    with transaction():
        post(number).attempts = claims.MOST_TRIES[Failure.PUT_OFF] - 1
    (claim,) = take()
    begin(claim)

    with transaction():
        claims.postpone(claim, Failure.PUT_OFF)

    assert post(number).final_error is Failure.PUT_OFF
    assert told == [(number, MessageState.FAILED)]


def test_waiting_for_a_relay_is_no_try(say, post):
    number = say()
    (claim,) = take()
    begin(claim)

    with transaction():
        claims.wait(claim)

    message = post(number)
    assert (message.state, message.attempts) == (MessageState.QUEUED, 0)


def test_waiting_for_a_relay_ends_after_three_days(say, post):
    number = say()
    with at(now() + claims.OLDEST + timedelta(minutes=1)):
        (claim,) = take()
        begin(claim)
        with transaction():
            claims.wait(claim)

    assert post(number).final_error is Failure.UNREACHABLE


def test_pauses_grow_to_two_hours_and_are_random():
    for attempts in range(1, 40):
        assert timedelta() <= claims.pause(attempts) <= min(claims.LONGEST, claims.SHORTEST * 2**attempts)
    assert len({claims.pause(8) for _each in range(20)}) > 1


def test_senders_at_the_same_moment_take_different_messages(app, say):
    expected = {say(str(each)) for each in range(40)}
    taken: list[list[Claim]] = []

    def sender():
        with app.app_context():
            while found := take(5):
                taken.append(found)

    senders = [threading.Thread(target=sender) for _each in range(4)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()

    found = [number for each in taken for number in numbers(each)]
    assert sorted(found) == sorted(expected)
    tokens = set(db.session.scalars(select(Message.lease_token)))
    assert len(tokens) == len(taken)
