"""What copies and returned copies forget of a person who is erased; a file in somebody's hands brings nobody back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.activations import erasing as activations
from preparedness.activations.models import Reply, Task
from preparedness.contacts.models import Erasure, Person
from preparedness.database import db, now
from preparedness.exchange import arrivals, originals, workbooks
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST
from preparedness.exchange.arrivals import Arrival, Trouble
from preparedness.exchange.contact_sheets import CONTACTS
from preparedness.exchange.models import Change, CreatedRow, Return, Workbook, WorkbookKind
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import DESIGNATIONS
from preparedness.exchange.sheets import Line
from preparedness.i18n import _, day
from preparedness.plans.models import Assignment

Named = dict[str, set[str]]
"""The Refs of the rows that tell of a person, by sheet."""

CONTACT_POINT = "contact_person"
"""The column of an organisation in which a person is named by Ref."""

THEIR_WORDS = dict.fromkeys(("note", "done_by"))
"""What a person may have written in the row of a task, which stays itself."""


def erase(person: Person) -> dict[str, int]:
    """Forget a person's rows in what was given out and in what came back; returns the counts."""
    named, reported = _named(person), _reported(person)
    copies = _of_agency(Workbook, person)
    scrubbed = [copy.id for copy in copies if _scrub(copy, named | _called(copy, person), reported)]
    changes = 0
    for brought in _of_agency(Return, person):
        mine = _with_slots(brought, person, named)
        if _forget_rows(brought, mine, reported) or brought.workbook_id in scrubbed:
            originals.forget([brought.id])
        for change in brought.changes:
            noted = change.sheet == CHECKLIST.key and change.ref in reported and change.column in THEIR_WORDS
            if noted or change.ref in mine.get(change.sheet, ()):
                _empty(change)
                changes += 1
    return {"copies": len(scrubbed), "returned_entries": changes}


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


def _called(copy: Workbook, person: Person) -> Named:
    """The rows of a contact sheet by which a person is called, also as the contact point of an organisation."""
    rows = workbooks.base_of(copy).get(CONTACTS.key, {}) if copy.kind is WorkbookKind.CONTACTS else {}
    return {CONTACTS.key: {ref for ref, line in rows.items() if line.id == person.id}}


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
                base[sheet][ref] = Line(ref, line.version, {}, line.id)
    found = _scrub_contact_points(base, named[PEOPLE.key]) or found
    for ref in reported & set(base.get(CHECKLIST.key, {})):
        found = True
        line = base[CHECKLIST.key][ref]
        kept = {key: value for key, value in line.cells.items() if key not in THEIR_WORDS}
        base[CHECKLIST.key][ref] = Line(ref, line.version, kept, line.id)
    if found:
        copy.base, copy.scrubbed_at = workbooks.pressed(base), now()
    return found


def _scrub_contact_points(base: workbooks.Base, refs_: set[str]) -> bool:
    """Forget that the person is the contact point of an organisation."""
    lines = base.get(ORGANISATIONS.key, {})
    theirs = [line for line in lines.values() if line.cells.get(CONTACT_POINT) in refs_]
    for line in theirs:
        kept = {key: value for key, value in line.cells.items() if key != CONTACT_POINT}
        lines[line.ref] = Line(line.ref, line.version, kept, line.id)
    return bool(theirs)


def _with_slots(brought: Return, person: Person, named: Named) -> Named:
    """The same rows as this copy names them: somebody it added stands in one of its empty rows."""
    query = select(CreatedRow.slot).where(
        CreatedRow.workbook_id == brought.workbook_id, CreatedRow.kind == PEOPLE.key, CreatedRow.row_id == person.id
    )
    return {**named, PEOPLE.key: named[PEOPLE.key] | set(db.session.scalars(query))}


