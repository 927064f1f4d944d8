"""The door of plans. Here: the list, one plan in its parts, its approval and versions; rows and seats stand beside."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, may, requires
from preparedness.i18n import _
from preparedness.plans import charts, coverage, documents, drafting, readiness, safeguards, schemas, tallies, versions
from preparedness.plans import differences as comparing
from preparedness.plans import roles as parts
from preparedness.plans.models import Plan, PlanState
from preparedness.plans.seat_views import blueprint
from preparedness.vocabulary import Phase, Verification
from preparedness.web import Form, number_in, posted_version

__all__ = ["blueprint"]


@blueprint.get("")
@requires(Permission.PLAN_READ)
def index() -> ResponseReturnValue:
    """Every plan in a line, with its seats; operators read those that were approved."""
    planner = may(Permission.PLAN_EDIT)
    plans = drafting.listed(g.agency) if planner else drafting.in_force(g.agency)
    archived = drafting.listed(g.agency, states={PlanState.ARCHIVED}) if planner else []
    return render_template("plans/index.html", plans=plans, archived=archived, tallies=tallies.of(g.agency))


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def new() -> ResponseReturnValue:
    """Start a plan: hazard, title, country."""
    form = Form(schemas.NewPlanSchema, data={"country": g.agency.country, "language": g.agency.language})
    if form.accepted:
        with form.refusals():
            plan = drafting.create(g.agency, form.data, by=g.actor)
            flash(_("%(plan)s is begun. Look first at what is missing.", plan=plan.title), "done")
            return redirect(url_for(".show", plan_id=plan.id))
    return render_template("plans/new.html", form=form), form.status


@blueprint.get("/<id:plan_id>")
@requires(Permission.PLAN_READ)
def show(plan_id: int) -> ResponseReturnValue:
    """The plan at a glance: what to do next, what is missing, who holds what. Operators see the approved version."""
    if not may(Permission.PLAN_EDIT):
        return _version_page(drafting.plan(plan_id, agency=g.agency))
    plan = drafting.whole(plan_id, agency=g.agency)
    grid = coverage.grid(plan)
    changed = versions.has_unapproved_changes(plan)
    return render_template(
        "plans/show.html",
        plan=plan,
        changed=changed,
        act=readiness.next_act(plan, changed=changed),
        gaps=readiness.gaps(plan),
        tally=tallies.of_plan(plan),
        score=readiness.score(readiness.of(plan)),
        chart=charts.organisation(
            parts.of(plan), grid, lambda seat: url_for(".choose", plan_id=plan.id, seat_id=seat.id)
        ),
    )


@blueprint.route("/<id:plan_id>/describe", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def describe(plan_id: int) -> ResponseReturnValue:
    """Title, situation, assumptions, risk."""
    plan = drafting.plan(plan_id, agency=g.agency)
    form = Form(schemas.PlanSchema, row=plan)
    if form.accepted:
        with form.refusals():
            drafting.describe(plan, form.data, version=form.version, by=g.actor)
            flash(_("The working copy is saved."), "done")
            return redirect(url_for(".text", plan_id=plan.id))
    return render_template("plans/describe.html", form=form, plan=plan), form.status


@blueprint.get("/<id:plan_id>/text")
@requires(Permission.PLAN_EDIT)
def text(plan_id: int) -> ResponseReturnValue:
    """Situation, assumptions, objectives, triggers and sections."""
    return render_template("plans/text.html", plan=drafting.whole(plan_id, agency=g.agency))


@blueprint.get("/<id:plan_id>/roles")
@requires(Permission.PLAN_EDIT)
def roles(plan_id: int) -> ResponseReturnValue:
    """The roles with their seats, the essential ones first."""
    plan = drafting.whole(plan_id, agency=g.agency)
    page = {"roles": parts.of(plan), "removed": parts.removed(plan), "degrees": list(Verification)}
    return render_template("plans/roles.html", plan=plan, **page)


@blueprint.get("/<id:plan_id>/checklist")
@requires(Permission.PLAN_EDIT)
def checklist(plan_id: int) -> ResponseReturnValue:
    """The tasks along the time, and as a list to change."""
    plan = drafting.whole(plan_id, agency=g.agency)
    marks = charts.timeline(plan.items, lambda item: url_for(".edit", plan_id=plan.id, part="items", row_id=item.id))
    return render_template("plans/checklist.html", plan=plan, marks=marks, phases=list(Phase))


@blueprint.get("/<id:plan_id>/coverage", endpoint="coverage")
@requires(Permission.PLAN_EDIT)
def covered(plan_id: int) -> ResponseReturnValue:
    """Which capability is held in which place: nobody, one alone, or several."""
    plan = drafting.whole(plan_id, agency=g.agency)
    matrix = coverage.matrix(plan)
    urls = {} if safeguards.counts_only(plan) else _candidates(matrix)
    return render_template("plans/coverage.html", plan=plan, matrix=matrix, urls=urls)


def _candidates(matrix: coverage.Matrix) -> dict[coverage.Cell, str]:
    """Where to look for somebody, for each cell that is not yet covered twice."""
    return {
        (capability.value, place): url_for("contacts.people", capability=capability.value, country=country)
        for place, country in matrix.countries.items()
        for capability in matrix.capabilities
        if matrix.counts.get((capability.value, place), 0) < 2
    }


@blueprint.get("/<id:plan_id>/readiness", endpoint="readiness")
@requires(Permission.PLAN_EDIT)
def ready(plan_id: int) -> ResponseReturnValue:
    """How ready the plan is, and what would make it readier."""
    plan = drafting.whole(plan_id, agency=g.agency)
    parts_of_score = readiness.of(plan)
    page = {"parts": parts_of_score, "score": readiness.score(parts_of_score), "gaps": readiness.gaps(plan)}
    return render_template("plans/readiness.html", plan=plan, **page)


# --- Approval and versions -----------------------------------------------------------------------------------------


@blueprint.post("/<id:plan_id>/submit")
@requires(Permission.PLAN_APPROVE)
def submit(plan_id: int) -> ResponseReturnValue:
    """Send the working copy for review."""
    plan = drafting.plan(plan_id, agency=g.agency)
    versions.submit(plan, version=posted_version(), by=g.actor)
    flash(_("The plan is in review. Whoever approves it sees it on their To do page."), "done")
    return redirect(url_for(".show", plan_id=plan.id))


@blueprint.post("/<id:plan_id>/send-back")
@requires(Permission.PLAN_APPROVE)
def send_back(plan_id: int) -> ResponseReturnValue:
    """Take the plan out of review."""
    plan = drafting.plan(plan_id, agency=g.agency)
    versions.send_back(plan, version=posted_version(), by=g.actor)
    flash(_("The plan is a draft again."), "done")
    return redirect(url_for(".show", plan_id=plan.id))


@blueprint.route("/<id:plan_id>/approve", methods=["GET", "POST"])
@requires(Permission.PLAN_APPROVE)
def approve(plan_id: int) -> ResponseReturnValue:
    """Approve the plan, after a look at what is missing and what will happen."""
    plan = drafting.whole(plan_id, agency=g.agency)
    form = Form(schemas.ApprovalSchema, row=plan)
    if form.accepted:
        with form.refusals():
            approved = versions.approve(plan, form.data.get("note"), version=form.version, by=g.actor)
            sentence = _(
                "Version %(number)s is approved and locked. Its preparedness tasks are open.", number=approved.number
            )
            flash(sentence, "done")
            return redirect(url_for(".show", plan_id=plan.id))
    page = {"gaps": readiness.gaps(plan), "leaving": parts.removed(plan), "number": versions.next_number(plan)}
    return render_template("plans/approve.html", form=form, plan=plan, **page), form.status


@blueprint.route("/<id:plan_id>/archive", methods=["GET", "POST"])
@requires(Permission.PLAN_APPROVE)
def archive(plan_id: int) -> ResponseReturnValue:
    """Put a plan away, after a look at what that means."""
    plan = drafting.plan(plan_id, agency=g.agency)
    if request.method == "POST":
        versions.archive(plan, version=posted_version(), by=g.actor)
        flash(_("%(plan)s is archived.", plan=plan.title), "done")
        return redirect(url_for(".index"))
    return render_template("plans/archive.html", plan=plan)


@blueprint.get("/<id:plan_id>/versions", endpoint="versions")
@requires(Permission.PLAN_READ)
def version_list(plan_id: int) -> ResponseReturnValue:
    """Every approved version, the latest first."""
    plan = drafting.plan(plan_id, agency=g.agency)
    if not may(Permission.PLAN_EDIT):
        versions.latest(plan)  # Missing before the first approval: a draft is for planners, its name too
    return render_template("plans/versions.html", plan=plan)


@blueprint.get("/<id:plan_id>/versions/<id:number>")
@requires(Permission.PLAN_READ)
def version(plan_id: int, number: int) -> ResponseReturnValue:
    """One approved version, as it was locked."""
    return _version_page(drafting.plan(plan_id, agency=g.agency), number)


def _version_page(plan: Plan, number: int | None = None) -> ResponseReturnValue:
    """A version by its number, or the latest."""
    found = versions.get(plan, number) if number else versions.latest(plan)
    document: dict[str, Any] = documents.worded(found.document)
    return render_template("plans/version.html", plan=plan, version=found, document=document, phases=list(Phase))


@blueprint.get("/<id:plan_id>/versions/<id:number>/changes")
@requires(Permission.PLAN_READ)
def changes(plan_id: int, number: int) -> ResponseReturnValue:
    """What a version changed: against the one before it, or another that the address names."""
    plan = drafting.plan(plan_id, agency=g.agency)
    after = versions.get(plan, number)
    before = versions.get(plan, number_in(request.args, "since") or max(1, number - 1))
    found = comparing.between(before.document, after.document)
    return render_template("plans/changes.html", plan=plan, before=before, after=after, found=found)


@blueprint.get("/<id:plan_id>/changes")
@requires(Permission.PLAN_EDIT)
def unapproved(plan_id: int) -> ResponseReturnValue:
    """What the working copy says otherwise than the latest version."""
    plan = drafting.whole(plan_id, agency=g.agency)
    before = versions.latest(plan)
    found = comparing.between(before.document, documents.frozen(plan))
    return render_template("plans/changes.html", plan=plan, before=before, after=None, found=found)
