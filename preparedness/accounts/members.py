"""Members: those who sign in to work for an agency."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask_security import hash_password
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from preparedness import config
from preparedness.accounts import signins, tokens
from preparedness.accounts.models import Access, Agency, User
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.notifications.models import Message
from preparedness.notifications.outbox import Recipient

EDITABLE = ("name", "access", "language", "timezone")
OWN = ("name", "language", "timezone")


def listed(agency: Agency) -> list[User]:
    """Every member of an agency, those who left too, by name."""
    query = select(User).where(User.agency_id == agency.id).order_by(User.active.desc(), User.name, User.id)
    return list(db.session.scalars(query))


def active(agency: Agency, *profiles: Access) -> list[User]:
    """The members who can sign in, of these access profiles or of all."""
    return [each for each in listed(agency) if each.active and (not profiles or each.access in profiles)]


def get(member_id: int, *, agency: Agency) -> User:
    """A member of the agency. Raises Missing."""
    member = db.session.scalar(select(User).where(User.id == member_id, User.agency_id == agency.id))
    if member is None:
        raise Missing
    return member


def by_email(email: str, *, agency: Agency | None = None) -> User:
    """The member who signs in with this address. Raises Missing."""
    member = db.session.scalar(select(User).where(User.email_fold == email.strip().casefold()))
    if member is None or (agency is not None and member.agency_id != agency.id):
        raise Missing
    return member


def add(agency: Agency, data: Mapping[str, Any], *, by: Actor, password: str | None = None) -> User:
    """Add a member. Without a password they come in by a one-time address. Raises Refused if it is taken."""
    email = data["email"].strip()
    if db.session.scalar(select(User.id).where(User.email_fold == email.casefold())) is not None:
        raise Refused(_("Somebody already signs in with this address: use another."), field="email")
    member = User(
        agency_id=agency.id,
        email=email.casefold(),
        email_fold=email.casefold(),
        name=data["name"],
        access=data["access"],
        language=data.get("language") or agency.language,
        timezone=data.get("timezone") or agency.timezone,
        password=hash_password(password or secrets.token_urlsafe(32)),
        fs_uniquifier=secrets.token_hex(32),
    )
    db.session.add(member)
    db.session.flush()
    record(Action.MEMBER_ADDED, member, by=by, access=member.access)
    return member


def change(member: User, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change a member. Raises Stale, or Refused for the last administrator."""
    expect(member, version, data, EDITABLE)
    if data.get("access", member.access) is not member.access:
        _refuse_last_administrator(member)
    _kept(member, revise(member, data, EDITABLE), by)


def change_own(member: User, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change one's own name, language and time zone. Raises Stale."""
    expect(member, version, data, OWN)
    _kept(member, revise(member, data, OWN), by)


def close(member: User, *, by: Actor) -> None:
    """Close a member's account, with their sign-ins and the tokens of their programs.

    Raises Refused for the last administrator.
    """
    _refuse_last_administrator(member)
    member.active = False
    touch(member, by=by.label)
    signins.end_all(member, by=by)
    tokens.revoke_all(member, by=by)
    record(Action.MEMBER_REMOVED, member, by=by)


def one_time_address(member: User) -> str:
    """An address by which a member chooses a password, once, within a day."""
    token = generate_reset_password_token(member)  # type: ignore[no-untyped-call]
    return f"{config.current().base_url}/reset/{token}"


def recipient(message: Message) -> Recipient | None:
    """Where a message to a member goes; nowhere once the account is closed."""
    member = db.session.get(User, message.params.get("member_id"))
    if member is None or not member.active or member.agency_id != message.agency_id:
        return None
    return Recipient(address=member.email, name=member.name, language=member.language, zone=member.timezone)


def letter(message: Message) -> dict[str, Any] | None:
    """What the letter with a one-time address says."""
    member = db.session.get(User, message.params.get("member_id"))
    if member is None or not member.active:
        return None
    return {"member": member, "agency": member.agency, "link": one_time_address(member)}


CONTEXTS = {"reset_password": letter}


def _kept(member: User, changes: dict[str, tuple[Any, Any]], by: Actor) -> None:
    if changes:
        touch(member, by=by.label)
        record(Action.MEMBER_CHANGED, member, by=by, changes=changes)


def _refuse_last_administrator(member: User) -> None:
    if member.access is not Access.ADMINISTRATOR:
        return
    others = select(User.id).where(
        User.agency_id == member.agency_id,
        User.access == Access.ADMINISTRATOR,
        User.active.is_(True),
        User.id != member.id,
    )
    if db.session.scalar(others) is None:
        raise Refused(_("This is the last administrator: make somebody else one first."), field="access")
