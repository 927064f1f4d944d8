"""What a plan is to achieve, in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import expect, revise, touch
from preparedness.i18n import _l
from preparedness.plans import rows
from preparedness.plans.models import Objective, Plan

NEEDED = {"text": _l("Write what is to be achieved.")}


def get(objective_id: int, *, plan_id: int, agency: Agency) -> Objective:
    """An objective of a plan; raises Missing."""
    return rows.find(Objective, objective_id, plan_id=plan_id, agency=agency)


def set_out(plan: Plan, texts: Sequence[str], *, by: Actor) -> None:
    """Make these texts the objectives of a plan, in this order. One that says the same stays the same row."""
    rows.refuse_archived(plan)
    if [each.text for each in plan.objectives] == list(texts):
        return
    spare = list(plan.objectives)
    same = [_taken(spare, text) for text in texts]
    for position, (text, known) in enumerate(zip(texts, same, strict=True), start=1):
        objective = known or (spare.pop(0) if spare else None)
        if objective is None:
            objective = Objective(agency_id=plan.agency_id, key=rows.own_key(), text=text, position=position)
            plan.objectives.append(objective)
        objective.text, objective.position = text, position
    for each in spare:
        plan.objectives.remove(each)
    plan.objectives.sort(key=lambda each: each.position)
    touch(plan, by=by.label)
    record(Action.OBJECTIVE_CHANGED, plan, by=by, count=len(texts))


def _taken(spare: list[Objective], text: str) -> Objective | None:
    """The first objective that says this, taken out of those that are left."""
    found = next((each for each in spare if each.text == text), None)
    if found is not None:
        spare.remove(found)
    return found


def add(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> Objective:
    """Add an objective at the end."""
    rows.refuse_archived(plan)
    rows.refuse_empty({"text": None, **data}, NEEDED)
    objective = Objective(
        agency_id=plan.agency_id, key=rows.own_key(), text=data["text"], position=rows.last(plan.objectives)
    )
    plan.objectives.append(objective)
    touch(plan, by=by.label)
    record(Action.OBJECTIVE_CHANGED, plan, by=by, added=objective.key)
    return objective


def change(objective: Objective, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Word an objective anew."""
    rows.refuse_archived(objective.plan)
    rows.refuse_empty(data, NEEDED)
    expect(objective, version, data, ("text",))
    changes = revise(objective, data, ("text",))
    if changes:
        touch(objective, by=by.label)
        touch(objective.plan, by=by.label)
        record(Action.OBJECTIVE_CHANGED, objective, by=by, changes=changes, plan=objective.plan_id)


def move(objective: Objective, *, up: bool, by: Actor) -> None:
    """Put an objective before or after its neighbour."""
    rows.refuse_archived(objective.plan)
    if rows.move(objective.plan.objectives, objective, up=up):
        touch(objective.plan, by=by.label)
        record(Action.OBJECTIVE_CHANGED, objective, by=by, plan=objective.plan_id, position=objective.position)


def remove(objective: Objective, *, version: int | None, by: Actor) -> None:
    """Take an objective out of the working copy."""
    rows.refuse_archived(objective.plan)
    expect(objective, version, {}, ())
    record(Action.OBJECTIVE_CHANGED, objective.plan, by=by, removed=objective.key)
    touch(objective.plan, by=by.label)
    objective.plan.objectives.remove(objective)
