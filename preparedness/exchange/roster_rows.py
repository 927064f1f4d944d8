"""The roster's rows as they are now, in a constant number of statements and with no more than a sheet says."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from preparedness.accounts.models import Agency
from preparedness.contacts.models import (
    PHONE_KINDS,
    Capability,
    Channel,
    Consent,
    ContactState,
    Coverage,
    Organisation,
    Person,
    Purpose,
    Spoken,
)
from preparedness.database import db
from preparedness.i18n import _, day
from preparedness.plans.models import HOLDING, Assignment
from preparedness.vocabulary import ChannelKind, Source

OF_BOTH = ("id", "ref", "name", "country", "city", "verification", "verified_until", "sensitive")
OF_BOTH_SINCE = ("version", "created_at", "updated_at", "updated_by")
OF_AN_ORGANISATION = (*OF_BOTH, *OF_BOTH_SINCE, "kind", "people_reached", "languages", "confirmed_at")
OF_A_PERSON = (
    *OF_BOTH,
    *OF_BOTH_SINCE,
    *("alias", "function", "language", "timezone", "source", "told_on", "confirmed_self_at"),
)


class OrganisationRow(SimpleNamespace):
    """What a sheet says of an organisation."""


class PersonRow(SimpleNamespace):
    """What a sheet says of a person."""

    @property
    def shown_name(self) -> str:
        """The name other people may read: the working name of somebody sensitive."""
        return str(self.alias if self.sensitive and self.alias else self.name)


def organisations(
    agency: Agency, among: Collection[int] | None = None, state: ContactState = ContactState.ACTIVE
) -> Iterator[OrganisationRow]:
    """The organisations of the roster, with what a sheet says of them; one at a time, for there may be many."""
    parent = aliased(Organisation)
    query = (
        select(*(getattr(Organisation, name) for name in OF_AN_ORGANISATION), parent.ref, Person.ref)
        .outerjoin(parent, Organisation.parent_id == parent.id)
        .outerjoin(Person, Organisation.contact_person_id == Person.id)
        .where(
            Organisation.agency_id == agency.id,
            Organisation.state == state,
            *_among(Organisation.id, among),
        )
    )
    names = (*OF_AN_ORGANISATION, "parent_ref", "contact_person_ref")
    parts = {
        "channels": _parts(Channel, Channel.organisation_id, agency, among, Channel.preference, Channel.id),
        "capabilities": _parts(Capability, Capability.organisation_id, agency, among, Capability.code),
        "covers": _parts(Coverage, Coverage.organisation_id, agency, among, Coverage.id),
    }
    for row in db.session.execute(query.order_by(Organisation.name_fold, Organisation.id)):
        yield OrganisationRow(**dict(zip(names, row, strict=True)), **_of(row[0], parts))


def people(
    agency: Agency, among: Collection[int] | None = None, state: ContactState = ContactState.ACTIVE
) -> Iterator[PersonRow]:
    """The people of the roster, with what a sheet says of them; one at a time, for there may be many."""
    query = (
        select(*(getattr(Person, name) for name in OF_A_PERSON), Organisation.ref)
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(Person.agency_id == agency.id, Person.state == state, *_among(Person.id, among))
    )
    names = (*OF_A_PERSON, "organisation_ref")
    parts = {
        "channels": _parts(Channel, Channel.person_id, agency, among, Channel.preference, Channel.id),
        "capabilities": _parts(Capability, Capability.person_id, agency, among, Capability.code),
        "spoken": _parts(Spoken, Spoken.person_id, agency, among, Spoken.language),
    }
    for row in db.session.execute(query.order_by(Person.name_fold, Person.id)):
        yield PersonRow(**dict(zip(names, row, strict=True)), **_of(row[0], parts))


Parts = dict[int, list[Any]]
"""What belongs to each row, by the row's number."""

PARTS: dict[type[Any], tuple[str, ...]] = {
    Channel: ("kind", "address"),
    Capability: ("code",),
    Coverage: ("relation", "country", "place"),
    Spoken: ("language",),
}
"""What a sheet says of what belongs to a row."""


FETCHED = 5_000
"""So many numbers come from the database at a time."""


def versions(agency: Agency, model: type[Organisation] | type[Person]) -> list[tuple[int, str, int]]:
    """Number, Ref and version of each organisation or person of the roster."""
    query = select(model.id, model.ref, model.version)
    query = query.where(model.agency_id == agency.id, model.state == ContactState.ACTIVE)
    return [(number, ref, version) for number, ref, version in db.session.execute(query)]


