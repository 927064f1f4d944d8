"""Suppressions: addresses that must not be written to again. Only a keyed hash is kept, so that it may outlive them."""

import hmac
from collections.abc import Collection

from sqlalchemy import select

from preparedness.config import current
from preparedness.database import db, insert_missing
from preparedness.notifications.models import Suppression
from preparedness.vocabulary import ChannelKind

Address = tuple[ChannelKind, str]
"""The kind of a channel and its address."""


def add(agency_id: int, channel: ChannelKind, address: str, *, reason: str) -> None:
    """Never write to this address again for this agency; `reason` is a code."""
    row = {
        "agency_id": agency_id,
        "channel": channel,
        "address_hash": _hash(agency_id, channel, address),
        "reason": reason,
    }
    insert_missing(Suppression, [row], ["agency_id", "channel", "address_hash"])


def holds(agency_id: int, channel: ChannelKind, address: str) -> bool:
    """True where this address must not be written to."""
    query = select(Suppression.id).where(
        Suppression.agency_id == agency_id,
        Suppression.channel == channel,
        Suppression.address_hash == _hash(agency_id, channel, address),
    )
    return db.session.scalar(query) is not None


def among(agency_id: int, addresses: Collection[Address]) -> set[Address]:
    """Those of many addresses that must not be written to, in a few statements."""
    if not db.session.scalar(select(Suppression.id).where(Suppression.agency_id == agency_id).limit(1)):
        return set()
    hashes = {_hash(agency_id, channel, address): (channel, address) for channel, address in addresses}
    asked = sorted(hashes)
    found: set[Address] = set()
    for start in range(0, len(asked), 500):
        some = asked[start : start + 500]
        query = select(Suppression.address_hash).where(
            Suppression.agency_id == agency_id, Suppression.address_hash.in_(some)
        )
        found |= {hashes[each] for each in db.session.scalars(query)}
    return found


def _hash(agency_id: int, channel: ChannelKind, address: str) -> str:
    named = f"suppression|{agency_id}|{channel.value}|{address.strip().casefold()}"
    return hmac.new(current().secret_key.encode(), named.encode(), "sha256").hexdigest()
