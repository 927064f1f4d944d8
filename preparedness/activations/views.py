"""Pages: activating a plan, its board, its people, its log, and the tasks."""

import hashlib
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts import members
from preparedness.accounts.models import Access
from preparedness.accounts.permissions import Permission, fresh, may, requires
from preparedness.activations import (
    availability,
    boards,
    checklists,
    duties,
    log,
    preparing,
    previews,
    running,
    schemas,
    tasks,
)
from preparedness.activations.models import Activation, ActivationKind, ReplyBy, TaskState
from preparedness.activations.turns import TURNS
from preparedness.database import now
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, ngettext
from preparedness.plans import drafting
from preparedness.plans.models import Plan, PlanVersion
from preparedness.vocabulary import Level
from preparedness.web import Form, number_in, sought

blueprint = Blueprint("activations", __name__)

MANY = 50
"""Above so many people an alert asks who sends it to sign in again (safety.md S14)."""

SIGNED_IN_WITHIN = 10
"""Minutes for which a sign-in is believed then."""


def bands() -> dict[str, Any]:
    """What runs now, for the band over every page."""
    if g.get("member") is None:
        return {}
    return {
        "bands": [
            {
                "label": each.level_label,
                "since": each.started_at,
                "url": url_for("activations.board", activation_id=each.id),
                "exercise": each.exercise,
                "title": each.plan.title,
            }
            for each in running.bands(g.agency, g.member)
        ]
    }


def _mine(activation_id: int) -> Activation:
    return running.get(activation_id, agency=g.agency, member=g.member)


@blueprint.get("/activations")
@requires(Permission.ACTIVATION_READ)
def index() -> ResponseReturnValue:
    """Every activation one may see."""
    return render_template("activations/index.html", activations=running.listed(g.agency, g.member))


# --- Activating ----------------------------------------------------------------------------------------------------


@blueprint.route("/plans/<id:plan_id>/activate", methods=["GET", "POST"])
@requires(Permission.ACTIVATION_RUN)
def start(plan_id: int) -> ResponseReturnValue:
    """Choose how a plan is activated, see who will get what, then send."""
    plan = drafting.plan(plan_id, agency=g.agency)
    version = plan.latest_version
    if version is None:
        return render_template("activations/not_approved.html", plan=plan), 409
    if request.method == "GET" and (again := _fresh_for(previews.of_start(plan, Level.FULL))):
        return again
    form = Form(schemas.StartSchema, data=_beginning(), choices=_choices(version), zone=g.member.timezone)
    preview = None
    if form.accepted:
        with form.refusals():
            running.check_start(plan, form.data)
            preview = previews.of_start(plan, form.data["level"], form.data.get("h_hour"))
            if request.form.get("send") == _fingerprint():
                return _fresh_for(preview) or _send(plan, form)
    page = {"plan": plan, "version": version, "preview": preview, "fingerprint": _fingerprint()}
    return render_template("activations/start.html", form=form, **page), form.status


def _send(plan: Plan, form: Form) -> ResponseReturnValue:
    activation = running.start(plan, form.data, by=g.actor)
    count = len(activation.replies)
    flash(ngettext("%(num)s person is being alerted.", "%(num)s people are being alerted.", count), "done")
    return redirect(url_for(".board", activation_id=activation.id))


def _fresh_for(preview: previews.Preview) -> ResponseReturnValue | None:
    return fresh(SIGNED_IN_WITHIN) if len(preview.reached) > MANY else None


def _fingerprint() -> str:
    """What a form said when its preview was shown: sent only if nothing was changed since."""
    said = sorted((name, text) for name, text in request.form.items(multi=True) if name not in {"csrf_token", "send"})
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _beginning() -> dict[str, Any]:
    """What the page proposes: now, with a review in three days and answers within the hour."""
    return {
        "h_hour": now(),
        "review_at": now() + running.REVIEW_AFTER,
        "answer_within_minutes": running.ANSWER_WITHIN,
    }


