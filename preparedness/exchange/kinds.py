"""The kinds of workbook, each with its sheets, how it is read from here, and how a returned one is written."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.audit import Actor
from preparedness.exchange import (
    activation_copies,
    activation_sheets,
    contact_copies,
    contact_sheets,
    plan_copies,
    plan_sheets,
    roster_copies,
    roster_sheets,
)
from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.merge import Row
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.sheets import Line, Made, Scope, Sheet, Snapshot, Subject, Surroundings, Taken

Bases = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True)
class Content:
    """What a kind of workbook is made of."""

    sheets: tuple[Sheet, ...]
    subject: Callable[[Agency, int | None], Subject]
    around: Callable[[Agency, int | None, Scope], Surroundings]
    snapshot: Callable[[Agency, int | None, Scope], Snapshot]
    outgoing: Callable[[Agency, int | None, Scope], Mapping[str, Iterable[Line]]]
    """The rows of a copy that is taken, sheet by sheet; where there may be many, one by one."""
    with_new: Callable[[Surroundings, Mapping[str, Arrival], Bases], Surroundings]
    problems: Callable[[str, Row, Surroundings], dict[str, str]]
    """What is wrong with a row as it would be: column and sentence."""
    twins: Callable[[Agency, str, Mapping[int, Any]], dict[int, str | int]]
    """Who seems to be the same as a new row: row number and their Ref, or the number of another new row."""
    put_away: Callable[[Agency, str, Collection[str], Snapshot], list[Line]]
    """Of these Refs the rows that lie in the archive, as they would be if they came back."""
    number: Callable[[int, str, str], int | None]
    """The number of a row that a new one may be merged into, by agency, sheet and Ref."""
    apply: Callable[[Agency, int | None, Snapshot, Mapping[str, Taken], Actor], Made]
    by_cell: bool = False
    """True where cells are checked one by one, whatever else stands in their row."""


def _content(rows: object, sheets: tuple[Sheet, ...]) -> Content:
    verbs = (
        "subject",
        "around",
        "snapshot",
        "outgoing",
        "with_new",
        "problems",
        "twins",
        "put_away",
        "number",
        "apply",
    )
    made = Content(sheets, *(getattr(rows, verb) for verb in verbs))
    return replace(made, by_cell=getattr(rows, "BY_CELL", False))


CONTENTS: dict[WorkbookKind, Content] = {
    WorkbookKind.ROSTER: _content(roster_copies, roster_sheets.SHEETS),
    WorkbookKind.PLAN: _content(plan_copies, plan_sheets.SHEETS),
    WorkbookKind.ACTIVATION: _content(activation_copies, activation_sheets.SHEETS),
    WorkbookKind.CONTACTS: _content(contact_copies, contact_sheets.SHEETS),
}
