"""Pages: one's own account, members, the institution, and the audit; those about programs stand in `program_views`."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness import audit as chain
from preparedness.accounts import agencies, members, signins
from preparedness.accounts.permissions import Permission, fresh, requires
from preparedness.accounts.program_views import blueprint
from preparedness.accounts.schemas import (
    AgencySchema,
    AuditFilters,
    MemberSchema,
    NewMemberSchema,
    OwnAccountSchema,
    OwnAgencySchema,
)
from preparedness.i18n import _
from preparedness.web import Form, page_number, sought

__all__ = ["blueprint"]


@blueprint.route("/settings", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def me() -> ResponseReturnValue:
    """One's own name, language, time zone, password, second factor and sign-ins."""
    form = Form(OwnAccountSchema, row=g.member)
    if form.accepted:
        with form.refusals():
            members.change_own(g.member, form.data, version=form.version, by=g.actor)
            flash(_("Your account is saved."), "done")
            return redirect(url_for(".me"))
    page = render_template("accounts/me.html", form=form, sign_ins=signins.of(g.member), here=g.sign_in)
    return page, form.status


@blueprint.post("/settings/sign-ins/<id:sign_in_id>/end")
@requires(Permission.OWN_ACCOUNT)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign out somewhere else."""
    signins.end(signins.get(sign_in_id, member=g.member), by=g.actor)
    flash(_("That sign-in is ended."), "done")
    return redirect(url_for(".me"))


@blueprint.route("/settings/agency", methods=["GET", "POST"])
@requires(Permission.AGENCY_EDIT)
def settings() -> ResponseReturnValue:
    """The institution's settings."""
    form = Form(AgencySchema, row=g.agency)
    if form.accepted:
        with form.refusals():
            agencies.change(g.agency, form.data, version=form.version, by=g.actor)
            flash(_("The settings are saved."), "done")
            return redirect(url_for(".settings"))
    return render_template("accounts/settings.html", form=form), form.status


@blueprint.route("/settings/own-agency", methods=["GET", "POST"])
@requires(Permission.AGENCY_EDIT)
def own_agency() -> ResponseReturnValue:
    """Leave the example and start an institution of one's own."""
    form = Form(OwnAgencySchema, data={"timezone": g.member.timezone, "language": g.member.language})
    if form.accepted:
        with form.refusals():
            agency = agencies.start_own(g.member, form.data, by=g.actor)
            flash(_("%(name)s is started. You are its administrator.", name=agency.name), "done")
            return redirect(url_for("home.index"))
    return render_template("accounts/own_agency.html", form=form), form.status


@blueprint.get("/settings/members")
@requires(Permission.MEMBER_EDIT)
def member_list() -> ResponseReturnValue:
    """Everybody who can sign in for the institution."""
    return render_template("accounts/members.html", members=members.listed(g.agency))


@blueprint.route("/settings/members/new", methods=["GET", "POST"])
@requires(Permission.MEMBER_EDIT)
def new_member() -> ResponseReturnValue:
    """Add a member; the page then shows their one-time address."""
    form = Form(NewMemberSchema)
    if form.accepted:
        with form.refusals():
            member = members.add(g.agency, form.data, by=g.actor)
            address = members.one_time_address(member)
            return render_template("accounts/member_added.html", row=member, address=address)
    return render_template("accounts/new_member.html", form=form), form.status


@blueprint.route("/settings/members/<id:member_id>", methods=["GET", "POST"])
@requires(Permission.MEMBER_EDIT)
def member(member_id: int) -> ResponseReturnValue:
    """Change a member, and see where they are signed in."""
    row = members.get(member_id, agency=g.agency)
    form = Form(MemberSchema, row=row)
    if form.accepted:
        with form.refusals():
            members.change(row, form.data, version=form.version, by=g.actor)
            flash(_("%(name)s is saved.", name=row.name), "done")
            return redirect(url_for(".member_list"))
    return render_template("accounts/member.html", row=row, form=form, sign_ins=signins.of(row)), form.status


@blueprint.post("/settings/members/<id:member_id>/address")
@requires(Permission.MEMBER_EDIT)
def member_address(member_id: int) -> ResponseReturnValue:
    """A new one-time address for a member who cannot get in."""
    if again := fresh():
        return again
    row = members.get(member_id, agency=g.agency)
    return render_template("accounts/member_added.html", row=row, address=members.one_time_address(row))


@blueprint.post("/settings/members/<id:member_id>/close")
@requires(Permission.MEMBER_EDIT)
def close_member(member_id: int) -> ResponseReturnValue:
    """Close a member's account."""
    row = members.get(member_id, agency=g.agency)
    members.close(row, by=g.actor)
    flash(_("The account of %(name)s is closed.", name=row.name), "done")
    return redirect(url_for(".member_list"))


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def audit() -> ResponseReturnValue:
    """Who did what, newest first, and whether the chain is whole."""
    form = Form(AuditFilters, data=sought(AuditFilters))
    page = chain.listed(g.agency.id, page_number(), action=form.start.get("action"))
    broken = chain.broken_at(g.agency.id) if "check" in request.args else None
    return render_template("accounts/audit.html", page=page, form=form, broken=broken)
