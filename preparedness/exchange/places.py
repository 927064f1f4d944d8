"""Rows that changed places: a row that carries the words of another was moved without its Ref, or copied over it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from preparedness.exchange.values import Value

Row = Mapping[str, Value]
Rows = Mapping[str, Row]
"""Rows by their Ref."""


class Returned(NamedTuple):
    """A row of the workbook as it came back. A cell that could not be understood is not among its cells."""

    number: int
    ref: str | None
    cells: Row
    unread: frozenset[str] = frozenset()
    """The columns in which something stands that could not be understood."""


def changed(base: Rows, known: Mapping[str, Returned], editable: Sequence[str], telling: str | None) -> dict[str, str]:
    """The rows that carry the words of another row, each with the Ref of that row.

    Where the words may be edited, more cells must be those of the other row than of its own, or it is a new name and no
    more: rows that lost their places may have been edited as well. Where they are for reading only, they alone tell, if
    taking the row's cells for either row would change anything.
    """
    if telling is None:
        return {}
    suspects = {ref: row for ref, row in known.items() if row.cells.get(telling) not in (None, base[ref].get(telling))}
    wanted = {row.cells[telling] for row in suspects.values()}
    owners: dict[Value, list[str]] = {}
    for ref, given in base.items() if suspects else ():
        if given.get(telling) in wanted:
            owners.setdefault(given.get(telling), []).append(ref)
    found: dict[str, str] = {}
    for ref, row in suspects.items():
        for other in owners.get(row.cells[telling], ()):
            alike = _alike(row.cells, base[other], editable)
            if telling in editable:
                meant = alike or _closer(row.cells, base[other], base[ref], editable)
            else:
                meant = not (alike and _alike(row.cells, base[ref], editable))
            if meant:
                found[ref] = other
                break
    return found


def _alike(cells: Row, row: Row, columns: Sequence[str]) -> bool:
    """True where the cells that were sent say what a row says."""
    return all(cells[column] == row.get(column) for column in columns if column in cells)


def _closer(cells: Row, other: Row, own: Row, columns: Sequence[str]) -> bool:
    """True where more of what was sent is what another row says than what the row itself says."""
    told = [column for column in columns if column in cells and other.get(column) != own.get(column)]
    theirs = sum(cells[column] == other.get(column) for column in told)
    return theirs > sum(cells[column] == own.get(column) for column in told)
