"""Handing over what waits: once, marked, the reserve when the first is down, and nothing lost meanwhile."""

import dataclasses
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest
from sqlalchemy import select

from preparedness.database import at, db, now, transaction
from preparedness.notifications import channels, claims, jobs, letters, outbox, suppressions
from preparedness.notifications.channels import Permanent, Temporary, Unreachable
from preparedness.notifications.models import Attempt, Failure, MessageState
from preparedness.vocabulary import ChannelKind


class Way:
    """A way out that does as it is told; what it sent is in `sent`."""

    def __init__(self, name, error=None):
        self.name = name
        self.error = error
        self.sent = []
        self.closed = 0

    def send(self, envelope):
        assert not db.session().in_transaction(), "nothing is sent with a transaction open"
        if self.error is not None:
            raise self.error
        self.sent.append(envelope)
        return "250"

    def close(self):
        self.closed += 1


@pytest.fixture
def ways(app, monkeypatch):
    """The ways out of this deployment: fill the list."""
    found = []
    monkeypatch.setattr(channels, "routes", lambda _config: {ChannelKind.EMAIL: found, ChannelKind.SMS: []})
    return found


def attempts():
    return [(each.relay, each.code, each.said) for each in db.session.scalars(select(Attempt).order_by(Attempt.id))]


def test_what_waits_is_laid_into_the_mailbox_and_marked(say, post, mailbox):
    number = say()

    assert jobs.deliver() == 1

    (path,) = mailbox.iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == "amina@example.org"
    message = post(number)
    assert (message.state, message.relay, message.attempts) == (MessageState.HANDED_OVER, "folder", 1)
    assert message.handed_over_at is not None
    assert message.received_at is None
    assert attempts() == [("folder", "250", None)]
    assert jobs.deliver() == 0


def test_more_than_a_batch_leaves_in_one_round(say, mailbox):
    for about in range(jobs.BATCH + 5):
        say(str(about))

    assert jobs.deliver() == jobs.BATCH + 5
    assert len(list(mailbox.iterdir())) == jobs.BATCH + 5


def test_a_letter_to_a_member_goes_to_the_member(world, say, mailbox):
    say(template="reset_password", params={"member_id": world.members["ana"].id}, person_id=None)

    jobs.deliver()

    (path,) = mailbox.iterdir()
    assert message_from_bytes(path.read_bytes(), policy=default)["To"].addresses[0].addr_spec == (
        "ana@agency.example.org"
    )


def test_somebody_who_wants_to_be_left_alone_gets_nothing(world, say, post, mailbox):
    number = say(person=world.tomas)

    jobs.deliver()

    assert (post(number).state, post(number).final_error) == (MessageState.FAILED, Failure.NO_ADDRESS)
    assert not mailbox.exists()


def test_a_suppressed_address_gets_nothing(world, say, post, mailbox):
    number = say()
    with transaction():
        suppressions.add(world.agency.id, ChannelKind.EMAIL, "Amina@example.org", reason="erased")

    jobs.deliver()

    assert post(number).final_error is Failure.SUPPRESSED
    assert not mailbox.exists()


def test_what_is_no_longer_wanted_is_cancelled(say, post, monkeypatch, mailbox):
    number = say()
    monkeypatch.setitem(letters.CONTEXTS, "new_link", lambda _message: None)

    jobs.deliver()

    assert post(number).state is MessageState.CANCELLED
    assert not mailbox.exists()


def test_a_channel_this_server_has_not_fails_at_once(say, post):
    number = say(channel=ChannelKind.SMS)

    jobs.deliver()

    assert post(number).final_error is Failure.NO_CHANNEL


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(say, post, monkeypatch, caplog):
    broken, good = say("broken", template="nothing_of_that_name", priority=1), say("good")
    monkeypatch.setitem(letters.CONTEXTS, "nothing_of_that_name", letters.CONTEXTS["new_link"])

    assert jobs.deliver() == 1

    assert post(good).state is MessageState.HANDED_OVER
    assert (post(broken).state, post(broken).attempts) == (MessageState.QUEUED, 1)
    assert "TemplateNotFound" in caplog.text


def test_a_letter_that_cannot_be_written_fails_after_three_tries(say, post):
    number = say(template="nothing_of_that_name")

    for hours in range(4):
        with at(now() + timedelta(hours=hours)):
            jobs.deliver()

    assert (post(number).final_error, post(number).attempts) == (Failure.UNWRITTEN, 3)


def test_the_reserve_takes_over_and_the_first_is_spared(say, post, ways):
    first, reserve = Way("first", Unreachable("ConnectionRefusedError")), Way("reserve")
    ways += [first, reserve]
    numbers = [say("one"), say("two")]

    assert jobs.deliver() == 2

    assert [post(number).relay for number in numbers] == ["reserve", "reserve"]
    assert attempts()[0] == ("first", None, "ConnectionRefusedError")
    assert [each[0] for each in attempts()].count("first") == 1
    assert first.closed == reserve.closed == 1


