"""The three-way merge: what was given out, what came back and what is here now, row by row and cell by cell.

Pure functions over canonical rows. Nobody's entry is ever lost: what is not taken is shown.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from preparedness.exchange import places
from preparedness.exchange.models import Outcome, Why
from preparedness.exchange.places import Returned as Returned
from preparedness.exchange.places import Row as Row
from preparedness.exchange.places import Rows as Rows
from preparedness.exchange.values import Value
from preparedness.refs import is_spare

WHOLE_ROW = ""
"""The column of a difference that is about the row as a whole."""

TAKEN = frozenset({Outcome.CREATE, Outcome.UPDATE})
"""What is taken where nobody decides otherwise; the server's entry and the row itself stay in all other cases."""

MINE, SERVER, VALUE, ADD, MERGE = "mine", "server", "value", "add", "merge"
"""What can be decided: the entry of the file, the one here, one that is typed; that a row is new, or another one."""

Key = tuple[str, str, str]
"""What a decision is remembered by: Ref, column, and the fingerprint of what the workbook said."""


_by_name = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Difference(NamedTuple):
    """What the workbook would change in one cell, or in one row."""

    outcome: Outcome
    row: int
    ref: str | None
    column: str = WHOLE_ROW
    base: Value | Row = None
    mine: Value | Row = None
    server: Value | Row = None
    group: str | None = None
    """The cells that are settled together with this one."""
    why: Why | None = None
    """Why a row or cell is held."""
    twin: str | None = None
    """The Ref of the row that this one seems to be."""


