"""Settling a returned copy: what is taken and what stays, and applying it as one through the verbs of the domain."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from preparedness import audit, bulk
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now, touch
from preparedness.errors import Refused
from preparedness.exchange import joins, reversals, workbooks
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.comparisons import ADDED_LATER, compare, kept
from preparedness.exchange.decisions import choices as choices
from preparedness.exchange.decisions import decide as decide
from preparedness.exchange.decisions import is_as_seen, refuse_settled, scope
from preparedness.exchange.decisions import many as many
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.merge import ADD, MERGE, MINE, SERVER, TAKEN, VALUE, Row, key
from preparedness.exchange.models import Change, KeptDecision, Outcome, Return, ReturnState, Why, Workbook, WorkbookKind
from preparedness.exchange.sheets import Editable, Line, Made, Snapshot, Taken
from preparedness.exchange.values import Kind
from preparedness.i18n import _
from preparedness.quiet import quiet

TABLE: Any = Change.__table__


class Seen(NamedTuple):
    """What of a change tells whether and how it is written."""

    id: int
    sheet: str
    row: int
    ref: str | None
    column: str
    label: str | None
    base: Any
    mine: Any
    server: Any
    outcome: Outcome
    why: Why | None
    twin: str | None
    decision: str | None
    value: Any


ASKED = frozenset({Outcome.UPDATE, Outcome.CONFLICT, Outcome.REMOVAL})
"""What is settled once: the same entry of the same copy is not asked again, whether it was taken or not."""

OPEN = frozenset({Outcome.CONFLICT, Outcome.HELD})
"""What waits for a word."""


def taken(change: Any) -> bool:
    """Whether a change is written: as decided, else as is usual for its kind."""
    if change.outcome is Outcome.CREATE and change.twin:
        return bool(change.decision == ADD)
    if change.why is Why.UNKNOWN:
        return change.decision in (MINE, VALUE, ADD)
    if change.decision:
        return change.decision in (MINE, VALUE, ADD)
    return change.outcome in TAKEN


def brings_back(change: Any) -> bool:
    """True for a new row that is merged into somebody in the archive: they come back."""
    return change.outcome is Outcome.CREATE and change.decision == MERGE and bool(change.server)


@quiet()
def apply(brought: Return, *, agency: Agency, by: Actor) -> bool:
    """Write what is taken, all or nothing. False, with nothing written, where rows moved since the preview."""
    if brought.state is ReturnState.APPLIED:
        return True
    refuse_settled(brought)
    content = CONTENTS[brought.kind]
    seen = audit.last(agency.id)
    here = content.snapshot(agency, brought.subject_id, scope(brought, agency))
    if not is_as_seen(brought):  # asked after looking: what is written meanwhile is of a version that nobody saw
        brought.seen = seen
        if compare(brought, here, agency):
            touch(brought, by=by.label)
            return False
    changes = _changes(brought)
    written = [change for change in changes if taken(change) or brings_back(change)]
    gone = reversals.going(written, here)
    made = content.apply(agency, brought.subject_id, here, to_write(brought, changes, here), by)
    _remember(brought, changes, made, here)
    moment = now()
    reversals.note(brought, written, here, made, gone, moment)
    db.session.expire(brought, ["changes"])
    brought.state, brought.applied_at, brought.rows = ReturnState.APPLIED, moment, {}
    touch(brought, by=by.label)
    record(Action.RETURN_APPLIED, brought, by=by, kind=brought.kind, counts=brought.counts, written=len(written))
    return True


def _changes(brought: Return) -> list[Seen]:
    """All that a returned copy would change, as plain rows: there may be ten thousand."""
    db.session.flush()
    query = select(*(TABLE.c[name] for name in Seen._fields))
    rows = db.session.execute(query.where(TABLE.c.return_id == brought.id).order_by(TABLE.c.id))
    return [*map(Seen._make, rows.all())]


# --- What is written -----------------------------------------------------------------------------------------------


def to_write(brought: Return, changes: Sequence[Any], here: Snapshot) -> dict[str, Taken]:
    """What is taken, sheet by sheet."""
    parts = {sheet.key: Taken() for sheet in CONTENTS[brought.kind].sheets}
    editable = {
        sheet: {column.key for column in columns if column.editable is Editable.YES}
        for sheet, columns in here.columns.items()
    }
    for change in changes:
        part, name = parts[change.sheet], row_name(change.sheet, change.ref, change.row)
        if change.outcome is Outcome.CREATE and taken(change):
            part.create[name] = change.mine
        elif brings_back(change):
            part.update.setdefault(change.twin, {})
        elif not taken(change):
            continue
        elif change.column and change.ref:
            value = change.value if change.decision == VALUE else change.mine
            _put(part, change.ref, {change.column: value})
        elif change.outcome is Outcome.HELD:
            _take_held(part, change, editable[change.sheet])
        elif change.outcome in (Outcome.REMOVAL, Outcome.CONFLICT) and change.ref and change.mine is None:
            part.remove.append(change.ref)
        elif change.ref:
            _bring_back(part, brought, change)
    _fill_from_twins(parts, changes)
    return parts


def _put(part: Taken, ref: str, cells: Mapping[str, Any]) -> None:
    """Cells to be written to a row. Raises Refused where another row of the file says something else of it."""
    known = part.update.setdefault(ref, {})
    if any(column in known and known[column] != value for column, value in cells.items()):
        raise Refused(_("Two rows of your file say different things of %(ref)s. Choose one of them.", ref=ref))
    known.update(cells)


def _take_held(part: Taken, change: Any, editable: set[str]) -> None:
    """A row that was held: its entries as the Ref says, or a row of its own."""
    if change.decision == ADD:
        name = row_name(change.sheet, None, change.row)
        part.create[name] = {column: value for column, value in change.mine.items() if value is not None}
        return
    edited = {
        column: value
        for column, value in change.mine.items()
        if column in editable and value != (change.base or {}).get(column)
    }
    if edited:
        _put(part, change.ref, edited)


def _bring_back(part: Taken, brought: Return, change: Any) -> None:
    """A row that was removed here comes back with what the file says. What was only put away keeps the rest."""
    if brought.kind is WorkbookKind.ROSTER:
        _put(part, change.ref, change.mine)
    elif brought.workbook is not None:
        given = workbooks.base_of(brought.workbook)[change.sheet][change.ref].cells
        cells = {**given, **change.mine}
        part.create[change.ref] = {column: value for column, value in cells.items() if value is not None}


def _fill_from_twins(parts: Mapping[str, Taken], changes: Sequence[Any]) -> None:
    """Of two new rows of one file that are the same, the first is added, with what only the second says.

    Raises Refused where the first is left out: what the second says would be lost with it.
    """
    joined = [change for change in changes if change.decision == MERGE]
    for sheet, part in parts.items() if joined else ():
        known = joins.merged(sheet, joined)
        new = {row_name(sheet, each.ref, each.row) for each in changes if each.outcome is Outcome.CREATE}
        for change in changes:
            name = row_name(change.sheet, change.ref, change.row)
            if change.sheet != sheet or name not in known or not change.mine:
                continue
            first = joins.end(name, known)
            if first in part.create:
                part.create[first] = {**change.mine, **part.create[first]}
            elif first in new:
                raise Refused(_left_out(change, first))


def _left_out(change: Any, first: str) -> str:
    return _(
        "%(row)s is to be merged into %(other)s, which is left out. Add one of the two, or leave out both.",
        row=change.label or change.ref,
        other=first,
    )


# --- What is remembered --------------------------------------------------------------------------------------------


def _remember(brought: Return, changes: Sequence[Any], made: Made, here: Snapshot) -> None:
    """Keep what would come back as false news: rows that were added, and entries that were settled."""
    copy = brought.workbook
    if copy is None:
        return
    slots: dict[str, str] = {}
    lines: dict[str, dict[str, Line]] = {}
    for sheet, part in brought.rows.items():
        columns = [column for column in here.columns[sheet] if column.editable is not Editable.NO]
        empty: Row = dict.fromkeys(column.key for column in columns)
        chosen = [column.key for column in columns if column.kind is Kind.CHOICE]
        for number, ref, cells, slot in part["rows"]:
            name = row_name(sheet, ref, number)
            if name in made and slot:
                number_made, ref_made = made[name]
                told = {**empty, **cells, **_by_ref(cells, chosen, made)}
                lines.setdefault(sheet, {})[name] = Line(ref_made, ADDED_LATER, told, number_made)
                slots[name] = slot
    workbooks.keep_created(copy, lines, slots)
    _keep_decisions(copy, changes)


def _keep_decisions(copy: Workbook, changes: Sequence[Any]) -> None:
    known = kept(copy)
    settled = []
    for change in changes:
        if not _is_settled(change):
            continue
        own = key(change.ref, change.column, change.mine)
        if own not in known:
            decision = known[own] = change.decision or (MINE if taken(change) else SERVER)
            ref, column, said = own
            settled.append(
                {"workbook_id": copy.id, "ref": ref, "column": column, "mine_hash": said, "decision": decision}
            )
    bulk.insert(KeptDecision, settled)


def _is_settled(change: Any) -> bool:
    """True for what is not asked again. What was held or left out is so only where somebody said so."""
    if change.outcome is Outcome.CREATE:
        return change.decision in (SERVER, MERGE)
    return bool(change.ref) and (change.outcome in ASKED or (change.outcome is Outcome.HELD and bool(change.decision)))


def _by_ref(cells: Row, chosen: Collection[str], made: Made) -> dict[str, str]:
    """What named a new row of the same file by its Ref, as it is from now on."""
    return {key: made[str(cells[key])][1] for key in chosen if cells.get(key) in made}
