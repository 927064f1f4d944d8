"""Institutions: starting one, and its settings."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from preparedness.accounts import tokens
from preparedness.accounts.models import Agency, User
from preparedness.audit import Action, Actor, record
from preparedness.database import OfAgency, db, expect, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _

EDITABLE = ("name", "country", "language", "timezone", "contact_point", "family_links", "mail_from")


def add(data: Mapping[str, Any], *, by: Actor, example: bool = False) -> Agency:
    """Start an institution. Raises Refused where the name is taken."""
    _refuse_taken(data["name"])
    agency = Agency(
        name=data["name"],
        country=data["country"],
        language=data.get("language") or "en",
        timezone=data.get("timezone") or "UTC",
        example=example,
        intro={},
        settings={},
    )
    revise(agency, data, ("contact_point", "family_links", "mail_from"))
    db.session.add(agency)
    db.session.flush()
    record(Action.AGENCY_CREATED, agency, by=by)
    return agency


def start_own(member: User, data: Mapping[str, Any], *, by: Actor) -> Agency:
    """Start an institution of one's own: the member goes there as its administrator, the example stays behind."""
    if not member.agency.example:
        raise Refused(_("Only the example makes place for an institution of your own."))
    agency = add(data, by=by)
    record(Action.MEMBER_REMOVED, member, by=by)
    tokens.revoke_all(member, by=by)
    member.agency, member.timezone, member.language = agency, agency.timezone, agency.language
    touch(member, by=by.label)
    record(Action.MEMBER_ADDED, member, by=by, agency_id=agency.id)
    return agency


def change(agency: Agency, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change an institution's settings. Raises Stale, or Refused where the name is taken."""
    expect(agency, version, data, EDITABLE)
    if data.get("name", agency.name) != agency.name:
        _refuse_taken(data["name"])
    changes = revise(agency, data, EDITABLE)
    if changes:
        touch(agency, by=by.label)
        record(Action.AGENCY_CHANGED, agency, by=by, changes=changes)


def named(name: str | None) -> Agency:
    """The institution of this name or number; without one, the only one there is. Raises Missing, or Refused."""
    if name:
        query = select(Agency).where(Agency.id == int(name) if name.isdigit() else Agency.name == name)
        agency = db.session.scalar(query)
        if agency is None:
            raise Missing
        return agency
    agencies = db.session.scalars(select(Agency).limit(2)).all()
    if len(agencies) != 1:
        raise Refused(_("There is not exactly one institution: say which with --agency."))
    return agencies[0]


def of(row: OfAgency) -> Agency:
    """The institution a row belongs to."""
    return db.session.get_one(Agency, row.agency_id)


def listed() -> list[Agency]:
    """Every institution of this deployment."""
    return list(db.session.scalars(select(Agency).order_by(Agency.id)))


def _refuse_taken(name: str) -> None:
    if db.session.scalar(select(Agency.id).where(Agency.name == name)) is not None:
        raise Refused(_("An institution of this name is already here: choose another name."), field="name")
