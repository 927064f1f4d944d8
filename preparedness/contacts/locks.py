"""Locks: a row of the roster stays as it was seen until its change is saved, whoever else would change it."""

from types import SimpleNamespace
from typing import Any

from preparedness.contacts.batches import Roster, said_of
from preparedness.contacts.models import ContactState
from preparedness.contacts.parts import Data, ordered
from preparedness.database import db, expect
from preparedness.errors import Missing


def hold(roster: Roster, row: Any, data: Data, version: int | None) -> None:
    """Keep a row as it is now until the change is saved: who else would change it waits, and then comes second.

    Raises Stale where it is newer than the version seen, with both values of all that is said; Missing where it was
    erased meanwhile.
    """
    db.session.flush()  # a refresh would forget what is not written yet
    db.session.refresh(row, with_for_update={"key_share": True})
    if row.state is ContactState.ERASED:
        raise Missing
    held = said_of(roster, row)
    now_said = SimpleNamespace(
        **{name: ordered(held.get(name)) for name in data}, version=row.version, updated_by=row.updated_by
    )
    expect(now_said, version, {name: ordered(value) for name, value in data.items()}, data)
