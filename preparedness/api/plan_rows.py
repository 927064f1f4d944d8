"""The rows of a plan, for programs: roles, checklist, triggers."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.plan_row_schemas import (
    ItemIn,
    ItemRow,
    ItemsQuery,
    ItemWords,
    RoleIn,
    RoleRow,
    RolesQuery,
    RoleWords,
    TriggerIn,
    TriggerRow,
    TriggersQuery,
    TriggerWords,
)
from preparedness.api.resources import Resource
from preparedness.database import Page
from preparedness.plans import drafting, items, lists
from preparedness.plans import roles as parts
from preparedness.plans import triggers as signals
from preparedness.plans.models import ChecklistItem, Plan, Role, Trigger

resource = Resource("plan-rows", "What a plan is made of: roles with their seats, the checklist, the triggers.")

ROLES = "/plans/<id:plan_id>/roles"
CHECKLIST = "/plans/<id:plan_id>/checklist"
TRIGGERS = "/plans/<id:plan_id>/triggers"


def _plan(plan_id: int) -> Plan:
    return drafting.plan(plan_id, agency=g.agency)


# --- Roles ---------------------------------------------------------------------------------------------------------


def _role(plan_id: int, role_id: int) -> Role:
    return parts.kept(role_id, plan_id=plan_id, agency=g.agency)


@resource.lists(ROLES, Permission.PLAN_EDIT, RoleRow, RolesQuery, within=_plan)
def roles(plan: Plan, **asked: Any) -> Page[Role]:
    """The roles of the working copy, with who holds their seats."""
    return lists.roles_of(plan, **asked)


@resource.reads(f"{ROLES}/<id:role_id>", Permission.PLAN_EDIT, _role, RoleRow)
def role(row: Role) -> Role:
    """One role."""
    return row


@resource.adds(ROLES, Permission.PLAN_EDIT, RoleIn, RoleRow, at="role", within=_plan)
def add_role(plan: Plan, sent: dict[str, Any]) -> Role:
    """Add a role; it begins with one seat."""
    return parts.add(plan, sent, by=g.actor)


@resource.changes(f"{ROLES}/<id:role_id>", Permission.PLAN_EDIT, _role, RoleWords, RoleRow)
def change_role(row: Role, sent: dict[str, Any], version: int) -> None:
    """Change what a role asks for, or move it."""
    parts.change(row, sent, version=version, by=g.actor)


@resource.ends(f"{ROLES}/<id:role_id>", Permission.PLAN_EDIT, _role, RoleRow)
def remove_role(row: Role, version: int) -> None:
    """Take a role out; where an approved version names it, its holders keep it until the next approval."""
    parts.remove(row, version=version, by=g.actor)


# --- Checklist -----------------------------------------------------------------------------------------------------


def _item(plan_id: int, item_id: int) -> ChecklistItem:
    return items.get(item_id, plan_id=plan_id, agency=g.agency)


def _owned(plan: Plan, sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, with its owner role by number instead of key."""
    if "owner_role" not in sent:
        return sent
    owner = parts.owner(plan, sent["owner_role"])
    told = {name: value for name, value in sent.items() if name != "owner_role"}
    return {**told, "owner_role_id": owner.id if owner else None}


@resource.lists(CHECKLIST, Permission.PLAN_EDIT, ItemRow, ItemsQuery, within=_plan)
def checklist(plan: Plan, **asked: Any) -> Page[ChecklistItem]:
    """The checklist of the working copy."""
    return lists.items_of(plan, **asked)


@resource.reads(f"{CHECKLIST}/<id:item_id>", Permission.PLAN_EDIT, _item, ItemRow)
def item(row: ChecklistItem) -> ChecklistItem:
    """One line of the checklist."""
    return row


@resource.adds(CHECKLIST, Permission.PLAN_EDIT, ItemIn, ItemRow, at="item", within=_plan)
def add_item(plan: Plan, sent: dict[str, Any]) -> ChecklistItem:
    """Add a line to the checklist."""
    return items.add(plan, _owned(plan, sent), by=g.actor)


@resource.changes(f"{CHECKLIST}/<id:item_id>", Permission.PLAN_EDIT, _item, ItemWords, ItemRow)
def change_item(row: ChecklistItem, sent: dict[str, Any], version: int) -> None:
    """Change a line of the checklist, or move it."""
    items.change(row, _owned(row.plan, sent), version=version, by=g.actor)


@resource.ends(f"{CHECKLIST}/<id:item_id>", Permission.PLAN_EDIT, _item, ItemRow)
def remove_item(row: ChecklistItem, version: int) -> None:
    """Take a line out of the checklist; approved versions keep it."""
    items.remove(row, version=version, by=g.actor)


# --- Triggers ------------------------------------------------------------------------------------------------------


def _trigger(plan_id: int, trigger_id: int) -> Trigger:
    return signals.get(trigger_id, plan_id=plan_id, agency=g.agency)


@resource.lists(TRIGGERS, Permission.PLAN_EDIT, TriggerRow, TriggersQuery, within=_plan)
def triggers(plan: Plan, **asked: Any) -> Page[Trigger]:
    """What makes the levels of a plan begin."""
    return lists.triggers_of(plan, **asked)


@resource.reads(f"{TRIGGERS}/<id:trigger_id>", Permission.PLAN_EDIT, _trigger, TriggerRow)
def trigger(row: Trigger) -> Trigger:
    """One trigger."""
    return row


@resource.adds(TRIGGERS, Permission.PLAN_EDIT, TriggerIn, TriggerRow, at="trigger", within=_plan)
def add_trigger(plan: Plan, sent: dict[str, Any]) -> Trigger:
    """Add a trigger; the level goes by its own name where none is sent."""
    return signals.add(plan, sent, by=g.actor)


@resource.changes(f"{TRIGGERS}/<id:trigger_id>", Permission.PLAN_EDIT, _trigger, TriggerWords, TriggerRow)
def change_trigger(row: Trigger, sent: dict[str, Any], version: int) -> None:
    """Change when a level begins, or what it is called."""
    signals.change(row, sent, version=version, by=g.actor)


@resource.ends(f"{TRIGGERS}/<id:trigger_id>", Permission.PLAN_EDIT, _trigger, TriggerRow)
def remove_trigger(row: Trigger, version: int) -> None:
    """Take a trigger out of the working copy; approved versions keep it."""
    signals.remove(row, version=version, by=g.actor)
