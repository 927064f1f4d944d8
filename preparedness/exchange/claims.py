"""Long work on returned copies: taken by a worker for a while, so that any worker may die at any moment.

What a worker does is kept in one transaction at its end, and only while the copy is still its own.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from preparedness.accounts.models import ApiToken, User
from preparedness.audit import Actor, ActorKind
from preparedness.database import changed, db, shared_now
from preparedness.exchange.models import Errand, Return, ReturnState

LEASE = timedelta(seconds=75)
"""Longer than the slowest step between two words of progress: reading a file ends after half a minute."""

MOST_TRIES = 3
BUSY = (ReturnState.READING, ReturnState.APPLYING)
SIDE: Any = Return.__table__
"""Leases and progress are no change that anybody made: they leave the version alone."""


@dataclass(frozen=True)
class Claim:
    """A returned copy that is ours to work on, until the lease ends."""

    return_id: int
    token: str
    errand: Errand
    tries: int


def begin(brought: Return, errand: Errand, *, by: Actor) -> None:
    """Give a returned copy to the next worker that is free."""
    brought.state = ReturnState.READING if errand is Errand.READ else ReturnState.APPLYING
    brought.errand, brought.progress, brought.tries = errand, 0, 0
    brought.errand_of = {"kind": by.kind.value, "id": by.id, "label": by.label}
    brought.lease_token, brought.leased_until = None, None


def end(brought: Return, state: ReturnState) -> None:
    """Say where a returned copy stands now that nobody works on it."""
    brought.state, brought.errand, brought.errand_of, brought.progress = state, None, {}, 0
    brought.lease_token, brought.leased_until = None, None


def actor(brought: Return) -> Actor:
    """For whom the work is done."""
    asked = brought.errand_of
    return Actor(ActorKind(asked["kind"]), asked["id"], asked["label"])


def member(by: Actor) -> User | None:
    """The member whose rights count for an actor; None for the console."""
    if by.kind is ActorKind.MEMBER:
        return db.session.get(User, by.id)
    if by.kind is ActorKind.TOKEN:
        token = db.session.get(ApiToken, by.id)
        return token.member if token else None
    return None


def busy(uploader: User | None) -> bool:
    """True while a file of this member is being read: one at a time, the others wait their turn."""
    if uploader is None:
        return False
    query = select(Return.id).where(Return.uploaded_by_id == uploader.id, Return.state == ReturnState.READING)
    return db.session.scalar(query.limit(1)) is not None


def waiting() -> bool:
    """True where there is work for a worker."""
    return db.session.scalar(_ready().limit(1)) is not None


def take() -> Claim | None:
    """Take the copy whose turn it is: the oldest, but never two files of one person at once."""
    query = _ready().order_by(SIDE.c.id).limit(1).with_for_update(skip_locked=True)
    found = db.session.execute(query).first()
    if found is None:
        return None
    claim = Claim(found.id, secrets.token_hex(16), found.errand, found.tries + 1)
    values = {"lease_token": claim.token, "leased_until": shared_now() + LEASE, "tries": claim.tries}
    db.session.execute(update(SIDE).where(SIDE.c.id == claim.return_id).values(values))
    return claim


def _ready() -> Any:
    moment, earlier = shared_now(), aliased(Return)
    first = ~exists().where(
        earlier.uploaded_by_id == SIDE.c.uploaded_by_id, earlier.state == ReturnState.READING, earlier.id < SIDE.c.id
    )
    free = or_(SIDE.c.leased_until.is_(None), SIDE.c.leased_until <= moment)
    columns = select(SIDE.c.id, SIDE.c.errand, SIDE.c.tries)
    return columns.where(SIDE.c.state.in_(BUSY), free, or_(SIDE.c.state != ReturnState.READING, first))


def progress(claim: Claim, percent: int) -> bool:
    """Say how far the work is, and keep the copy longer; False where it is no longer ours."""
    values = {"progress": percent, "leased_until": shared_now() + LEASE}
    return changed(update(SIDE).where(*_ours(claim)).values(values)) == 1


def give_back(claim: Claim) -> None:
    """Let go of a copy that could not be worked on: it is tried again, by whoever is free."""
    db.session.execute(update(SIDE).where(*_ours(claim)).values(lease_token=None, leased_until=None))


def hold(claim: Claim) -> Return | None:
    """The copy itself, for the step that is kept; None where it was cancelled, or somebody else took it."""
    if not changed(update(SIDE).where(*_ours(claim)).values(leased_until=shared_now() + LEASE)):
        return None
    return db.session.get_one(Return, claim.return_id, populate_existing=True)


def _ours(claim: Claim) -> list[Any]:
    return [SIDE.c.id == claim.return_id, SIDE.c.lease_token == claim.token, SIDE.c.state.in_(BUSY)]
