"""Rows of a file that are other rows: whom they seem to be, which of those lie in the archive, and what was decided."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.kinds import Content
from preparedness.exchange.merge import MERGE, Difference
from preparedness.exchange.models import Outcome
from preparedness.exchange.sheets import Line, Sheet, Snapshot
from preparedness.exchange.values import Value

Merged = Mapping[str, str]
"""New rows of a file that are another row, as somebody decided: what names each, and the Ref or name of the other."""


def merged(sheet: str, changes: Iterable[Any]) -> Merged:
    """The new rows of a sheet that are another row."""
    return {
        row_name(sheet, each.ref, each.row): str(each.twin)
        for each in changes
        if (each.sheet, each.outcome, each.decision) == (sheet, Outcome.CREATE, MERGE) and each.twin
    }


def end(twin: str, known: Merged) -> str:
    """The row that a twin is in the end: it may itself be another one."""
    while twin in known:
        twin = known[twin]
    return twin


def decided(sheet: str, changes: Collection[Any]) -> dict[int, str]:
    """Rows of a sheet of which somebody decided which other row they are, by their number."""
    known = merged(sheet, changes)
    return {
        each.row: end(str(each.twin), known)
        for each in changes
        if each.sheet == sheet and each.decision == MERGE and not each.column
    }


def whom(content: Content, agency: Agency, sheet: str, found: Sequence[Difference]) -> dict[int, str]:
    """Whom the new rows seem to be: somebody here, or another new row of the same file."""
    new = {each.row: each.mine for each in found if each.outcome is Outcome.CREATE}
    names = {each.row: row_name(sheet, each.ref, each.row) for each in found if each.outcome is Outcome.CREATE}
    twins = content.twins(agency, sheet, new) if new else {}
    return {row: names[twin] if isinstance(twin, int) else twin for row, twin in twins.items()}


def put_away(
    content: Content, agency: Agency, sheet: str, wanted: Iterable[str], here: Snapshot, known: Mapping[str, Line]
) -> dict[str, Line]:
    """Of these rows those that lie in the archive, by Ref."""
    unknown = sorted({ref for ref in wanted if ref not in known})
    return {line.ref: line for line in content.put_away(agency, sheet, unknown, here)} if unknown else {}


def named_away(
    found: Sequence[Difference], sheet: Sheet, twins: Mapping[int, str], away: Mapping[str, Line]
) -> list[Difference]:
    """New rows that seem to be somebody in the archive say so: what stands there is their name, and no more."""
    said = {row: {sheet.named_by: away[twin].cells.get(sheet.named_by)} for row, twin in twins.items() if twin in away}
    return [
        each._replace(server=said[each.row]) if each.outcome is Outcome.CREATE and each.row in said else each
        for each in found
    ]


def apart(found: Sequence[Difference]) -> list[Difference]:
    """Where two rows of a file say different things of one cell, neither is taken before somebody says which."""
    said: dict[tuple[str | None, str], list[Value]] = defaultdict(list)
    for each in found:
        if each.outcome is Outcome.UPDATE:
            said[each.ref, each.column].append(each.mine)  # type: ignore[arg-type]
    torn = {where for where, values in said.items() if any(value != values[0] for value in values)}
    return [
        each._replace(outcome=Outcome.CONFLICT)
        if each.outcome is Outcome.UPDATE and (each.ref, each.column) in torn
        else each
        for each in found
    ]
