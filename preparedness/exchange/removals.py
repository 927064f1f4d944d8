"""Taking rows back, kind by kind: what a copy added goes away again, what it removed comes back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.activations.models import Reply, Task
from preparedness.audit import Actor
from preparedness.confirmations.models import Request
from preparedness.contacts import leavers, organisations, people
from preparedness.contacts.models import ContactState, Organisation, Person
from preparedness.database import db
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST, LOG
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Return, WorkbookKind
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import DESIGNATIONS, ITEMS, ROLES
from preparedness.exchange.sheets import Line, Snapshot, Taken
from preparedness.i18n import _
from preparedness.plans import items, roles
from preparedness.plans.models import LIVE, Assignment, ChecklistItem, Plan, Seat

CHUNK, MANY = 500, 2_000

MODELS: Mapping[str, Any] = {
    ORGANISATIONS.key: Organisation,
    PEOPLE.key: Person,
    ROLES.key: Seat,
    DESIGNATIONS.key: Assignment,
    ITEMS.key: ChecklistItem,
    CHECKLIST.key: Task,
    CALL_LIST.key: Reply,
}
"""Whose rows have a version of their own. The texts of a plan and the lines of a log have none."""

VERBS: Mapping[str, Any] = {ORGANISATIONS.key: organisations, PEOPLE.key: people}
ARCHIVES = {ORGANISATIONS.key: leavers.archive_organisations, PEOPLE.key: leavers.archive_people}


@dataclass
class Back:
    """What is to be taken back on one sheet: cells by Ref, rows that were added, rows that were removed."""

    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    removed: list[Mapping[str, Any]] = field(default_factory=list)


def versions(sheet: str, ids: Collection[int]) -> dict[int, int]:
    """At which version rows are now."""
    found: dict[int, int] = {}
    if sheet not in MODELS:
        return found
    model, numbers = MODELS[sheet], sorted(ids)
    if len(numbers) > MANY and numbers[-1] - numbers[0] < 2 * len(numbers):  # made together, they stand together
        rows = db.session.execute(select(model.id, model.version).where(model.id.between(numbers[0], numbers[-1])))
        return {number: version for number, version in rows if number in ids}
    for some in _chunks(numbers):
        rows = db.session.execute(select(model.id, model.version).where(model.id.in_(some)))
        found |= {row.id: row.version for row in rows}
    return found


def told(sheet: str, line: Line) -> dict[str, Any]:
    """What must be kept of a row that is about to go, so that it can come back as itself."""
    if sheet != ITEMS.key:
        return {}
    item = db.session.get_one(ChecklistItem, line.id)
    names = (*items.FIELDS, "key", "position")
    return {"item": {name: getattr(item, name) for name in names}}


HELD_BY: Mapping[str, Any] = {
    PEOPLE.key: Assignment.person_id,
    ORGANISATIONS.key: Assignment.organisation_id,
    ROLES.key: Assignment.seat_id,
}
"""What in a designation points to a row of a sheet."""


def why_stays(sheet: str, ids: Collection[int]) -> dict[int, str]:
    """Why rows that a copy added cannot simply go again: somebody relies on them, or nothing of the kind ever goes."""
    if sheet == LOG.key:
        return dict.fromkeys(ids, _("A log keeps every line. Write another that corrects it."))
    found: dict[int, str] = {}
    said = _("Somebody was designated since.")
    for some in _chunks(sorted(ids)) if sheet in HELD_BY else ():
        live = select(HELD_BY[sheet]).where(HELD_BY[sheet].in_(some), Assignment.status.in_(LIVE))
        found |= dict.fromkeys(db.session.scalars(live), said)
    return found


def put_away(sheet: str, ids: Collection[int]) -> set[int]:
    """Which of these rows of the roster lie in the archive."""
    model, found = MODELS[sheet], set()
    for some in _chunks(sorted(ids)):
        query = select(model.id).where(model.id.in_(some), model.state == ContactState.ARCHIVED)
        found |= set(db.session.scalars(query))
    return found


def take_back(brought: Return, agency: Agency, here: Snapshot, parts: Mapping[str, Back], by: Actor) -> None:
    """Write everything back through the verbs of the domain. Raises Refused where one of its rules is against it."""
    content, subject_id = CONTENTS[brought.kind], brought.subject_id
    taken = {sheet.key: Taken(update=dict(parts[sheet.key].cells)) for sheet in content.sheets}
    if any(part.update for part in taken.values()):
        content.apply(agency, subject_id, here, taken, by)
    if brought.kind is WorkbookKind.ROSTER:
        for sheet, verbs in VERBS.items():
            added = list(parts[sheet].added.values())
            ARCHIVES[sheet](agency, added, relied_on=_relied_on(sheet, added), by=by)
            for row in parts[sheet].removed:
                verbs.restore(verbs.get(row["row"], agency=agency), by=by)
    elif brought.kind is WorkbookKind.PLAN:
        _take_back_plan(db.session.get_one(Plan, subject_id), parts, by)


def _relied_on(sheet: str, ids: Collection[int]) -> set[int]:
    """Who of them was ever designated or asked: of the others nobody needs to be told that they leave."""
    found: set[int] = set()
    for some in _chunks(sorted(ids)):
        found |= set(db.session.scalars(select(HELD_BY[sheet]).where(HELD_BY[sheet].in_(some))))
        if sheet == PEOPLE.key:
            found |= set(db.session.scalars(select(Request.person_id).where(Request.person_id.in_(some))))
    return found


def _take_back_plan(plan: Plan, parts: Mapping[str, Back], by: Actor) -> None:
    added = set(parts[ITEMS.key].added.values())
    for item in [each for each in plan.items if each.id in added]:
        items.remove(item, version=None, by=by)
    for row in parts[ITEMS.key].removed:
        items.put_back(plan, row["item"], by=by)
    seats = set(parts[ROLES.key].added.values())
    for role in [each for each in plan.roles if seats and {seat.id for seat in each.seats} <= seats and each.seats]:
        if role.removed_at is None:
            roles.remove(role, version=None, by=by)
    db.session.flush()


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
