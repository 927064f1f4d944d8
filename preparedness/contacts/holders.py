"""Whoever can hold a role: a person, or an organisation with its contact point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.contacts import organisations, people, rosters, search, standing
from preparedness.contacts.models import Organisation, Person, Spoken
from preparedness.contacts.standing import Holder
from preparedness.database import db
from preparedness.errors import Missing
from preparedness.i18n import country_name
from preparedness.vocabulary import Verification


@dataclass(frozen=True)
class Candidate:
    """Somebody who could hold a seat, as the grid of designations shows them."""

    holder: Holder
    key: str
    name: str
    place: str
    languages: list[str]
    verification: Verification
    why_not: str | None


def key(holder: Holder) -> str:
    """How a holder is named in a form: `person-12`, `organisation-3`."""
    return f"{holder.__tablename__}-{holder.id}"


def get(key: str, *, agency: Agency) -> Holder:
    """The holder that a form names; raises Missing."""
    kind, _dash, number = key.partition("-")
    if not number.isdecimal() or len(number) > 9:
        raise Missing
    if kind == Person.__tablename__:
        return people.get(int(number), agency=agency)
    if kind == Organisation.__tablename__:
        return organisations.get(int(number), agency=agency)
    raise Missing


def candidates(
    agency: Agency,
    *,
    capability: str | None = None,
    language: str | None = None,
    country: str | None = None,
    place: str | None = None,
    min_verification: int = 0,
    q: str = "",
    organisations_only: bool = False,
    limit: int = 50,
) -> list[Candidate]:
    """Who could hold a seat: those who may be asked first, then the better known, then by name."""
    filters = {"capability": capability, "verification": min_verification or None}
    found: list[Holder] = []
    models: Sequence[Any] = (Organisation,) if organisations_only else (Organisation, Person)
    for model in models:
        conditions = (rosters.people if model is Person else rosters.organisations)(filters)
        query = select(model).where(model.agency_id == agency.id, *conditions)
        if q:
            query = query.where(search.means(model, q))
        if country:
            query = query.where(rosters.tied_to(model, country, place))
        if language:
            query = query.where(_in_language(model, language))
        ready = standing.may_be_asked().desc() if model is Person else model.contact_person_id.is_(None)
        query = query.order_by(ready, model.verification.desc(), model.name_fold, model.id)
        found += db.session.scalars(query.options(*_shown(model)).limit(limit))
    shown = [_candidate(holder) for holder in found]
    shown.sort(key=lambda each: (each.why_not is not None, -each.verification, search.fold(each.name)))
    return shown[:limit]


def _in_language(model: Any, language: str) -> Any:
    """Organisations name their languages in one column, so that each is looked for with its quotes."""
    if model is Person:
        speaks = select(Spoken.id).where(Spoken.person_id == Person.id, Spoken.language == language).exists()
        return or_(Person.language == language, speaks)
    return cast(Organisation.languages, String).contains(f'"{language}"', autoescape=True)


def _shown(model: Any) -> list[Any]:
    """What a candidate shows, in a few statements however many there are."""
    if model is Person:
        home = selectinload(Person.organisation).selectinload(Organisation.channels)
        return [selectinload(Person.channels), selectinload(Person.spoken), home]
    contact = selectinload(Organisation.contact_person)
    home = contact.selectinload(Person.organisation).selectinload(Organisation.channels)
    return [contact.selectinload(Person.channels), home]


def _candidate(holder: Holder) -> Candidate:
    spoken = holder.languages if isinstance(holder, Organisation) else [each.language for each in holder.spoken]
    own = [] if isinstance(holder, Organisation) else [holder.language]
    place = ", ".join(part for part in (holder.city, country_name(holder.country)) if part)
    return Candidate(
        holder=holder,
        key=key(holder),
        name=holder.shown_name,
        place=place,
        languages=list(dict.fromkeys([*own, *spoken])),
        verification=Verification(holder.verification),
        why_not=standing.why_not(holder),
    )
