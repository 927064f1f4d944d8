"""What a returned copy would do, in words: first in a sentence, then row by row, each cell with its three values."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from preparedness.accounts.models import Agency
from preparedness.activations.models import TaskState
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.comparisons import undecided
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Change, Outcome, Return, ReturnState
from preparedness.exchange.settlements import choices, taken
from preparedness.exchange.sheets import Column, Scope, Sheet, Surroundings
from preparedness.exchange.values import Kind, written
from preparedness.i18n import _, ngettext

NEWS = (Outcome.SAME, Outcome.PARALLEL)
"""What is only for information."""


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
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class RowNews:
    """What happens to one row."""

    sheet: str
    ref: str
    label: str
    entries: list[Entry]


@dataclass(frozen=True)
class Preview:
    """A returned copy as a page shows it."""

    summary: list[str]
    to_settle: list[RowNews]
    changed: list[RowNews]
    new: list[RowNews]


def of(brought: Return, agency: Agency) -> Preview:
    """What a returned copy would do, or did."""
    copy = brought.workbook
    scope = Scope(copy.timezone if copy else agency.timezone, copy.made_at if copy else brought.uploaded_at)
    show = _Words(brought, CONTENTS[brought.kind].around(agency, brought.subject_id, scope))
    asked = {change.id for change in undecided(brought)} if brought.state is ReturnState.READY else set()
    shown = [change for change in brought.changes if change.outcome not in NEWS]
    return Preview(
        summary=summary(brought),
        to_settle=list(show.rows(change for change in shown if change.id in asked)),
        changed=list(show.rows(c for c in shown if c.id not in asked and c.outcome is not Outcome.CREATE)),
        new=list(show.rows(c for c in shown if c.id not in asked and c.outcome is Outcome.CREATE)),
    )


def summary(brought: Return) -> list[str]:
    """The news in a few words: "12 lines done", "3 notes", "1 to decide"."""
    open_ = {change.id for change in undecided(brought)} if brought.state is ReturnState.READY else set()
    counted: Counter[str] = Counter()
    for change in brought.changes:
        if change.outcome in NEWS or change.id in open_ or not taken(change):
            continue
        counted[_what(change)] += 1
    counted["problem"], counted["open"] = len(brought.problems), len(open_)
    return [say(counted[what]) for what, say in SAID.items() if counted[what]]


def _what(change: Change) -> str:
    """What a change counts as."""
    if change.outcome is Outcome.CREATE:
        return f"new {change.sheet}"
    if change.sheet == "tasks" and change.column == "state":
        return "done" if change.mine == TaskState.DONE else "state"
    if change.sheet == "tasks" and change.column == "note":
        return "note"
    if change.sheet == "replies" and change.column == "state":
        return "answer"
    return "cell" if change.column else "row"


SAID: dict[str, Callable[[int], str]] = {
    "done": lambda num: ngettext("%(num)s line done", "%(num)s lines done", num),
    "state": lambda num: ngettext("%(num)s line in another state", "%(num)s lines in another state", num),
    "note": lambda num: ngettext("%(num)s note", "%(num)s notes", num),
    "answer": lambda num: ngettext("%(num)s answer noted", "%(num)s answers noted", num),
    "new log": lambda num: ngettext("%(num)s line of the log", "%(num)s lines of the log", num),
    "new organisations": lambda num: ngettext("%(num)s new organisation", "%(num)s new organisations", num),
    "new people": lambda num: ngettext("%(num)s new person", "%(num)s new people", num),
    "new roles": lambda num: ngettext("%(num)s new role", "%(num)s new roles", num),
    "new checklist": lambda num: ngettext("%(num)s new task", "%(num)s new tasks", num),
    "cell": lambda num: ngettext("%(num)s entry changed", "%(num)s entries changed", num),
    "row": lambda num: ngettext("%(num)s row removed", "%(num)s rows removed", num),
    "problem": lambda num: ngettext("%(num)s problem", "%(num)s problems", num),
    "open": lambda num: ngettext("%(num)s to decide", "%(num)s to decide", num),
}


class _Words:
    """Turns codes and times of one returned copy into words."""

    def __init__(self, brought: Return, around: Surroundings) -> None:
        self.around = around
        self.sheets: dict[str, Sheet] = {sheet.key: sheet for sheet in CONTENTS[brought.kind].sheets}
        self.new = {row_name(c.sheet, c.ref, c.row): c.label for c in brought.changes if c.outcome is Outcome.CREATE}

    def rows(self, changes: Iterator[Change]) -> Iterator[RowNews]:
        """Changes grouped by the row they are about."""
        ordered = sorted(changes, key=lambda each: (list(self.sheets).index(each.sheet), each.row, each.id))
        for (sheet, _row), group in groupby(ordered, key=lambda each: (each.sheet, each.row)):
            entries = [self._entry(change) for change in group]
            first = entries[0].change
            yield RowNews(str(self.sheets[sheet].title), first.ref or "", first.label or first.ref or "", entries)

    def _entry(self, change: Change) -> Entry:
        column = next((each for each in self.sheets[change.sheet].columns if each.key == change.column), None)
        return Entry(
            change,
            self.around.heading(column) if column else "",
            self._words(column, change.base) if column else "",
            self._words(column, change.mine) if column else "",
            self._words(column, change.server) if column else "",
            [] if column else self._cells(change),
            [(choice, self._choice(change, choice)) for choice in choices(change)],
            change.decision or "",
        )

    def _cells(self, change: Change) -> list[Value]:
        row = change.mine or change.server or change.base or {}
        columns = [each for each in self.sheets[change.sheet].columns if row.get(each.key) is not None]
        return [Value(self.around.heading(each), self._words(each, row[each.key])) for each in columns]

    def _words(self, column: Column, value: object) -> str:
        if isinstance(value, str) and value in self.new:
            return self.new[value] or value
        if column.kind is Kind.DATETIME and isinstance(value, str):
            return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
        return str(written(value, self.around.pattern(column))) or _("empty")  # type: ignore[arg-type]

    def _choice(self, change: Change, choice: str) -> str:
        """What a choice means for this change."""
        if change.outcome is Outcome.REMOVAL or (change.outcome is Outcome.CONFLICT and change.mine is None):
            return _("Remove the row") if choice == "mine" else _("Keep the row")
        if change.outcome is Outcome.CREATE:
            return _("Leave it out") if choice == "server" else _("Add it: it is somebody else")
        return _("What is in your file") if choice == "mine" else _("What is in the system now")
