"""What must happen for a level to be activated, in the words of the field's own scheme."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import expect, revise, touch
from preparedness.i18n import _l, speaking
from preparedness.plans import rows
from preparedness.plans.models import Plan, Trigger

FIELDS = ("level", "scheme", "label", "condition")
NEEDED = {
    "level": _l("Choose the level."),
    "label": _l("Write what this level is called."),
    "condition": _l("Write what must have happened."),
}


def get(trigger_id: int, *, plan_id: int, agency: Agency) -> Trigger:
    """A trigger of a plan; raises Missing."""
    return rows.find(Trigger, trigger_id, plan_id=plan_id, agency=agency)


def add(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> Trigger:
    """Add a trigger at the end; where nothing is said of its name, the level goes by its own."""
    rows.refuse_archived(plan)
    data = {**_named(plan, data), **data}
    rows.refuse_empty({**dict.fromkeys(NEEDED), **data}, NEEDED)
    trigger = Trigger(
        agency_id=plan.agency_id,
        key=rows.keyed(plan.triggers, data),
        position=rows.last(plan.triggers),
        **{name: data.get(name) for name in FIELDS},
    )
    rows.append(plan.triggers, trigger, data)
    record(Action.TRIGGER_CHANGED, plan, by=by, added=trigger.key)
    return trigger


def _named(plan: Plan, data: Mapping[str, Any]) -> dict[str, str]:
    """The name of a level in the language of the plan."""
    with speaking(plan.language):
        return {"label": str(data["level"].words)} if data.get("level") else {}


def change(trigger: Trigger, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change when a level begins, or what it is called."""
    rows.refuse_archived(trigger.plan)
    rows.refuse_empty(data, NEEDED)
    expect(trigger, version, data, FIELDS)
    changes = revise(trigger, data, FIELDS)
    if changes:
        touch(trigger, by=by.label)
        record(Action.TRIGGER_CHANGED, trigger, by=by, changes=changes, plan=trigger.plan_id)


def move(trigger: Trigger, *, up: bool, by: Actor) -> None:
    """Put a trigger before or after its neighbour."""
    rows.refuse_archived(trigger.plan)
    if rows.move(trigger.plan.triggers, trigger, up=up):
        record(Action.TRIGGER_CHANGED, trigger, by=by, plan=trigger.plan_id, position=trigger.position)


def remove(trigger: Trigger, *, version: int | None, by: Actor) -> None:
    """Take a trigger out of the working copy."""
    rows.refuse_archived(trigger.plan)
    expect(trigger, version, {}, ())
    record(Action.TRIGGER_CHANGED, trigger.plan, by=by, removed=trigger.key)
    trigger.plan.triggers.remove(trigger)
