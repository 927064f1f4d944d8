"""What people answer to an alert, and the five figures that come of it."""

from datetime import timedelta

import pytest

from preparedness.activations import availability, boards, running
from preparedness.activations.models import ReplyBy, ReplyState
from preparedness.audit import of as entries_of
from preparedness.database import now
from preparedness.errors import Missing, Refused, Stale
from preparedness.notifications import outbox
from preparedness.notifications.models import MessageState
from preparedness.vocabulary import ChannelKind, Level
from tests.activations import stage


@pytest.fixture
def reply(activation):
    (only,) = activation.replies
    return only


def test_an_answer_by_link_counts_as_their_own(reply, held):
    availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=held.amina.actor)

    assert (reply.state, reply.by) == (ReplyState.AVAILABLE_NOW, ReplyBy.SELF)
    assert reply.answered_at is not None
    assert availability.counts_now(reply)


def test_the_same_answer_again_changes_nothing(reply, held):
    availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=held.amina.actor)
    version, answered_at = reply.version, reply.answered_at

    availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=held.amina.actor)

    assert (reply.version, reply.answered_at) == (version, answered_at)


def test_who_comes_later_says_from_when(reply, held):
    with pytest.raises(Refused) as refused:
        availability.reply(reply, ReplyState.AVAILABLE_FROM, None, by=held.amina.actor)
    assert refused.value.field == "available_from"

    availability.reply(reply, ReplyState.AVAILABLE_FROM, now() + timedelta(hours=2), by=held.amina.actor)
    assert not availability.counts_now(reply)


def test_a_time_belongs_to_those_who_come_later_only(reply, held):
    availability.reply(reply, ReplyState.REMOTE_ONLY, now(), by=held.amina.actor)

    assert reply.available_from is None


def test_what_is_noted_by_phone_says_who_noted_it(reply, held):
    availability.report(reply, ReplyState.UNAVAILABLE, None, via=ReplyBy.ON_BEHALF, by=held.ana)

    assert (reply.by, reply.answered_by) == (ReplyBy.ON_BEHALF, "Ana")
    assert reply.called_at is not None


def test_an_answer_that_is_taken_back_was_noted_by_nobody(reply, held):
    availability.report(reply, ReplyState.UNAVAILABLE, None, via=ReplyBy.PHONE_LIST, by=held.ana)
    availability.report(reply, None, None, via=ReplyBy.PHONE_LIST, by=held.ana)

    assert (reply.state, reply.by, reply.answered_by) == (None, None, None)


def test_a_call_without_an_answer_is_noted_as_a_call(reply, held):
    availability.report(reply, None, None, via=ReplyBy.ON_BEHALF, by=held.ana)

    assert reply.called_at is not None
    assert reply.answered_at is None


def test_an_answer_from_an_old_page_is_refused(reply, held):
    old = reply.version
    availability.reply(reply, ReplyState.NEEDED_HERE, None, by=held.amina.actor)

    with pytest.raises(Stale):
        availability.report(reply, ReplyState.AVAILABLE_NOW, None, via=ReplyBy.ON_BEHALF, by=held.ana, version=old)


def test_nobody_answers_an_alert_that_is_over(reply, activation, held):
    outbox.of(reply)[0].state = MessageState.HANDED_OVER
    running.cancel(activation, None, by=held.ana)

    with pytest.raises(Refused, match="This alert is over"):
        availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=held.amina.actor)


def test_s4_the_history_says_that_they_answered_never_what(reply, held):
    availability.reply(reply, ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)

    (entry,) = entries_of(reply)
    assert entry.detail.after["state"] == "•"


def test_s12_nobody_takes_it_back_for_them_that_they_are_in_the_affected_area(reply, world):
    availability.reply(reply, ReplyState.IN_AFFECTED_AREA, None, by=world.amina.actor)

    for state in (None, ReplyState.AVAILABLE_NOW):
        with pytest.raises(Refused, match="only they can take it back"):
            availability.report(reply, state, None, via=ReplyBy.ON_BEHALF, by=world.ana)

    availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=world.amina.actor)
    assert reply.state is ReplyState.AVAILABLE_NOW