def _choices(version: PlanVersion) -> dict[str, Any]:
    kinds = {
        ActivationKind.REAL: _("Real: the emergency is here, or is expected"),
        ActivationKind.EXERCISE: _("EXERCISE: nothing has happened, and every message says so"),
    }
    return {"kind": list(kinds.items()), "level": _levels(version), "on_duty": _operators()}


def _levels(version: PlanVersion) -> list[tuple[Level, str]]:
    """The levels in the plan's words, each with what makes it begin."""
    conditions = {trigger["level"]: trigger["condition"] for trigger in reversed(version.document["triggers"])}
    return [
        (level, ": ".join(filter(None, (checklists.level_label(version, level), conditions.get(level.value)))))
        for level in Level
    ]


def _operators() -> list[tuple[int, str]]:
    return [(member.id, member.name) for member in members.active(g.agency, Access.OFFICIAL)]


# --- The board -----------------------------------------------------------------------------------------------------


@blueprint.get("/activations/<id:activation_id>")
@requires(Permission.ACTIVATION_READ)
def board(activation_id: int) -> ResponseReturnValue:
    """Where an activation stands now; it refreshes itself."""
    activation = _mine(activation_id)
    chosen = sought(schemas.FilterSchema)
    work = tasks.board(activation, **chosen)
    filters = Form(schemas.FilterSchema, data=chosen, choices={"owner": [(each, each) for each in work.owners if each]})
    page = {"people": boards.of(activation), "work": work, "filters": filters, "on_duty": duties.of(activation)}
    return render_template("activations/board.html", activation=activation, **page)


@blueprint.get("/activations/<id:activation_id>/availability", endpoint="availability")
@requires(Permission.ACTIVATION_READ)
def people(activation_id: int) -> ResponseReturnValue:
    """Who was alerted and what they answered."""
    activation = _mine(activation_id)
    return render_template("activations/people.html", activation=activation, people=boards.of(activation))


@blueprint.route("/replies/<id:reply_id>", methods=["GET", "POST"])
@requires(Permission.REPLY_REPORT)
def answer(reply_id: int) -> ResponseReturnValue:
    """Note what somebody said on the phone."""
    reply = availability.get(reply_id, agency=g.agency, member=g.member)
    form = Form(schemas.AnswerSchema, row=reply, zone=g.member.timezone)
    if form.accepted:
        with form.refusals():
            availability.report(
                reply,
                form.data.get("state"),
                form.data.get("available_from"),
                via=ReplyBy.ON_BEHALF,
                by=g.actor,
                version=form.version,
                called_at=form.data.get("called_at"),
            )
            flash(_("The answer is noted."), "done")
            return redirect(url_for(".availability", activation_id=reply.activation_id))
    return render_template("activations/answer.html", reply=reply, form=form), form.status


@blueprint.route("/activations/<id:activation_id>/log", methods=["GET", "POST"], endpoint="log")
@requires(Permission.LOG_WRITE)
def journal(activation_id: int) -> ResponseReturnValue:
    """Read the log, and write a line."""
    activation = _mine(activation_id)
    form = Form(schemas.LogSchema, data={"kind": "fact"}, zone=g.member.timezone)
    if form.accepted:
        with form.refusals():
            log.write(activation, by=g.actor, **form.data)
            flash(_("The line is in the log."), "done")
            return redirect(url_for(".log", activation_id=activation_id))
    page = {"activation": activation, "lines": log.of(activation)}
    return render_template("activations/log.html", form=form, **page), form.status


# --- Tasks ---------------------------------------------------------------------------------------------------------


@blueprint.get("/plans/<id:plan_id>/tasks")
@requires(Permission.PLAN_READ)
def preparedness(plan_id: int) -> ResponseReturnValue:
    """The preparedness tasks of a plan."""
    plan = drafting.plan(plan_id, agency=g.agency)
    if plan.latest_version is None and not may(Permission.PLAN_EDIT):
        raise Missing
    return render_template("activations/preparedness.html", plan=plan, tasks=preparing.of(plan), is_late=tasks.is_late)


