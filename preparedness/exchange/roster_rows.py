"""The roster's rows as they are now, each kind in a constant number of statements."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.contacts.models import Consent, ContactState, Organisation, Person, Purpose
from preparedness.database import db
from preparedness.i18n import _, day
from preparedness.plans.models import HOLDING, Assignment


def organisations(agency: Agency) -> list[Organisation]:
    """The organisations of the roster, with what a sheet says of them."""
    query = select(Organisation).where(Organisation.agency_id == agency.id, Organisation.state == ContactState.ACTIVE)
    loaded = query.options(
        selectinload(Organisation.channels),
        selectinload(Organisation.capabilities),
        selectinload(Organisation.covers),
        selectinload(Organisation.parent),
        selectinload(Organisation.contact_person),
    )
    return list(db.session.scalars(loaded.order_by(Organisation.name_fold, Organisation.id)))


def people(agency: Agency) -> list[Person]:
    """The people of the roster, with what a sheet says of them."""
    query = select(Person).where(Person.agency_id == agency.id, Person.state == ContactState.ACTIVE)
    loaded = query.options(
        selectinload(Person.channels),
        selectinload(Person.capabilities),
        selectinload(Person.spoken),
        selectinload(Person.organisation),
    )
    return list(db.session.scalars(loaded.order_by(Person.name_fold, Person.id)))


def names(agency: Agency) -> list[tuple[str, str]]:
    """Ref and name of each organisation."""
    query = select(Organisation.ref, Organisation.name)
    query = query.where(Organisation.agency_id == agency.id, Organisation.state == ContactState.ACTIVE)
    return [(ref, name) for ref, name in db.session.execute(query.order_by(Organisation.name_fold))]


def people_names(agency: Agency) -> list[tuple[str, str, str | None, bool]]:
    """Ref, name and working name of each person, and whether they are sensitive."""
    query = select(Person.ref, Person.name, Person.alias, Person.sensitive)
    query = query.where(Person.agency_id == agency.id, Person.state == ContactState.ACTIVE).order_by(Person.name_fold)
    return [(ref, name, alias, sensitive) for ref, name, alias, sensitive in db.session.execute(query)]


def figures(agency: Agency, persons: list[Person]) -> dict[str, Mapping[int, Any]]:
    """What a sheet says beside people's rows: roles held, what they agreed to, who goes by a working name."""
    return {
        "roles_held": _roles_held(agency),
        "agreed": _agreed(agency),
        "discreet": {each.id: True for each in persons if each.shown_name != each.name},
    }


def _roles_held(agency: Agency) -> dict[int, int]:
    query = (
        select(Assignment.person_id, func.count())
        .where(Assignment.agency_id == agency.id, Assignment.status.in_(HOLDING), Assignment.person_id.is_not(None))
        .group_by(Assignment.person_id)
    )
    return {person: number for person, number in db.session.execute(query) if person is not None}


def _agreed(agency: Agency) -> dict[int, str]:
    """Who agreed to be called, and since when; for reading, never for changing."""
    query = (
        select(Consent.person_id, Consent.given_at)
        .join(Person, Person.id == Consent.person_id)
        .where(Person.agency_id == agency.id, Consent.purpose == Purpose.BE_CALLED, Consent.withdrawn_at.is_(None))
    )
    return {person: _("yes, %(day)s", day=day(given, agency.timezone)) for person, given in db.session.execute(query)}
