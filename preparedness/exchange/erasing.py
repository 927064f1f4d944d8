"""What copies and returned copies forget of a person who is erased; a file in somebody's hands brings nobody back."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from preparedness import refs
from preparedness.activations.models import Reply
from preparedness.contacts.models import Person
from preparedness.database import db, now
from preparedness.exchange import workbooks
from preparedness.exchange.activation_sheets import CALL_LIST
from preparedness.exchange.models import Change, CreatedRow, Return, Workbook
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import DESIGNATIONS
from preparedness.exchange.sheets import Line
from preparedness.plans.models import Assignment

Named = dict[str, set[str]]
"""The Refs of the rows that tell of a person, by sheet."""


def erase(person: Person) -> dict[str, int]:
    """Forget a person's rows in what was given out and in what came back; returns the counts."""
    named = _named(person)
    scrubbed = sum(_scrub(copy, named) for copy in _of_agency(Workbook, person))
    changes = 0
    for brought in _of_agency(Return, person):
        mine = _with_slots(brought, person, named)
        _forget_rows(brought, mine)
        for change in brought.changes:
            if change.ref in mine.get(change.sheet, ()):
                _empty(change)
                changes += 1
    return {"copies": scrubbed, "returned_entries": changes}


def _of_agency(model: type[Any], person: Person) -> Iterator[Any]:
    yield from db.session.scalars(select(model).where(model.agency_id == person.agency_id)).all()


def _named(person: Person) -> Named:
    replies = db.session.scalars(select(Reply.ref).where(Reply.person_id == person.id))
    designated = db.session.scalars(select(Assignment.id).where(Assignment.person_id == person.id))
    return {
        PEOPLE.key: {person.ref},
        CALL_LIST.key: set(replies),
        DESIGNATIONS.key: {refs.of(refs.DESIGNATION, number) for number in designated},
    }


def _scrub(copy: Workbook, named: Named) -> bool:
    """Take the person's own row out of the base; empty the rows that only tell of them. True where there was one."""
    base = workbooks.base_of(copy)
    found = False
    for sheet, wanted in named.items():
        for ref in wanted & set(base.get(sheet, {})):
            found = True
            line = base[sheet].pop(ref)
            if sheet != PEOPLE.key:
                base[sheet][ref] = Line(ref, line.version, dict.fromkeys(line.cells), line.id)
    if found:
        copy.base, copy.scrubbed_at = workbooks.pressed(base), now()
    return found


def _with_slots(brought: Return, person: Person, named: Named) -> Named:
    """The same rows as this copy names them: somebody it added stands in one of its empty rows."""
    query = select(CreatedRow.slot).where(
        CreatedRow.workbook_id == brought.workbook_id, CreatedRow.kind == PEOPLE.key, CreatedRow.row_id == person.id
    )
    return {**named, PEOPLE.key: named[PEOPLE.key] | set(db.session.scalars(query))}


def _forget_rows(brought: Return, named: Named) -> None:
    """Take the person's rows out of what was read, with what was said about their cells."""
    kept, gone = {}, set()
    for sheet, part in brought.rows.items():
        mine = named.get(sheet, set())
        gone |= {(part["name"], row[0]) for row in part["rows"] if row[1] in mine or row[3] in mine}
        kept[sheet] = {**part, "rows": [row for row in part["rows"] if row[1] not in mine and row[3] not in mine]}
    brought.rows = kept
    brought.problems = [each for each in brought.problems if (each["sheet"], each["row"]) not in gone]


def _empty(change: Change) -> None:
    change.base = change.mine = change.server = change.label = change.twin = None
