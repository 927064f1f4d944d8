"""The jobs in a plan. A role that was approved once is never deleted: it leaves with the next approval."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, now, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l
from preparedness.plans import assignments, rows
from preparedness.plans.models import Assignment, Plan, Role, Seat
from preparedness.vocabulary import Level, Phase

FIELDS = (
    *("title", "summary", "led_by", "essential", "from_level", "phases", "seats_by"),
    *("min_verification", "languages", "capabilities", "deputies_wanted"),
)
NEEDED = {"title": _l("Write what the role is called."), "led_by": _l("Choose who leads it.")}
WITH_HOLDERS = (
    selectinload(Role.seats)
    .selectinload(Seat.assignments)
    .options(selectinload(Assignment.person), selectinload(Assignment.organisation))
)
"""What must be known of a role to say who holds its seats."""

BLANK: dict[str, Any] = {
    "essential": False,
    "from_level": Level.MONITOR,
    "min_verification": 0,
    "deputies_wanted": 1,
}


def get(role_id: int, *, plan_id: int, agency: Agency) -> Role:
    """A role of a plan; raises Missing."""
    return rows.find(Role, role_id, plan_id=plan_id, agency=agency)


def kept(role_id: int, *, agency: Agency, plan_id: int | None = None) -> Role:
    """A role of a working copy (of this plan), with its seats; raises Missing, also for one that was removed."""
    query = select(Role).where(Role.agency_id == agency.id, Role.id == role_id, Role.removed_at.is_(None))
    if plan_id is not None:
        query = query.where(Role.plan_id == plan_id)
    role = db.session.scalar(query.options(WITH_HOLDERS))
    if role is None:
        raise Missing
    return role


def owner(plan: Plan, key: str | None) -> Role | None:
    """The role of the working copy that goes by a key, for a task; none for no key. Raises Refused."""
    if key is None:
        return None
    found = next((role for role in plan.roles if role.key == key and role.removed_at is None), None)
    if found is None:
        raise Refused(_("Choose a role of this plan."), field="owner_role")
    return found


def of(plan: Plan) -> list[Role]:
    """The roles of the working copy: the essential ones first, each group in its order."""
    kept = [role for role in plan.roles if role.removed_at is None]
    return sorted(kept, key=lambda role: not role.essential)


def add(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> Role:
    """Add a role at the end; it begins with one seat unless it has one for each place or sector."""
    rows.refuse_archived(plan)
    rows.refuse_empty({**dict.fromkeys(NEEDED), **data}, NEEDED)
    given = {name: data[name] for name in FIELDS if data.get(name) is not None}
    lists = {"phases": [each.value for each in Phase], "languages": [], "capabilities": []}
    role = Role(
        agency_id=plan.agency_id,
        key=rows.keyed(plan.roles, data),
        position=rows.last(plan.roles),
        **{**BLANK, **lists, **given},
    )
    if role.seats_by is None:
        role.seats.append(Seat(agency_id=plan.agency_id, label="", position=1))
    rows.append(plan.roles, role, data)
    rows.place(_in_order(plan), role, data.get("position"))
    record(Action.ROLE_ADDED, role, by=by, plan=plan.id, key=role.key)
    return role


def change(role: Role, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change what a role asks for."""
    rows.refuse_archived(role.plan)
    rows.refuse_empty(data, NEEDED)
    expect(role, version, data, FIELDS)
    siblings = [] if data.get("position") is None else _in_order(role.plan)
    changes = rows.place(siblings, role, data.get("position")) | revise(role, data, FIELDS)
    if changes:
        touch(role, by=by.label)
        record(Action.ROLE_CHANGED, role, by=by, changes=changes, plan=role.plan_id)


def _in_order(plan: Plan) -> list[Role]:
    """The roles of the working copy, whatever their weight."""
    return sorted((role for role in plan.roles if role.removed_at is None), key=lambda role: role.position)


def move(role: Role, *, up: bool, by: Actor) -> None:
    """Put a role before or after its neighbour of the same weight."""
    rows.refuse_archived(role.plan)
    siblings = [each for each in of(role.plan) if each.essential is role.essential]
    if rows.move(siblings, role, up=up):
        record(Action.ROLE_CHANGED, role, by=by, plan=role.plan_id, position=role.position)


def remove(role: Role, *, version: int | None, by: Actor) -> None:
    """Take a role out of the working copy.

    While an approved version names it, its holders keep it until the next approval.
    """
    rows.refuse_archived(role.plan)
    expect(role, version, {}, ())
    if role.removed_at is not None:
        raise Refused(_("This role is removed already."))
    for item in role.plan.items:
        if item.owner_role is role:
            item.owner_role = None
    record(Action.ROLE_REMOVED, role, by=by, plan=role.plan_id, key=role.key)
    approved = is_approved(role)
    if not approved:
        assignments.end_all(role, by=by)
    if approved or any(seat.assignments for seat in role.seats):
        role.removed_at = now()
        touch(role, by=by.label)
    else:
        role.plan.roles.remove(role)


def is_approved(role: Role) -> bool:
    """True while the latest approved version names the role."""
    version = role.plan.latest_version
    return version is not None and role.key in {each["key"] for each in version.document["roles"]}


def bring_back(role: Role, *, by: Actor) -> None:
    """Take a role up again that was removed."""
    rows.refuse_archived(role.plan)
    if role.removed_at is not None:
        role.removed_at = None
        touch(role, by=by.label)
        record(Action.ROLE_ADDED, role, by=by, plan=role.plan_id, key=role.key)


def settle_removed(plan: Plan, *, by: Actor) -> int:
    """What an approval does with removed roles: their designations end, with thanks; returns how many."""
    return sum(assignments.end_all(role, by=by) for role in plan.roles if role.removed_at is not None)


def removed(plan: Plan) -> list[Role]:
    """The roles that leave with the next approval, or have left."""
    return [role for role in plan.roles if role.removed_at is not None]
