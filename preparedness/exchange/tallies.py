"""A returned copy in figures and in a sentence: "12 lines done, 3 notes, 1 to decide"."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from preparedness.activations.models import TaskState
from preparedness.database import db
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST
from preparedness.exchange.comparisons import SETTLED
from preparedness.exchange.models import Change, Outcome, Return, ReturnState, Why
from preparedness.exchange.settlements import taken
from preparedness.i18n import ngettext

NEWS = (Outcome.SAME, Outcome.PARALLEL)
"""What is only for information."""


@dataclass(frozen=True)
class Tally:
    """How much of a returned copy is taken, how many questions it asks, and how many of them wait for a word."""

    taken: Counter[str]
    asked: int
    waiting: int


def of(brought: Return) -> Tally:
    """The figures of a returned copy. What is settled asks nothing more."""
    ready = brought.state is ReturnState.READY
    counted: Counter[str] = Counter()
    for row, number in _kinds(brought):
        if taken(row) and not (ready and _is_open(row)):
            counted[_what(row)] += number
    if not ready:
        return Tally(counted, 0, 0)
    return Tally(counted, _questions(brought), _questions(brought, Change.decision.is_(None)))


def summary(brought: Return) -> list[str]:
    """The news in a few words, each with its number."""
    tally = of(brought)
    counted = Counter(tally.taken)
    counted["problem"], counted["open"] = len(brought.problems), tally.asked
    return [say(counted[what]) for what, say in SAID.items() if counted[what]]


def is_asked() -> ColumnElement[bool]:
    """True for changes that somebody has to decide."""
    return or_(Change.outcome.not_in(SETTLED), Change.twin.is_not(None), Change.why.is_not_distinct_from(Why.UNKNOWN))


def _kinds(brought: Return) -> list[tuple[Any, int]]:
    """The changes by kind, each kind with how many there are; of tasks, what they were set to counts too."""
    twin = Change.twin.is_not(None).label("twin")
    kind = (Change.sheet, Change.column, Change.outcome, twin, Change.why, Change.decision)
    shown = (Change.return_id == brought.id, Change.outcome.not_in(NEWS))
    states = (Change.sheet == CHECKLIST.key) & (Change.column == "state")
    others = select(*kind, func.count().label("number")).where(*shown, ~states).group_by(*kind)
    found = [(row, row.number) for row in db.session.execute(others)]
    return found + [(row, 1) for row in db.session.execute(select(*kind, Change.mine).where(*shown, states))]


def _is_open(row: Any) -> bool:
    return row.outcome not in SETTLED or bool(row.twin) or row.why is Why.UNKNOWN


def _questions(brought: Return, *which: ColumnElement[bool]) -> int:
    """How often somebody is asked: once for cells that belong together, once for a column that was emptied."""
    mass = Change.why == Why.CLEARED
    asked = select(Change.sheet, Change.row, func.coalesce(Change.together, Change.column)).distinct()
    asked = asked.where(Change.return_id == brought.id, is_asked(), or_(Change.why.is_(None), ~mass), *which)
    columns = select(Change.sheet, Change.column).distinct().where(Change.return_id == brought.id, mass, *which)
    numbers = [db.session.scalar(select(func.count()).select_from(each.subquery())) or 0 for each in (asked, columns)]
    return sum(numbers)


def _what(row: Any) -> str:
    """What a change counts as."""
    if row.outcome is Outcome.CREATE:
        return f"new {row.sheet}"
    if (row.sheet, row.column) == (CHECKLIST.key, "state"):
        return "done" if row.mine == TaskState.DONE else "state"
    if (row.sheet, row.column) == (CHECKLIST.key, "note"):
        return "note"
    if (row.sheet, row.column) == (CALL_LIST.key, "state"):
        return "answer"
    return "cell" if row.column else "row"


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
