"""Calendars: the secret address under which a member's own calendar reads what is due; made anew or revoked at will."""

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness import config
from preparedness.accounts.models import User
from preparedness.activations.models import CalendarFeed
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing


def of(member: User) -> CalendarFeed | None:
    """The calendar that a member shares; None where there is none."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.member_id == member.id))


def share(member: User, *, high_risk: bool, by: Actor) -> str:
    """Make a secret address for a member's calendar; answers it, which is known only now. An earlier one ends."""
    secret = secrets.token_urlsafe(32)
    feed = of(member)
    if feed is None:
        feed = CalendarFeed(agency_id=member.agency_id, member=member)
        db.session.add(feed)
    feed.agency_id, feed.secret_hash, feed.high_risk = member.agency_id, _hash(secret), high_risk
    feed.made_at, feed.last_used_on = now(), None
    record(Action.CALENDAR_SHARED, feed, by=by, high_risk=high_risk)
    return address(secret)


def address(secret: str) -> str:
    """Where the calendar of a secret is read."""
    return f"{config.current().base_url}/feeds/{secret}.ics"


def revoke(member: User, *, by: Actor) -> None:
    """Close the address of a member's calendar: it answers nothing any more."""
    feed = of(member)
    if feed is not None:
        record(Action.CALENDAR_REVOKED, feed, by=by)
        db.session.delete(feed)


def recognised(secret: str) -> CalendarFeed:
    """The calendar of a secret, of an account that is open. Raises Missing."""
    query = select(CalendarFeed).where(CalendarFeed.secret_hash == _hash(secret))
    feed = db.session.scalar(query.options(selectinload(CalendarFeed.member).selectinload(User.agency)))
    if feed is None or not feed.member.active or feed.member.agency_id != feed.agency_id:
        raise Missing
    return feed


def used(feed_id: int) -> None:
    """Note the day on which a calendar was last read."""
    feed = db.session.get(CalendarFeed, feed_id)
    if feed is not None:
        feed.last_used_on = now().date()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
