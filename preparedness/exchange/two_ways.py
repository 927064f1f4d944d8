"""A comparison without a base: nobody knows any more what was given out, so each difference is a question."""

from collections.abc import Iterator, Mapping, Sequence

from preparedness.exchange.merge import WHOLE_ROW, Difference, Rules, key
from preparedness.exchange.models import Outcome, Why
from preparedness.exchange.places import Returned, Row, Rows
from preparedness.refs import is_spare


def compare(
    mine: Sequence[Returned], server: Rows, rules: Rules, joined: Mapping[int, str] | None = None
) -> list[Difference]:
    """Everything in which a workbook and the system differ. Nothing is taken unless somebody says so.

    A row that is missing in the workbook says nothing: nobody knows whether it was ever given out.
    """
    doubled = _doubled(mine)
    found: list[Difference] = []
    for row in mine:
        if row.ref is None or is_spare(row.ref):
            found += _new(row, server, rules, joined or {})
        elif row.ref in doubled:
            found.append(_held(row, server, rules))
        elif row.ref in server:
            found += _cells(row, row.ref, server[row.ref], rules, rules.editable)
    return sorted(found, key=lambda each: each.row)


def _doubled(mine: Sequence[Returned]) -> set[str]:
    """Refs that stand in two rows which differ."""
    first: dict[str, Row] = {}
    return {row.ref for row in mine if row.ref and first.setdefault(row.ref, row.cells) != row.cells}


def _held(row: Returned, server: Rows, rules: Rules) -> Difference:
    whole = {column: row.cells.get(column) for column in rules.fresh}
    there = server.get(row.ref or "")
    return Difference(Outcome.HELD, row.number, row.ref, WHOLE_ROW, there, whole, there, why=Why.TWICE)


def _new(row: Returned, server: Rows, rules: Rules, joined: Mapping[int, str]) -> Iterator[Difference]:
    """A row without a Ref of its own: it may have been brought in before."""
    cells = {column: row.cells[column] for column in rules.fresh if row.cells.get(column) is not None}
    if not cells or key(row.ref, WHOLE_ROW, cells) in rules.kept:
        return
    yield Difference(Outcome.CREATE, row.number, row.ref, mine=cells, why=Why.UNKNOWN)
    target = joined.get(row.number)
    if target is not None and target in server:
        yield from _cells(row, target, server[target], rules, rules.filled(target, cells))


def _cells(row: Returned, ref: str, server: Row, rules: Rules, columns: Sequence[str]) -> Iterator[Difference]:
    for column in columns:
        if column not in row.cells or row.cells[column] == server.get(column):
            continue
        if key(ref, column, row.cells[column]) in rules.kept:
            continue
        group, _columns = rules.together(column)
        there = server.get(column)
        yield Difference(Outcome.CONFLICT, row.number, ref, column, None, row.cells[column], there, group, Why.UNKNOWN)
