"""Copies of the roster: its rows as they are now, and what a returned one changes, through the verbs of contacts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.audit import Actor
from preparedness.contacts import duplicates, organisations, people
from preparedness.contacts.models import ContactState, Organisation, Person
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.exchange import roster_fields, roster_rows, roster_sheets
from preparedness.exchange.arrivals import Arrival, new_words
from preparedness.exchange.choices import LONGEST_LIST, Choice, Choices
from preparedness.exchange.merge import Row
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.roster_fields import LATER, Ids, Loader, sent
from preparedness.exchange.roster_sheets import SHEETS
from preparedness.exchange.sheets import Column, Line, Made, Scope, Sheet, Snapshot, Subject, Surroundings, Taken, lines
from preparedness.i18n import _


def subject(agency: Agency, _subject_id: int | None) -> Subject:
    """What a copy of the roster says about itself."""
    advice = (
        _("Add organisations and people in the empty rows at the end; their Ref is given when you bring the file in."),
        _("Say of everybody new where the contact comes from: without it nobody can be asked."),
        _("Verification and agreement are never taken from a file."),
    )
    return Subject(_("Roster of %(agency)s", agency=agency.name), advice=advice)


def around(agency: Agency, _subject_id: int | None, scope: Scope) -> Surroundings:
    """What the cells of a roster choose from. A person is written by their Ref, so their names are only offered."""
    people_named = [
        (ref, alias if sensitive and alias else name)
        for ref, name, alias, sensitive in roster_rows.people_names(
            agency, LONGEST_LIST + 1 if scope.offering else None
        )
    ]
    return Surroundings(scope.zone, scope.at, roster_sheets.lists(roster_rows.names(agency), people_named))


def snapshot(agency: Agency, subject_id: int | None, scope: Scope) -> Snapshot:
    """The organisations and people of an agency, in a constant number of statements for each chunk of them."""
    here = replace(around(agency, subject_id, scope), figures=roster_rows.figures(agency))
    columns = {sheet.key: sheet.offered(contacts=scope.contacts) for sheet in SHEETS}
    return Snapshot(
        here, columns, {sheet.key: _lines(agency, sheet, columns[sheet.key], here, scope) for sheet in SHEETS}
    )


def outgoing(agency: Agency, _subject_id: int | None, scope: Scope) -> dict[str, Iterator[Line]]:
    """The rows of a copy, one by one: those of a chunk are asked for together, with what belongs to them."""
    return {sheet.key: iter(()) if scope.blank else _passing(agency, sheet, scope) for sheet in SHEETS}


AT_ONCE = 2_000
"""So many rows are held at a time while a copy is taken."""


def _passing(agency: Agency, sheet: Sheet, scope: Scope) -> Iterator[Line]:
    """The rows of a sheet by name. Which they are is asked once: who is renamed meanwhile is there, and only once."""
    columns = sheet.offered(contacts=scope.contacts)
    numbers = roster_rows.numbers(agency, _model(sheet.key))
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        beside = roster_rows.beside(agency, some) if sheet is PEOPLE else {}
        around_them = Surroundings(scope.zone, scope.at, figures=beside)
        yield from lines(ROWS[sheet.key](agency, some), columns, around_them)


MOST_NAMED = 5_000
"""So many rows are asked for by their numbers; of more, all."""

ROWS: Mapping[str, Any] = {ORGANISATIONS.key: roster_rows.organisations, PEOPLE.key: roster_rows.people}


def _lines(agency: Agency, sheet: Sheet, columns: Sequence[Column], here: Surroundings, scope: Scope) -> list[Line]:
    """The rows of a sheet as they are now. What is of the same version as it was given out need not be read again."""
    if scope.given is None:
        return list(_passing(agency, sheet, scope))
    known, same, moved = scope.given.get(sheet.key, {}), [], set()
    for number, ref, version in roster_rows.versions(agency, _model(sheet.key)):
        line = known.get(ref)
        if line is not None and (line.id, line.version) == (number, version):
            same.append(line)
        else:
            moved.add(number)
    if not moved:
        return same
    named = moved if len(moved) <= MOST_NAMED else None
    return same + [line for line in lines(ROWS[sheet.key](agency, named), columns, here) if line.id in moved]


def with_new(
    given: Surroundings, arrivals: Mapping[str, Arrival], bases: Mapping[str, Mapping[str, Row]]
) -> Surroundings:
    """The lists with the file's own new rows in them, so that one sheet may name what another adds."""
    more = dict(given.lists)
    for sheet, column, named in (
        (ORGANISATIONS, "name", ("organisation", "organisation_ref")),
        (PEOPLE, "name", ("person_ref",)),
    ):
        if sheet.key in arrivals:
            new = partial(new_words, arrivals[sheet.key], column, bases[sheet.key])
            for each in named:
                more[each] = Choices(partial(_with, more[each], new))
    return replace(given, lists=more)


