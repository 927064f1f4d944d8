"""The checklist of a plan: what is to be done, how long before or after its anchor, by which role."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import expect, revise, touch
from preparedness.errors import Refused
from preparedness.i18n import _, _l
from preparedness.plans import rows
from preparedness.plans.models import ChecklistItem, Plan, Role
from preparedness.vocabulary import Anchor, Level, Phase

FIELDS = ("phase", "anchor", "offset_hours", "repeat_days", "text", "from_level", "owner_role_id", "source")
NEEDED = {
    "phase": _l("Choose the phase."),
    "anchor": _l("Choose what the time counts from."),
    "offset_hours": _l("Write after how much time it falls due."),
    "text": _l("Write what is to be done."),
}


def get(item_id: int, *, plan_id: int, agency: Agency) -> ChecklistItem:
    """An item of a plan's checklist; raises Missing."""
    return rows.find(ChecklistItem, item_id, plan_id=plan_id, agency=agency)


def add(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> ChecklistItem:
    """Add an item at the end of its phase."""
    rows.refuse_archived(plan)
    rows.refuse_empty({**dict.fromkeys(NEEDED), **data}, NEEDED)
    _refuse_nonsense(plan, data)
    item = ChecklistItem(
        agency_id=plan.agency_id,
        key=rows.keyed(plan.items, data),
        position=rows.last(plan.items),
        owner_role=_owner(plan, data),
        **{name: data.get(name) for name in FIELDS},
    )
    rows.append(plan.items, item, data)
    rows.place(_in_order(plan), item, data.get("position"))
    record(Action.ITEM_ADDED, item, by=by, plan=plan.id, key=item.key)
    return item


def change(item: ChecklistItem, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change an item of the working copy."""
    rows.refuse_archived(item.plan)
    rows.refuse_empty(data, NEEDED)
    _refuse_nonsense(item.plan, {name: getattr(item, name) for name in FIELDS} | dict(data))
    expect(item, version, data, FIELDS)
    siblings = [] if data.get("position") is None else _in_order(item.plan)
    owner = _owner(item.plan, {"owner_role_id": data.get("owner_role_id", item.owner_role_id)})
    changes = rows.place(siblings, item, data.get("position")) | revise(item, data, FIELDS)
    if changes:
        item.owner_role = owner
        touch(item, by=by.label)
        record(Action.ITEM_CHANGED, item, by=by, changes=changes, plan=item.plan_id)


def _in_order(plan: Plan) -> list[ChecklistItem]:
    return sorted(plan.items, key=lambda item: item.position)


def move(item: ChecklistItem, *, up: bool, by: Actor) -> None:
    """Put an item before or after its neighbour of the same phase."""
    rows.refuse_archived(item.plan)
    siblings = [each for each in item.plan.items if each.phase is item.phase]
    if rows.move(siblings, item, up=up):
        record(Action.ITEM_CHANGED, item, by=by, plan=item.plan_id, position=item.position)


def remove(item: ChecklistItem, *, version: int | None, by: Actor) -> None:
    """Take an item out of the working copy; approved versions keep it."""
    rows.refuse_archived(item.plan)
    expect(item, version, {}, ())
    record(Action.ITEM_REMOVED, item, by=by, plan=item.plan_id, key=item.key)
    item.plan.items.remove(item)


def put_back(plan: Plan, told: Mapping[str, Any], *, by: Actor) -> ChecklistItem:
    """Put an item back that was removed, as itself: under its key, where it stood."""
    rows.refuse_archived(plan)
    if any(each.key == told["key"] for each in plan.items):
        raise Refused(_("Somebody put this task back already."))
    owner = _owner(plan, told)
    item = ChecklistItem(
        agency_id=plan.agency_id,
        key=told["key"],
        position=told["position"],
        owner_role=owner if owner is not None and owner.removed_at is None else None,
        phase=Phase(told["phase"]),
        anchor=Anchor(told["anchor"]),
        from_level=Level(told["from_level"]) if told["from_level"] else None,
        **{name: told[name] for name in ("offset_hours", "repeat_days", "text", "source")},
    )
    plan.items.append(item)
    record(Action.ITEM_ADDED, item, by=by, plan=plan.id, key=item.key)
    return item


def _owner(plan: Plan, data: Mapping[str, Any]) -> Role | None:
    """The role that a task is given to."""
    return next((role for role in plan.roles if role.id == data.get("owner_role_id")), None)


def _refuse_nonsense(plan: Plan, data: Mapping[str, Any]) -> None:
    """Raises Refused for an owner of another plan, or a task that repeats without end in an emergency."""
    owner = data.get("owner_role_id")
    if owner is not None and owner not in {role.id for role in plan.roles if role.removed_at is None}:
        raise Refused(_("Choose a role of this plan."), field="owner_role_id")
    if data.get("repeat_days") and data["anchor"] is Anchor.H:
        raise Refused(_("Only tasks of preparedness and recovery repeat."), field="repeat_days")
