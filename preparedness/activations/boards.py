"""The board of an activation: the essential seats now, what falls due, who cannot be reached, how people answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from preparedness.activations import alerts, availability
from preparedness.activations.alerts import Alert
from preparedness.activations.availability import Figures
from preparedness.activations.models import Activation, ActivationState, Reply
from preparedness.database import db
from preparedness.i18n import _
from preparedness.notifications.models import Message, MessageState


@dataclass(frozen=True)
class SeatNow:
    """An essential seat, and who can be counted on for it at this moment."""

    title: str
    who: str | None
    signal: str
    """held, waiting or gap, as the pictures draw it."""
    words: Any


@dataclass(frozen=True)
class Unreached:
    """Somebody of the level who has no alert, and why."""

    name: str
    places: list[str]
    why: Any
    reply: Reply | None


@dataclass(frozen=True)
class PeopleBoard:
    """How the people of an activation stand now."""

    replies: list[Reply]
    messages: dict[int, MessageState]
    places: dict[int, str]
    seats: list[SeatNow]
    unreached: list[Unreached]
    figures: Figures
    points: list[tuple[int, int]]

    @property
    def seat_parts(self) -> list[tuple[Any, int, str]]:
        """The essential seats by signal, for their picture."""
        words = {"held": _("held now"), "waiting": _("no answer yet"), "gap": _("nobody now")}
        return [(words[signal], sum(seat.signal == signal for seat in self.seats), signal) for signal in words]

    @property
    def names(self) -> dict[str, str]:
        """How those who act by their link are called, by Ref."""
        return {reply.person.ref: reply.person.shown_name for reply in self.replies}

    def titles(self, reply: Reply) -> list[str]:
        """The seats for which somebody was asked."""
        return [self.places[seat_id] for seat_id in reply.seat_ids if seat_id in self.places]


def of(activation: Activation) -> PeopleBoard:
    """The people of an activation, in a few statements however many they are."""
    replies = availability.listed(activation)
    messages = _messages(replies)
    there = (
        alerts.preview(activation.plan, activation.plan_version, activation.level)
        if activation.state is ActivationState.ACTIVE
        else []
    )
    return PeopleBoard(
        replies=replies,
        messages=messages,
        places=_places(activation),
        seats=_seats(activation, there, replies),
        unreached=[*_not_alerted(there, replies), *_failed(activation, replies, messages)],
        figures=availability.figures_of(activation, replies),
        points=availability.over_time(activation, replies),
    )


def _messages(replies: Iterable[Reply]) -> dict[int, MessageState]:
    """What became of each alert, by its number."""
    query = select(Message).where(Message.id.in_([each.message_id for each in replies]))
    return {message.id: message.state for message in db.session.scalars(query)}


def _places(activation: Activation) -> dict[int, str]:
    """The seats by number, in the words of the version."""
    return {
        seat["id"]: f"{role['title']}, {seat['label']}" if seat["label"] else role["title"]
        for role in activation.plan_version.document["roles"]
        for seat in role["seats"]
    }


def _seats(activation: Activation, there: Iterable[Alert], replies: Iterable[Reply]) -> list[SeatNow]:
    """The essential seats of the level, those without anybody first."""
    if activation.state is not ActivationState.ACTIVE:
        return []
    answered = {reply.person_id: reply for reply in replies}
    standing: dict[int, list[tuple[Alert, Reply | None]]] = {}
    for alert in there:
        for place in alert.places:
            standing.setdefault(place.seat_id, []).append(
                (alert, answered.get(alert.person.id) if alert.person else None)
            )
    places = _places(activation)
    found = [
        _seat(places[seat["id"]], standing.get(seat["id"], []))
        for role in activation.plan_version.document["roles"]
        if role["essential"] and activation.level.reaches(alerts.level_of(role))
        for seat in role["seats"]
    ]
    return sorted(found, key=lambda seat: ("gap", "waiting", "held").index(seat.signal))


def _seat(title: str, standing: list[tuple[Alert, Reply | None]]) -> SeatNow:
    for alert, reply in standing:
        if reply is not None and availability.counts_now(reply):
            return SeatNow(title, alert.name, "held", _("can be counted on now"))
    waiting = [alert.name for alert, reply in standing if reply is not None and reply.state is None]
    if waiting:
        return SeatNow(title, waiting[0], "waiting", _("alerted, no answer yet"))
    later = [alert.name for alert, reply in standing if reply is not None and reply.available_from is not None]
    if later:
        return SeatNow(title, later[0], "waiting", _("available later"))
    return SeatNow(title, None, "gap", _("nobody can come") if standing else _("vacant"))


def _not_alerted(there: Iterable[Alert], replies: Iterable[Reply]) -> list[Unreached]:
    asked = {reply.person_id for reply in replies}
    return [
        Unreached(alert.name, [place.title for place in alert.places], alert.why_not, None)
        for alert in there
        if alert.why_not is not None and (alert.person is None or alert.person.id not in asked)
    ]


def _failed(activation: Activation, replies: Iterable[Reply], messages: dict[int, MessageState]) -> list[Unreached]:
    places = _places(activation)
    return [
        Unreached(
            reply.person.shown_name,
            [places[seat_id] for seat_id in reply.seat_ids if seat_id in places],
            _("The message was not delivered. Call them."),
            reply,
        )
        for reply in replies
        if reply.state is None and messages.get(reply.message_id or 0) is MessageState.FAILED
    ]
