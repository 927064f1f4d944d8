"""Diaspora organisations and the public bodies they work with: found, added, changed and let go."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.contacts import batches, locks, parts, rosters, search, standing
from preparedness.contacts.models import ContactState, Organisation, Person
from preparedness.contacts.parts import Data
from preparedness.database import Page, db, expect, page_of, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l

FIELDS = (
    *("name", "name_local", "kind", "parent_id", "contact_person_id", "country", "city", "website", "registration_no"),
    *("registered_in", "un_partner", "advice_on", "people_reached", "languages", "sensitive", "notes"),
)
WHOLE = (Organisation.channels, Organisation.covers, Organisation.vettings)
"""What belongs to an organisation beside what a list on a page shows."""
NEEDED = {
    "name": _l("Write the name of the organisation."),
    "kind": _l("Choose the kind of organisation."),
    "country": _l("Choose the country where it is registered or meets."),
}
WHEN_LEFT: list[Callable[[Organisation, Actor], None]] = []
"""What upper packages do when an organisation leaves the roster; filled by create_app."""

ORGANISATIONS = batches.Roster(
    model=Organisation,
    prefix=refs.ORGANISATION,
    owner="organisation_id",
    fields=FIELDS,
    links={"parent_id": Organisation, "contact_person_id": Person},
    parts=(parts.CHANNELS, parts.CAPABILITIES, parts.COVERS),
    added=Action.ORGANISATION_ADDED,
    changed=Action.ORGANISATION_CHANGED,
    blank={"un_partner": False, "sensitive": False, "languages": []},
    derived=lambda _data, _before: {},
    refuse=lambda _columns: None,
)


def get(organisation_id: int, *, agency: Agency) -> Organisation:
    """An organisation of this agency; raises Missing."""
    query = select(Organisation).where(Organisation.agency_id == agency.id, Organisation.id == organisation_id)
    organisation = db.session.scalar(query.where(Organisation.state != ContactState.ERASED))
    if organisation is None:
        raise Missing
    return organisation


def listed(
    agency: Agency,
    *,
    q: str = "",
    filters: Mapping[str, Any] | None = None,
    page: int = 1,
    per_page: int = 50,
    sort: str | None = None,
    whole: bool = False,
) -> Page[Organisation]:
    """A page of the organisations that a search and filters leave, with what a list shows of them, or all they have."""
    query = select(Organisation).where(Organisation.agency_id == agency.id, *rosters.organisations(filters or {}))
    if q:
        query = query.where(search.means(Organisation, q))
    contact = selectinload(Organisation.contact_person)
    shown = (
        contact.selectinload(Person.channels),
        contact.selectinload(Person.organisation).selectinload(Organisation.channels),
    )
    own = [selectinload(Organisation.capabilities), *(selectinload(belonging) for belonging in WHOLE)]
    return page_of(
        query.options(*(own if whole else (own[0], *shown))).order_by(*rosters.order(Organisation, sort)),
        page,
        per_page,
    )


def said(organisation: Organisation) -> dict[str, Any]:
    """All that is said of an organisation now, in the words a change is made in."""
    return batches.said_of(ORGANISATIONS, organisation)


def choices(agency: Agency, *, with_id: int | None = None) -> list[tuple[int, str]]:
    """The active organisations by number and name, to choose from; with the one chosen so far, whatever its state."""
    query = select(Organisation.id, Organisation.name).where(
        Organisation.agency_id == agency.id,
        or_(Organisation.state == ContactState.ACTIVE, Organisation.id == with_id),
    )
    return [(number, name) for number, name in db.session.execute(query.order_by(Organisation.name_fold))]


def members(organisation: Organisation) -> list[Person]:
    """The people of an organisation who are in the roster, by name."""
    query = select(Person).where(Person.organisation_id == organisation.id, Person.state == ContactState.ACTIVE)
    return list(db.session.scalars(query.options(selectinload(Person.channels)).order_by(Person.name_fold)))


def contact_points(organisation: Organisation) -> list[tuple[int, str]]:
    """Who could be the contact point of an organisation, by number and name: its people, and whoever is it now."""
    people = members(organisation)
    now_it = organisation.contact_person
    if now_it is not None and now_it not in people:
        people.append(now_it)
    return [(person.id, person.shown_name) for person in people]


def add(agency: Agency, data: Data, *, by: Actor) -> Organisation:
    """Add an organisation; what is not said follows from the agency."""
    (number,) = add_many(agency, [data], by=by)
    organisation = get(number, agency=agency)
    standing.verify(organisation, data.get("vettings") or [], by=by)
    return organisation


def add_many(agency: Agency, rows: Sequence[Data], *, by: Actor) -> list[int]:
    """Add many at once; their numbers in the order given."""
    for row in rows:
        _refuse_gaps({**dict.fromkeys(NEEDED), **row})
    return batches.add(ORGANISATIONS, agency, rows, by=by)


def change(organisation: Organisation, data: Data, *, version: int | None, by: Actor) -> None:
    """Change what is said of an organisation; raises Stale where the row is newer than the version seen."""
    locks.hold(ORGANISATIONS, organisation, data, version)
    standing.verify(organisation, data.get("vettings") or [], by=by)
    change_many(db.session.get_one(Agency, organisation.agency_id), [(organisation.id, None, data)], by=by)


def change_many(agency: Agency, changes: Sequence[batches.Change], *, by: Actor) -> list[int]:
    """Change many at once; the numbers of those that moved meanwhile, which are left as they are."""
    for _number, _version, data in changes:
        _refuse_gaps(data)
    _refuse_circles(agency, {number: data["parent_id"] for number, _version, data in changes if "parent_id" in data})
    return batches.change(ORGANISATIONS, agency.id, changes, by=by)


def archive(organisation: Organisation, *, by: Actor, version: int | None = None, reason: str | None = None) -> None:
    """Take an organisation out of the lists; its people stay, and it can be brought back."""
    expect(organisation, version, {}, ())
    changes = revise(organisation, {"state": ContactState.ARCHIVED}, ["state"])
    touch(organisation, by=by.label)
    record(Action.ORGANISATION_ARCHIVED, organisation, by=by, changes=changes, reason=reason)
    for told in WHEN_LEFT:
        told(organisation, by)


def restore(organisation: Organisation, *, by: Actor, version: int | None = None) -> None:
    """Bring an organisation back into the lists."""
    expect(organisation, version, {}, ())
    changes = revise(organisation, {"state": ContactState.ACTIVE}, ["state"])
    touch(organisation, by=by.label)
    record(Action.ORGANISATION_CHANGED, organisation, by=by, changes=changes)


def _refuse_gaps(data: Data) -> None:
    """Raises Refused where something needed is said to be empty."""
    for name, sentence in NEEDED.items():
        if name in data and not data[name]:
            raise Refused(str(sentence), field=name)


def _refuse_circles(agency: Agency, moved: Mapping[int, int | None]) -> None:
    """Raises Refused where an organisation would belong to itself, through others or at once."""
    if not any(moved.values()):
        return
    query = select(Organisation.id, Organisation.parent_id).where(Organisation.agency_id == agency.id)
    above: dict[int, int | None] = {row.id: row.parent_id for row in db.session.execute(query)} | dict(moved)
    for number in moved:
        passed: set[int] = set()
        parent = above.get(number)
        while parent is not None and parent not in passed:
            if parent == number:
                raise Refused(_("An organisation cannot belong to itself."), field="parent_id")
            passed.add(parent)
            parent = above.get(parent)
