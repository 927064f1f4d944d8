"""What the outbox does by itself: hand over what waits, and say what became of it."""

import logging
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError

from preparedness.config import current
from preparedness.database import db, transaction
from preparedness.errors import frames
from preparedness.notifications import channels, claims, letters, outbox, relays, suppressions
from preparedness.notifications.channels import Channel, Permanent, Temporary, Unreachable
from preparedness.notifications.claims import Claim
from preparedness.notifications.letters import Envelope
from preparedness.notifications.models import Carrier, Failure, Message, MessageState
from preparedness.vocabulary import ChannelKind

logger = logging.getLogger("preparedness.outbox")

BATCH = 20
ENOUGH = 5.0
"""Seconds after which a round ends, so that a worker that is told to stop does so soon."""


def deliver() -> int:
    """Send people what waits, the urgent first, in transactions of its own; returns how many were handed over."""
    return _round(Ways(channels.routes(current()), left=frozenset({Carrier.WEBHOOK})))


def announce() -> int:
    """Tell programs what happened; apart from the letters, so that a program that hangs holds up nobody's alert."""
    return _round(Ways({Carrier.WEBHOOK: [channels.Webhook()]}, left=frozenset(Carrier) - {Carrier.WEBHOOK}))


def _round(found: "Ways") -> int:
    sent, until = 0, time.monotonic() + ENOUGH
    with closing(found) as ways:
        while time.monotonic() < until and (taken := _take(ways)):
            sent += _send_all(taken, ways, until)
    return sent


@dataclass
class Ways:
    """The ways out, and which of them rest just now; what is left to another round is no affair of this one."""

    routes: Mapping[Any, list[Channel]]
    left: frozenset[Carrier] = frozenset()
    resting: set[str] = field(default_factory=set)

    @property
    def spared(self) -> list[Carrier]:
        """Those by which nothing can leave just now; what has no way at all is not spared, it fails."""
        closed = [Carrier(kind) for kind, ways in self.routes.items() if ways and not self.open(kind)]
        return [*self.left, *closed]

    def open(self, kind: str) -> list[Channel]:
        """The ways of a kind that do not rest, the reserve last."""
        return [way for way in self.routes.get(kind, []) if way.name not in self.resting]

    def close(self) -> None:
        """End all connections."""
        for ways in self.routes.values():
            for way in ways:
                way.close()


def _take(ways: Ways) -> list[Claim]:
    with transaction():
        claims.expire()
        ways.resting = relays.resting()
        return claims.take(BATCH, spared=ways.spared)


def _send_all(taken: list[Claim], ways: Ways, until: float) -> int:
    """Send one after the other; what there is no time or no way for goes back."""
    sent, unbegun = 0, list(taken)
    try:
        while unbegun and time.monotonic() < until and unbegun[0].channel not in ways.spared:
            sent += _send(unbegun.pop(0), ways)
    finally:
        if unbegun:
            with transaction():
                claims.give_back(unbegun)
    return sent


def _send(claim: Claim, ways: Ways) -> bool:
    """Send one message: begin and write it, hand it over with no transaction open, mark it."""
    try:
        with transaction():
            message = claims.begin(claim)
            envelope = _written(claim, message, ways) if message else None
    except DBAPIError:
        raise
    except Exception as error:  # one letter's fault must not hold up the others
        logger.error("unwritten message=%s kind=%s at:\n%s", claim.message_id, type(error).__name__, frames(error))
        with transaction():
            if claims.begin(claim):
                claims.postpone(claim, Failure.UNWRITTEN)
        return False
    return envelope is not None and _hand_over(claim, envelope, ways)


def _written(claim: Claim, message: Message, ways: Ways) -> Any:
    """What is handed over, a letter or a parcel; None where there is nothing to send, which is marked then."""
    if not ways.routes.get(claim.channel):
        claims.mark(claim, MessageState.FAILED, failure=Failure.NO_CHANNEL)
        return None
    if claim.channel not in outbox.PARCELS:
        return _envelope(claim, message)
    parcel = outbox.PARCELS[claim.channel](message)
    if parcel is None:
        claims.mark(claim, MessageState.CANCELLED)
    return parcel


def _envelope(claim: Claim, message: Message) -> Envelope | None:
    """The letter with its addresses; None where nobody is to get it."""
    context = letters.CONTEXTS[message.template](message)
    if context is None:
        claims.mark(claim, MessageState.CANCELLED)
        return None
    recipient = outbox.RECIPIENTS["member" if message.person_id is None else "person"](message)
    if recipient is None:
        claims.mark(claim, MessageState.FAILED, failure=Failure.NO_ADDRESS)
        return None
    if suppressions.holds(message.agency_id, ChannelKind(message.channel), recipient.address):
        claims.mark(claim, MessageState.FAILED, failure=Failure.SUPPRESSED)
        return None
    config, agency = current(), context["agency"]
    return Envelope(
        message_id=message.id,
        agency_id=message.agency_id,
        identity=f"{message.key[:40]}@{config.mail_from.rpartition('@')[2]}",
        queued_at=message.created_at,
        sender=agency.mail_from or config.mail_from,
        sender_name="" if context.get("discreet") else agency.name,
        address=recipient.address,
        name=recipient.name,
        letter=letters.render(message.template, message.language, {"recipient": recipient, **context}),
    )


def _hand_over(claim: Claim, envelope: Any, ways: Ways) -> bool:
    """Try the ways out in their order, and mark what became of the message."""
    for way in ways.open(claim.channel):
        try:
            code = way.send(envelope)
        except Unreachable as error:
            ways.resting.add(way.name)
            _note(claim, way, error)
            continue
        except (Permanent, Temporary) as error:
            _note(claim, way, error)
            return False
        with transaction():
            claims.tried(claim, way.name, code, None)
            claims.mark(claim, MessageState.HANDED_OVER, relay=way.name)
            relays.worked(way.name)
        return True
    with transaction():
        claims.wait(claim)
    return False


def _note(claim: Claim, way: Channel, error: channels.NotSent) -> None:
    """Keep a try that went wrong, and what follows from it."""
    logger.warning(
        "not sent message=%s relay=%s code=%s kind=%s", claim.message_id, way.name, error.code, type(error).__name__
    )
    with transaction():
        claims.tried(claim, way.name, error.code, error.said)
        if isinstance(error, Unreachable):
            relays.failed(way.name)
        elif isinstance(error, Permanent):
            claims.mark(claim, MessageState.FAILED, failure=Failure.REJECTED)
        else:
            claims.postpone(claim, Failure.PUT_OFF)
            _spare(claim)


def _spare(claim: Claim) -> None:
    """Let all that a program is to be told wait as long as what it did not take: one try, not one for each."""
    if claim.channel is Carrier.WEBHOOK:
        message = db.session.get_one(Message, claim.message_id, populate_existing=True)
        outbox.put_off(message.subject_kind, message.subject_id, message.next_at)