def _with(known: Choices, new: Callable[[], Iterable[tuple[str, str]]]) -> list[Choice]:
    """A list with the file's own new rows, as far as they are called otherwise."""
    labels = {line.label for line in known.lines}
    return [*known.lines, *(Choice(name, text) for name, text in new() if text not in labels)]


BY_CELL = True
"""Cells are checked one by one: what is as it was given out need not be looked at again."""


def problems(sheet: str, cells: Row, _around: Surroundings) -> dict[str, str]:
    """What the shapes of contacts say about a row's cells: column and sentence."""
    return roster_fields.problems(sheet, cells)


TELLING = ("name", "country", "email", "phone", "contact")
"""Columns by which a new row may be known as somebody who is here already."""


def twins(agency: Agency, sheet: str, rows: Mapping[int, Any]) -> dict[int, str | int]:
    """Who shares an address, a number, or a name and a country with a new row: somebody here, or an earlier row."""
    data = [sent(sheet, {key: cells[key] for key in TELLING if key in cells}) for cells in rows.values()]
    found, same = duplicates.twins_and_alike(agency, data, among=_model(sheet))
    numbers = list(rows)
    alike: dict[int, str | int] = {numbers[place]: numbers[earlier] for place, earlier in same.items()}
    return alike | {numbers[place]: twins[0].ref for place, twins in found.items()}


def put_away(agency: Agency, sheet: str, refs: Collection[str], here: Snapshot) -> list[Line]:
    """Of these Refs those who lie in the archive: a row of a file may be one of them, and brings them back."""
    model, rows = _model(sheet), ROWS[sheet]
    query = select(model.id).where(model.agency_id == agency.id, model.ref.in_(sorted(refs)[:MOST_NAMED]))
    found = list(db.session.scalars(query.where(model.state == ContactState.ARCHIVED))) if refs else []
    return lines(rows(agency, found, ContactState.ARCHIVED), here.columns[sheet], here.around) if found else []


def number(agency_id: int, sheet: str, ref: str) -> int | None:
    """The number of somebody in the roster, by their Ref."""
    model = _model(sheet)
    return db.session.scalar(select(model.id).where(model.agency_id == agency_id, model.ref == ref))


def _model(sheet: str) -> type[Organisation] | type[Person]:
    return Organisation if sheet == ORGANISATIONS.key else Person


