"""What a returned copy would do, row by row: each cell when it was taken, in the file, and in the system now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.exchange import decisions, row_names, tallies, workbooks
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.merge import ADD, MERGE, MINE, SERVER, VALUE
from preparedness.exchange.models import Change, Outcome, Return, ReturnState, Why
from preparedness.exchange.sheets import Column, Sheet, Surroundings
from preparedness.exchange.tallies import NEWS, is_asked
from preparedness.exchange.tallies import summary as summary
from preparedness.exchange.values import Kind, written
from preparedness.i18n import _

SHOWN = 50
"""Rows on a page."""


@dataclass(frozen=True)
class Value:
    """A cell's heading and what stands in it, in words."""

    heading: str
    words: str


@dataclass(frozen=True)
class Entry:
    """One change as it is shown: where it is, and what was given out, what the file says, what stands here now."""

    change: Change
    heading: str
    base: str
    mine: str
    server: str
    cells: list[Value]
    typed: str
    """What was typed instead, as the cell would say it."""


@dataclass(frozen=True)
class Question:
    """Cells of a row, or a row, about which somebody says one word."""

    entries: list[Entry]
    choices: list[tuple[str, str]]
    chosen: str
    why: str
    other: bool
    """True where something else may be typed."""

    @property
    def id(self) -> int:
        """The number of the change that the answer is sent for."""
        return self.entries[0].change.id


@dataclass(frozen=True)
class RowNews:
    """What happens to one row."""

    sheet: str
    ref: str
    label: str
    number: int
    questions: list[Question]

    @property
    def entries(self) -> list[Entry]:
        """All that changes in the row."""
        return [entry for question in self.questions for entry in question.entries]


@dataclass(frozen=True)
class Emptied:
    """A column of which much was emptied: "214 phones cleared", with its own tick."""

    sheet: str
    column: str
    title: str
    heading: str
    number: int
    chosen: bool


@dataclass(frozen=True)
class Alike:
    """Different entries of one column, to be decided at once."""

    sheet: str
    column: str
    title: str
    heading: str
    number: int


@dataclass(frozen=True)
class Preview:
    """A returned copy as a page shows it."""

    summary: list[str]
    asked: int
    waiting: int
    emptied: list[Emptied]
    alike: list[Alike]
    to_settle: list[RowNews]
    changed: list[RowNews]
    new: list[RowNews]
    longest: int
    """The rows of the longest of the three lists."""


def of(brought: Return, agency: Agency, page: int = 1) -> Preview:
    """A page of what a returned copy would do, or did."""
    around = CONTENTS[brought.kind].around(agency, brought.subject_id, decisions.scope(brought, agency))
    show = _Words(brought, around)
    tally, ready = tallies.of(brought), brought.state is ReturnState.READY
    mass = Change.why == Why.CLEARED
    asked = and_(is_asked(), or_(Change.why.is_(None), ~mass))
    shown = Change.outcome.not_in(NEWS)
    rest = and_(shown, ~is_asked()) if ready else shown
    lists = {
        "to_settle": and_(asked, shown) if ready else None,
        "changed": and_(rest, Change.outcome != Outcome.CREATE),
        "new": and_(rest, Change.outcome == Outcome.CREATE),
    }
    rows = {name: _rows(brought, show.order, which, page) for name, which in lists.items() if which is not None}
    return Preview(
        summary=summary(brought),
        asked=tally.asked,
        waiting=tally.waiting,
        emptied=show.emptied(_columns(brought, mass)) if ready else [],
        alike=show.alike(_columns(brought, Change.outcome == Outcome.CONFLICT, Change.column != "")) if ready else [],
        to_settle=list(show.rows(rows["to_settle"][0])) if ready else [],
        changed=list(show.rows(rows["changed"][0])),
        new=list(show.rows(rows["new"][0])),
        longest=max(total for _found, total in rows.values()),
    )


def _rows(
    brought: Return, order: ColumnElement[int], which: ColumnElement[bool], page: int
) -> tuple[Sequence[Change], int]:
    """The changes of a page of rows, and how many rows there are in all."""
    rows = (
        select(Change.sheet, Change.row).where(Change.return_id == brought.id, which).group_by(Change.sheet, Change.row)
    )
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    if not total:
        return [], 0
    some = db.session.execute(
        rows.order_by(order, Change.row < 0, Change.row).limit(SHOWN).offset((page - 1) * SHOWN)
    ).all()
    query = select(Change).where(Change.return_id == brought.id, which)
    query = query.where(tuple_(Change.sheet, Change.row).in_([tuple(row) for row in some]))
    return db.session.scalars(query.order_by(order, Change.row < 0, Change.row, Change.id)).all(), total


def _columns(brought: Return, *which: ColumnElement[bool]) -> Sequence[Any]:
    """Columns with how many such changes each has, and how many of them are to be taken as the file has them."""
    mine = func.sum(case((Change.decision == MINE, 1), else_=0)).label("mine")
    query = select(Change.sheet, Change.column, func.count().label("number"), mine)
    query = query.where(Change.return_id == brought.id, *which).group_by(Change.sheet, Change.column)
    return db.session.execute(query.order_by(func.count().desc(), Change.sheet, Change.column)).all()


