"""What copies and returned copies forget of a person who is erased; a file in somebody's hands brings nobody back."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from preparedness import refs
from preparedness.activations import erasing as activations
from preparedness.activations.models import Reply, Task
from preparedness.contacts.models import Person
from preparedness.database import db, now
from preparedness.exchange import workbooks
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST
from preparedness.exchange.models import Change, CreatedRow, Return, Workbook
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import DESIGNATIONS
from preparedness.exchange.sheets import Line
from preparedness.plans.models import Assignment

Named = dict[str, set[str]]
"""The Refs of the rows that tell of a person, by sheet."""

THEIR_WORDS = dict.fromkeys(("note", "done_by"))
"""What a person may have written in the row of a task, which stays itself."""


def erase(person: Person) -> dict[str, int]:
    """Forget a person's rows in what was given out and in what came back; returns the counts."""
    named, reported = _named(person), _reported(person)
    scrubbed = sum(_scrub(copy, named, reported) for copy in _of_agency(Workbook, person))
    changes = 0
    for brought in _of_agency(Return, person):
        mine = _with_slots(brought, person, named)
        _forget_rows(brought, mine, reported)
        for change in brought.changes:
            noted = change.sheet == CHECKLIST.key and change.ref in reported and change.column in THEIR_WORDS
            if noted or change.ref in mine.get(change.sheet, ()):
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


def _reported(person: Person) -> set[str]:
    """The Refs of the tasks that a person reported on."""
    return set(db.session.scalars(select(Task.ref).where(Task.id.in_(activations.reported(person)))))


def _scrub(copy: Workbook, named: Named, reported: set[str]) -> bool:
    """Take the person's own row out of the base; empty the rows that only tell of them. True where there was one."""
    base = workbooks.base_of(copy)
    found = False
    for sheet, wanted in named.items():
        for ref in wanted & set(base.get(sheet, {})):
            found = True
            line = base[sheet].pop(ref)
            if sheet != PEOPLE.key:
                base[sheet][ref] = Line(ref, line.version, dict.fromkeys(line.cells), line.id)
    for ref in reported & set(base.get(CHECKLIST.key, {})):
        found = True
        line = base[CHECKLIST.key][ref]
        base[CHECKLIST.key][ref] = Line(ref, line.version, {**line.cells, **THEIR_WORDS}, line.id)
    if found:
        copy.base, copy.scrubbed_at = workbooks.pressed(base), now()
    return found


def _with_slots(brought: Return, person: Person, named: Named) -> Named:
    """The same rows as this copy names them: somebody it added stands in one of its empty rows."""
    query = select(CreatedRow.slot).where(
        CreatedRow.workbook_id == brought.workbook_id, CreatedRow.kind == PEOPLE.key, CreatedRow.row_id == person.id
    )
    return {**named, PEOPLE.key: named[PEOPLE.key] | set(db.session.scalars(query))}


def _forget_rows(brought: Return, named: Named, reported: set[str]) -> None:
    """Take the person's rows out of what was read, with what was said about their cells."""
    kept, gone = {}, set()
    for sheet, part in brought.rows.items():
        mine = named.get(sheet, set())
        gone |= {(part["name"], row[0]) for row in part["rows"] if row[1] in mine or row[3] in mine}
        rows = [row for row in part["rows"] if row[1] not in mine and row[3] not in mine]
        if sheet == CHECKLIST.key:
            rows = [[row[0], row[1], _without_words(row[2]) if row[1] in reported else row[2], row[3]] for row in rows]
        kept[sheet] = {**part, "rows": rows}
    brought.rows = kept
    brought.problems = [each for each in brought.problems if (each["sheet"], each["row"]) not in gone]


def _without_words(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if key in THEIR_WORDS else value for key, value in cells.items()}


def _empty(change: Change) -> None:
    change.base = change.mine = change.server = change.label = change.twin = None
