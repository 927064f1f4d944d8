"""Tokens: what programs sign in with. Shown once, kept as a hash, and revoked at once."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency, ApiToken, User
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l
from preparedness.vocabulary import Worded

SIGN = "prep_"
"""How every token begins, so that a program that looks for leaked secrets knows one."""
SHOWN = len(SIGN) + 6
LASTS = timedelta(days=365)
LONGEST = timedelta(days=3650)


class Reach(Worded):
    """How far a token reaches, within the access profile of the member it acts as."""

    READ = "read", _l("reads only")
    WRITE = "write", _l("reads and writes")


def add(member: User, data: Mapping[str, Any], *, by: Actor) -> tuple[ApiToken, str]:
    """Make a token that acts as a member; answers its row, and its text, which is known only now.

    Raises Refused where the member has a token of that name, or an account that is closed.
    """
    if not member.active:
        raise Refused(_("This account is closed: a token that acts as it would open nothing."), field="member_id")
    name = data["name"]
    _make_way(member, name, by=by)
    text = SIGN + secrets.token_urlsafe(32)
    token = ApiToken(
        agency_id=member.agency_id,
        member=member,
        name=name,
        prefix=text[:SHOWN],
        token_hash=_hash(text),
        read_only=bool(data.get("read_only")),
        expires_at=now() + timedelta(days=data.get("days") or LASTS.days),
    )
    try:
        with db.session.begin_nested():
            db.session.add(token)
    except IntegrityError as error:
        raise _taken() from error
    record(Action.TOKEN_ADDED, token, by=by, member=member.id, read_only=token.read_only)
    return token, text


def _make_way(member: User, name: str, *, by: Actor) -> None:
    """Let a token that ran out give its name to a new one. Raises Refused where one in use has it."""
    named = select(ApiToken).where(ApiToken.member_id == member.id, ApiToken.name == name)
    known = db.session.scalar(named.where(ApiToken.revoked_at.is_(None)))
    if known is None:
        return
    if not _over(known):
        raise _taken()
    revoke(known, by=by)
    db.session.flush()


def _taken() -> Refused:
    return Refused(_("This member has a token of that name: choose another."), field="name")


def recognised(text: str) -> ApiToken | None:
    """The live token that a program sent; None for one that is unknown, revoked, expired, or of a closed account.

    A member who went to another institution takes no token along.
    """
    query = select(ApiToken).where(ApiToken.token_hash == _hash(text), ApiToken.revoked_at.is_(None))
    token = db.session.scalar(query.options(selectinload(ApiToken.member).selectinload(User.agency)))
    if token is None or _over(token) or not token.member.active or token.member.agency_id != token.agency_id:
        return None
    return token


def _over(token: ApiToken) -> bool:
    return token.expires_at is not None and token.expires_at <= now()


def get(token_id: int, *, agency: Agency) -> ApiToken:
    """A token of the agency. Raises Missing."""
    token = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.agency_id == agency.id))
    if token is None:
        raise Missing
    return token


def listed(agency: Agency) -> list[ApiToken]:
    """The tokens of an agency, those in use first."""
    query = select(ApiToken).where(ApiToken.agency_id == agency.id).options(selectinload(ApiToken.member))
    return list(db.session.scalars(query.order_by(ApiToken.revoked_at.is_not(None), ApiToken.name, ApiToken.id)))


def revoke(token: ApiToken, *, by: Actor) -> None:
    """Revoke a token: its next request is refused."""
    if token.revoked_at is None:
        token.revoked_at = now()
        record(Action.TOKEN_REVOKED, token, by=by)


def revoke_all(member: User, *, by: Actor) -> None:
    """Revoke every token that acts as a member."""
    theirs = select(ApiToken).where(ApiToken.member_id == member.id, ApiToken.revoked_at.is_(None))
    for token in db.session.scalars(theirs).all():
        revoke(token, by=by)


def used(token_id: int) -> None:
    """Note the day on which a token was last used."""
    token = db.session.get(ApiToken, token_id)
    if token is not None:
        token.last_used_on = now().date()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
