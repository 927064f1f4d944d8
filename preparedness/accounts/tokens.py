"""Tokens: what programs sign in with. Shown once, kept as a hash, and revoked at once."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency, ApiToken, User
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing, Refused
from preparedness.i18n import _

SIGN = "prep_"
"""How every token begins, so that a program that looks for leaked secrets knows one."""
SHOWN = len(SIGN) + 6
LASTS = timedelta(days=365)


def add(member: User, data: Mapping[str, Any], *, by: Actor) -> tuple[ApiToken, str]:
    """Make a token that acts as a member; answers its row, and its text, which is known only now.

    Raises Refused where the member has a live token of that name.
    """
    name = data["name"]
    if db.session.scalar(select(ApiToken.id).where(ApiToken.member_id == member.id, ApiToken.name == name)):
        raise Refused(_("This member has a token of that name: choose another."), field="name")
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
    db.session.add(token)
    record(Action.TOKEN_ADDED, token, by=by, member=member.id, read_only=token.read_only)
    return token, text


def recognised(text: str) -> ApiToken | None:
    """The live token that a program sent; None for one that is unknown, revoked, expired, or of a closed account."""
    query = select(ApiToken).where(ApiToken.token_hash == _hash(text), ApiToken.revoked_at.is_(None))
    token = db.session.scalar(query.options(selectinload(ApiToken.member).selectinload(User.agency)))
    if token is None or not token.member.active or (token.expires_at is not None and token.expires_at <= now()):
        return None
    return token


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


def used(token_id: int) -> None:
    """Note the day on which a token was last used."""
    token = db.session.get(ApiToken, token_id)
    if token is not None:
        token.last_used_on = now().date()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