def _forget_rows(brought: Return, named: Named, reported: set[str]) -> bool:
    """Take the person's rows out of what was read, with what was said about their cells. True where there were any."""
    kept, gone, before = {}, set(), brought.rows
    for sheet, part in brought.rows.items():
        mine = named.get(sheet, set())
        gone |= {(part["name"], row[0]) for row in part["rows"] if row[1] in mine or row[3] in mine}
        rows = [row for row in part["rows"] if row[1] not in mine and row[3] not in mine]
        if sheet == CHECKLIST.key:
            rows = [[row[0], row[1], _without_words(row[2]) if row[1] in reported else row[2], row[3]] for row in rows]
        kept[sheet] = {**part, "rows": rows}
    brought.rows = kept
    brought.problems = [each for each in brought.problems if (each["sheet"], each["row"]) not in gone]
    return bool(kept != before)


def _without_words(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if key in THEIR_WORDS else value for key, value in cells.items()}


def _empty(change: Change) -> None:
    change.base = change.mine = change.server = change.label = change.twin = change.value = change.undo = None


# --- Files that come back later ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gone:
    """The rows of those who were erased, as a file may name them, and when they were erased."""

    zone: str
    refs: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """By sheet and Ref."""
    slots: Mapping[str, datetime] = field(default_factory=dict)
    """By what stood for them in a file that added them."""

    def sentence(self, at: datetime) -> str:
        """Why nothing of a row is taken."""
        return _(
            "This row is about somebody who was erased on %(day)s. Nothing of it was taken: take a fresh copy.",
            day=day(at, self.zone),
        )


def last(agency: Agency) -> int:
    """The number of the last erasure: whoever understood a file before it looks again."""
    return db.session.scalar(select(func.max(Erasure.id)).where(Erasure.agency_id == agency.id)) or 0


def gone(copy: Workbook | None, agency: Agency) -> Gone:
    """Whom a file may still name though they were erased."""
    erased = {row.person_id: row for row in db.session.scalars(select(Erasure).where(Erasure.agency_id == agency.id))}
    if not erased:
        return Gone(agency.timezone)
    named = {PEOPLE.key: {row.person_ref: row.at for row in erased.values()}}
    answers = select(Reply.ref, Reply.person_id).where(Reply.agency_id == agency.id, Reply.person_id.in_(erased))
    named[CALL_LIST.key] = {ref: erased[number].at for ref, number in db.session.execute(answers)}
    query = select(CreatedRow.slot, CreatedRow.row_id).where(
        CreatedRow.workbook_id == (copy.id if copy else None),
        CreatedRow.kind == PEOPLE.key,
        CreatedRow.row_id.in_(erased),
    )
    return Gone(agency.timezone, named, {slot: erased[number].at for slot, number in db.session.execute(query)})


def set_aside(part: Arrival, gone: Gone) -> bool:
    """Leave the rows of those who were erased out of what is read, and say so. True where there were any."""
    if part.sheet.key == ORGANISATIONS.key:
        _unname(part, gone.refs.get(PEOPLE.key, {}))
    named = gone.refs.get(part.sheet.key, {})
    if not named:
        return False
    found = {number: (ref, named[ref]) for number, ref in arrivals.named(part) if ref in named}
    part.below = [(number, row) for number, row in part.below if number not in found]
    _say(part, found, gone)
    return bool(found)


def _unname(part: Arrival, named: Mapping[str, datetime]) -> None:
    """Empty the cells that still name somebody erased as a contact point."""
    place = part.columns.get(CONTACT_POINT)
    for _number, row in part.below if named and place else ():
        if place in row and str(row[place][2]).strip() in named:
            del row[place]


def set_aside_added(part: Arrival, gone: Gone) -> bool:
    """The same for rows that this very copy had added: they stand in one of its empty rows, without a Ref."""
    if part.sheet.key != PEOPLE.key:
        return False
    found = {number: (slot, gone.slots[slot]) for number, slot in part.slots.items() if slot in gone.slots}
    part.rows = [row for row in part.rows if row.number not in found]
    _say(part, found, gone)
    return bool(found)


def _say(part: Arrival, found: Mapping[int, tuple[str, datetime]], gone: Gone) -> None:
    for number, (ref, at) in found.items():
        said, wanted = gone.sentence(at), _("a fresh copy")
        part.troubles.append(Trouble(part.name, part.address("ref", number), number, "ref", ref, wanted, said))
