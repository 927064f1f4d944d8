"""Pages to add, change, order and remove what belongs to a plan, row by row: one set of pages for every kind of row."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.i18n import _, _l
from preparedness.plans import drafting, items, objectives, roles, schemas, sections, triggers
from preparedness.plans.models import Plan
from preparedness.shapes import Shape
from preparedness.vocabulary import Phase
from preparedness.web import Form, posted_version

blueprint = Blueprint("plans", __name__, url_prefix="/plans")


@dataclass(frozen=True)
class Part:
    """One kind of row: the noun that knows it, its shape, the page that lists it, and what is said of it."""

    noun: Any
    shape: type[Shape]
    page: str
    new: Any
    edit: Any


PARTS = {
    "sections": Part(sections, schemas.SectionSchema, ".text", _l("Add a section"), _l("Change a section")),
    "objectives": Part(objectives, schemas.ObjectiveSchema, ".text", _l("Add an objective"), _l("Change an objective")),
    "triggers": Part(triggers, schemas.TriggerSchema, ".text", _l("Add a trigger"), _l("Change a trigger")),
    "roles": Part(roles, schemas.RoleSchema, ".roles", _l("Add a role"), _l("Change a role")),
    "items": Part(items, schemas.ItemSchema, ".checklist", _l("Add a task"), _l("Change a task")),
}
"""Each kind of row that a plan is made of; seats belong to a role, and stand in `seat_views`."""

KINDS = f"<any({', '.join(PARTS)}):part>"


@blueprint.route(f"/<id:plan_id>/{KINDS}/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def add(plan_id: int, part: str) -> ResponseReturnValue:
    """Add a row to a plan."""
    plan, kind = drafting.plan(plan_id, agency=g.agency), PARTS[part]
    form = Form(kind.shape, data=_begins(part), choices=_choices(part, plan))
    if form.accepted:
        with form.refusals():
            row = kind.noun.add(plan, form.data, by=g.actor)
            flash(_("It is added to the working copy."), "done")
            return _back(plan, part, row)
    page = {"plan": plan, "kind": kind, "part": part, "row": None}
    return render_template("plans/row.html", form=form, title=kind.new, back=_list(plan, part), **page), form.status


@blueprint.route(f"/<id:plan_id>/{KINDS}/<id:row_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def edit(plan_id: int, part: str, row_id: int) -> ResponseReturnValue:
    """Change a row of a plan."""
    plan, kind = drafting.plan(plan_id, agency=g.agency), PARTS[part]
    row = kind.noun.get(row_id, plan_id=plan_id, agency=g.agency)
    form = Form(kind.shape, row=row, data=_typed(part, row), choices=_choices(part, plan))
    if form.accepted:
        with form.refusals():
            kind.noun.change(row, form.data, version=form.version, by=g.actor)
            flash(_("It is saved in the working copy."), "done")
            return _back(plan, part, row)
    page = {"plan": plan, "kind": kind, "part": part, "row": row}
    return render_template("plans/row.html", form=form, title=kind.edit, back=_list(plan, part), **page), form.status


@blueprint.post(f"/<id:plan_id>/{KINDS}/<id:row_id>/move")
@requires(Permission.PLAN_EDIT)
def move(plan_id: int, part: str, row_id: int) -> ResponseReturnValue:
    """Put a row before or after its neighbour."""
    plan = drafting.plan(plan_id, agency=g.agency)
    row = PARTS[part].noun.get(row_id, plan_id=plan_id, agency=g.agency)
    PARTS[part].noun.move(row, up=request.form.get("up") == "yes", by=g.actor)
    return _back(plan, part, row)


@blueprint.post(f"/<id:plan_id>/{KINDS}/<id:row_id>/remove")
@requires(Permission.PLAN_EDIT)
def remove(plan_id: int, part: str, row_id: int) -> ResponseReturnValue:
    """Take a row out of the working copy."""
    plan = drafting.plan(plan_id, agency=g.agency)
    row = PARTS[part].noun.get(row_id, plan_id=plan_id, agency=g.agency)
    PARTS[part].noun.remove(row, version=posted_version(), by=g.actor)
    flash(_("It is taken out of the working copy. Approved versions keep it."), "done")
    return redirect(_list(plan, part))


@blueprint.post("/<id:plan_id>/roles/<id:role_id>/bring-back")
@requires(Permission.PLAN_EDIT)
def bring_back(plan_id: int, role_id: int) -> ResponseReturnValue:
    """Take up a role again that was removed."""
    role = roles.get(role_id, plan_id=plan_id, agency=g.agency)
    roles.bring_back(role, by=g.actor)
    flash(_("%(role)s is in the working copy again.", role=role.title), "done")
    return _back(role.plan, "roles", role)


def _begins(part: str) -> dict[str, Any]:
    """What the form of a new row begins with."""
    if part == "items":
        phase = request.args.get("phase")
        anchors = {Phase.PREPAREDNESS: "P", Phase.RESPONSE: "H", Phase.RECOVERY: "R"}
        known = Phase(phase) if phase in set(Phase) else Phase.RESPONSE
        return {"phase": known, "anchor": anchors[known], "unit": schemas.Unit.HOURS}
    if part == "roles":
        return {"led_by": "diaspora", "from_level": "monitor", "deputies_wanted": 1, "phases": list(Phase)}
    return {}


def _typed(part: str, row: Any) -> dict[str, Any]:
    """What the form shows otherwise than the row keeps it."""
    return schemas.counted(row.offset_hours) if part == "items" else {}


def _choices(part: str, plan: Plan) -> dict[str, list[tuple[Any, Any]]]:
    """The owner of a task is one of the plan's roles."""
    return {"owner_role_id": [(role.id, role.title) for role in roles.of(plan)]} if part == "items" else {}


def _list(plan: Plan, part: str) -> str:
    return url_for(PARTS[part].page, plan_id=plan.id)


def _back(plan: Plan, part: str, row: Any) -> ResponseReturnValue:
    """To the list, at the row."""
    return redirect(url_for(PARTS[part].page, plan_id=plan.id, _anchor=f"{part}-{row.id}"))
