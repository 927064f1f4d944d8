"""The lists of people and organisations: what each filter means, and in what order they stand."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from preparedness.accounts.models import Agency
from preparedness.contacts import standing
from preparedness.contacts.models import Capability, ContactState, Coverage, Organisation, Person, Spoken
from preparedness.database import db, now

Model = type[Person] | type[Organisation]
Condition = ColumnElement[bool]

STALE_AFTER = timedelta(days=365)
"""After a year without their own word, what is known of somebody is in doubt."""


def people(filters: Mapping[str, Any]) -> list[Condition]:
    """The conditions that filters set for people; the active ones, unless a state is asked for."""
    meanings: dict[str, Callable[[Any], Condition]] = {
        "capability": lambda code: can(Person, code),
        "language": lambda code: or_(Person.language == code, _speaks(code)),
        "country": lambda code: tied_to(Person, code),
        "lives_in": lambda code: Person.country == code,
        "verification": lambda level: Person.verification >= int(level),
        "source": lambda source: Person.source == source,
        "organisation": lambda number: Person.organisation_id == int(number),
        "asked": lambda said: _is(standing.may_be_asked(), said),
    }
    return [_state(Person, filters.get("state")), *_meant(meanings, filters)]


def organisations(filters: Mapping[str, Any]) -> list[Condition]:
    """The conditions that filters set for organisations; the active ones, unless a state is asked for."""
    meanings: dict[str, Callable[[Any], Condition]] = {
        "capability": lambda code: can(Organisation, code),
        "country": lambda code: tied_to(Organisation, code),
        "lives_in": lambda code: Organisation.country == code,
        "verification": lambda level: Organisation.verification >= int(level),
        "kind": lambda kind: Organisation.kind == kind,
        "parent": lambda number: Organisation.parent_id == int(number),
        "contact": lambda said: _is(Organisation.contact_person_id.is_not(None), said),
        "contact_person_id": lambda number: Organisation.contact_person_id == number,
    }
    return [_state(Organisation, filters.get("state")), *_meant(meanings, filters)]


def _meant(meanings: Mapping[str, Callable[[Any], Condition]], filters: Mapping[str, Any]) -> list[Condition]:
    return [meaning(filters[name]) for name, meaning in meanings.items() if filters.get(name) not in (None, "")]


def _is(condition: Condition, said: Any) -> Condition:
    return condition if said in ("yes", True) else not_(condition)


def _state(model: Model, state: Any) -> Condition:
    return model.state == (state or ContactState.ACTIVE)


def can(model: Model, code: str) -> Condition:
    """True for those who say that they can do this."""
    return exists().where(_owner(Capability, model) == model.id, Capability.code == code)


def tied_to(model: Model, country: str, place: str | None = None) -> Condition:
    """True for those who live in a country, or are tied to it or to a place of it in another way."""
    there = and_(_owner(Coverage, model) == model.id, Coverage.country == country)
    if place:
        return exists().where(there, Coverage.place == place)
    return or_(model.country == country, exists().where(there))


def _speaks(code: str) -> Condition:
    return exists().where(Spoken.person_id == Person.id, Spoken.language == code)


def _owner(child: type[Any], model: Model) -> InstrumentedAttribute[Any]:
    return child.person_id if model is Person else child.organisation_id  # type: ignore[no-any-return]


COLUMNS: dict[Any, dict[str, Any]] = {
    Person: {
        "name": Person.name_fold,
        "organisation": Organisation.name_fold,
        "country": Person.country,
        "verification": Person.verification,
    },
    Organisation: {
        "name": Organisation.name_fold,
        "kind": Organisation.kind,
        "country": Organisation.country,
        "verification": Organisation.verification,
    },
}
"""What a list can be sorted by."""


def order(model: Model, sort: str | None) -> list[Any]:
    """The order that a header asks for, then by name; those without a value come last on both engines."""
    wanted = (sort or "name").removeprefix("-")
    column = COLUMNS[model].get(wanted, model.name_fold)
    direction = column.desc() if (sort or "").startswith("-") else column.asc()
    return [column.is_(None), direction, model.name_fold, model.id]


def count_stale(agency: Agency) -> int:
    """How many people have neither confirmed their details themselves nor been entered within a year."""
    since = func.coalesce(Person.confirmed_self_at, Person.created_at)
    query = select(func.count(Person.id)).where(
        Person.agency_id == agency.id, Person.state == ContactState.ACTIVE, since < now() - STALE_AFTER
    )
    return db.session.scalar(query) or 0
