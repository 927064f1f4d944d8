"""Decisions about a returned copy: the entry of the file, the one in the system, or another; a new row, or a known one.

They are kept on the draft, one by one or many at once, and written only when the copy is applied.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from preparedness import audit
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, touch
from preparedness.errors import Refused
from preparedness.exchange import cells, hidden, workbooks
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.choices import WRITTEN_BETWEEN
from preparedness.exchange.comparisons import compare
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.merge import ADD, MERGE, MINE, SERVER, VALUE
from preparedness.exchange.models import Change, Outcome, Return, ReturnState, Why
from preparedness.exchange.sheets import Column, Scope, Surroundings
from preparedness.exchange.values import Value
from preparedness.i18n import _

Decision = str | Mapping[str, Any]
"""A word, `{"value": …}` or `{"merge_into": number of the row}`."""

Said = tuple[str, Value]
"""A decision as it is kept: its word, and the value where one was typed."""

SETTLED_IN_BULK = frozenset({Why.MOVED, Why.TORN})
"""What is held and may be decided for many at once. Emptied columns, removals and likely twins are decided by name."""


def decide(brought: Return, decisions: Mapping[int, Decision], *, version: int | None = None, by: Actor) -> bool:
    """Say for each change what is right. What belongs together follows; a decision in its own words goes before.

    False where rows moved since they were shown: what was said of those is to be said anew.
    """
    refuse_settled(brought)
    expect(brought, version, {}, ())
    changes = {change.id: change for change in brought.changes}
    reader = _Reader(brought)
    said: dict[int, Said] = {}
    for number, decision in decisions.items():
        if number not in changes:
            raise Refused(_("This choice is not offered for this change."))
        said[number] = reader.understood(changes[number], decision)
    said = {**_following(changes.values(), said), **said}
    joined = any(MERGE in (word, changes[number].decision) for number, (word, _value) in said.items())
    said, still = _still_meant(brought, changes, said) if joined else (said, True)
    for change in brought.changes:
        if change.id in said:
            change.decision, change.value = said[change.id]
    touch(brought, by=by.label)
    record(Action.RETURN_DECIDED, brought, by=by, decisions=len(said))
    if joined:
        _compared(brought)
    return still


OUR_OWN = ("brought_back", "workbook")
"""What returned copies and copies taken offline say of themselves in the audit."""


def is_as_seen(brought: Return) -> bool:
    """True where nobody changed anything since the copy was compared: there is nothing to compare again."""
    return brought.seen is not None and audit.is_silent_since(brought.agency_id, brought.seen, apart_from=OUR_OWN)


def _compared(brought: Return) -> bool:
    """Say anew what a copy would change; True where that is not what was shown."""
    agency = db.session.get_one(Agency, brought.agency_id)
    brought.seen = audit.last(agency.id)
    here = CONTENTS[brought.kind].snapshot(agency, brought.subject_id, scope(brought, agency))
    moved = compare(brought, here, agency)
    hidden.say_of_merged(brought, here)
    return moved


def _still_meant(
    brought: Return, changes: Mapping[int, Change], said: Mapping[int, Said]
) -> tuple[dict[int, Said], bool]:
    """What was said, as far as it is about what still stands as it was shown; a merge is compared with that."""
    if is_as_seen(brought):
        return dict(said), True
    shown = {_shown(changes[number]): decision for number, decision in said.items()}
    if not _compared(brought):
        return dict(said), True
    return {each.id: shown[_shown(each)] for each in brought.changes if _shown(each) in shown}, False


def _shown(change: Change) -> str:
    """What somebody saw of a change when they decided about it."""
    values = (change.outcome, change.ref, change.base, change.mine, change.server, change.twin, change.why)
    return repr((change.sheet, change.row, change.column, *values))


def choices(change: Change) -> tuple[str, ...]:
    """What can be decided about a change."""
    if change.outcome is Outcome.CREATE:
        return (ADD, MERGE, SERVER) if change.twin else (MINE, SERVER)
    if change.outcome is Outcome.HELD and not change.column:
        return (MINE, MERGE, SERVER) if change.why is Why.MOVED else (MINE, ADD, SERVER)
    if change.outcome in (Outcome.UPDATE, Outcome.CONFLICT) and change.column:
        return (MINE, SERVER, VALUE)
    return () if change.outcome in (Outcome.SAME, Outcome.PARALLEL) else (MINE, SERVER)


def many(
    brought: Return, decision: str, *, sheet: str | None = None, column: str | None = None, row: int | None = None
) -> dict[int, Decision]:
    """The same decision for all different entries, or those of one column or one row.

    Nothing is removed, emptied or merged by it that somebody did not look at by name.
    """
    return {
        change.id: decision
        for change in brought.changes
        if _in_bulk(change)
        and decision in choices(change)
        and (sheet is None or change.sheet == sheet)
        and (column is None or change.column == column)
        and (row is None or change.row == row)
    }


def emptied(brought: Return, sheet: str, column: str, *, meant: bool) -> dict[int, Decision]:
    """The decision about a column that was emptied for many rows: all its cells at once."""
    return {
        change.id: MINE if meant else SERVER
        for change in brought.changes
        if change.why is Why.CLEARED and (change.sheet, change.column) == (sheet, column)
    }


def _in_bulk(change: Change) -> bool:
    cell = change.outcome is Outcome.CONFLICT and bool(change.column)
    return cell or (change.outcome is Outcome.HELD and change.why in SETTLED_IN_BULK)


def refuse_settled(brought: Return) -> None:
    """Raises Refused where a copy is not, or no longer, there to be settled."""
    if brought.state is not ReturnState.READY:
        raise Refused(_("This copy was settled already."))


def scope(brought: Return, agency: Agency) -> Scope:
    """What is looked at here to compare a returned copy: all columns, in its zone, since it was taken."""
    copy = brought.workbook
    zone, at = (copy.timezone, copy.made_at) if copy else (agency.timezone, brought.uploaded_at)
    return Scope(zone, at, contacts=True, given=workbooks.base_of(copy) if copy else None)


def _following(changes: Iterable[Change], said: Mapping[int, Said]) -> dict[int, Said]:
    """What a decision means for the cells that are settled together with it, and for rows that changed places."""
    words = {
        (change.sheet, change.row, change.together or ""): said[change.id][0]
        for change in changes
        if change.id in said and change.together and said[change.id][0] != VALUE
    }
    places = {(change.sheet, change.ref): change for change in changes if change.why is Why.MOVED}
    found: dict[int, Said] = {}
    for change in changes:
        word = words.get((change.sheet, change.row, change.together or ""))
        if word and change.outcome in (Outcome.CONFLICT, Outcome.HELD):
            found[change.id] = word, None
    for change in list(places.values()):
        other = places.get((change.sheet, change.twin)) if change.id in said else None
        while other is not None and other.id not in found and other.id not in said:
            found[other.id] = said[change.id]
            other = places.get((other.sheet, other.twin))
    return found


class _Reader:
    """Understands decisions, and typed values as if they stood in a cell of the workbook."""

    def __init__(self, brought: Return) -> None:
        self.brought = brought
        self._around: Surroundings | None = None

    @property
    def around(self) -> Surroundings:
        """What the cells of this kind choose from, asked for once."""
        if self._around is None:
            agency = db.session.get_one(Agency, self.brought.agency_id)
            seen = scope(self.brought, agency)
            self._around = CONTENTS[self.brought.kind].around(agency, self.brought.subject_id, seen)
        return self._around

    def understood(self, change: Change, decision: Decision) -> Said:
        """A decision as it is kept: its word, and the value where one was typed."""
        offered = choices(change)
        if isinstance(decision, str):
            if decision in offered and decision != VALUE:
                return decision, None
        elif set(decision) == {"value"} and VALUE in offered:
            return VALUE, self._value(change, decision["value"])
        elif set(decision) == {"merge_into"} and MERGE in offered and self._number(change) == decision["merge_into"]:
            return MERGE, None
        raise Refused(_("This choice is not offered for this change."))

    def _number(self, change: Change) -> int | None:
        """The number of the row that a change's own row seems to be; of another new row that of its change."""
        for each in self.brought.changes:
            if each.outcome is Outcome.CREATE and row_name(each.sheet, each.ref, each.row) == change.twin:
                return each.id
        return CONTENTS[self.brought.kind].number(self.brought.agency_id, change.sheet, str(change.twin))

    def _value(self, change: Change, typed: Any) -> Value:
        """A typed value, understood and checked as a cell of this column would be."""
        sheet = next(each for each in CONTENTS[self.brought.kind].sheets if each.key == change.sheet)
        column = next(each for each in sheet.columns if each.key == change.column)
        value = self._read(change, column, typed)
        if value is None and column.required:
            raise Refused(_("“%(column)s” is needed.", column=column.heading), field=f"value-{change.id}")
        row = {**self._row(change), change.column: value}
        said = CONTENTS[self.brought.kind].problems(change.sheet, row, self.around)
        if change.column in said:
            raise Refused(said[change.column], field=f"value-{change.id}")
        return value

    def _read(self, change: Change, column: Column, typed: Any) -> Value:
        if isinstance(typed, list):
            typed = WRITTEN_BETWEEN.join(map(str, typed))
        if typed is None:
            return None
        kind = "b" if isinstance(typed, bool) else "n" if isinstance(typed, int | float) else "s"
        found = cells.understood([0, kind, typed], self.around.pattern(column), base=change.base)
        if found.problem:
            raise Refused(found.problem.sentence, field=f"value-{change.id}")
        return found.value

    def _row(self, change: Change) -> dict[str, Any]:
        """The row that a typed value would stand in, as the file has it."""
        copy = self.brought.workbook
        line = workbooks.base_of(copy)[change.sheet].get(change.ref or "") if copy else None
        others = [each for each in self.brought.changes if (each.sheet, each.row) == (change.sheet, change.row)]
        return {**(line.cells if line else {}), **{each.column: each.mine for each in others if each.column}}
