"""How a person or organisation is reached: ways added, taken away, and put first."""

from typing import Any

from preparedness.audit import Actor
from preparedness.contacts import organisations, parts, people
from preparedness.contacts.models import Channel, Person
from preparedness.contacts.parts import Data
from preparedness.contacts.standing import Holder
from preparedness.errors import Missing, Refused
from preparedness.i18n import _


def add(owner: Holder, data: Data, *, version: int | None, by: Actor) -> None:
    """Add a way to reach somebody, last in their order."""
    new = parts.channel(data["kind"], data["address"])
    if any((each.kind, each.address_fold) == (new["kind"], new["address_fold"]) for each in owner.channels):
        raise Refused(_("This is already there."), field="address")
    _save(owner, [*_rows(owner.channels), {"kind": new["kind"], "address": new["address"]}], version, by)


def remove(owner: Holder, channel_id: int, *, version: int | None, by: Actor) -> None:
    """Take a way to reach somebody away."""
    gone = _one(owner, channel_id)
    _save(owner, _rows([each for each in owner.channels if each is not gone]), version, by)


def put_first(owner: Holder, channel_id: int, *, version: int | None, by: Actor) -> None:
    """Let a way to reach somebody be tried before the others."""
    first = _one(owner, channel_id)
    _save(owner, _rows([first, *(each for each in owner.channels if each is not first)]), version, by)


def _one(owner: Holder, channel_id: int) -> Channel:
    found = next((each for each in owner.channels if each.id == channel_id), None)
    if found is None:
        raise Missing
    return found


def _rows(channels: list[Channel]) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "address": each.address} for each in channels]


def _save(owner: Holder, rows: list[dict[str, Any]], version: int | None, by: Actor) -> None:
    if isinstance(owner, Person):
        people.change(owner, {"channels": rows}, version=version, by=by)
    else:
        organisations.change(owner, {"channels": rows}, version=version, by=by)