def test_the_first_is_tried_again_after_its_rest(say, ways):
    first, reserve = Way("first", Unreachable("ConnectionRefusedError")), Way("reserve")
    ways += [first, reserve]
    say("one")
    jobs.deliver()

    first.error = None
    with at(now() + timedelta(seconds=11)):
        say("two")
        jobs.deliver()

    assert len(first.sent) == len(reserve.sent) == 1


def test_while_no_server_answers_messages_wait_and_nothing_is_lost(world, say, post, ways):
    way = Way("only", Unreachable("TimeoutError"))
    ways.append(way)
    numbers = [say(str(each)) for each in range(30)]

    assert jobs.deliver() == 0

    assert {post(number).state for number in numbers} == {MessageState.QUEUED}
    assert {post(number).attempts for number in numbers} == {0}
    assert len(attempts()) == 1, "one message found out, the others were not even begun"
    with at(now() + timedelta(minutes=6)):
        assert len(outbox.waiting(world.agency)) == 30
        way.error = None
        assert jobs.deliver() == 30


def test_a_server_that_stays_away_is_spared_longer_each_time(say, ways):
    ways.append(Way("only", Unreachable("TimeoutError")))
    say()

    found = []
    for seconds in range(0, 100, 5):
        with at(now() + timedelta(seconds=seconds)):
            before = len(attempts())
            jobs.deliver()
            if len(attempts()) > before:
                found.append(seconds)

    pauses = [later - earlier for earlier, later in pairwise(found)]
    assert pauses[0] < pauses[-1]


def test_a_rejected_message_fails_and_whoever_waits_is_told(say, post, ways, monkeypatch):
    heard = []
    monkeypatch.setattr(outbox, "WHEN_FINAL", [lambda message: heard.append(message.id)])
    ways.append(Way("only", Permanent("SMTPRecipientsRefused", 550)))
    number = say()

    jobs.deliver()

    assert (post(number).state, post(number).final_error) == (MessageState.FAILED, Failure.REJECTED)
    assert attempts() == [("only", "550", "SMTPRecipientsRefused")]
    assert heard == [number]


def test_a_message_that_was_put_off_leaves_later(say, post, ways):
    way = Way("only", Temporary("SMTPDataError", 451))
    ways.append(way)
    number = say()
    jobs.deliver()
    assert post(number).state is MessageState.QUEUED

    way.error = None
    with at(now() + claims.LONGEST):
        jobs.deliver()

    assert post(number).state is MessageState.HANDED_OVER


def test_a_round_ends_in_time_and_gives_the_rest_back(say, post, ways, monkeypatch):
    ways.append(Way("only"))
    numbers = [say(str(each)) for each in range(3)]
    moments = iter([0, 0, 0, jobs.ENOUGH, jobs.ENOUGH])
    monkeypatch.setattr(jobs.time, "monotonic", lambda: next(moments))

    assert jobs.deliver() == 1

    assert [post(number).lease_token for number in numbers] == [None, None, None]


def test_no_line_of_the_log_holds_an_address_or_a_link(say, ways, caplog, monkeypatch):
    caplog.set_level("DEBUG")
    ways.append(Way("only", Permanent("SMTPRecipientsRefused", 550)))
    say("rejected")
    monkeypatch.setitem(letters.CONTEXTS, "reset_password", lambda _message: {}["amina@example.org /a/secret"])
    say("broken", template="reset_password")

    jobs.deliver()

    assert "not sent" in caplog.text
    assert "unwritten" in caplog.text
    assert "amina@example.org" not in caplog.text.replace('{}["amina@example.org /a/secret"]', "")


def test_the_sender_is_the_agency_s_own_where_it_has_one(world, say, ways):
    way = Way("only")
    ways.append(way)
    with transaction():
        world.agency.mail_from = "diaspora@agency.example.org"
    say()

    jobs.deliver()

    (envelope,) = way.sent
    assert (envelope.sender, envelope.sender_name) == ("diaspora@agency.example.org", "Civil Protection")
    assert envelope.identity.endswith("@example.org")


def test_s3_a_discreet_letter_names_no_agency_as_its_sender(say, ways, monkeypatch):
    way = Way("only")
    ways.append(way)
    open_context = letters.CONTEXTS["new_link"]
    monkeypatch.setitem(
        letters.CONTEXTS, "new_link", lambda message: {**open_context(message), "discreet": True, "phrase": "sea"}
    )
    say()

    jobs.deliver()

    (envelope,) = way.sent
    assert "Civil Protection" not in str(dataclasses.astuple(envelope))
