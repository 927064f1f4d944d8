"""Settling a returned copy: what is taken and what stays, and applying it as one through the verbs of the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, now, touch
from preparedness.errors import Refused
from preparedness.exchange import workbooks
from preparedness.exchange.arrivals import row_name
from preparedness.exchange.comparisons import compare, rules_kept
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.merge import TAKEN, fingerprint
from preparedness.exchange.models import Change, KeptDecision, Outcome, Return, ReturnState
from preparedness.exchange.sheets import Line, Made, Scope, Snapshot, Taken
from preparedness.i18n import _

CHUNK = 500
MINE, SERVER, ADD = "mine", "server", "add"
"""What can be decided: the entry of the file, the entry in the system, and that a new row is no twin."""


def decide(brought: Return, decisions: Mapping[int, str], *, version: int | None = None, by: Actor) -> None:
    """Say for each change whether the entry of the file or the one in the system is right."""
    _refuse_settled(brought)
    expect(brought, version, {}, ())
    changes = {change.id: change for change in brought.changes}
    for number, decision in decisions.items():
        change = changes.get(number)
        if change is None or decision not in choices(change):
            raise Refused(_("This choice is not offered for this change."))
    for number, decision in decisions.items():
        changes[number].decision = decision
    touch(brought, by=by.label)
    record(Action.RETURN_DECIDED, brought, by=by, decisions=len(decisions))


def choices(change: Change) -> tuple[str, ...]:
    """What can be decided about a change."""
    if change.outcome is Outcome.CREATE:
        return (ADD, SERVER) if change.twin else (MINE, SERVER)
    if change.outcome in (Outcome.UPDATE, Outcome.REMOVAL) or (change.column and change.outcome in OPEN):
        return (MINE, SERVER)
    if change.outcome is Outcome.CONFLICT and change.mine is None:
        return (MINE, SERVER)
    return ()


ASKED = frozenset({Outcome.UPDATE, Outcome.CONFLICT, Outcome.REMOVAL})
"""What is settled once: the same entry of the same copy is not asked again, whether it was taken or not."""

OPEN = frozenset({Outcome.CONFLICT, Outcome.HELD})


def taken(change: Change) -> bool:
    """Whether a change is written: as decided, else as is usual for its kind."""
    if change.twin:
        return change.decision == ADD
    return change.decision == MINE if change.decision else change.outcome in TAKEN


def apply(brought: Return, *, agency: Agency, by: Actor) -> bool:
    """Write what is taken, all or nothing. False, with nothing written, where rows moved since the preview."""
    if brought.state is ReturnState.APPLIED:
        return True
    _refuse_settled(brought)
    content = CONTENTS[brought.kind]
    copy = brought.workbook
    scope = Scope(
        copy.timezone if copy else agency.timezone, copy.made_at if copy else brought.uploaded_at, contacts=True
    )
    here = content.snapshot(agency, brought.subject_id, scope)
    if compare(brought, here, agency):
        touch(brought, by=by.label)
        return False
    made = content.apply(agency, brought.subject_id, here, _to_write(brought), by)
    _remember(brought, made, here)
    moment = now()
    written = [change.id for change in brought.changes if taken(change)]
    _mark(written, moment)
    brought.state, brought.applied_at, brought.rows = ReturnState.APPLIED, moment, {}
    touch(brought, by=by.label)
    record(Action.RETURN_APPLIED, brought, by=by, kind=brought.kind, counts=brought.counts, written=len(written))
    return True


def _mark(written: Sequence[int], moment: datetime) -> None:
    """Say of the changes that were written when that was."""
    for start in range(0, len(written), CHUNK):
        some = written[start : start + CHUNK]
        db.session.execute(update(Change).where(Change.id.in_(some)).values(applied_at=moment))


def _refuse_settled(brought: Return) -> None:
    if brought.state is not ReturnState.READY:
        raise Refused(_("This copy was settled already."))


def _to_write(brought: Return) -> dict[str, Taken]:
    """What is taken, sheet by sheet."""
    parts = {sheet.key: Taken() for sheet in CONTENTS[brought.kind].sheets}
    for change in brought.changes:
        part = parts[change.sheet]
        if not taken(change):
            continue
        if change.outcome is Outcome.CREATE:
            part.create[row_name(change.sheet, change.ref, change.row)] = change.mine
        elif change.column and change.ref:
            part.update.setdefault(change.ref, {})[change.column] = change.mine
        elif change.outcome in (Outcome.REMOVAL, Outcome.CONFLICT) and change.ref:
            part.remove.append(change.ref)
    return parts


def _remember(brought: Return, made: Made, here: Snapshot) -> None:
    """Keep what would come back as false news: rows that were added, and entries that were settled."""
    copy = brought.workbook
    if copy is None:
        return
    slots: dict[str, str] = {}
    lines: dict[str, dict[str, Line]] = {}
    for sheet, part in brought.rows.items():
        chosen = {column.key for column in here.columns[sheet] if column.choices}
        for number, ref, cells, slot in part["rows"]:
            name = row_name(sheet, ref, number)
            if name in made and slot:
                number_made, ref_made = made[name]
                told = {key: _by_ref(value, made) if key in chosen else value for key, value in cells.items()}
                lines.setdefault(sheet, {})[name] = Line(ref_made, 1, told, number_made)
                slots[name] = slot
    workbooks.keep_created(copy, lines, slots)
    known = rules_kept(copy)
    settled = []
    for change in brought.changes:
        key = (str(change.ref), change.column, fingerprint(change.mine))
        if change.ref and change.outcome in ASKED and key not in known:
            known.add(key)
            ref, column, said = key
            decision = MINE if taken(change) else SERVER
            settled.append(
                {"workbook_id": copy.id, "ref": ref, "column": column, "mine_hash": said, "decision": decision}
            )
    if settled:
        db.session.execute(insert(KeptDecision), settled)


def _by_ref(value: Any, made: Made) -> Any:
    """What named a new row of the same file is its Ref from now on."""
    return made[value][1] if isinstance(value, str) and value in made else value