def test_s12_who_is_in_the_affected_area_is_asked_nothing_more(reply, held):
    other = outbox.queue(
        agency_id=held.agency.id,
        key="another question",
        kind="reminder",
        channel=ChannelKind.EMAIL,
        template="confirm_reminder",
        params={},
        language="en",
        subject=held.plan,
        person_id=held.amina.id,
    )

    availability.reply(reply, ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)

    assert other.state is MessageState.CANCELLED


def test_s12_no_answer_lowers_nothing(reply, activation, held):
    verification = held.amina.verification

    running.stand_down(activation, None, by=held.ana)

    assert held.amina.verification == verification
    assert held.seat.filled


def test_the_five_figures(held):
    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)
    started = activation.started_at
    amina, salma = activation.replies
    amina.called_at, salma.called_at = started + timedelta(minutes=1), started + timedelta(minutes=4)
    amina.answered_at, salma.answered_at = started + timedelta(minutes=11), started + timedelta(minutes=65)

    figures = availability.figures(activation)

    assert figures.first_called_at == amina.called_at
    assert figures.last_called_at == salma.called_at
    assert figures.last_answer_at == salma.answered_at
    assert (figures.asked, figures.answered_in_time) == (2, 1)
    assert availability.over_time(activation, activation.replies) == [(10, 1), (64, 2)]


def test_without_anybody_asked_the_figures_are_empty(world):
    stage.approved(world)
    activation = running.start(world.plan, stage.AGREED, by=world.ana)

    figures = availability.figures(activation)

    assert (figures.first_called_at, figures.last_answer_at, figures.asked) == (None, None, 0)


def test_a_returned_call_list_is_taken_whole_or_not_at_all(held):
    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)
    amina, salma = activation.replies
    called = now() - timedelta(minutes=9)
    rows = [
        (amina.id, amina.version, {"called_at": called, "state": ReplyState.AVAILABLE_NOW, "answered_by": "RB"}),
        (salma.id, salma.version + 3, {"state": ReplyState.UNAVAILABLE}),
    ]

    assert availability.report_many(activation, rows, by=held.rui) == [salma.id]
    assert amina.state is None

    assert availability.report_many(activation, rows[:1], by=held.rui) == []
    assert (amina.state, amina.called_at, amina.by) == (ReplyState.AVAILABLE_NOW, called, ReplyBy.PHONE_LIST)
    assert amina.answered_by == "RB"


def test_a_call_list_reaches_only_its_own_activation(activation, held):
    with pytest.raises(Missing):
        availability.report_many(activation, [(987_654, 1, {})], by=held.rui)


def test_an_operator_finds_no_answer_of_an_activation_they_do_not_work_on(reply, held):
    with pytest.raises(Missing):
        availability.get(reply.id, agency=held.agency, member=held.members["rui"])
    with pytest.raises(Missing):
        availability.get(reply.id, agency=held.other_agency)


def test_somebody_who_was_not_asked_has_no_answer(activation, held):
    with pytest.raises(Missing):
        availability.of(activation, held.tomas)


def test_the_essential_seat_is_held_once_somebody_can_be_counted_on(activation, reply, held):
    assert [(seat.signal, seat.who) for seat in boards.of(activation).seats] == [("waiting", "Amina Diallo")]

    availability.reply(reply, ReplyState.UNAVAILABLE, None, by=held.amina.actor)
    assert [(seat.signal, seat.who) for seat in boards.of(activation).seats] == [("gap", None)]

    stage.accepts(held.seat, held.salma)
    running.step(activation, Level.FULL, None, by=held.ana)
    salma = availability.of(activation, held.salma)
    availability.reply(salma, ReplyState.AVAILABLE_NOW, None, by=held.salma.actor)
    assert [(seat.signal, seat.who) for seat in boards.of(activation).seats] == [("held", "Rose")]


def test_who_comes_later_leaves_the_seat_waiting(activation, reply, held):
    availability.reply(reply, ReplyState.AVAILABLE_FROM, now() + timedelta(hours=3), by=held.amina.actor)

    assert [(seat.signal, seat.who) for seat in boards.of(activation).seats] == [("waiting", "Amina Diallo")]


def test_a_message_that_failed_stands_among_those_who_cannot_be_reached(activation, reply):
    outbox.of(reply)[0].state = MessageState.FAILED

    (unreached,) = boards.of(activation).unreached

    assert (unreached.name, unreached.reply) == ("Amina Diallo", reply)
    assert unreached.places == ["Diaspora coordination lead"]
