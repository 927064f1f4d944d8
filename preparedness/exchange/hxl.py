"""Tables for the public, without personal data, with a row of hashtags (HXL) by which programs know the columns.

Numbers under 5 would name somebody and are told as *fewer than 5*; no language and no town stands in any of them (S10).
"""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from preparedness.accounts.models import Agency
from preparedness.contacts.models import Capability, ContactState, Organisation, Person
from preparedness.database import db
from preparedness.exchange import calling_orders, disclosures, workbook
from preparedness.exchange.streams import cell_text
from preparedness.exchange.values import LIVE
from preparedness.i18n import _, country_name
from preparedness.plans.models import Plan, Role, Seat

Counts = dict[tuple[str, Any], int]
"""How many, by country and capability."""


@dataclass(frozen=True)
class Table:
    """A table with its headings in words and in hashtags."""

    title: str
    headings: tuple[str, ...]
    tags: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """Headings, hashtags and rows, as they stand one below the other."""
        return [self.headings, self.tags, *self.rows]


def actors(agency: Agency) -> Table:
    """How many organisations and people can do what in which country of residence."""
    groups, persons = _counted(agency, Organisation), _counted(agency, Person)
    rows = [
        (
            country_name(country),
            country,
            str(capability.words),
            capability.value,
            disclosures.few(groups.get((country, capability), 0)),
            disclosures.few(persons.get((country, capability), 0)),
        )
        for country, capability in sorted({*groups, *persons})
    ]
    return Table(
        _("Actors by place and capability"),
        (_("Country"), _("Code"), _("Can do"), _("Code"), _("Organisations"), _("People")),
        (
            "#country+name",
            "#country+code+v_iso2",
            "#capacity+name",
            "#capacity+code",
            "#capacity+num+orgs",
            "#capacity+num+people",
        ),
        rows,
    )


def _counted(agency: Agency, model: type[Organisation] | type[Person]) -> Counts:
    """The actors of one sort by country and capability. Sensitive ones are not even counted."""
    owner = Capability.organisation_id if model is Organisation else Capability.person_id
    query = (
        select(model.country, Capability.code, func.count())
        .join(Capability, owner == model.id)
        .where(model.agency_id == agency.id, model.state == ContactState.ACTIVE, model.sensitive.is_(False))
        .group_by(model.country, Capability.code)
    )
    return {(country, code): number for country, code, number in db.session.execute(query)}


def who_does_what_where(plan: Plan) -> Table:
    """Which organisation holds which role where. People are never named; at high risk nobody and no place is."""
    seats = [seat for seat in calling_orders.seats(Role.plan_id == plan.id) if seat.filled]
    return _counts_of(plan, seats) if plan.high_risk else _named(plan, seats)


def _named(plan: Plan, seats: list[Seat]) -> Table:
    rows = [
        (
            plan.title,
            country_name(plan.country),
            _organisation(seat),
            seat.role.title,
            seat.label if seat.role.seats_by == "sector" else "",
            "" if seat.role.seats_by == "sector" else seat.label,
            country_name(seat.country),
        )
        for seat in seats
    ]
    return Table(
        _("Who does what where"),
        (
            _("Plan"),
            _("Country of the plan"),
            _("Organisation"),
            _("Role"),
            _("Sector"),
            _("Place"),
            _("Country of residence"),
        ),
        (
            "#activity+project",
            "#country+name+affected",
            "#org+name",
            "#activity+name",
            "#sector+name",
            "#loc+name",
            "#country+name+residence",
        ),
        rows,
    )


def _organisation(seat: Seat) -> str:
    """The organisation that holds a seat; somebody who holds it as a person is told as no more than that."""
    holder = seat.holder
    organisation = holder.organisation if holder else None
    return organisation.name if organisation and not organisation.sensitive else _("a person")


def _counts_of(plan: Plan, seats: list[Seat]) -> Table:
    held: dict[str, int] = defaultdict(int)
    for seat in seats:
        held[seat.role.title] += 1
    return Table(
        _("Who does what where"),
        (_("Plan"), _("Role"), _("Seats held")),
        ("#activity+project", "#activity+name", "#capacity+num"),
        [(plan.title, title, disclosures.few(number)) for title, number in held.items()],
    )


def as_csv(table: Table) -> bytes:
    """A table as CSV: what looks like a formula is told apart by an apostrophe, as programs know it."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(table.headings)
    writer.writerow(table.tags)
    writer.writerows([_plain(text) for text in row] for row in table.rows)
    return held.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    said = cell_text(text)
    return f"'{said}" if said.startswith((*LIVE, "\t", "\r")) else said


def as_xlsx(table: Table) -> bytes:
    """A table as a workbook of one sheet."""
    return workbook.write_table(table.title, table.lines, heads=2)
