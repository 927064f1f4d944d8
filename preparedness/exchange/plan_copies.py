"""Copies of a plan: its text, roles with their seats, who is designated, and the checklist, as they are now."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.audit import Actor
from preparedness.database import db
from preparedness.errors import Missing
from preparedness.exchange import plan_rows, plan_sheets
from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.merge import Row
from preparedness.exchange.plan_sheets import DESIGNATIONS, ITEMS, ROLES, SHEETS, TEXTS
from preparedness.exchange.sheets import Line, Made, Scope, Snapshot, Subject, Surroundings, Taken, lines
from preparedness.i18n import _, country_name
from preparedness.plans.models import Assignment, ChecklistItem, Plan, Role, Seat
from preparedness.plans.schemas import ItemSchema, RoleSchema, SectionSchema
from preparedness.vocabulary import Anchor

SHAPES: dict[str, type[Schema]] = {TEXTS.key: SectionSchema, ROLES.key: RoleSchema, ITEMS.key: ItemSchema}
"""The shape that a sheet's rows are checked by."""

DEFAULTS: dict[str, Row] = {ITEMS.key: {"offset": 0, "unit": "hours"}}
"""What a shape counts with, where a row has not said it yet."""


def subject(agency: Agency, plan_id: int | None) -> Subject:
    """What a copy of a plan says about itself."""
    plan = _plan(agency, plan_id)
    version = plan.latest_version
    facts = (
        (_("Plan"), f"{plan.ref}, {country_name(plan.country)}"),
        (_("Working copy"), str(plan.state.words)),
        (_("Approved version"), _("no. %(number)s", number=version.number) if version else _("none yet")),
    )
    return Subject(plan.title, facts, (_("Who holds a role, and since when they agreed, is never taken from a file."),))


def around(agency: Agency, plan_id: int | None, scope: Scope) -> Surroundings:
    """What the cells of a plan's sheets choose from."""
    query = select(Role).where(Role.plan_id == plan_id, Role.agency_id == agency.id, Role.removed_at.is_(None))
    return Surroundings(
        scope.zone, scope.at, plan_sheets.lists(list(db.session.scalars(query.order_by(Role.position))))
    )


def snapshot(agency: Agency, plan_id: int | None, scope: Scope) -> Snapshot:
    """A plan as it is being written, in a constant number of statements."""
    plan = _plan(agency, plan_id)
    roles = [role for role in plan.roles if role.removed_at is None]
    seats = [seat for role in roles for seat in role.seats]
    here = around(agency, plan_id, scope)
    columns = {sheet.key: sheet.offered(contacts=scope.contacts) for sheet in SHEETS}
    rows: dict[str, list[Any]] = {
        TEXTS.key: plan_sheets.texts(plan),
        ROLES.key: seats,
        DESIGNATIONS.key: [] if plan.high_risk else [each for seat in seats for each in seat.live],
        ITEMS.key: plan.items,
    }
    return Snapshot(here, columns, {key: lines(each, columns[key], here) for key, each in rows.items()})


def outgoing(agency: Agency, plan_id: int | None, scope: Scope) -> Mapping[str, list[Line]]:
    """The rows of a copy: all at once, for there are few."""
    return snapshot(agency, plan_id, scope).lines


def with_new(
    given: Surroundings, _arrivals: Mapping[str, Arrival], _bases: Mapping[str, Mapping[str, Row]]
) -> Surroundings:
    """Nothing that is new in a plan's file is named elsewhere in it."""
    return given


def problems(sheet: str, cells: Row, _around: Surroundings) -> dict[str, str]:
    """What the shapes of plans say about a row's cells: column and sentence."""
    if sheet not in SHAPES:
        return {}
    try:
        SHAPES[sheet](partial=True).load({**DEFAULTS.get(sheet, {}), **plan_rows.sent(sheet, cells)})
    except ValidationError as error:
        return {str(name): str(said[0]) for name, said in error.messages_dict.items()}
    if sheet == ITEMS.key and cells.get("repeat_days") and cells.get("anchor") == Anchor.H:
        return {"repeat_days": _("Only tasks of preparedness and recovery repeat.")}
    return {}


def twins(_agency: Agency, _sheet: str, _rows: Mapping[int, Any]) -> dict[int, str | int]:
    """Two lines of a plan may say the same."""
    return {}


def put_away(_agency: Agency, _sheet: str, _refs: Collection[str], _here: Snapshot) -> list[Line]:
    """Nothing of this kind is put away."""
    return []


def number(_agency_id: int, _sheet: str, _ref: str) -> int | None:
    """Nothing that is new here is merged into another row."""
    return None


def apply(agency: Agency, plan_id: int | None, here: Snapshot, taken: Mapping[str, Taken], by: Actor) -> Made:
    """Write what was taken into the working copy; answers the rows that were made."""
    plan = _plan(agency, plan_id)
    plan_rows.write_texts(plan, taken[TEXTS.key], by)
    made = plan_rows.write_roles(plan, here.by_ref(ROLES.key), taken[ROLES.key], by)
    plan_rows.reorder(plan, taken[DESIGNATIONS.key], by)
    return made | plan_rows.write_items(plan, here.by_ref(ITEMS.key), taken[ITEMS.key], by)


def _plan(agency: Agency, plan_id: int | None) -> Plan:
    seats = selectinload(Plan.roles).selectinload(Role.seats)
    query = select(Plan).where(Plan.id == plan_id, Plan.agency_id == agency.id)
    found = db.session.scalar(
        query.options(
            seats.selectinload(Seat.assignments).selectinload(Assignment.person),
            seats.selectinload(Seat.assignments).selectinload(Assignment.organisation),
            selectinload(Plan.items).selectinload(ChecklistItem.owner_role),
            selectinload(Plan.sections),
        )
    )
    if found is None:
        raise Missing
    return found
