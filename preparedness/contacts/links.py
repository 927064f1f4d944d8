"""A focal point's own address: the link is the authority, so only a hash is kept, and its row can make it again.

The token is an HMAC over the row's number and generation: it can be derived at sending and at a retry, and a message
never has to carry it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import select, update

from preparedness import config
from preparedness.audit import Action, Actor, record
from preparedness.contacts.models import Link, LinkPurpose, Person
from preparedness.database import changed, db, now
from preparedness.errors import Missing

PURPOSE = b"preparedness: link of a focal point"
LENGTH = 43


def issue(person: Person, purpose: LinkPurpose, subject: Any, *, expires_at: datetime) -> Link:
    """The link of somebody to a matter: one row however often it is asked for, good until the later moment.

    A link that was voided comes back with another address.
    """
    link = find(person, purpose, subject)
    if link is None:
        return _made(person, purpose, subject, expires_at)
    link.expires_at = max(link.expires_at, expires_at)
    if link.voided_at is not None:
        renew(link)
    return link


def find(person: Person, purpose: LinkPurpose, subject: Any) -> Link | None:
    """The link of somebody to a matter, if one was issued."""
    return db.session.scalar(
        select(Link).where(
            Link.person_id == person.id,
            Link.purpose == purpose,
            Link.subject_kind == subject.__tablename__,
            Link.subject_id == subject.id,
        )
    )


def _made(person: Person, purpose: LinkPurpose, subject: Any, expires_at: datetime) -> Link:
    link = Link(
        agency_id=person.agency_id,
        person=person,
        purpose=purpose,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        generation=1,
        token_hash=token_hex(32),
        expires_at=expires_at,
    )
    db.session.add(link)
    db.session.flush()
    link.token_hash = _hashed(token(link))
    db.session.flush()
    return link


def token(link: Link) -> str:
    """What stands in the address of a link; the same for the same row and generation."""
    key = hmac.digest(config.current().secret_key.encode(), PURPOSE, "sha256")
    said = hmac.digest(key, f"{link.id}.{link.generation}".encode(), "sha256")
    return urlsafe_b64encode(said).rstrip(b"=").decode()


def address(link: Link) -> str:
    """The address of a link, from the configured base address alone."""
    return f"{config.current().base_url}/a/{token(link)}"


def open(token: str) -> Link:  # noqa: A001 - links.open reads as it should
    """The link of an address, also one that is closed by now; raises Missing where it is unknown or void."""
    link = db.session.scalar(select(Link).where(Link.token_hash == _hashed(token))) if len(token) == LENGTH else None
    if link is None or link.voided_at is not None:
        raise Missing
    return link


def renew(link: Link) -> Link:
    """Give a link another address; the one before leads nowhere from now on."""
    link.generation += 1
    link.voided_at = None
    link.token_hash = _hashed(token(link))
    return link


def void(link: Link, *, by: Actor) -> None:
    """Let a link lead nowhere, as when it reached the wrong person."""
    if link.voided_at is None:
        link.voided_at = now()
        record(Action.LINK_VOIDED, link.person, by=by, purpose=link.purpose)


def void_all(person: Person) -> int:
    """Let every link of somebody lead nowhere; how many there were."""
    live = update(Link).where(Link.person_id == person.id, Link.voided_at.is_(None)).values(voided_at=now())
    return changed(live)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
