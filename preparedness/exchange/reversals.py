"""Reversals: taking back what an applied copy wrote, as far as nobody has touched those rows since."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from preparedness import bulk
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now, touch
from preparedness.errors import Refused
from preparedness.exchange import removals, workbooks
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.decisions import scope
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.merge import ADD, VALUE, key
from preparedness.exchange.models import Change, KeptDecision, Outcome, Return, ReturnState
from preparedness.exchange.removals import Back
from preparedness.exchange.sheets import Line, Made, Snapshot
from preparedness.i18n import _, day

CHUNK = 500
TABLE: Any = Change.__table__
SET, REMOVE, PUT_BACK = "set", "remove", "put_back"
"""What takes a change back: the value that stood there, the row away again, or the row put back."""


@dataclass(frozen=True)
class Kept:
    """A change that stays as it is, and why."""

    id: int
    why: str


@dataclass(frozen=True)
class Undone:
    """What was taken back: how many changes, and those that stay. `later` where a worker does it."""

    undone: int = 0
    kept: list[Kept] = field(default_factory=list)
    later: bool = False


# --- What is noted when a copy is applied --------------------------------------------------------------------------


def going(written: Sequence[Any], here: Snapshot) -> dict[int, dict[str, Any]]:
    """What must be known of rows that are about to be removed, by the number of the change."""
    gone = [change for change in written if _removes(change)]
    lines = {sheet: here.by_ref(sheet) for sheet in {change.sheet for change in gone}}
    return {
        change.id: removals.told(change.sheet, lines[change.sheet][change.ref])
        for change in gone
        if change.ref in lines[change.sheet]
    }


def _removes(change: Any) -> bool:
    whole = not change.column and change.outcome in (Outcome.REMOVAL, Outcome.CONFLICT)
    return whole and bool(change.ref) and change.mine is None


def note(
    brought: Return,
    written: Sequence[Any],
    here: Snapshot,
    made: Made,
    gone: Mapping[int, dict[str, Any]],
    moment: datetime,
) -> None:
    """Say of each change that was written when that was, what takes it back, and the version at which it left its
    row."""
    lines = {sheet: here.by_ref(sheet) for sheet in here.lines}
    noted = [(change, _noted(brought, change, lines[change.sheet], made, gone)) for change in written]
    rows: dict[str, set[int]] = defaultdict(set)
    for change, said in noted:
        if said is not None:
            rows[change.sheet].add(said["row"])
    left = {sheet: removals.versions(sheet, ids) for sheet, ids in rows.items()}
    for change, said in noted:
        if said is not None:
            said["version"] = left[change.sheet].get(said["row"])
    bulk.write(Change, {change.id: {"applied_at": moment, "undo": said} for change, said in noted})


def _noted(
    brought: Return, change: Any, lines: Mapping[str, Line], made: Made, gone: Mapping[int, dict[str, Any]]
) -> dict[str, Any] | None:
    """What takes a change back; None where nothing can."""
    name, line = row_name(change.sheet, change.ref, change.row), lines.get(change.ref or "")
    if change.outcome is Outcome.HELD and change.decision == ADD and not change.column:
        name, line = row_name(change.sheet, None, change.row), None
    if name in made and line is None:
        number, ref = made[name]
        return {"do": REMOVE, "row": number, "ref": ref}
    if line is None:  # somebody who was put away here came back with what the file says
        ref = str(change.twin if change.outcome is Outcome.CREATE else change.ref)
        back = CONTENTS[brought.kind].number(brought.agency_id, change.sheet, ref)
        return {"do": REMOVE, "row": back, "ref": ref} if back else None
    if change.id in gone:
        return {"do": PUT_BACK, "row": line.id, "ref": line.ref, **gone[change.id]}
    cells = {change.column: change.value if change.decision == VALUE else change.mine}
    if not change.column:
        before = change.base or {}
        cells = {column: value for column, value in (change.mine or {}).items() if value != before.get(column)}
    told = {column: [line.cells.get(column), value] for column, value in cells.items()}
    return {"do": SET, "row": line.id, "ref": line.ref, "cells": told}


# --- Taking back ---------------------------------------------------------------------------------------------------


@dataclass
class _Row:
    """A row that a copy wrote, with everything that takes it back."""

    sheet: str
    number: int
    ref: str
    label: str
    do: str
    version: int | None
    changes: list[int] = field(default_factory=list)
    cells: dict[str, list[Any]] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)


def undo(brought: Return, *, agency: Agency, by: Actor) -> Undone:
    """Take back what nobody touched since; of the rest, say why it stays."""
    here = CONTENTS[brought.kind].snapshot(agency, brought.subject_id, scope(brought, agency))
    rows: list[_Row] = []
    kept: list[tuple[_Row, str]] = []
    for row, why in _looked_at(_written(brought), here, agency):
        if why is None:
            rows.append(row)
        else:
            kept.append((row, why))
    kept += _take_back(brought, agency, here, rows, by)
    staying = {(row.sheet, row.number) for row, _why in kept}
    gone = [row for row in rows if (row.sheet, row.number) not in staying]
    if gone:
        _forget(brought, gone)
        brought.state, brought.undone_at = ReturnState.UNDONE, now()
    brought.notices = [_sentence(row, why) for row, why in kept]
    touch(brought, by=by.label)
    undone = sum(len(row.changes) for row in gone)
    record(Action.RETURN_UNDONE, brought, by=by, undone=undone, kept=len(kept))
    return Undone(undone, [Kept(number, why) for row, why in kept for number in row.changes])


def _written(brought: Return) -> list[_Row]:
    """The rows that a copy wrote. What was forgotten since, with somebody who was erased, is not among them."""
    columns = (TABLE.c.id, TABLE.c.sheet, TABLE.c.label, TABLE.c.undo)
    query = select(*columns).where(TABLE.c.return_id == brought.id, TABLE.c.applied_at.is_not(None))
    rows: dict[tuple[str, int, str], _Row] = {}
    for change, sheet, label, said in db.session.execute(query.order_by(TABLE.c.id)):
        if not said:
            continue
        number, do = said["row"], said["do"]
        new = _Row(sheet, number, said["ref"], label or said["ref"], do, said["version"], told=said)
        row = rows.setdefault((sheet, number, do), new)
        row.changes.append(change)
        row.cells |= said.get("cells", {})
    return list(rows.values())


def _looked_at(rows: Sequence[_Row], here: Snapshot, agency: Agency) -> Iterator[tuple[_Row, str | None]]:
    """Each row, and why it must stay as it is, if it must."""
    lines = {sheet: here.by_ref(sheet) for sheet in here.lines}
    added = defaultdict(set)
    for row in rows:
        if row.do == REMOVE:
            added[row.sheet].add(row.number)
    stays = {sheet: removals.why_stays(sheet, ids) for sheet, ids in added.items()}
    for row in rows:
        line = lines[row.sheet].get(row.ref)
        if row.do == PUT_BACK:
            yield row, _why_not_back(row, line)
        elif line is None:
            yield row, _("It is no longer here.")
        elif _moved(row, line):
            yield row, _since(line, agency)
        else:
            yield row, stays.get(row.sheet, {}).get(row.number)


def _moved(row: _Row, line: Line) -> bool:
    """True where somebody touched the row, or one of these cells, after the copy was applied."""
    if row.version is not None and line.version != row.version:
        return True
    return any(line.cells.get(column) != after for column, (_before, after) in row.cells.items())


def _why_not_back(row: _Row, line: Line | None) -> str | None:
    if line is not None:
        return _("Somebody brought it back already.")
    if "item" in row.told or removals.put_away(row.sheet, [row.number]):
        return None
    return _("It is no longer here.")


def _since(line: Line, agency: Agency) -> str:
    if line.by and line.at:
        return _("%(name)s changed it since, on %(day)s.", name=line.by, day=day(line.at, agency.timezone))
    return _("It was changed since.")


def _take_back(
    brought: Return, agency: Agency, here: Snapshot, rows: Sequence[_Row], by: Actor
) -> list[tuple[_Row, str]]:
    """Write rows back together; where a rule is against it, in halves, down to the row that it is about."""
    if not rows:
        return []
    try:
        with db.session.begin_nested():
            removals.take_back(brought, agency, here, _parts(brought, rows), by)
    except Refused as refused:
        if len(rows) == 1:
            return [(rows[0], refused.sentence)]
    else:
        return []
    half = len(rows) // 2
    return [
        *_take_back(brought, agency, here, rows[:half], by),
        *_take_back(brought, agency, here, rows[half:], by),
    ]


def _parts(brought: Return, rows: Sequence[_Row]) -> dict[str, Back]:
    parts = {sheet.key: Back() for sheet in CONTENTS[brought.kind].sheets}
    for row in rows:
        part = parts[row.sheet]
        if row.do == SET:
            part.cells[row.ref] = {column: before for column, (before, _after) in row.cells.items()}
        elif row.do == REMOVE:
            part.added[row.ref] = row.number
        else:
            part.removed.append(row.told)
    return parts


def _sentence(row: _Row, why: str) -> str:
    return _("“%(row)s” (%(ref)s) stays as it is. %(why)s", row=row.label, ref=row.ref, why=why)


# --- What is remembered --------------------------------------------------------------------------------------------


def _forget(brought: Return, rows: Collection[_Row]) -> None:
    """Forget what was settled and added by what is taken back, so that the same file asks for it again."""
    if brought.workbook is None:
        return
    numbers = {number for row in rows for number in row.changes}
    columns = (TABLE.c.id, TABLE.c.ref, TABLE.c.column, TABLE.c.mine, TABLE.c.applied_at)
    told = db.session.execute(select(*columns).where(TABLE.c.return_id == brought.id)).all()
    settled = {key(each.ref, each.column, each.mine) for each in told if each.applied_at is None or each.id in numbers}
    query = select(KeptDecision).where(KeptDecision.workbook_id == brought.workbook_id)
    gone = [each.id for each in db.session.scalars(query) if (each.ref, each.column, each.mine_hash) in settled]
    for start in range(0, len(gone), CHUNK):
        db.session.execute(delete(KeptDecision).where(KeptDecision.id.in_(gone[start : start + CHUNK])))
    added: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.do == REMOVE:
            added[row.sheet].append(row.number)
    workbooks.forget_created(brought.workbook, added)
