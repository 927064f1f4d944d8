"""Asking the proposed holders of a plan, and seeing who answered."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts import permissions
from preparedness.accounts.permissions import Permission, requires
from preparedness.confirmations import answers, campaigns, schemas
from preparedness.database import now
from preparedness.errors import Missing
from preparedness.i18n import _, ngettext
from preparedness.plans import assignments, drafting
from preparedness.web import Form

blueprint = Blueprint("confirmations", __name__, url_prefix="/plans/<id:plan_id>/ask")

MANY = 50
"""More messages than this ask for a sign-in that is fresh (safety.md S14)."""


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.CAMPAIGN_RUN)
def ask(plan_id: int) -> ResponseReturnValue:
    """See who will get what, then ask them; and see who answered."""
    plan = drafting.plan(plan_id, agency=g.agency)
    askings = campaigns.preview(plan)
    able = {each.person.id: each.name for each in askings if each.person and each.why_not is None}
    start = {"deadline": (now() + campaigns.TIME_TO_ANSWER).date()}
    form = Form(schemas.AskSchema, data=start, choices={"leave_out": list(able.items())})
    if form.accepted:
        only = able.keys() - set(form.data.get("leave_out") or [])
        if len(only) > MANY and (again := permissions.fresh()):
            return again
        with form.refusals():
            campaigns.ask(plan, deadline=form.data["deadline"], why=form.data.get("why"), only=only, by=g.actor)
            flash(ngettext("%(num)s person is being asked.", "%(num)s people are being asked.", len(only)))
            return redirect(url_for(".ask", plan_id=plan_id), 303)
    found = campaigns.of(plan)
    page = {"plan": plan, "askings": askings, "campaigns": found, "messages": campaigns.messages(found)}
    return render_template("confirmations/ask.html", form=form, **page), form.status


@blueprint.post("/rehearse")
@requires(Permission.CAMPAIGN_RUN)
def rehearse(plan_id: int) -> ResponseReturnValue:
    """Send it to me first."""
    plan = drafting.plan(plan_id, agency=g.agency)
    sent = campaigns.rehearse(plan, member=g.member, by=g.actor)
    flash(
        ngettext("It is on its way to your own address.", "%(num)s letters are on their way to your own address.", sent)
    )
    return redirect(url_for(".ask", plan_id=plan_id), 303)


@blueprint.post("/again")
@requires(Permission.CAMPAIGN_RUN)
def again(plan_id: int) -> ResponseReturnValue:
    """Remind those who have not answered."""
    plan = drafting.plan(plan_id, agency=g.agency)
    sent = campaigns.ask_again(plan, by=g.actor)
    flash(ngettext("%(num)s person is reminded.", "%(num)s people are reminded.", sent))
    return redirect(url_for(".ask", plan_id=plan_id), 303)


@blueprint.route("/reported/<id:assignment_id>", methods=["GET", "POST"])
@requires(Permission.CAMPAIGN_RUN)
def report(plan_id: int, assignment_id: int) -> ResponseReturnValue:
    """Note an answer that was given by phone."""
    plan = drafting.plan(plan_id, agency=g.agency)
    assignment = assignments.get(assignment_id, agency=g.agency)
    if assignment.seat.role.plan_id != plan.id:
        raise Missing
    form = Form(schemas.ReportSchema)
    if form.accepted:
        with form.refusals():
            answers.report(assignment, form.data["choice"], by=g.actor)
            flash(_("Noted. They are told, and can object. The seat stays open until they answer by their own link."))
            return redirect(url_for(".ask", plan_id=plan_id), 303)
    return render_template("confirmations/report.html", form=form, plan=plan, assignment=assignment), form.status
