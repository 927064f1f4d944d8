"""Who is called for each seat, in which order, when and by which way: what a contact sheet says (ICS 205A)."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from preparedness.contacts.models import PHONE_KINDS, Organisation, Person
from preparedness.database import db
from preparedness.exchange import disclosures
from preparedness.exchange.organisation_sheet import first_channel
from preparedness.i18n import _
from preparedness.plans.models import Assignment, Plan, Role, Seat
from preparedness.vocabulary import ChannelKind

HOURS = re.compile(r"([01]\d:[0-5]\d|2[0-3]:[0-5]\d)\s*[-–]\s*([01]\d:[0-5]\d|2[0-3]:[0-5]\d)")


@dataclass(frozen=True)
class Called:
    """One designation with whoever is called for it."""

    designation: Assignment
    person: Person | None

    @property
    def id(self) -> int:
        """The number of whoever is called, by which their rows are found again when they are erased."""
        return self.person.id if self.person else 0

    @property
    def version(self) -> int:
        """The version of the designation."""
        return self.designation.version

    @property
    def updated_by(self) -> str | None:
        """Who changed it last."""
        return self.designation.updated_by

    @property
    def updated_at(self) -> datetime:
        """When it was changed last."""
        return self.designation.updated_at


def of(plan: Plan) -> list[Called]:
    """Everybody who accepted, seat by seat in calling order. At high risk nobody: a file names nobody there."""
    if plan.high_risk:
        return []
    live = [each for seat in seats(Role.plan_id == plan.id) for each in seat.live if each.holds]
    return [Called(each, each.asked_person) for each in live]


def seats(which: ColumnElement[bool]) -> list[Seat]:
    """Seats in the plan's order, with whoever is designated for them and how they are reached."""
    person = selectinload(Seat.assignments).selectinload(Assignment.person)
    organisation = selectinload(Seat.assignments).selectinload(Assignment.organisation)
    query = (
        select(Seat)
        .join(Seat.role)
        .where(which, Seat.removed_at.is_(None), Role.removed_at.is_(None))
        .order_by(Role.position, Role.id, Seat.position, Seat.id)
        .options(
            selectinload(Seat.role),
            person.selectinload(Person.channels),
            person.selectinload(Person.organisation).selectinload(Organisation.channels),
            organisation.selectinload(Organisation.channels),
            organisation.selectinload(Organisation.contact_person).selectinload(Person.channels),
        )
    )
    return list(db.session.scalars(query))


def way(called: Called) -> ChannelKind | None:
    """By which way somebody is called; of somebody sensitive no more than that there is a relay."""
    if called.person is None:
        return None
    if called.person.sensitive:
        return ChannelKind.RELAY
    found = _phone(called.person)
    return found.kind if found else None


def number(called: Called) -> str | None:
    """The number to call for a designation, if there is somebody to call."""
    return reached(called.person) if called.person else None


def reached(person: Person) -> str | None:
    """The number to call: their own, else their organisation's; a relay is named, its target never."""
    if person.sensitive:
        return _("by relay")
    found = _phone(person) if disclosures.may_leave(person) else None
    if found is None and first_channel(person.channels, ChannelKind.RELAY):
        return _("by relay")
    return found.address if found else None


def _phone(person: Person) -> Any:
    """The first telephone of somebody, else of their organisation."""
    own = first_channel(person.channels, *PHONE_KINDS)
    return own or (first_channel(person.organisation.channels, *PHONE_KINDS) if person.organisation else None)


def hours(person: Person | None, zone: str, at: datetime) -> str | None:
    """The hours somebody gave, of their own clock, as the clock of this zone shows them on that day."""
    found = HOURS.fullmatch(str((person.capacity or {}).get("window") or "")) if person else None
    if person is None or not found:
        return None
    day = at.astimezone(ZoneInfo(person.timezone)).date()
    ends = (datetime.combine(day, time.fromisoformat(each), ZoneInfo(person.timezone)) for each in found.groups())
    return "-".join(end.astimezone(ZoneInfo(zone)).strftime("%H:%M") for end in ends)