@dataclass(frozen=True)
class Rules:
    """What may differ in a sheet: the columns that may be edited, those of new rows, and what was decided before."""

    editable: Sequence[str]
    fresh: Sequence[str]
    removable: bool = False
    telling: str | None = None
    """The column that says which row is meant: rows that change places change it too."""
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Columns whose cells mean something only together, by the group's name."""
    kept: Mapping[Key, str] = field(default_factory=dict)
    """What was decided before about the same entries of the same copy."""
    added: Collection[str] = frozenset()
    """Rows that this copy added since it was given out: they cannot be missing in it."""
    same: Collection[str] = frozenset()
    """Rows that came back as they were given out, and say nothing more."""
    hidden: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Columns of rows in which something stands that does not leave: no other row is merged into them."""

    def knows(self, ref: str | None, column: str, said: Value | Row) -> bool:
        """True where this very entry was settled before."""
        return bool(self.kept) and key(ref, column, said) in self.kept

    def filled(self, ref: str, cells: Row) -> list[str]:
        """What a new row says of another one that it is, as far as it may."""
        return [column for column in self.editable if column in cells and column not in self.hidden.get(ref, ())]

    def together(self, column: str) -> tuple[str | None, Sequence[str]]:
        """The group of a column with its columns, or the column alone."""
        for name, columns in self.groups.items():
            if column in columns:
                return name, columns
        return None, (column,)


def merge(
    base: Rows, mine: Sequence[Returned], server: Rows, rules: Rules, joined: Mapping[int, str] | None = None
) -> list[Difference]:
    """Everything in which the workbook differs from what was given out, and what is to be done about it.

    `joined` says of rows, by their number, that somebody decided which other row they are.
    """
    joined = joined or {}
    known, differences = _by_ref((row for row in mine if row.ref in base), base, server, rules)
    moved = places.changed(base, known, rules.editable, rules.telling)
    differences += _new(mine, base, server, rules, joined)
    for ref, row in known.items():
        if ref in moved:
            differences += _moved(row, ref, moved[ref], base, server, rules, joined)
        else:
            differences += _compared(row, ref, base[ref], server.get(ref), rules)
    if rules.removable:
        differences += _missing(base, {row.ref for row in mine} | set(rules.same), server, rules)
    return sorted(differences, key=lambda each: each.row)


def fingerprint(value: Value | Row) -> str:
    """What stands for a value in the memory of decisions, which keeps no personal data."""
    return hashlib.sha256(_by_name(value).encode()).hexdigest()


GONE = fingerprint(None)
"""What a workbook says of a row that is not in it."""


def key(ref: str | None, column: str, value: Value | Row) -> Key:
    """What a decision is remembered by."""
    return (ref or "", column, fingerprint(value))


# --- Which row is which --------------------------------------------------------------------------------------------


def _by_ref(
    rows: Iterator[Returned], base: Rows, server: Rows, rules: Rules
) -> tuple[dict[str, Returned], list[Difference]]:
    """Rows by Ref. Two alike are one; where they differ none is taken, for nobody can say which is meant."""
    found: dict[str, list[Returned]] = {}
    for row in rows:
        found.setdefault(str(row.ref), []).append(row)
    known: dict[str, Returned] = {}
    held: list[Difference] = []
    for ref, copies in found.items():
        if len(copies) > 1 and any(copy.cells != copies[0].cells for copy in copies):
            copies = _meant(ref, copies, base[ref], rules)
        if all(copy.cells == copies[0].cells for copy in copies):
            known.update((ref, copy) for copy in copies[:1])
            continue
        for copy in copies:
            whole = _whole(copy, base[ref], rules)
            there = server.get(ref)
            held.append(Difference(Outcome.HELD, copy.number, ref, WHOLE_ROW, base[ref], whole, there, why=Why.TWICE))
    return known, held


def _meant(ref: str, copies: list[Returned], base: Row, rules: Rules) -> list[Returned]:
    """Of rows with one Ref, those about which nothing was decided yet; or the one that was said to be the row."""
    decided = [rules.kept.get(key(ref, WHOLE_ROW, _whole(copy, base, rules))) for copy in copies]
    if MINE in decided:
        return [copies[decided.index(MINE)]]
    return [copy for copy, said in zip(copies, decided, strict=True) if said is None]


def _whole(row: Returned, base: Row, rules: Rules) -> Row:
    """A row as it would be if it were new; what no cell of it says is as it was given out."""
    return {column: row.cells.get(column, base.get(column)) for column in rules.fresh}


def _moved(
    row: Returned, ref: str, other: str, base: Rows, server: Rows, rules: Rules, joined: Mapping[int, str]
) -> list[Difference]:
    """A row that carries the words of another is held, and compared with that other row once somebody says so."""
    said: Row = {column: row.cells[column] for column in (*rules.editable, str(rules.telling)) if column in row.cells}
    decided = rules.kept.get(key(ref, WHOLE_ROW, said))
    if decided == MINE:
        return _compared(row, ref, base[ref], server.get(ref), rules)
    held = Difference(
        Outcome.HELD, row.number, ref, WHOLE_ROW, base[ref], said, server.get(ref), why=Why.MOVED, twin=other
    )
    target = joined.get(row.number) or (other if decided == MERGE else "")
    shown = [] if decided else [held]
    return shown + (_compared(row, target, base[target], server.get(target), rules) if target in base else [])


# --- New, gone and missing rows ------------------------------------------------------------------------------------


def _new(
    mine: Sequence[Returned], base: Rows, server: Rows, rules: Rules, joined: Mapping[int, str]
) -> Iterator[Difference]:
    """Spare rows that were filled, and rows typed below without a Ref."""
    fresh = frozenset(rules.fresh)
    for row in mine:
        if row.ref in base or not (row.ref is None or is_spare(row.ref)):
            continue
        cells = {column: value for column, value in row.cells.items() if value is not None and column in fresh}
        if not cells or rules.knows(row.ref, WHOLE_ROW, cells):
            continue
        yield Difference(Outcome.CREATE, row.number, row.ref, mine=cells)
        target = joined.get(row.number, "")
        if target in server:
            # Two rows that were never one have no common base: what is filled on both sides is somebody's to decide.
            filled = Returned(row.number, target, {c: cells[c] for c in rules.filled(target, cells)})
            there = server[target]
            empty = {column: None if column in filled.cells else there.get(column) for column in rules.editable}
            yield from _compared(filled, target, empty, there, rules, told=False)


def _edited_but_gone(row: Returned, ref: str, base: Row, edited: Sequence[str]) -> Difference:
    """Somebody works on a row that was removed here meanwhile."""
    return Difference(
        Outcome.CONFLICT,
        row.number,
        ref,
        base={column: base.get(column) for column in edited},
        mine={column: row.cells[column] for column in edited},
    )


def _missing(base: Rows, given_back: Collection[str | None], server: Rows, rules: Rules) -> Iterator[Difference]:
    """Rows that are no longer in the workbook: a proposal to remove, a conflict where they were edited here."""
    for ref, row in base.items():
        if ref in given_back or ref not in server or ref in rules.added or (ref, WHOLE_ROW, GONE) in rules.kept:
            continue
        edited = any(server[ref].get(column) != row.get(column) for column in rules.editable)
        outcome = Outcome.CONFLICT if edited else Outcome.REMOVAL
        yield Difference(outcome, 0, ref, base=row, server=server[ref])


# --- Cells ---------------------------------------------------------------------------------------------------------


def _compared(
    row: Returned, ref: str, base: Row, server: Row | None, rules: Rules, *, told: bool = True
) -> list[Difference]:
    """One row: base, mine and server cell by cell, those that belong together as one."""
    cells = row.cells
    edited = [column for column in rules.editable if column in cells and cells[column] != base.get(column)]
    if not edited:
        return []
    if server is None:
        gone = _edited_but_gone(row, ref, base, edited)
        return [] if key(ref, WHOLE_ROW, gone.mine) in rules.kept else [gone]
    differences: list[Difference] = []
    settled: set[str] = set()
    for column in edited:
        group, columns = rules.together(column)
        if group not in settled:
            settled |= {group} if group else set()
            differences += _cells(row, ref, base, server, rules, columns, group)
    seen = {each.column for each in differences} | set(edited)
    elsewhere = any(server.get(column) != base.get(column) for column in rules.editable if column not in seen)
    if told and elsewhere and any(each.outcome is Outcome.UPDATE for each in differences):
        differences.append(Difference(Outcome.PARALLEL, row.number, ref))
    return differences


def _cells(
    row: Returned, ref: str, base: Row, server: Row, rules: Rules, columns: Iterable[str], group: str | None
) -> Iterator[Difference]:
    """Cells that are settled as one: where both sides changed them to something else, all that differ are open."""
    sent = [column for column in columns if column in row.cells]
    edited = [column for column in sent if row.cells[column] != base.get(column)]
    agreed = [column for column in edited if row.cells[column] == server.get(column)]
    wanted = [column for column in edited if column not in agreed and not rules.knows(ref, column, row.cells[column])]
    if ref in rules.added:
        sent = edited  # what a new row left empty follows from elsewhere: that is nobody's other entry
    there = [column for column in sent if server.get(column) not in (base.get(column), row.cells[column])]
    if wanted and there:
        outcome, shown = Outcome.CONFLICT, [column for column in sent if row.cells[column] != server.get(column)]
    else:
        outcome, shown = Outcome.UPDATE, wanted
    torn = outcome is Outcome.UPDATE and group is not None and not row.unread.isdisjoint(columns)
    for column in sent:
        if column in agreed:
            yield Difference(Outcome.SAME, row.number, ref, column, *_three(row, base, server, column), group)
        elif column in shown:
            why = Why.TORN if torn else None
            made = Outcome.HELD if torn else outcome
            yield Difference(made, row.number, ref, column, *_three(row, base, server, column), group, why)


def _three(row: Returned, base: Row, server: Row, column: str) -> tuple[Value, Value, Value]:
    return base.get(column), row.cells[column], server.get(column)
