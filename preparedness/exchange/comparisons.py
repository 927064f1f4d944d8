"""What a returned copy would change: the merge of what was given out, what came back and what is here, kept as rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select

from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.exchange import merge, workbooks
from preparedness.exchange.arrivals import letters
from preparedness.exchange.kinds import CONTENTS, Content
from preparedness.exchange.merge import Difference, Returned, Row, Rules
from preparedness.exchange.models import Change, KeptDecision, Outcome, Return, Workbook
from preparedness.exchange.sheets import Editable, Sheet, Snapshot

CLEARED_AT_LEAST, CLEARED_SHARE = 5, 0.5
"""From how many cells, and from what share of a column, emptying it needs a tick of its own."""

TABLE: Any = Change.__table__
COMPARED = ("sheet", "row", "column", "outcome", "ref", "base", "mine", "server", "twin", "decision")

Told = dict[str, Any]
"""One change, column by column, as it is written."""

Address = tuple[str, int, str]
"""Where a change stands: sheet, row and column."""


def compare(brought: Return, here: Snapshot, agency: Agency) -> bool:
    """Say anew what a returned copy would change; True where that is not what was shown before.

    Decisions stay where what they were about stayed.
    """
    before = {_address(told): told for told in map(_told, brought.changes)}
    fresh = {_address(told): told for told in _changes(brought, here, agency)}
    moved = {where: _said(told) for where, told in fresh.items()} != {
        where: _said(told) for where, told in before.items()
    }
    if moved:
        for where, told in fresh.items():
            if where in before and _said(before[where]) == _said(told):
                told["decision"] = before[where]["decision"]
        _replace(brought, list(fresh.values()))
    brought.counts = _counts(brought, list(fresh.values()))
    return moved


def _replace(brought: Return, changes: list[Told]) -> None:
    """Keep these changes and no others: in two statements, however many there are."""
    db.session.flush()
    db.session.execute(delete(Change).where(Change.return_id == brought.id))
    if changes:
        db.session.execute(insert(TABLE), [{**told, "return_id": brought.id} for told in changes])
    db.session.expire(brought, ["changes"])


def rules(brought: Return, sheet: Sheet) -> Rules:
    """What may differ in a sheet of this copy, and what was decided about it before."""
    contacts = brought.workbook.contacts if brought.workbook else True
    columns = sheet.offered(contacts=contacts)
    editable = [column.key for column in columns if column.editable is Editable.YES]
    return Rules(
        editable=editable,
        fresh=[column.key for column in columns if column.editable is not Editable.NO],
        removable=sheet.removable,
        telling=sheet.named_by if sheet.named_by in editable else None,
        kept=rules_kept(brought.workbook) if brought.workbook else frozenset(),
    )


def rules_kept(copy: Workbook) -> set[tuple[str, str, str]]:
    """What was settled about a copy before: Ref, column and the fingerprint of what the file said."""
    columns = select(KeptDecision.ref, KeptDecision.column, KeptDecision.mine_hash)
    rows = db.session.execute(columns.where(KeptDecision.workbook_id == copy.id))
    return {(ref, column, said) for ref, column, said in rows}


def base_rows(copy: Workbook | None, content: Content) -> dict[str, dict[str, Row]]:
    """What was given out, by sheet and Ref; nothing for a workbook that is no copy of ours."""
    base = workbooks.base_of(copy) if copy else {}
    return {sheet.key: {ref: line.cells for ref, line in base.get(sheet.key, {}).items()} for sheet in content.sheets}


def _changes(brought: Return, here: Snapshot, agency: Agency) -> Iterator[Told]:
    content, bases = CONTENTS[brought.kind], base_rows(brought.workbook, CONTENTS[brought.kind])
    for sheet in content.sheets:
        if sheet.key not in brought.rows:
            continue
        part = brought.rows[sheet.key]
        mine = [Returned(number, ref, cells) for number, ref, cells, _slot in part["rows"]]
        found = merge.merge(bases[sheet.key], mine, here.rows(sheet.key), rules(brought, sheet))
        found = _held_mass_clears(found, bases[sheet.key])
        new = {each.row: each.mine for each in found if each.outcome is Outcome.CREATE}
        twins = content.twins(agency, sheet.key, new) if new else {}
        lines = here.by_ref(sheet.key)
        for each in found:
            line = lines.get(each.ref or "")
            yield {
                "sheet": sheet.key,
                "row": each.row or -(line.id if line else 0),
                "ref": each.ref,
                "column": each.column,
                "label": _label(sheet, each, bases[sheet.key]),
                "cell": f"{letters(part['columns'][each.column])}{each.row}" if each.column else None,
                "base": each.base,
                "mine": each.mine,
                "server": each.server,
                "server_by": line.by if line else None,
                "server_at": line.at if line else None,
                "server_version": line.version if line else None,
                "outcome": each.outcome,
                "twin": twins.get(each.row),
                "decision": None,
            }


def _label(sheet: Sheet, each: Difference, base: dict[str, Row]) -> str | None:
    """The words by which people know the row."""
    for row in (base.get(each.ref or ""), each.mine):
        if isinstance(row, dict) and row.get(sheet.named_by):
            return str(row[sheet.named_by])[:200]
    return None


def _held_mass_clears(found: list[Difference], base: dict[str, Row]) -> list[Difference]:
    """Where most of a column was emptied, somebody may have deleted it by mistake: held until they say so."""
    cleared = Counter(each.column for each in found if each.outcome is Outcome.UPDATE and each.mine is None)
    filled = {column: sum(row.get(column) is not None for row in base.values()) for column in cleared}
    mass = {
        column
        for column, number in cleared.items()
        if number >= CLEARED_AT_LEAST and number >= CLEARED_SHARE * filled[column]
    }
    return [
        replace(each, outcome=Outcome.HELD)
        if each.column in mass and each.outcome is Outcome.UPDATE and each.mine is None
        else each
        for each in found
    ]


def _counts(brought: Return, changes: list[Told]) -> dict[str, Any]:
    """Rows that are new, missing or unchanged; cells that changed or were changed twice; problems."""
    by_outcome = Counter(told["outcome"] for told in changes)
    touched = {(told["sheet"], told["row"]) for told in changes if told["outcome"] is not Outcome.SAME}
    rows = [(sheet, row[0]) for sheet, part in brought.rows.items() for row in part["rows"]]
    return {
        "create": by_outcome[Outcome.CREATE],
        "update": by_outcome[Outcome.UPDATE],
        "conflict": by_outcome[Outcome.CONFLICT],
        "removal": by_outcome[Outcome.REMOVAL],
        "held": by_outcome[Outcome.HELD],
        "unchanged": sum(row not in touched for row in rows),
        "problem": len(brought.problems),
    }


def _told(change: Change) -> Told:
    """What a kept change says, as it is compared with a fresh one."""
    return {name: getattr(change, name) for name in COMPARED}


def _address(told: Told) -> Address:
    return told["sheet"], told["row"], told["column"]


def _said(told: Told) -> tuple[Any, ...]:
    return told["outcome"], told["ref"], told["base"], told["mine"], told["server"], told["twin"]


def undecided(brought: Return) -> list[Change]:
    """What is not taken unless somebody says so: two different entries, proposals to remove, rows held back."""
    return [change for change in brought.changes if change.outcome not in SETTLED or change.twin]


SETTLED = merge.TAKEN | {Outcome.SAME, Outcome.PARALLEL}
"""What needs nobody's word."""
