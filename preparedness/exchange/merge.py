"""The three-way merge: what was given out, what came back and what is here now, row by row and cell by cell.

Pure functions over canonical rows. Nobody's entry is ever lost: what is not taken is shown.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from preparedness.exchange.models import Outcome
from preparedness.exchange.values import Value
from preparedness.refs import is_spare

Row = Mapping[str, Value]
Rows = Mapping[str, Row]
"""Rows by their Ref."""

WHOLE_ROW = ""
"""The column of a difference that is about the row as a whole."""

TAKEN = frozenset({Outcome.CREATE, Outcome.UPDATE})
"""What is taken where nobody decides otherwise; the server's entry and the row itself stay in all other cases."""


@dataclass(frozen=True)
class Returned:
    """A row of the workbook as it came back. A cell that could not be understood is not among its cells."""

    number: int
    ref: str | None
    cells: Row


@dataclass(frozen=True)
class Difference:
    """What the workbook would change in one cell, or in one row."""

    outcome: Outcome
    row: int
    ref: str | None
    column: str = WHOLE_ROW
    base: Value | Row = None
    mine: Value | Row = None
    server: Value | Row = None


@dataclass(frozen=True)
class Rules:
    """What may differ in a sheet: the columns that may be edited, those of new rows, and what was decided before."""

    editable: Sequence[str]
    fresh: Sequence[str]
    removable: bool = False
    telling: str | None = None
    """The column that says which row is meant, where it may be edited: rows that change places change it too."""
    kept: Collection[tuple[str, str, str]] = field(default_factory=frozenset)
    """Decisions for the server's entry: Ref, column, and the fingerprint of what the workbook said."""


def merge(base: Rows, mine: Sequence[Returned], server: Rows, rules: Rules) -> list[Difference]:
    """Everything in which the workbook differs from what was given out, and what is to be done about it."""
    known, repeated = _by_ref(row for row in mine if row.ref in base)
    swapped = _changed_places(base, known, rules)
    differences = [*_new(mine, base, rules), *repeated]
    for ref, row in known.items():
        if ref in swapped:
            differences.append(Difference(Outcome.HELD, row.number, ref, base=base[ref], mine=row.cells))
        else:
            differences.extend(_compared(row, ref, base[ref], server.get(ref), rules))
    if rules.removable:
        given_back = {row.ref for row in mine}
        differences.extend(_missing(base, given_back, server, rules))
    return sorted(differences, key=lambda each: each.row)


def fingerprint(value: Value | Row) -> str:
    """What stands for a value in the memory of decisions, which keeps no personal data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _by_ref(rows: Iterator[Returned]) -> tuple[dict[str, Returned], list[Difference]]:
    """Rows by Ref. Two alike are one; two that differ are both held, for nobody can say which is meant."""
    found: dict[str, list[Returned]] = {}
    for row in rows:
        found.setdefault(str(row.ref), []).append(row)
    known, held = {}, []
    for ref, copies in found.items():
        if all(copy.cells == copies[0].cells for copy in copies):
            known[ref] = copies[0]
        else:
            held += [Difference(Outcome.HELD, copy.number, ref, mine=copy.cells) for copy in copies]
    return known, held


def _new(mine: Sequence[Returned], base: Rows, rules: Rules) -> Iterator[Difference]:
    """Spare rows that were filled, and rows typed below without a Ref."""
    for row in mine:
        if row.ref in base or not (row.ref is None or is_spare(row.ref)):
            continue
        cells = {column: row.cells[column] for column in rules.fresh if row.cells.get(column) is not None}
        if cells:
            yield Difference(Outcome.CREATE, row.number, row.ref, mine=cells)


def _compared(row: Returned, ref: str, base: Row, server: Row | None, rules: Rules) -> list[Difference]:
    """One row: base, mine and server cell by cell."""
    edited = [column for column in rules.editable if column in row.cells and row.cells[column] != base.get(column)]
    if server is None:
        gone = [_edited_but_gone(row, ref, base, edited)] if edited else []
        return [each for each in gone if (ref, WHOLE_ROW, fingerprint(each.mine)) not in rules.kept]
    differences = []
    for column in edited:
        here, there, now = base.get(column), row.cells[column], server.get(column)
        outcome = Outcome.UPDATE if now == here else Outcome.SAME if now == there else Outcome.CONFLICT
        if outcome is not Outcome.SAME and (ref, column, fingerprint(there)) in rules.kept:
            continue
        differences.append(Difference(outcome, row.number, ref, column, here, there, now))
    elsewhere = any(server.get(column) != base.get(column) for column in rules.editable if column not in edited)
    if elsewhere and any(each.outcome is Outcome.UPDATE for each in differences):
        differences.append(Difference(Outcome.PARALLEL, row.number, ref))
    return differences


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
        if ref in given_back or ref not in server or (ref, WHOLE_ROW, fingerprint(None)) in rules.kept:
            continue
        edited = any(server[ref].get(column) != row.get(column) for column in rules.editable)
        outcome = Outcome.CONFLICT if edited else Outcome.REMOVAL
        yield Difference(outcome, 0, ref, base=row, server=server[ref])


def _changed_places(base: Rows, known: Mapping[str, Returned], rules: Rules) -> set[str]:
    """Rows whose cells are those of another row, both ways: the Refs were swapped, not the people."""
    if rules.telling is None:
        return set()

    def told(row: Row) -> str:
        return fingerprint({column: row.get(column) for column in rules.editable})

    owner = {told(row): ref for ref, row in base.items()}
    moved = {ref: owner.get(told(row.cells), ref) for ref, row in known.items()}
    return {
        ref
        for ref, other in moved.items()
        if moved.get(other) == ref and base[ref].get(rules.telling) != base[other].get(rules.telling)
    }
