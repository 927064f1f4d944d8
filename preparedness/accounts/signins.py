"""Where members are signed in: listed, ended from anywhere, and seen no more often than each hour."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from flask import Flask, request, session
from flask_login import logout_user, user_logged_in, user_logged_out
from sqlalchemy import select

from preparedness.accounts.models import SignIn, User
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing

LONGEST = timedelta(days=14)
IDLE = timedelta(hours=12)


def install(app: Flask) -> None:
    """Keep a row for each sign-in."""
    user_logged_in.connect(_begun, app)
    user_logged_out.connect(_left, app)


def live(key: str | None) -> SignIn | None:
    """The sign-in of a session's key, while it is neither ended nor too old."""
    if not key:
        return None
    signin = db.session.scalar(select(SignIn).where(SignIn.key_hash == _hash(key), SignIn.ended_at.is_(None)))
    if signin is None or now() - signin.started_at > LONGEST or now() - signin.seen_at > IDLE:
        return None
    return signin


def of(member: User) -> list[SignIn]:
    """Where a member is signed in now."""
    since = now() - IDLE
    query = select(SignIn).where(SignIn.member_id == member.id, SignIn.ended_at.is_(None), SignIn.seen_at > since)
    return list(db.session.scalars(query.order_by(SignIn.seen_at.desc())))


def get(sign_in_id: int, *, member: User) -> SignIn:
    """One of a member's sign-ins. Raises Missing."""
    signin = db.session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.member_id == member.id))
    if signin is None:
        raise Missing
    return signin


def end(signin: SignIn, *, by: Actor) -> None:
    """End a sign-in: its next request is signed out."""
    if signin.ended_at is None:
        signin.ended_at, signin.ended_by = now(), by.label
        record(Action.SIGN_IN_ENDED, signin, by=by)


def end_all(member: User, *, by: Actor) -> None:
    """End every sign-in of a member."""
    for signin in of(member):
        end(signin, by=by)


def forget() -> None:
    """Sign this browser out without a row to end."""
    logout_user()
    session.clear()


def stale(signin: SignIn) -> bool:
    """True where it was last noted an hour ago or more."""
    return now() - signin.seen_at > timedelta(hours=1)


def seen(sign_in_id: int) -> None:
    """Note that a sign-in is in use."""
    signin = db.session.get(SignIn, sign_in_id)
    if signin is not None:
        signin.seen_at = now()
        signin.member.last_seen_at = now()


def recent(at: float, within: timedelta) -> bool:
    """True where a time stamp (seconds) is not older than this."""
    return datetime.fromtimestamp(at, UTC) > now() - within


def anew(member: User, within: timedelta) -> bool:
    """True where a member has just signed in on the pages, and is signed in still."""
    query = select(SignIn.id).where(SignIn.member_id == member.id, SignIn.ended_at.is_(None))
    return db.session.scalar(query.where(SignIn.started_at > now() - within).limit(1)) is not None


def network(address: str | None) -> str:
    """An address without what tells one household from another: /24, or /48."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))


def _begun(_app: Flask, user: User) -> None:
    key = secrets.token_urlsafe(32)
    signin = SignIn(
        agency_id=user.agency_id,
        member_id=user.id,
        key_hash=_hash(key),
        address_truncated=network(request.remote_addr),
        agent_label=_browser(request.headers.get("User-Agent", "")),
    )
    db.session.add(signin)
    session["sign_in"] = key
    record(Action.SIGNED_IN, signin, by=user.actor)


def _left(_app: Flask, user: User) -> None:
    signin = live(session.pop("sign_in", None))
    if signin is not None:
        end(signin, by=user.actor)


def _browser(agent: str) -> str:
    """A word for a browser, no more than that."""
    names = ("Firefox", "Edg", "Chrome", "Safari")
    return next((name.replace("Edg", "Edge") for name in names if name in agent), "")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
