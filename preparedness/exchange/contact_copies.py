"""Copies of a plan's contact sheet: who is called for which seat. Nothing of one is ever written back."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.audit import Actor
from preparedness.database import db
from preparedness.errors import Missing, Refused
from preparedness.exchange import calling_orders
from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.contact_sheets import CONTACTS
from preparedness.exchange.merge import Row
from preparedness.exchange.sheets import Line, Made, Scope, Snapshot, Subject, Surroundings, Taken, lines
from preparedness.i18n import _, country_name
from preparedness.plans.models import Plan


def subject(agency: Agency, plan_id: int | None) -> Subject:
    """What a contact sheet says about itself."""
    plan = _plan(agency, plan_id)
    facts = ((_("Plan"), f"{plan.ref}, {country_name(plan.country)}"),)
    advice = (
        _("For reading only: order and people are changed in the plan, numbers by the people themselves."),
        _("Who is called by relay is called by nobody else. Do not ask for their number."),
    )
    return Subject(_("Contact sheet: %(plan)s", plan=plan.title), facts, advice)


def around(_agency: Agency, _plan_id: int | None, scope: Scope) -> Surroundings:
    """A contact sheet has no lists to choose from."""
    return Surroundings(scope.zone, scope.at)


def snapshot(agency: Agency, plan_id: int | None, scope: Scope) -> Snapshot:
    """Everybody who accepted, seat by seat, in a constant number of statements."""
    plan = _plan(agency, plan_id)
    if plan.high_risk:
        raise Refused(_("High risk: nobody of this plan is named in a file, and no number leaves."))
    here = around(agency, plan_id, scope)
    columns = CONTACTS.offered(contacts=scope.contacts)
    rows = calling_orders.of(plan)
    return Snapshot(here, {CONTACTS.key: columns}, {CONTACTS.key: lines(rows, columns, here)})


def outgoing(agency: Agency, plan_id: int | None, scope: Scope) -> Mapping[str, list[Line]]:
    """The rows of a copy: all at once, for there are few."""
    return snapshot(agency, plan_id, scope).lines


def with_new(
    given: Surroundings, _arrivals: Mapping[str, Arrival], _bases: Mapping[str, Mapping[str, Row]]
) -> Surroundings:
    """Nothing new comes by a contact sheet."""
    return given


def problems(_sheet: str, _cells: Row, _around: Surroundings) -> dict[str, str]:
    """Nothing of a contact sheet is checked, for nothing of it is taken."""
    return {}


def twins(_agency: Agency, _sheet: str, _rows: Mapping[int, Any]) -> dict[int, str | int]:
    """Nobody is added by a contact sheet."""
    return {}


def put_away(_agency: Agency, _sheet: str, _refs: Collection[str], _here: Snapshot) -> list[Line]:
    """Nothing of this kind is put away."""
    return []


def number(_agency_id: int, _sheet: str, _ref: str) -> int | None:
    """Nothing that is new here is merged into another row."""
    return None


def apply(_agency: Agency, _plan_id: int | None, _here: Snapshot, _taken: Mapping[str, Taken], _by: Actor) -> Made:
    """Nothing is written."""
    return {}


def _plan(agency: Agency, plan_id: int | None) -> Plan:
    found = db.session.scalar(select(Plan).where(Plan.id == plan_id, Plan.agency_id == agency.id))
    if found is None:
        raise Missing
    return found