class _Words:
    """Turns codes and times of one returned copy into words."""

    def __init__(self, brought: Return, around: Surroundings) -> None:
        self.brought, self.around = brought, around
        self.sheets: dict[str, Sheet] = {sheet.key: sheet for sheet in CONTENTS[brought.kind].sheets}
        self.order: ColumnElement[int] = case(
            {key: place for place, key in enumerate(self.sheets)}, value=Change.sheet, else_=len(self.sheets)
        )
        self._new: dict[str, str] | None = None

    def rows(self, changes: Sequence[Change]) -> Iterator[RowNews]:
        """Changes grouped by the row they are about, and within it by what is settled as one."""
        given = row_names.given(self.brought, self.sheets.values())
        for (sheet, number), group in groupby(changes, key=lambda each: (each.sheet, each.row)):
            parts: dict[str, list[Change]] = {}
            for change in group:
                parts.setdefault(change.together or f"#{change.column}", []).append(change)
            first = next(iter(parts.values()))[0]
            yield RowNews(
                str(self.sheets[sheet].title),
                first.ref or "",
                row_names.of(first, self.sheets[sheet], given.get(sheet, {})),
                number,
                [self._question(part) for part in parts.values()],
            )

    def emptied(self, columns: Sequence[Any]) -> list[Emptied]:
        """The columns of which much was emptied."""
        return [Emptied(*self._named(row), number=row.number, chosen=row.mine == row.number) for row in columns]

    def alike(self, columns: Sequence[Any]) -> list[Alike]:
        """The columns with more than one different entry."""
        return [Alike(*self._named(row), number=row.number) for row in columns if row.number > 1]

    def _named(self, row: Any) -> tuple[str, str, str, str]:
        column = self._column(row.sheet, row.column)
        return row.sheet, row.column, str(self.sheets[row.sheet].title), self.around.heading(column) if column else ""

    def _column(self, sheet: str, key: str) -> Column | None:
        return next((each for each in self.sheets[sheet].columns if each.key == key), None)

    def _question(self, changes: Sequence[Change]) -> Question:
        first = changes[0]
        offered = decisions.choices(first)
        said = {change.decision for change in changes}
        return Question(
            [self._entry(change) for change in changes],
            [(choice, self._choice(first, choice)) for choice in offered if choice != VALUE],
            next(iter(said)) or "" if len(said) == 1 else "",
            str(first.why.words) if first.why else "",
            VALUE in offered,
        )

    def _entry(self, change: Change) -> Entry:
        column = self._column(change.sheet, change.column)
        return Entry(
            change,
            self.around.heading(column) if column else "",
            self._words(column, change.base) if column else "",
            self._words(column, change.mine) if column else "",
            self._words(column, change.server) if column else "",
            [] if column else self._cells(change),
            self._words(column, change.value) if column and change.decision == VALUE else "",
        )

    def _cells(self, change: Change) -> list[Value]:
        row = change.mine or change.server or change.base or {}
        columns = [each for each in self.sheets[change.sheet].columns if row.get(each.key) is not None]
        return [Value(self.around.heading(each), self._words(each, row[each.key])) for each in columns]

    def _words(self, column: Column, value: object) -> str:
        if isinstance(value, str) and column.choices and value in self.new:
            return self.new[value] or value
        if column.kind is Kind.DATETIME and isinstance(value, str):
            return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
        return str(written(value, self.around.pattern(column))) or _("empty")  # type: ignore[arg-type]

    @property
    def new(self) -> dict[str, str]:
        """The words for the new rows of the file, by what names them in it."""
        if self._new is None:
            query = select(Change.sheet, Change.ref, Change.row, Change.label)
            query = query.where(Change.return_id == self.brought.id, Change.outcome == Outcome.CREATE)
            self._new = {row_name(row.sheet, row.ref, row.row): row.label or "" for row in db.session.execute(query)}
        return self._new

    def _twin(self, change: Change) -> str:
        """The name and Ref of the row that another seems to be."""
        twin, copy = str(change.twin), self.brought.workbook
        if twin in self.new:
            return self.new[twin]
        if change.outcome is Outcome.CREATE and change.server:
            return f"{change.server.get(self.sheets[change.sheet].named_by)} ({twin})"
        line = workbooks.base_of(copy).get(change.sheet, {}).get(twin) if copy else None
        name = line.cells.get(self.sheets[change.sheet].named_by) if line else None
        for choices in self.around.lists.values() if name is None else ():
            name = name or next((each.also[0] for each in choices.lines if each.code == twin and each.also), None)
        return f"{name} ({twin})" if name else twin

    def _choice(self, change: Change, choice: str) -> str:
        """What a choice means for this change."""
        if change.outcome is Outcome.REMOVAL or (change.outcome is Outcome.CONFLICT and change.mine is None):
            return _("Remove the row") if choice == MINE else _("Keep the row")
        if change.outcome is Outcome.CONFLICT and not change.column:
            return _("Bring the row back with what is in your file") if choice == MINE else _("Leave it removed")
        if change.outcome is Outcome.CREATE:
            return {
                MINE: _("Add it"),
                ADD: _("Add it: it is somebody else"),
                MERGE: _("It is %(name)s, from the archive: bring them back and merge the two", name=self._twin(change))
                if change.server
                else _("It is %(name)s: merge the two", name=self._twin(change)),
                SERVER: _("Leave it out"),
            }[choice]
        if change.outcome is Outcome.HELD and not change.column:
            return {
                MINE: _("The Ref is right: take the entries for %(ref)s", ref=change.ref),
                MERGE: _("The words are right: this is the row of %(name)s", name=self._twin(change))
                if change.why is Why.MOVED
                else "",
                ADD: _("Make it a new row"),
                SERVER: _("Take nothing of it"),
            }[choice]
        return _("What is in your file") if choice == MINE else _("What is in the system now")
