"""What is kept of a returned copy until it is settled: the rows that say something new, and which rows it holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.models import Return
from preparedness.exchange.places import Returned
from preparedness.exchange.sheets import Line

Given = Mapping[str, Line]
"""What was given out of a sheet, by Ref."""


def kept(part: Arrival, base: Given) -> dict[str, Any]:
    """A sheet's rows as they are kept; of those that are as they were given out only the Ref."""
    times = Counter(row.ref for row in part.rows)
    troubled = {trouble.row for trouble in part.troubles}
    told = [row for row in part.rows if row.number in troubled or times[row.ref] > 1 or not _as_given(row, base)]
    known = {id(row) for row in told}
    return {
        "name": part.name,
        "columns": part.columns,
        "rows": [[row.number, row.ref, dict(row.cells), part.slots.get(row.number)] for row in told],
        "same": [row.ref for row in part.rows if id(row) not in known],
    }


def _as_given(row: Returned, base: Given) -> bool:
    """True for a row no cell of which differs from what was given out."""
    before = base.get(row.ref or "")
    if before is None or row.cells is before.cells:
        return before is not None
    return all(value == before.cells.get(key) for key, value in row.cells.items())


def rows(brought: Return, sheet: str) -> list[Returned]:
    """The rows of a sheet that say something new, as they came back."""
    part = brought.rows[sheet]
    unread = _unread(brought.problems, part["name"])
    return [Returned(number, ref, cells, unread.get(number, frozenset())) for number, ref, cells, _slot in part["rows"]]


def same(brought: Return, sheet: str) -> list[str]:
    """The Refs of the rows that are as they were given out."""
    refs: list[str] = brought.rows[sheet].get("same", [])
    return refs


def _unread(problems: Iterable[Mapping[str, Any]], name: str) -> dict[int, frozenset[str]]:
    """The columns that could not be understood, by row."""
    found: dict[int, set[str]] = {}
    for problem in problems:
        if problem["sheet"] == name:
            found.setdefault(problem["row"], set()).add(problem["column"])
    return {row: frozenset(columns) for row, columns in found.items()}