def numbers(agency: Agency, model: type[Organisation] | type[Person]) -> "array[int]":
    """The number of each organisation or person of the roster, by name: eight bytes each, fetched some at a time."""
    query = select(model.id).where(model.agency_id == agency.id, model.state == ContactState.ACTIVE)
    query = query.order_by(model.name_fold, model.id).execution_options(yield_per=FETCHED)
    return array("q", db.session.scalars(query))


def _among(number: InstrumentedAttribute[Any], among: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if among is None else [number.in_(among)]


def _parts(
    model: type[Any], owner: InstrumentedAttribute[Any], agency: Agency, among: Collection[int] | None, *order: Any
) -> Parts:
    """What belongs to the rows of an agency, in one statement."""
    whose: Any = Organisation if owner.key == "organisation_id" else Person
    query = select(owner, *(getattr(model, name) for name in PARTS[model])).join(whose, owner == whose.id)
    found: Parts = defaultdict(list)
    query = query.where(whose.agency_id == agency.id, *_among(owner, among))
    for row in db.session.execute(query.order_by(owner, *order)):
        found[row[0]].append(row)
    return found


def _of(number: int, parts: Mapping[str, Parts]) -> dict[str, list[Any]]:
    return {name: found.pop(number, []) for name, found in parts.items()}


def names(agency: Agency) -> list[tuple[str, str]]:
    """Ref and name of each organisation."""
    query = select(Organisation.ref, Organisation.name)
    query = query.where(Organisation.agency_id == agency.id, Organisation.state == ContactState.ACTIVE)
    return [(ref, name) for ref, name in db.session.execute(query.order_by(Organisation.name_fold, Organisation.id))]


def people_names(agency: Agency, most: int | None = None) -> list[tuple[str, str, str | None, bool]]:
    """Ref, name and working name of each person, and whether they are sensitive; with `most`, of no more than these."""
    query = select(Person.ref, Person.name, Person.alias, Person.sensitive)
    query = query.where(Person.agency_id == agency.id, Person.state == ContactState.ACTIVE)
    query = query.order_by(Person.name_fold, Person.id)
    return [(ref, name, alias, sensitive) for ref, name, alias, sensitive in db.session.execute(query.limit(most))]


def figures(agency: Agency) -> dict[str, Mapping[int, Any]]:
    """What is known beside all people's rows: what a sheet says, who goes by a working name, whose number is hidden."""
    return {**beside(agency), "discreet": _discreet(agency), "hidden": _hidden(agency)}


def beside(agency: Agency, among: Collection[int] | None = None) -> dict[str, Mapping[int, Any]]:
    """What a sheet says beside people's rows: roles held, and what they agreed to."""
    return {"roles_held": _roles_held(agency, among), "agreed": _agreed(agency, among)}


def _hidden(agency: Agency) -> dict[int, set[str]]:
    """Whose addresses and numbers do not leave in a file (see `disclosures.may_leave`), and in which columns."""
    untold = Person.told_on.is_(None) & Person.source.is_distinct_from(Source.THEMSELVES)
    query = select(Channel.person_id, Channel.kind).join(Person, Channel.person_id == Person.id)
    query = query.where(Person.agency_id == agency.id, or_(Person.sensitive, untold))
    found: dict[int, set[str]] = defaultdict(set)
    query = query.where(Channel.kind.in_([ChannelKind.EMAIL, *PHONE_KINDS]), Channel.person_id.is_not(None))
    for person, kind in db.session.execute(query):
        found[person or 0].add("email" if kind is ChannelKind.EMAIL else "phone")
    return dict(found)


def _discreet(agency: Agency) -> dict[int, bool]:
    query = select(Person.id).where(Person.agency_id == agency.id, Person.sensitive, Person.alias != Person.name)
    return dict.fromkeys(db.session.scalars(query.where(Person.alias != "")), True)


def _roles_held(agency: Agency, among: Collection[int] | None) -> dict[int, int]:
    query = (
        select(Assignment.person_id, func.count())
        .where(Assignment.agency_id == agency.id, Assignment.status.in_(HOLDING), Assignment.person_id.is_not(None))
        .where(*_among(Assignment.person_id, among))
        .group_by(Assignment.person_id)
    )
    return {person: number for person, number in db.session.execute(query) if person is not None}


def _agreed(agency: Agency, among: Collection[int] | None) -> dict[int, str]:
    """Who agreed to be called, and since when; for reading, never for changing."""
    query = (
        select(Consent.person_id, Consent.given_at)
        .join(Person, Person.id == Consent.person_id)
        .where(Person.agency_id == agency.id, Consent.purpose == Purpose.BE_CALLED, Consent.withdrawn_at.is_(None))
        .where(*_among(Person.id, among))
    )
    return {person: _("yes, %(day)s", day=day(given, agency.timezone)) for person, given in db.session.execute(query)}
