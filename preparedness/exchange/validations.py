"""What helps while typing: lists that refuse what is not in them, a hint beside the cell, what is late or lacking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from preparedness.exchange.cells import wanted
from preparedness.exchange.sheets import Column, Editable, Sheet
from preparedness.exchange.streams import letter
from preparedness.exchange.values import Kind, Pattern
from preparedness.i18n import _

LONGEST_HINT, LONGEST_TITLE = 255, 32
FIRST_DATE, LAST_DATE = date(1900, 3, 1), date(2199, 12, 31)
"""Before the first, programs count days differently."""

Rule = dict[str, Any]
"""A rule as the spreadsheet engine takes it."""


@dataclass(frozen=True)
class Area:
    """Some cells of one column, the rows counted from 0."""

    column: int
    first: int
    last: int


def of(
    columns: Sequence[Column], patterns: Mapping[str, Pattern], lists: Mapping[str, str], *, first: int, given: int
) -> Iterator[tuple[int, int, Rule]]:
    """The rule of each column, with its place and its first row: a column of new rows begins below those given out.

    `lists` are the names of the lists by what they hold: two sheets may each have a column called state.
    """
    for place, column in enumerate(columns):
        if column.key == "ref":
            yield place, first, _leave_ref()
        elif column.editable is not Editable.NO:
            begins = first if column.editable is Editable.YES else first + given
            yield place, begins, _rule(column, patterns[column.key], lists)


def _leave_ref() -> Rule:
    """A warning and no stop: a stop would forbid to paste whole rows."""
    return {
        "validate": "custom",
        "value": "=FALSE",
        "error_type": "warning",
        "error_title": _("Ref")[:LONGEST_TITLE],
        "error_message": _("This column says which row it is: leave it as it is.")[:LONGEST_HINT],
    }


def _rule(column: Column, pattern: Pattern, lists: Mapping[str, str]) -> Rule:
    asked = str(column.hint) if column.hint else wanted(pattern)
    if column.required:
        asked = _("Needed: %(wanted)s", wanted=asked)
    title = str(column.heading).partition(" (")[0][:LONGEST_TITLE]
    rule: Rule = {
        "validate": "any",
        "input_title": title,
        "input_message": asked[:LONGEST_HINT],
        "error_title": title,
        "error_message": _("Wanted: %(wanted)s", wanted=wanted(pattern))[:LONGEST_HINT],
    }
    match column.kind:
        case Kind.CHOICE | Kind.YES_NO if column.choices and column.choices in lists:
            kind = "warning" if column.grows else "stop"
            rule |= {"validate": "list", "source": f"={lists[column.choices]}", "error_type": kind}
        case Kind.DATE:
            rule |= {"validate": "date", "criteria": "between", "minimum": FIRST_DATE, "maximum": LAST_DATE}
        case Kind.WHOLE:
            least, most = column.between
            rule |= {"validate": "integer", "criteria": "between", "minimum": least, "maximum": most}
    return rule


def lacking(columns: Sequence[Column], first: int, last: int) -> Iterator[tuple[Area, str]]:
    """Where an entry is needed and there is none, though the row says something: the cells, and the condition."""
    for place, column in enumerate(columns):
        if column.required and not column.follows and column.editable is not Editable.NO:
            row = first + 1
            others = f"$B{row}:${letter(len(columns) - 1)}{row}"
            yield Area(place, first, last), f"=AND(LEN({letter(place)}{row})=0,COUNTA({others})>0)"


def late(
    sheet: Sheet, columns: Sequence[Column], patterns: Mapping[str, Pattern], first: int, last: int
) -> Iterator[tuple[Area, str]]:
    """Where something was to be done by now and is not finished: the cells, and the condition."""
    if sheet.due is None:
        return
    places = {column.key: place for place, column in enumerate(columns)}
    due, state = letter(places[sheet.due.by]), letter(places[sheet.due.state])
    choices, row = patterns[sheet.due.state].choices, first + 1
    assert choices is not None
    open_ = ",".join(f"${state}{row}<>{_quoted(choices.label(code))}" for code in sheet.due.finished)
    yield (
        Area(places[sheet.due.by], first, last),
        f"=AND(ISNUMBER(${due}{row}),${due}{row}<NOW(),{open_})",
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
