"""Claims: a message is taken for a while, begun, then marked by who took it, so that a sender may die at any moment.

A message is *queued* until the very moment it is sent, so that it can be cancelled until then.
"""

import logging
import random
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from preparedness.database import changed, db, shared_now
from preparedness.errors import frames
from preparedness.notifications import outbox
from preparedness.notifications.models import Attempt, Carrier, Failure, Message, MessageState

logger = logging.getLogger("preparedness.outbox")

LEASE = timedelta(seconds=120)
"""Longer than the slowest hand-over: an SMTP dialogue of ten steps, each with its time limit."""

OLDEST = timedelta(days=3)
MOST_TRIES = {Failure.PUT_OFF: 16, Failure.UNWRITTEN: 3}
SHORTEST, LONGEST = timedelta(seconds=15), timedelta(hours=2)

OPEN = (MessageState.QUEUED, MessageState.SENDING)
FINAL = (MessageState.HANDED_OVER, MessageState.FAILED)


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send, until the lease ends."""

    message_id: int
    token: str
    channel: Carrier


def expire() -> int:
    """Give up what is too old to be sent and lies with nobody; returns how many."""
    moment = shared_now()
    old = update(Message).where(Message.state.in_(OPEN), Message.expires_at <= moment, _free(moment))
    return changed(old.values(state=MessageState.EXPIRED, lease_token=None, leased_until=None))


def take(limit: int, *, spared: Collection[Carrier] = ()) -> list[Claim]:
    """Take the messages whose turn it is, the urgent first, but none of the spared channels."""
    moment = shared_now()
    ready = (
        select(Message.id, Message.channel)
        .where(Message.state.in_(OPEN), Message.next_at <= moment, _free(moment), Message.channel.not_in(spared))
        .order_by(Message.priority, Message.next_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    token = secrets.token_hex(16)
    taken = [Claim(number, token, channel) for number, channel in db.session.execute(ready)]
    theirs = update(Message).where(Message.id.in_([each.message_id for each in taken]))
    db.session.execute(theirs.values(lease_token=token, leased_until=moment + LEASE))
    return taken


def _free(moment: datetime) -> Any:
    return or_(Message.leased_until.is_(None), Message.leased_until <= moment)


def begin(claim: Claim) -> Message | None:
    """Say that a message is being sent from now on; None where it was cancelled, or somebody else took it."""
    ours = update(Message).where(*_ours(claim), Message.state.in_(OPEN))
    values = {
        "state": MessageState.SENDING,
        "attempts": Message.attempts + 1,
        "leased_until": shared_now() + LEASE,
    }
    if not changed(ours.values(values)):
        return None
    return db.session.get_one(Message, claim.message_id, populate_existing=True)


def mark(claim: Claim, state: MessageState, *, failure: Failure | None = None, relay: str | None = None) -> bool:
    """Say what became of a message, if it is still ours; whoever waits for a final word is told at once."""
    values: dict[str, Any] = {"state": state, "final_error": failure, "lease_token": None, "leased_until": None}
    if state is MessageState.HANDED_OVER:
        values |= {"relay": relay, "handed_over_at": shared_now()}
    if not _changed(claim, values):
        return False
    if state in FINAL:
        _tell(db.session.get_one(Message, claim.message_id, populate_existing=True))
    return True


def _tell(message: Message) -> None:
    """Tell whoever waits. Their fault must not undo the mark, or the same person would get copy after copy."""
    for tell in outbox.WHEN_FINAL:
        try:
            with db.session.begin_nested():
                tell(message)
        except Exception as error:
            logger.error("untold message=%s kind=%s at:\n%s", message.id, type(error).__name__, frames(error))


def postpone(claim: Claim, failure: Failure) -> bool:
    """Try again later, each time after a longer pause of random length; give up after too many tries or days."""
    message = db.session.get_one(Message, claim.message_id, populate_existing=True)
    moment = shared_now()
    if message.attempts >= MOST_TRIES[failure] or _too_old(message, moment):
        return mark(claim, MessageState.FAILED, failure=failure)
    return _back(claim, {"next_at": moment + pause(message.attempts)})


def wait(claim: Claim) -> bool:
    """Put a message back because no relay could be reached: that is no try of its own, but it cannot wait for ever."""
    message = db.session.get_one(Message, claim.message_id, populate_existing=True)
    moment = shared_now()
    if _too_old(message, moment):
        return mark(claim, MessageState.FAILED, failure=Failure.UNREACHABLE)
    return _back(claim, {"next_at": moment, "attempts": Message.attempts - 1})


def give_back(claims: Collection[Claim]) -> None:
    """Let others have what was taken and not begun."""
    ids, tokens = {each.message_id for each in claims}, {each.token for each in claims}
    unbegun = update(Message).where(
        Message.id.in_(ids), Message.lease_token.in_(tokens), Message.state == MessageState.QUEUED
    )
    db.session.execute(unbegun.values(lease_token=None, leased_until=None))


def tried(claim: Claim, relay: str, code: str | None, said: str | None) -> None:
    """Keep one try: the relay, its code, and the class of what went wrong; never an address."""
    db.session.add(Attempt(message_id=claim.message_id, relay=relay, code=code, said=said))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling, with full jitter, so that a thousand do not come at once."""
    longest: timedelta = min(LONGEST, SHORTEST * 2 ** min(attempts, 20))
    return longest * random.random()  # noqa: S311 - spreads load, guards nothing


def _too_old(message: Message, moment: datetime) -> bool:
    return moment - (message.not_before or message.created_at) > OLDEST


def _back(claim: Claim, values: dict[str, Any]) -> bool:
    return _changed(claim, {"state": MessageState.QUEUED, "lease_token": None, "leased_until": None, **values})


def _changed(claim: Claim, values: dict[str, Any]) -> bool:
    return changed(update(Message).where(*_ours(claim)).values(values)) == 1


def _ours(claim: Claim) -> tuple[Any, Any]:
    return Message.id == claim.message_id, Message.lease_token == claim.token