def apply(agency: Agency, _subject_id: int | None, here: Snapshot, taken: Mapping[str, Taken], by: Actor) -> Made:
    """Write what was taken, organisations first; answers the rows that were made."""
    groups, persons = taken[ORGANISATIONS.key], taken[PEOPLE.key]
    here = _with_those_put_away(agency, here, taken, by)
    ids = {line.ref: line.id for sheet in SHEETS for line in here.lines[sheet.key]}
    versions = {line.ref: line.version for sheet in SHEETS for line in here.lines[sheet.key]}
    new_groups = _make(organisations, agency, ORGANISATIONS.key, groups.create, ids, by)
    ids |= new_groups
    new_persons = _make(people, agency, PEOPLE.key, persons.create, ids, by)
    ids |= new_persons
    later = {name: {key: cells[key] for key in LATER if cells.get(key)} for name, cells in groups.create.items()}
    changes = {**_one_contact(here, groups.update), **{name: cells for name, cells in later.items() if cells}}
    _change(organisations, agency, ORGANISATIONS.key, changes, ids, versions, by)
    _change(people, agency, PEOPLE.key, _by_working_name(here, persons.update), ids, versions, by)
    for verbs, part in ((organisations, groups), (people, persons)):
        for ref in part.remove:
            verbs.archive(verbs.get(ids[ref], agency=agency), by=by)
    return _made(agency, Organisation, new_groups) | _made(agency, Person, new_persons)


def _with_those_put_away(agency: Agency, here: Snapshot, taken: Mapping[str, Taken], by: Actor) -> Snapshot:
    """Bring back those who were put away here and go on in the file, as somebody decided."""
    found = dict(here.lines)
    for sheet, verbs in ((ORGANISATIONS.key, organisations), (PEOPLE.key, people)):
        gone = set(taken[sheet].update) - set(here.by_ref(sheet))
        for ref in sorted(gone):
            row: Any = verbs.get(number(agency.id, sheet, ref) or 0, agency=agency)
            verbs.restore(row, by=by)
            db.session.flush()
            found[sheet] = [*found[sheet], Line(ref, row.version, {}, row.id)]
    return replace(here, lines=found)


def _one_contact(now: Snapshot, rows: Mapping[str, Row]) -> dict[str, Row]:
    """A contact that was emptied is the one that the copy shows: the number beside a mailbox stays."""
    known = now.by_ref(ORGANISATIONS.key)
    found: dict[str, Row] = {}
    for ref, cells in rows.items():
        found[ref] = cells
        shown = known[ref].cells.get("contact") if ref in known else None
        if shown and "contact" in cells and cells["contact"] is None:
            others = {key: value for key, value in cells.items() if key != "contact"}
            found[ref] = {**others, "email" if "@" in str(shown) else "phone": None}
    return found


def _by_working_name(now: Snapshot, rows: Mapping[str, Row]) -> dict[str, Row]:
    """A sensitive person's name in a copy is their working name, and so is what was written over it."""
    discreet = now.around.figures.get("discreet", {})
    known = now.by_ref(PEOPLE.key)
    return {
        ref: {("alias" if key == "name" and known[ref].id in discreet else key): value for key, value in cells.items()}
        for ref, cells in rows.items()
    }


def _make(verbs: Any, agency: Agency, sheet: str, rows: Mapping[str, Row], ids: Ids, by: Actor) -> dict[str, int]:
    """Add the new rows in one go; their ids by name. What points to rows that are not there yet comes later."""
    if not rows:
        return {}
    load = Loader(sheet, ids)
    data = [load.new(cells) for cells in rows.values()]
    return dict(zip(rows, verbs.add_many(agency, data, by=by), strict=True))


def _made(agency: Agency, model: type[Organisation] | type[Person], ids: Ids) -> Made:
    """The Refs that the new rows were given."""
    if not ids:
        return {}
    query = select(model.id, model.ref).where(model.agency_id == agency.id, model.id >= min(ids.values()))
    given: dict[int, str] = dict(db.session.execute(query).all())
    return {name: (number, given[number]) for name, number in ids.items()}


def _change(
    verbs: Any, agency: Agency, sheet: str, rows: Mapping[str, Row], ids: Ids, versions: Mapping[str, int], by: Actor
) -> None:
    load = Loader(sheet, ids)
    changes = [(ids[ref], versions.get(ref), load.changed(cells)) for ref, cells in rows.items() if cells]
    if verbs.change_many(agency, changes, by=by):
        raise Refused(_("Somebody else saved some of these rows at the same moment. Nothing was applied: try again."))
