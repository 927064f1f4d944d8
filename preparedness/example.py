"""Who and what is there in the example agency: its members, organisations and people, as the data file says them.

Days in `library/example.json` count back from today, so that the example never grows old.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from preparedness.accounts import agencies, members
from preparedness.accounts.models import Access, Agency, User
from preparedness.activations.models import Activation
from preparedness.audit import CONSOLE, Actor
from preparedness.confirmations.models import Request
from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import Organisation, Person
from preparedness.contacts.schemas import OrganisationSchema, PersonSchema
from preparedness.database import db
from preparedness.plans.models import Assignment, Plan

Row = dict[str, Any]

DATA: Row = json.loads((files("preparedness") / "library" / "example.json").read_text(encoding="utf-8"))
MEMBERS = tuple(row["key"] for row in DATA["members"])


@dataclass
class Example:
    """The example as far as it has been told: who and what is there, by the keys of the data file."""

    today: datetime
    agency: Agency
    members: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    designated: dict[tuple[str, str, str], Assignment] = field(default_factory=dict)
    requests: dict[tuple[str, int], Request] = field(default_factory=dict)
    activation: Activation | None = None

    @property
    def planner(self) -> Actor:
        """Who prepares everything."""
        return self.members["planner"].actor

    def ago(self, days: float, hour: int = 14) -> datetime:
        """An hour of a day so many days before today."""
        return datetime.combine(self.today.date(), time(hour), self.today.tzinfo) - timedelta(days=days)

    def day(self, days_ago: float) -> date:
        """The date so many days before today."""
        return self.ago(days_ago).date()


def open_agency(today: datetime, passwords: Mapping[str, str]) -> Example:
    """Start the agency with its members, and fill its roster."""
    example = Example(today, agencies.add(DATA["agency"], by=CONSOLE, example=True))
    for row in DATA["members"]:
        data = {**row, "access": Access(row["access"])}
        example.members[row["key"]] = members.add(example.agency, data, by=CONSOLE, password=passwords[row["key"]])
    _know_organisations(example)
    _know_people(example)
    return example


def _know_organisations(example: Example) -> None:
    """The organisations, and then which belongs to which."""
    rows = DATA["organisations"]
    known = [OrganisationSchema().load(_said(example, row, ("parent", "contact_person"))) for row in rows]
    numbers = organisations.add_many(example.agency, known, by=example.planner)
    found = {each.id: each for each in organisations.listed(example.agency, per_page=len(rows)).items}
    example.organisations = {row["key"]: found[number] for row, number in zip(rows, numbers, strict=True)}
    above = [
        (example.organisations[row["key"]].id, None, {"parent_id": example.organisations[row["parent"]].id})
        for row in rows
        if "parent" in row
    ]
    organisations.change_many(example.agency, above, by=example.planner)
    _vet(example, rows, example.organisations)


def _know_people(example: Example) -> None:
    """The people, and then which of them speaks for each organisation."""
    rows = DATA["people"]
    known = []
    for row in rows:
        said = _said(example, row, ("organisation", "paused_for_days", "opted_out"))
        if "organisation" in row:
            said["organisation_id"] = example.organisations[row["organisation"]].id
        known.append(PersonSchema().load(said))
    numbers = people.add_many(example.agency, known, by=example.planner)
    found = {each.id: each for each in people.listed(example.agency, per_page=len(rows)).items}
    example.people = {row["key"]: found[number] for row, number in zip(rows, numbers, strict=True)}
    contacts = [
        (example.organisations[row["key"]].id, None, {"contact_person_id": example.people[row["contact_person"]].id})
        for row in DATA["organisations"]
    ]
    organisations.change_many(example.agency, contacts, by=example.planner)
    _vet(example, rows, example.people)
    for row in rows:
        if "paused_for_days" in row:
            people.pause(example.people[row["key"]], example.day(-row["paused_for_days"]), by=example.planner)
        if "opted_out" in row:
            people.opt_out(example.people[row["key"]], by=example.people[row["key"]].actor)


def _said(example: Example, row: Row, apart: tuple[str, ...]) -> Row:
    """A row of the data file as a form would send it: days as dates, without what is told apart."""
    said = {name: value for name, value in row.items() if name not in {"key", "vettings", *apart}}
    if "told_days_ago" in said:
        said["told_on"] = example.day(said.pop("told_days_ago")).isoformat()
    if "absences" in said:
        said["absences"] = [
            {name: example.day(-each[f"{name}_in_days"]).isoformat() for name in ("from", "until")}
            for each in said["absences"]
        ]
    said["capabilities"] = [_capability(example, each) for each in said["capabilities"]]
    return said


def _capability(example: Example, row: Row) -> Row:
    said = dict(row)
    if "licence_country" in row:
        said["verified_on"] = example.day(said.pop("verified_days_ago")).isoformat()
        said["expires_on"] = example.day(-said.pop("expires_in_days")).isoformat()
    return said


def _vet(example: Example, rows: list[Row], known: Mapping[str, Organisation | Person]) -> None:
    """How well each is known, check by check, written together."""
    with db.session.no_autoflush:
        for key, check in ((row["key"], check) for row in rows for check in row["vettings"]):
            ends = check.get("expires_in_days")
            standing.vet(
                known[key],
                check["level"],
                on=example.day(check["days_ago"]),
                evidence=DATA["vetting"]["evidence"][str(check["level"])],
                expires_on=None if ends is None else example.day(-ends),
                by=example.planner,
            )