@blueprint.route("/tasks/<id:task_id>", methods=["GET", "POST"])
@requires(Permission.TASK_REPORT)
def task(task_id: int) -> ResponseReturnValue:
    """Say where a task stands."""
    row = tasks.get(task_id, agency=g.agency, member=g.member)
    form = Form(schemas.TaskSchema, row=row, zone=g.member.timezone)
    if form.accepted:
        with form.refusals():
            said = form.data
            done_at = said.get("done_at")
            tasks.report(row, said["state"], said.get("note"), version=form.version, by=g.actor, done_at=done_at)
            flash(_("The task is noted: %(state)s.", state=row.state.words), "done")
            return redirect(_list_of(row.activation_id, row.plan_id))
    return render_template("activations/task.html", task=row, form=form), form.status


@blueprint.post("/tasks/<id:task_id>/tick")
@requires(Permission.TASK_REPORT)
def tick(task_id: int) -> ResponseReturnValue:
    """Say with one touch that a task is being done, or done."""
    row = tasks.get(task_id, agency=g.agency, member=g.member)
    state = TaskState.DONE if request.form.get("state") == TaskState.DONE else TaskState.DOING
    version = number_in(request.args, "version")
    try:
        tasks.report(row, state, row.note, version=version, by=g.actor)
    except Refused as refused:
        flash(refused.sentence, "problem")
    return redirect(f"{_list_of(row.activation_id, row.plan_id)}#task-list")


def _list_of(activation_id: int | None, plan_id: int) -> str:
    """The page that lists a task."""
    if activation_id is None:
        return url_for(".preparedness", plan_id=plan_id)
    return url_for(".board", activation_id=activation_id)


# --- Turns of an activation ----------------------------------------------------------------------------------------


@blueprint.route("/activations/<id:activation_id>/level", methods=["GET", "POST"])
@requires(Permission.ACTIVATION_RUN)
def level(activation_id: int) -> ResponseReturnValue:
    """Choose another level, see who else is alerted, then send."""
    activation = _mine(activation_id)
    form = Form(schemas.LevelSchema, choices={"level": _levels(activation.plan_version)})
    preview, fingerprint = None, _fingerprint()
    if form.accepted:
        with form.refusals():
            running.check_step(activation, form.data["level"])
            preview = previews.of_step(activation, form.data["level"])
            if request.form.get("send") == fingerprint:
                return _fresh_for(preview) or _step(activation, form)
    page = {"activation": activation, "preview": preview, "fingerprint": fingerprint}
    return render_template("activations/level.html", form=form, **page), form.status


def _step(activation: Activation, form: Form) -> ResponseReturnValue:
    running.step(activation, form.data["level"], form.data.get("reason"), by=g.actor)
    flash(_("The level is now: %(level)s.", level=activation.level_label), "done")
    return redirect(url_for(".board", activation_id=activation.id))


@blueprint.route(
    "/activations/<id:activation_id>/<any('stand-down', 'close', 'cancel', 'review', 'duty'):turn_name>",
    methods=["GET", "POST"],
)
@requires(Permission.ACTIVATION_RUN)
def turn(activation_id: int, turn_name: str) -> ResponseReturnValue:
    """Stand down, close, call off, move the review, choose who is on duty: say what will happen, then do it."""
    activation, chosen = _mine(activation_id), TURNS[turn_name]
    choices = {"on_duty": _operators()}
    form = Form(chosen.schema, data=chosen.beginning(activation), choices=choices, zone=g.member.timezone)
    if form.accepted:
        with form.refusals():
            chosen.act(activation, form.data, g.actor)
            flash(chosen.said, "done")
            return redirect(url_for(".board", activation_id=activation_id))
    page = {"activation": activation, "turn": chosen, "asked": len(availability.listed(activation))}
    return render_template("activations/turn.html", form=form, **page), form.status
