"""Deputies whom a holder suggests: by an address to forward, never by giving somebody's number."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing
from preparedness.plans.models import Assignment, DeputySuggestion, Role, Seat

GOOD_FOR = timedelta(days=14)


def suggest_deputy(assignment: Assignment, *, by: Actor) -> tuple[DeputySuggestion, str]:
    """Make an address that a holder can forward; its token is shown once, only its hash is kept."""
    token = secrets.token_urlsafe(32)
    suggestion = DeputySuggestion(
        agency_id=assignment.agency_id,
        assignment=assignment,
        token_hash=_hash(token),
        expires_at=now() + GOOD_FOR,
    )
    db.session.add(suggestion)
    record(Action.HANDED_OVER, assignment, by=by, seat=assignment.seat_id, suggested=True)
    return suggestion, token


def open(token: str) -> DeputySuggestion:  # noqa: A001 - it reads as a sentence: suggestions.open(token)
    """The suggestion that a forwarded address belongs to; raises Missing for an unknown one, or one that is over.

    It is over too once whoever forwarded it holds the role no more: they stepped down, were erased, or it was not them.
    """
    place = selectinload(DeputySuggestion.assignment).selectinload(Assignment.seat)
    query = select(DeputySuggestion).where(
        DeputySuggestion.token_hash == _hash(token), DeputySuggestion.expires_at > now()
    )
    suggestion = db.session.scalar(query.options(place.selectinload(Seat.role).selectinload(Role.plan)))
    if suggestion is None or (suggestion.state == "open" and not suggestion.assignment.holds):
        raise Missing
    return suggestion


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
