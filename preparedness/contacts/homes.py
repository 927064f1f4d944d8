"""What people take after the organisation they belong to: where they live, and whether they may travel for it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.contacts.models import Organisation, Person
from preparedness.contacts.parts import Data
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.vocabulary import Mode, zone_of


class Home(NamedTuple):
    """What people take after their organisation."""

    country: str
    registration: str | None


def among(agency: Agency, ids: Collection[int]) -> dict[int | None, Home]:
    """The organisations of these numbers, as far as people take after them."""
    if not ids:
        return {}
    columns = select(Organisation.id, Organisation.country, Organisation.registration_no)
    query = columns.where(Organisation.agency_id == agency.id, Organisation.id.in_(ids))
    return {number: Home(country, registration) for number, country, registration in db.session.execute(query)}


def filled(agency: Agency, rows: Sequence[Data], known: Mapping[int | None, Home]) -> list[dict[str, Any]]:
    """What is said of new people, with what follows where little is."""
    follows: dict[str, dict[str, Any]] = {}
    full = []
    for row in rows:
        home = known.get(row.get("organisation_id"))
        country = row.get("country") or (home.country if home else agency.country)
        if country not in follows:
            zone = agency.timezone if country == agency.country else zone_of(country) or agency.timezone
            follows[country] = {"country": country, "timezone": zone, "language": agency.language}
        full.append({**follows[country], **{name: value for name, value in row.items() if value is not None}})
    return full


def refuse_travel(data: Data, home: Home | None) -> None:
    """Nobody travels on their own: only members of a team whose registration is recorded."""
    if _travels(data) and not (home and home.registration):
        raise Refused(
            _("Travelling is for members of a registered team: record the registration of their organisation first."),
            field="availability" if "availability" in data else "modes",
        )


def refuse_travellers(agency: Agency, said: Mapping[int, Data]) -> None:
    """The same for people who are there already: what is said of each, by their numbers."""
    travellers = {number: data for number, data in said.items() if _travels(data)}
    if not travellers:
        return
    query = select(Person.id, Person.organisation_id).where(Person.agency_id == agency.id, Person.id.in_(travellers))
    belongs = {number: travellers[number].get("organisation_id", home) for number, home in db.session.execute(query)}
    homes = among(agency, {home for home in belongs.values() if home})
    for number, home in belongs.items():
        refuse_travel(travellers[number], homes.get(home))


def _travels(data: Data) -> bool:
    return Mode.TRAVEL in (data.get("modes") or (data.get("availability") or {}).get("modes") or [])
