"""What happens to returned copies by itself: large ones are read, applied and taken back, and old ones forgotten."""

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from preparedness.accounts.models import Agency
from preparedness.database import db, now, reading, transaction
from preparedness.errors import Refused, frames
from preparedness.exchange import claims, closings, erasing, forgetting, originals, returns, uploads
from preparedness.exchange.claims import Claim
from preparedness.exchange.models import Errand, Return, ReturnState
from preparedness.i18n import _, speaking

logger = logging.getLogger("preparedness.exchange")

ENOUGH = 5.0
"""Seconds after which a round ends, so that a worker that is told to stop does so soon."""


def work() -> int:
    """Do what waits to be done, one copy after the other, in transactions of its own; returns how many."""
    done, until = 0, time.monotonic() + ENOUGH
    while time.monotonic() < until and (claim := _take()):
        _do(claim)
        done += 1
    return done


def forget() -> int:
    """Forget what was given out once a copy is too old to come back, and files that nobody settled."""
    return forgetting.forget(now())


def _take() -> Claim | None:
    with reading():
        if not claims.waiting():
            return None
    with transaction():
        return claims.take()


def _do(claim: Claim) -> None:
    """Do one errand. What is refused is said on the copy; what goes wrong is tried again, but not without end."""
    try:
        if claim.tries > claims.MOST_TRIES:
            with reading(), speaking(_language(claim)):
                raise Refused(_("This took too long or failed several times. Nothing of it was written."))
        WAYS[claim.errand](claim)
    except Refused as refused:
        with transaction():
            brought = claims.hold(claim)
            if brought is not None:
                closings.give_up(brought, refused.sentence)
    except DBAPIError:
        raise
    except Exception as error:  # one file's fault must not hold up the others
        logger.error("undone return=%s kind=%s at:\n%s", claim.return_id, type(error).__name__, frames(error))
        with transaction():
            claims.give_back(claim)


def _language(claim: Claim) -> str:
    """The language of whoever the work is done for."""
    brought = db.session.get_one(Return, claim.return_id)
    member = claims.member(claims.actor(brought))
    return member.language if member else db.session.get_one(Agency, brought.agency_id).language


def _read(claim: Claim) -> None:
    """Read a file with no transaction open, understand it without holding anybody up, and keep what it says."""
    with reading():
        content = originals.of(claim.return_id)
    if content is None or not _goes_on(claim, 10):
        return
    with reading():
        language, name = _language(claim), db.session.get_one(Return, claim.return_id).filename
    with speaking(language):
        read = uploads.read(content, name)
        if not _goes_on(claim, 60):
            return
        with reading():
            brought = db.session.get_one(Return, claim.return_id)
            agency, by = db.session.get_one(Agency, brought.agency_id), claims.actor(brought)
            member = claims.member(by)
            known = returns.recognised(brought, read, agency=agency, member=member)
            erased = erasing.last(agency)
            found = returns.understood(read, known, agency=agency, member=member)
        if not _goes_on(claim, 85):
            return
        with transaction():
            held, agency = claims.hold(claim), db.session.get_one(Agency, agency.id)
            if erasing.last(agency) != erased:  # somebody who is in what was understood may be gone: read once more
                claims.give_back(claim)
            elif held is not None:
                returns.keep(held, found, agency=agency, by=by)


def _goes_on(claim: Claim, percent: int) -> bool:
    """Say how far it is; False where it was cancelled meanwhile."""
    with transaction():
        return claims.progress(claim, percent)


def _apply(claim: Claim) -> None:
    """Write what is taken, as one; where rows moved, the fresh comparison is kept and nothing else."""
    if not _goes_on(claim, 20):
        return
    with transaction():
        brought = claims.hold(claim)
        if brought is None:
            return
        agency, by = db.session.get_one(Agency, brought.agency_id), claims.actor(brought)
        member = claims.member(by)
        with speaking(_language(claim)):
            claims.end(brought, ReturnState.READY)
            if not returns.apply(brought, agency=agency, member=member, by=by, at_once=True):
                closings.meanwhile(brought)


def _undo(claim: Claim) -> None:
    """Take back what a copy wrote, as one."""
    if not _goes_on(claim, 20):
        return
    with transaction():
        brought = claims.hold(claim)
        if brought is None:
            return
        agency, by = db.session.get_one(Agency, brought.agency_id), claims.actor(brought)
        member = claims.member(by)
        with speaking(_language(claim)):
            claims.end(brought, ReturnState.APPLIED)
            returns.undo(brought, agency=agency, member=member, by=by, at_once=True)


WAYS: dict[Errand, Callable[[Claim], None]] = {Errand.READ: _read, Errand.APPLY: _apply, Errand.UNDO: _undo}
