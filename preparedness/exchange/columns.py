"""Lists of somebody else's making that wait for somebody to say which of their columns is which."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts.models import Agency, User
from preparedness.audit import Actor
from preparedness.database import expect, touch
from preparedness.errors import Refused
from preparedness.exchange import claims, mappings, originals, recognitions, returns
from preparedness.exchange.mappings import Proposal
from preparedness.exchange.models import Errand, Return, ReturnState
from preparedness.i18n import _

SAYABLE = (ReturnState.REFUSED, ReturnState.READY)


def are_asked(brought: Return) -> bool:
    """True for a list whose columns nobody explained yet."""
    return brought.state is ReturnState.REFUSED and can_be_said(brought) and "columns" not in brought.mapping


def can_be_said(brought: Return) -> bool:
    """True for a list of somebody else's making that is still there to be read."""
    return brought.mapping is not None and brought.state in SAYABLE and originals.there(brought)


def content(brought: Return) -> bytes:
    """The list itself. Raises Refused where it is no longer kept."""
    found = originals.of(brought.id) if can_be_said(brought) else None
    if found is None:
        raise Refused(_("This file is no longer kept. Bring it back again."))
    return found


def proposed(
    brought: Return, read: Mapping[str, Any], *, agency: Agency, sheet: str | None = None, kind: str | None = None
) -> Proposal:
    """What its columns seem to be, or what was said of them before."""
    found = mappings.tables(read)
    if not found:
        raise Refused(_("This file is no longer kept. Bring it back again."))
    said = mappings.said_of(found, brought.mapping or {})
    if said and sheet in (None, said.table.sheet) and kind in (None, said.sheet.key):
        return said
    return mappings.proposal(found, agency, sheet=sheet, kind=kind)


def say(
    brought: Return,
    said: Proposal,
    read: Mapping[str, Any],
    *,
    size: int,
    version: int | None,
    agency: Agency,
    member: User | None,
    by: Actor,
) -> None:
    """Keep which column is which, for this list and the next one like it, and show what it would change."""
    expect(brought, version, {}, ())
    if not can_be_said(brought):
        raise Refused(_("This copy was settled already."))
    mappings.keep(said, agency)
    brought.mapping = mappings.kept(said)
    if size > returns.QUICK_BYTES:
        claims.begin(brought, Errand.READ, by=by)
        touch(brought, by=by.label)
        return
    known = recognitions.of(read, agency=agency, member=member, mapping=brought.mapping)
    found = returns.understood(read, known, agency=agency, member=member)
    returns.keep(brought, found, agency=agency, by=by)
