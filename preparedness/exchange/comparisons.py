"""What a returned copy would change: the merge of what was given out, what came back and what is here, kept as rows."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, select

from preparedness import bulk
from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.exchange import authors, drafts, groups, hidden, joins, merge, two_ways, workbooks
from preparedness.exchange.arrivals import letters
from preparedness.exchange.kinds import CONTENTS, Content
from preparedness.exchange.merge import MERGE, Difference, Key, Row, Rules
from preparedness.exchange.models import Change, KeptDecision, Outcome, Return, Why, Workbook
from preparedness.exchange.sheets import Editable, Line, Sheet, Snapshot
from preparedness.quiet import quiet

WHOLE_COLUMN, MANY, SHARE, HUGE = 3, 5, 0.25, 50
"""A column that was emptied whole, from so many cells; or many of its cells, if such a share of them; or that many."""

ADDED_LATER = 0
"""The version of a row in what was given out that the copy itself added since."""

TABLE: Any = Change.__table__
COMPARED = ("sheet", "row", "column", "outcome", "ref", "base", "mine", "server", "twin", "why", "decision", "value")

Told = dict[str, Any]
"""One change, column by column, as it is written."""

Address = tuple[str, int, str]
"""Where a change stands: sheet, row and column."""

Bases = Mapping[str, Mapping[str, Line]]


@quiet()
def compare(brought: Return, here: Snapshot, agency: Agency) -> bool:
    """Say anew what a returned copy would change; True where that is not what was shown before.

    Decisions stay where what they were about stayed.
    """
    db.session.flush()
    columns = [TABLE.c[name] for name in COMPARED]
    shown = db.session.execute(select(*columns).where(TABLE.c.return_id == brought.id).order_by(TABLE.c.id))
    before: dict[Address, Told] = {_address(told): told for told in (dict(row) for row in shown.mappings())}
    fresh = {_address(told): told for told in _changes(brought, here, agency, before.values())}
    moved = fresh.keys() != before.keys() or any(_said(told) != _said(before[where]) for where, told in fresh.items())
    if moved:
        for where, told in fresh.items():
            if where in before and _said(before[where]) == _said(told):
                told |= {"decision": before[where]["decision"], "value": before[where]["value"]}
        _replace(brought, list(fresh.values()))
    brought.counts = _counts(brought, fresh.values())
    return moved


def _replace(brought: Return, changes: list[Told]) -> None:
    """Keep these changes and no others: in two statements, however many there are."""
    db.session.execute(delete(Change).where(Change.return_id == brought.id))
    bulk.insert(Change, changes, {"return_id": brought.id})
    db.session.expire(brought, ["changes"])


def base_rows(copy: Workbook | None, content: Content) -> dict[str, dict[str, Row]]:
    """What was given out, by sheet and Ref; nothing for a workbook that is no copy of ours."""
    base = workbooks.base_of(copy) if copy else {}
    return {sheet.key: {ref: line.cells for ref, line in base.get(sheet.key, {}).items()} for sheet in content.sheets}


def kept(copy: Workbook) -> dict[Key, str]:
    """What was settled about a copy before, and how."""
    columns = select(KeptDecision.ref, KeptDecision.column, KeptDecision.mine_hash, KeptDecision.decision)
    rows = db.session.execute(columns.where(KeptDecision.workbook_id == copy.id))
    return {(ref, column, said): decision for ref, column, said, decision in rows}


def rules(
    brought: Return, sheet: Sheet, base: Mapping[str, Line], known: Mapping[Key, str], unseen: hidden.Hidden
) -> Rules:
    """What may differ in a sheet of this copy, and what was decided about it before."""
    contacts = brought.workbook.contacts if brought.workbook else True
    columns = sheet.offered(contacts=contacts)
    editable = [column.key for column in columns if column.editable is Editable.YES]
    together = {name: [each for each in members if each in editable] for name, members in groups.of(sheet.key).items()}
    return Rules(
        editable=editable,
        fresh=[column.key for column in columns if column.editable is not Editable.NO],
        removable=sheet.removable and not brought.rows[sheet.key].get("partial"),
        telling=sheet.named_by,
        groups=together,
        kept=known,
        added={ref for ref, line in base.items() if line.version == ADDED_LATER},
        same=drafts.same(brought, sheet.key),
        hidden=unseen,
    )


def _changes(brought: Return, here: Snapshot, agency: Agency, before: Collection[Told]) -> Iterator[Told]:
    copy, content = brought.workbook, CONTENTS[brought.kind]
    bases = workbooks.base_of(copy) if copy and not brought.two_way else {}
    known = kept(copy) if copy else {}
    joined_before = [SimpleNamespace(**told) for told in before if told["decision"] == MERGE]
    for sheet in content.sheets:
        if sheet.key not in brought.rows:
            continue
        lines, given = here.by_ref(sheet.key), bases.get(sheet.key, {})
        base = {ref: line.cells for ref, line in given.items()}
        ruled = rules(brought, sheet, given, known, hidden.of(here, sheet.key))
        joined = joins.decided(sheet.key, joined_before)
        away = joins.put_away(content, agency, sheet.key, joined.values(), here, lines)
        lines |= away
        mine, server = drafts.rows(brought, sheet.key), {ref: line.cells for ref, line in lines.items()}
        if brought.two_way:
            found = two_ways.compare(mine, server, ruled, joined)
        else:
            found = joins.apart(_held_mass_clears(merge.merge(base, mine, server, ruled, joined), base))
        twins = joins.whom(content, agency, sheet.key, found)
        away |= joins.put_away(content, agency, sheet.key, twins.values(), here, lines)
        found = joins.named_away(found, sheet, twins, away)
        told = _Authors(agency, brought, sheet.key, found, lines, given)
        named = server if brought.two_way else base
        for each in found:
            yield _told(each, sheet, brought.rows[sheet.key]["columns"], named, lines, told, twins)


class _Authors:
    """Who changed what is different here, and when, for the differences of one sheet."""

    def __init__(
        self,
        agency: Agency,
        brought: Return,
        sheet: str,
        found: Sequence[Difference],
        lines: Mapping[str, Line],
        given: Mapping[str, Line],
    ) -> None:
        self.lines, self.given = lines, given
        copy = brought.workbook
        moved = [each for each in found if each.column and each.ref in lines and each.server != each.base]
        since = copy.made_at if copy else brought.uploaded_at
        there = {each.ref: lines[each.ref or ""] for each in moved}
        self.cells = authors.of(agency, sheet, there.values(), {each.column for each in moved}, since)
        gone = {given[str(each.ref)].id for each in found if each.ref in given and each.ref not in lines}
        self.gone = authors.departures(agency, sheet, gone)

    def of(self, each: Difference) -> authors.Author:
        """Who last changed the cell, or the row."""
        line, given = self.lines.get(each.ref or ""), self.given.get(each.ref or "")
        if line is not None:
            return self.cells.get((line.id, each.column), (line.by, line.at))
        left = self.gone.get(given.id) if given else None
        return (left.by, left.at) if left else (None, None)


def _told(
    each: Difference,
    sheet: Sheet,
    columns: Mapping[str, int],
    base: Mapping[str, Row],
    lines: Mapping[str, Line],
    told: _Authors,
    twins: Mapping[int, str],
) -> Told:
    line = lines.get(each.ref or "")
    by, at = told.of(each)
    known = each.column in columns
    return {
        "sheet": sheet.key,
        "row": each.row or -(line.id if line else 0),
        "ref": each.ref,
        "column": each.column,
        "label": _label(sheet, each, base),
        "cell": f"{letters(columns[each.column])}{each.row}" if known else None,
        "base": each.base,
        "mine": each.mine,
        "server": each.server,
        "server_by": by,
        "server_at": at,
        "server_version": line.version if line else None,
        "outcome": each.outcome,
        "together": each.group,
        "why": each.why,
        "twin": twins.get(each.row) if each.outcome is Outcome.CREATE else each.twin,
        "decision": None,
        "value": None,
    }


def _label(sheet: Sheet, each: Difference, base: Mapping[str, Row]) -> str | None:
    """The words by which people know the row."""
    whole = None if each.column else each.mine
    rows = (whole, base.get(each.ref or "")) if each.outcome is Outcome.HELD else (base.get(each.ref or ""), whole)
    for row in rows:
        if isinstance(row, Mapping) and row.get(sheet.named_by):
            return str(row[sheet.named_by])[:200]
    return None


def _held_mass_clears(found: list[Difference], base: Mapping[str, Row]) -> list[Difference]:
    """Where much of a column was emptied, somebody may have deleted it by mistake: held until they say so."""
    cleared = Counter(each.column for each in found if each.outcome is Outcome.UPDATE and each.mine is None)
    filled = {column: sum(row.get(column) is not None for row in base.values()) for column in cleared}
    mass = {
        column
        for column, number in cleared.items()
        if number >= HUGE
        or (number >= MANY and number >= SHARE * filled[column])
        or (number >= WHOLE_COLUMN and number == filled[column])
    }
    return [
        each._replace(outcome=Outcome.HELD, why=Why.CLEARED)
        if each.column in mass and each.outcome is Outcome.UPDATE and each.mine is None
        else each
        for each in found
    ]


def _counts(brought: Return, changes: Collection[Told]) -> dict[str, Any]:
    """Rows that are new, missing or unchanged; cells that changed or were changed twice; problems."""
    by_outcome = Counter(told["outcome"] for told in changes)
    touched = {(told["sheet"], told["row"]) for told in changes if told["outcome"] is not Outcome.SAME}
    rows = [(sheet, row[0]) for sheet, part in brought.rows.items() for row in part["rows"]]
    same = sum(len(part.get("same", ())) for part in brought.rows.values())
    return {
        "create": by_outcome[Outcome.CREATE],
        "update": by_outcome[Outcome.UPDATE],
        "conflict": by_outcome[Outcome.CONFLICT],
        "removal": by_outcome[Outcome.REMOVAL],
        "held": by_outcome[Outcome.HELD],
        "unchanged": same + sum(row not in touched for row in rows),
        "problem": len(brought.problems),
    }


def _address(told: Told) -> Address:
    return told["sheet"], told["row"], told["column"]


def _said(told: Told) -> tuple[Any, ...]:
    return tuple(told[name] for name in ("outcome", "ref", "base", "mine", "server", "twin", "why"))


def undecided(brought: Return) -> list[Change]:
    """What is not taken unless somebody says so: two different entries, proposals to remove, rows held back."""
    return [change for change in brought.changes if open_(change)]


def open_(change: Change) -> bool:
    """True for what somebody has to decide, whether or not they did."""
    return change.outcome not in SETTLED or bool(change.twin) or change.why is Why.UNKNOWN


SETTLED = merge.TAKEN | {Outcome.SAME, Outcome.PARALLEL}
"""What needs nobody's word."""
