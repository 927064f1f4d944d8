"""The roster's door. Here: the list of organisations, one of them, what is done; people stand in `people_views`."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness import audit
from preparedness.accounts.permissions import Permission, requires
from preparedness.contacts import channels, duplicates, schemas, standing
from preparedness.contacts import organisations as roster
from preparedness.contacts.models import Organisation
from preparedness.contacts.part_schemas import ChannelShape
from preparedness.contacts.people_views import blueprint
from preparedness.i18n import _
from preparedness.plans import assignments
from preparedness.web import Form, page_number, posted_version, sought

__all__ = ["blueprint"]


@blueprint.get("/organisations")
@requires(Permission.CONTACT_READ)
def organisations() -> ResponseReturnValue:
    """The organisations of the roster, narrowed and sorted as the address says."""
    filters = sought(schemas.OrganisationFilters)
    page = roster.listed(
        g.agency, q=filters.pop("q", ""), filters=filters, page=page_number(), sort=request.args.get("sort")
    )
    rows = [(each, standing.why_not(each)) for each in page.items]
    form = Form(schemas.OrganisationFilters, data={"state": "active", **request.args})
    return render_template("contacts/organisations.html", page=page, rows=rows, form=form, filters=filters)


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def new_organisation() -> ResponseReturnValue:
    """Add an organisation by hand: five things, the rest follows."""
    form = Form(schemas.NewOrganisationSchema, only=schemas.NEW_ORGANISATION, data={"country": g.agency.country})
    anyway = form.data.pop("anyway", False)
    twins = duplicates.of(g.agency, form.data, among=Organisation) if form.accepted else []
    if form.accepted:
        with form.refusals():
            duplicates.refuse(twins, anyway=anyway)
            made = roster.add(g.agency, form.data, by=g.actor)
            flash(_("%(name)s is in the roster. Add what else you know.", name=made.name), "done")
            return _back(made.id)
    return render_template("contacts/new_organisation.html", form=form, twins=twins), form.status


@blueprint.get("/organisations/<id:organisation_id>")
@requires(Permission.CONTACT_READ)
def organisation(organisation_id: int) -> ResponseReturnValue:
    """One organisation: its contact point, how it is reached, what it can do, what it holds, what happened."""
    return _page(roster.get(organisation_id, agency=g.agency))


def _page(row: Organisation, form: Form | None = None) -> ResponseReturnValue:
    page = render_template(
        "contacts/organisation.html",
        organisation=row,
        why_not=standing.why_not(row),
        members=roster.members(row),
        held=assignments.of(row),
        history=audit.of(row),
        form=form or Form(ChannelShape, only=("kind", "address"), row=row, data={"address": "", "kind": ""}),
    )
    return page, form.status if form else 200


@blueprint.route("/organisations/<id:organisation_id>/edit", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def edit_organisation(organisation_id: int) -> ResponseReturnValue:
    """Change what is known of an organisation."""
    row = roster.get(organisation_id, agency=g.agency)
    said = schemas.typed(roster.said(row))
    form = Form(
        schemas.OrganisationSchema,
        only=schemas.EDIT_ORGANISATION,
        row=row,
        data=said,
        choices={
            "parent_id": roster.choices(g.agency, with_id=row.parent_id),
            "contact_person_id": roster.contact_points(row),
            "languages": schemas.languages(said["languages"]),
        },
    )
    if form.accepted:
        with form.refusals():
            roster.change(row, form.data, version=form.version, by=g.actor)
            flash(_("Saved."), "done")
            return _back(organisation_id)
    return render_template("contacts/edit_organisation.html", organisation=row, form=form), form.status


@blueprint.route("/organisations/<id:organisation_id>/channels", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def add_organisation_channel(organisation_id: int) -> ResponseReturnValue:
    """Add a way to reach an organisation."""
    row = roster.get(organisation_id, agency=g.agency)
    form = Form(ChannelShape, only=("kind", "address"), row=row, data={"address": "", "kind": ""})
    if form.accepted:
        with form.refusals():
            channels.add(row, form.data, version=form.version, by=g.actor)
            return _back(organisation_id)
    return _page(row, form)


@blueprint.post("/organisations/<id:organisation_id>/channels/<id:channel_id>/first")
@requires(Permission.CONTACT_EDIT)
def first_organisation_channel(organisation_id: int, channel_id: int) -> ResponseReturnValue:
    """Let a way to reach an organisation be tried first."""
    row = roster.get(organisation_id, agency=g.agency)
    channels.put_first(row, channel_id, version=posted_version(), by=g.actor)
    return _back(organisation_id)


@blueprint.post("/organisations/<id:organisation_id>/channels/<id:channel_id>/remove")
@requires(Permission.CONTACT_EDIT)
def remove_organisation_channel(organisation_id: int, channel_id: int) -> ResponseReturnValue:
    """Take a way to reach an organisation away."""
    channels.remove(roster.get(organisation_id, agency=g.agency), channel_id, version=posted_version(), by=g.actor)
    return _back(organisation_id)


@blueprint.route("/organisations/<id:organisation_id>/verify", methods=["GET", "POST"])
@requires(Permission.CONTACT_VERIFY)
def verify_organisation(organisation_id: int) -> ResponseReturnValue:
    """Record a check of what an organisation is."""
    row = roster.get(organisation_id, agency=g.agency)
    form = Form(schemas.VettingSchema, data={"on": standing.today()})
    if form.accepted:
        with form.refusals():
            standing.vet(row, **form.data, by=g.actor)
            flash(_("The verification is recorded."), "done")
            return _back(organisation_id)
    back = url_for("contacts.organisation", organisation_id=organisation_id)
    return render_template("contacts/verify.html", holder=row, form=form, back=back), form.status


@blueprint.route("/organisations/<id:organisation_id>/archive", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def archive_organisation(organisation_id: int) -> ResponseReturnValue:
    """Take an organisation out of the lists."""
    row = roster.get(organisation_id, agency=g.agency)
    if request.method == "POST":
        roster.archive(row, by=g.actor, version=posted_version())
        flash(_("%(name)s is archived.", name=row.name), "done")
        return _back(organisation_id)
    held, members = assignments.of(row), roster.members(row)
    return render_template("contacts/archive_organisation.html", organisation=row, held=held, members=members)


@blueprint.post("/organisations/<id:organisation_id>/restore")
@requires(Permission.CONTACT_EDIT)
def restore_organisation(organisation_id: int) -> ResponseReturnValue:
    """Bring an organisation back into the lists."""
    roster.restore(roster.get(organisation_id, agency=g.agency), by=g.actor, version=posted_version())
    return _back(organisation_id)


def _back(organisation_id: int) -> ResponseReturnValue:
    return redirect(url_for("contacts.organisation", organisation_id=organisation_id))
