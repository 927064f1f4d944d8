"""People the agency may ask: found, added, changed, paused, let go and erased."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, selectinload

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, ActorKind, record
from preparedness.contacts import batches, erasing, homes, locks, parts, rosters, search, standing
from preparedness.contacts.models import ContactState, Erasure, ErasureReason, Organisation, Person
from preparedness.contacts.parts import Data
from preparedness.database import Page, db, expect, now, page_of, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l
from preparedness.notifications.models import Message
from preparedness.notifications.outbox import Recipient
from preparedness.vocabulary import ChannelKind

FIELDS = (
    *("name", "name_local", "alias", "sensitive", "organisation_id", "function", "language", "timezone", "country"),
    *("city", "origin_country", "source", "told_on", "check_phrase", "capacity", "successor_id"),
)
WHOLE = (Person.spoken, Person.covers, Person.vettings, Person.absences)
"""What belongs to somebody beside what a list on a page shows."""
CAPACITY = ("modes", "hours_week", "available_from", "window", "own_crisis")
NEEDED = {
    "name": _l("Write a name, as they wish to be called."),
    "source": _l("Say where this contact comes from: without it nobody may be asked."),
    "language": _l("Choose the language in which to write to them."),
    "country": _l("Choose the country where they live."),
    "timezone": _l("Choose the time zone where they live."),
}
ERASERS: list[Callable[[Person], dict[str, int]]] = []
"""What upper packages do when somebody is erased, in the same transaction; filled by create_app."""
WHEN_LEFT: list[Callable[[Person, Actor], None]] = []
"""What upper packages do when somebody leaves the roster or asks to be left alone; filled by create_app."""


def _capacity(data: Data, before: Mapping[str, Any]) -> dict[str, Any]:
    """How somebody can help, as one column: as a whole, or point by point."""
    if "availability" in data:
        return {"capacity": _plain(data["availability"] or {})}
    said = {name: data[name] for name in CAPACITY if name in data}
    return {"capacity": _plain({**(before.get("capacity") or {}), **said})} if said else {}


def _plain(capacity: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not given, and as JSON keeps it."""
    given = {name: value for name, value in capacity.items() if value not in (None, "", [])}
    return {name: _json(value) for name, value in given.items()}


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [str(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _refuse_naming(columns: Mapping[str, Any]) -> None:
    """Raises Refused where somebody sensitive would be known by no other name than their own."""
    if columns.get("sensitive") and not columns.get("alias"):
        raise Refused(_("Give them a working name: it stands for their own in lists and copies."), field="alias")


PEOPLE = batches.Roster(
    model=Person,
    prefix=refs.PERSON,
    owner="person_id",
    fields=FIELDS,
    links={"organisation_id": Organisation, "successor_id": Person},
    parts=(parts.CHANNELS, parts.LANGUAGES, parts.CAPABILITIES, parts.COVERS, parts.ABSENCES),
    added=Action.PERSON_ADDED,
    changed=Action.PERSON_CHANGED,
    blank={"sensitive": False, "capacity": {}},
    derived=_capacity,
    refuse=_refuse_naming,
)


def get(person_id: int, *, agency: Agency) -> Person:
    """A person of this agency; raises Missing, also for somebody who was erased."""
    person = ever(person_id, agency=agency)
    if person.state is ContactState.ERASED:
        raise Missing
    return person


def ever(person_id: int, *, agency: Agency) -> Person:
    """A person of this agency, or what an erasure left of them; raises Missing."""
    person = db.session.scalar(select(Person).where(Person.agency_id == agency.id, Person.id == person_id))
    if person is None:
        raise Missing
    return person


def listed(
    agency: Agency,
    *,
    q: str = "",
    filters: Mapping[str, Any] | None = None,
    page: int = 1,
    per_page: int = 50,
    sort: str | None = None,
    whole: bool = False,
) -> Page[Person]:
    """A page of the people that a search and filters leave, with what a list shows of them, or all they have."""
    query = select(Person).where(Person.agency_id == agency.id).outerjoin(Person.organisation)
    query = query.where(*rosters.people(filters or {}))
    if q:
        query = query.where(search.means(Person, q))
    listed = (Person.channels, Person.capabilities, *WHOLE * whole)
    home = contains_eager(Person.organisation).selectinload(Organisation.channels)
    shown = (home, *(selectinload(belonging) for belonging in listed))
    return page_of(query.options(*shown).order_by(*rosters.order(Person, sort)), page, per_page)


def meant(agency: Agency, q: str) -> Select[Any]:
    """The numbers of the people that a search means, whatever their state, as a part of another query."""
    return select(Person.id).where(Person.agency_id == agency.id, search.means(Person, q))


def names(numbers: Collection[int], *, agency: Agency) -> dict[int, str]:
    """The names that may be shown of these people, by their numbers."""
    query = select(Person).where(Person.agency_id == agency.id, Person.id.in_(numbers))
    return {person.id: person.shown_name for person in db.session.scalars(query)}


def said(person: Person) -> dict[str, Any]:
    """All that is said of somebody now, in the words a change is made in."""
    return batches.said_of(PEOPLE, person)


# --- Adding and changing -------------------------------------------------------------------------------------------


def add(agency: Agency, data: Data, *, by: Actor) -> Person:
    """Add somebody; what is not said follows from their organisation, else from the agency."""
    (number,) = add_many(agency, [data], by=by)
    person = get(number, agency=agency)
    _say_beside(person, data, by)
    return person


def add_many(agency: Agency, rows: Sequence[Data], *, by: Actor) -> list[int]:
    """Add many at once; their numbers in the order given."""
    known = homes.among(agency, {row["organisation_id"] for row in rows if row.get("organisation_id")})
    full = homes.filled(agency, rows, known)
    for row in full:
        _refuse_gaps({name: row.get(name) for name in NEEDED})
        homes.refuse_travel(row, known.get(row.get("organisation_id")))
    return batches.add(PEOPLE, agency, full, by=by)


def change(person: Person, data: Data, *, version: int | None, by: Actor) -> None:
    """Change what is said of somebody; raises Stale where the row is newer than the version seen."""
    locks.hold(PEOPLE, person, data, version)
    _say_beside(person, data, by)
    change_many(db.session.get_one(Agency, person.agency_id), [(person.id, None, data)], by=by)


def _say_beside(person: Person, data: Data, by: Actor) -> None:
    """What goes by verbs of its own, where it is said together with the rest: a pause, and checks of who they are."""
    if "paused_until" in data and data["paused_until"] != person.paused_until:
        pause(person, data["paused_until"], by=by, field="paused_until")
    standing.verify(person, data.get("vettings") or [], by=by)


def change_many(agency: Agency, changes: Sequence[batches.Change], *, by: Actor) -> list[int]:
    """Change many at once; the numbers of those that moved meanwhile, which are left as they are."""
    for _number, _version, data in changes:
        _refuse_gaps(data)
    homes.refuse_travellers(agency, {number: data for number, _version, data in changes})
    return batches.change(PEOPLE, agency.id, changes, by=by)


def _refuse_gaps(data: Data) -> None:
    """Raises Refused where something needed is said to be empty."""
    for name, sentence in NEEDED.items():
        if name in data and not data[name]:
            raise Refused(str(sentence), field=name)


# --- Pausing, letting go, erasing ----------------------------------------------------------------------------------


def pause(person: Person, until: date | None, *, by: Actor, version: int | None = None, field: str = "until") -> None:
    """Send nothing to somebody until a day; from now on again without one."""
    expect(person, version, {"paused_until": until}, ["paused_until"])
    if until is not None and until < standing.today():
        raise Refused(_("Write a day that is still to come."), field=field)
    changes = revise(person, {"paused_until": until}, ["paused_until"])
    touch(person, by=by.label)
    record(Action.PERSON_PAUSED, person, by=by, changes=changes)


def opt_out(person: Person, *, by: Actor) -> None:
    """Keep that somebody asked to be left alone. Only they themselves can take it back, by their own link."""
    if person.opted_out_at is not None:
        return
    person.opted_out_at = now()
    touch(person, by=by.label)
    record(Action.PERSON_OPTED_OUT, person, by=by)
    _tell(person, by)


def opt_in(person: Person, *, by: Actor) -> None:
    """Keep that somebody takes it back that they are to be left alone."""
    if (by.kind, by.id) != (ActorKind.PERSON, person.id):
        raise Refused(_("Only the person can take this back, by their own link."))
    person.opted_out_at = None
    touch(person, by=by.label)
    record(Action.PERSON_CHANGED, person, by=by, opted_out=False)


def archive(person: Person, *, by: Actor, version: int | None = None, reason: str | None = None) -> None:
    """Take somebody out of the lists; what they did stays, and they can be brought back."""
    expect(person, version, {}, ())
    changes = revise(person, {"state": ContactState.ARCHIVED}, ["state"])
    touch(person, by=by.label)
    record(Action.PERSON_ARCHIVED, person, by=by, changes=changes, reason=reason)
    _tell(person, by)


def restore(person: Person, *, by: Actor, version: int | None = None) -> None:
    """Bring somebody back into the lists."""
    expect(person, version, {}, ())
    changes = revise(person, {"state": ContactState.ACTIVE}, ["state"])
    touch(person, by=by.label)
    record(Action.PERSON_CHANGED, person, by=by, changes=changes)


def erase(person: Person, *, reason: ErasureReason, by: Actor) -> Erasure:
    """Erase what is known of somebody, everywhere, in one transaction: a row without a name and counts stay."""
    if person.state is ContactState.ERASED:
        raise Missing
    _tell(person, by)
    counts: dict[str, int] = {}
    for eraser in ERASERS:
        for name, count in eraser(person).items():
            counts[name] = counts.get(name, 0) + count
    counts |= erasing.clear(person)
    erasure = Erasure(
        agency_id=person.agency_id,
        person_id=person.id,
        person_ref=person.ref,
        by=by.label,
        reason=reason,
        counts=counts,
    )
    db.session.add(erasure)
    touch(person, by=by.label)
    record(Action.PERSON_ERASED, person, by=by, reason=reason, counts=counts)
    return erasure


def _tell(person: Person, by: Actor) -> None:
    for told in WHEN_LEFT:
        told(person, by)


# --- Being written to ----------------------------------------------------------------------------------------------


def recipient(message: Message) -> Recipient | None:
    """Where a message to somebody goes now; None where it may not, or cannot, go any more."""
    person = db.session.get(Person, message.person_id)
    if person is None or person.state is not ContactState.ACTIVE or person.opted_out_at is not None:
        return None
    channel = standing.channel_of(person, ChannelKind(message.channel))
    if channel is None:
        return None
    return Recipient(channel.address, person.shown_name, person.language, person.timezone)
