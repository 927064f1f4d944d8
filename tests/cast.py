"""The fixed cast of the tests.

Ana plans, Ada administers, Rui is an operator who reads; Bo belongs to another agency. Amina may be asked, Tomas asked
to be left alone, Salma is sensitive and known by a working name. The Federation is an organisation with Amina as its
contact point. One plan, an earthquake in Haiti, is a draft with two roles: one with one seat, one with a seat a city.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from preparedness.accounts.models import Access, Agency, User
from preparedness.audit import Actor
from preparedness.config import Config
from preparedness.contacts.models import Channel, ChannelState, Organisation, Person, Vetting
from preparedness.database import db, now, writing
from preparedness.plans.models import ChecklistItem, Plan, Role, Seat
from preparedness.vocabulary import (
    Anchor,
    ChannelKind,
    Hazard,
    LedBy,
    Level,
    OrganisationKind,
    Phase,
    Source,
)


@dataclass
class World:
    """Who and what is there; members by name act through their Actor."""

    agency: Agency
    other_agency: Agency
    members: dict[str, User]
    amina: Person
    tomas: Person
    salma: Person
    federation: Organisation
    foreign_person: Person
    foreign_organisation: Organisation
    plan: Plan
    foreign_plan: Plan
    coordination: Role
    focal_points: Role
    seat: Seat
    montreal: Seat
    paris: Seat
    items: list[ChecklistItem] = field(default_factory=list)

    @property
    def ana(self) -> Actor:
        return self.members["ana"].actor

    @property
    def ada(self) -> Actor:
        return self.members["ada"].actor

    @property
    def rui(self) -> Actor:
        return self.members["rui"].actor

    @property
    def bo(self) -> Actor:
        return self.members["bo"].actor


def settings(instance: Path, database_url: str) -> Config:
    """The settings of the tests."""
    return Config(
        instance=instance,
        database_url=database_url,
        secret_key="a secret of the tests, long enough to be one",
        base_url="http://localhost",
        mail_urls=("folder:",),
        mail_from="plans@example.org",
        sms_url="",
        trusted_hosts=("localhost", "127.0.0.1"),
        proxies=0,
        log="text",
        worker="outside",
    )


def assembled() -> World:
    """The cast on an empty database, kept."""
    with writing():
        world = _assembled()
        db.session.commit()
    return world


def _assembled() -> World:
    agency = Agency(name="Civil Protection", country="HT", language="en", timezone="America/Port-au-Prince")
    other = Agency(name="Another Agency", country="SO", language="en", timezone="Africa/Mogadishu")
    agency.contact_point = "https://civil-protection.example.org/diaspora"
    agency.family_links = "https://familylinks.example.org"
    db.session.add_all([agency, other])
    db.session.flush()
    members = {
        "ana": member(agency, "ana", Access.PLANNER),
        "ada": member(agency, "ada", Access.ADMINISTRATOR),
        "rui": member(agency, "rui", Access.OFFICIAL),
        "bo": member(other, "bo", Access.ADMINISTRATOR),
    }
    federation = organisation(agency, "Federation of Haitian Associations", country="CA", ref="O-FEDR-X")
    foreign_organisation = organisation(other, "Nairobi Network", country="KE", ref="O-NAIR-X")
    db.session.flush()
    amina = person(agency, "Amina Diallo", ref="C-AMNA-X", email="amina@example.org", country="CA")
    amina.organisation = federation
    tomas = person(agency, "Tomas Okello", ref="C-TMAS-X", email="tomas@example.org", country="FR", language="fr")
    tomas.opted_out_at = now()
    salma = person(agency, "Salma Idris", ref="C-SLMA-X", email="salma@example.org", country="FR", language="fr")
    salma.sensitive, salma.alias = True, "Rose"
    foreign_person = person(other, "Hodan Warsame", ref="C-HDAN-X", email="hodan@example.org", country="KE")
    db.session.flush()
    federation.contact_person = amina
    plan = _plan(agency, "Earthquake, Haiti", "HT", "P-HTEQ-X")
    foreign_plan = _plan(other, "Drought, Somalia", "SO", "P-SODR-X")
    db.session.flush()
    coordination = role(plan, "DIA-COORD", "Diaspora coordination lead", 1, essential=True)
    focal_points = role(plan, "DIA-FP", "Diaspora focal point", 2, seats_by="place")
    db.session.flush()
    seat = Seat(agency_id=agency.id, role=coordination, label="", position=1)
    montreal = Seat(agency_id=agency.id, role=focal_points, label="Montréal", country="CA", position=1)
    paris = Seat(agency_id=agency.id, role=focal_points, label="Paris", country="FR", position=2)
    db.session.add_all([seat, montreal, paris])
    items = [
        item(plan, "earthquake.prep.01", Phase.PREPAREDNESS, Anchor.P, 168, None, coordination, 1),
        item(plan, "earthquake.resp.01", Phase.RESPONSE, Anchor.H, 2, Level.MONITOR, coordination, 2),
        item(plan, "earthquake.resp.02", Phase.RESPONSE, Anchor.H, 24, Level.FULL, focal_points, 3),
        item(plan, "earthquake.reco.01", Phase.RECOVERY, Anchor.R, 72, Level.MONITOR, coordination, 4),
    ]
    db.session.flush()
    return World(
        agency=agency,
        other_agency=other,
        members=members,
        amina=amina,
        tomas=tomas,
        salma=salma,
        federation=federation,
        foreign_person=foreign_person,
        foreign_organisation=foreign_organisation,
        plan=plan,
        foreign_plan=foreign_plan,
        coordination=coordination,
        focal_points=focal_points,
        seat=seat,
        montreal=montreal,
        paris=paris,
        items=items,
    )


def member(agency: Agency, name: str, access: Access) -> User:
    """A member with no password: the client signs them in without one."""
    made = User(
        agency_id=agency.id,
        email=f"{name}@agency.example.org",
        email_fold=f"{name}@agency.example.org",
        name=name.title(),
        access=access,
        fs_uniquifier=f"{name}-{agency.id}",
        timezone=agency.timezone,
        language="en",
    )
    db.session.add(made)
    return made


def person(
    agency: Agency,
    name: str,
    *,
    ref: str,
    email: str,
    country: str,
    language: str = "en",
) -> Person:
    """Somebody who may be asked: the source is recorded and a channel works."""
    made = Person(
        agency_id=agency.id,
        ref=ref,
        name=name,
        name_fold=name.casefold(),
        language=language,
        timezone="America/Toronto" if country == "CA" else "Europe/Paris",
        country=country,
        source=Source.THEMSELVES,
        told_on=now().date() - timedelta(days=10),
        verification=2,
    )
    made.channels = [
        Channel(
            agency_id=agency.id,
            kind=ChannelKind.EMAIL,
            address=email,
            address_fold=email,
            state=ChannelState.OK,
        )
    ]
    made.vettings = [Vetting(agency_id=agency.id, level=2, on=now().date() - timedelta(days=30), by="Ana")]
    db.session.add(made)
    return made


def organisation(agency: Agency, name: str, *, country: str, ref: str) -> Organisation:
    """A diaspora organisation without contact point."""
    made = Organisation(
        agency_id=agency.id,
        ref=ref,
        name=name,
        name_fold=name.casefold(),
        kind=OrganisationKind.UMBRELLA_NETWORK,
        country=country,
        verification=2,
        vettings=[Vetting(agency_id=agency.id, level=2, on=now().date() - timedelta(days=30), by="Ana")],
    )
    db.session.add(made)
    return made


def _plan(agency: Agency, title: str, country: str, ref: str) -> Plan:
    made = Plan(
        agency_id=agency.id,
        ref=ref,
        title=title,
        title_fold=title.casefold(),
        country=country,
        template_key="earthquake",
        hazard=Hazard.GEOHAZARDS,
        language="en",
    )
    db.session.add(made)
    return made


def role(
    plan: Plan, key: str, title: str, position: int, *, essential: bool = False, seats_by: str | None = None
) -> Role:
    """A role of the plan, without seats."""
    made = Role(
        agency_id=plan.agency_id,
        plan=plan,
        key=key,
        title=title,
        summary=f"{title}: what the holder does.",
        led_by=LedBy.DIASPORA,
        essential=essential,
        phases=[phase.value for phase in Phase],
        seats_by=seats_by,
        position=position,
    )
    db.session.add(made)
    return made


def item(
    plan: Plan, key: str, phase: Phase, anchor: Anchor, offset: int, level: Level | None, owner: Role, position: int
) -> ChecklistItem:
    """A checklist item of the plan."""
    made = ChecklistItem(
        agency_id=plan.agency_id,
        plan=plan,
        key=key,
        phase=phase,
        anchor=anchor,
        offset_hours=offset,
        text=f"What {key} asks to be done.",
        from_level=level,
        owner_role=owner,
        source="ICS 203",
        position=position,
    )
    db.session.add(made)
    return made
