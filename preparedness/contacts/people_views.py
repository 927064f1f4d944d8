"""Pages about people: the list, one person, and what is done about them."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness import audit
from preparedness.accounts.permissions import Permission, requires
from preparedness.contacts import channels, duplicates, organisations, schemas, standing
from preparedness.contacts import people as roster
from preparedness.contacts.models import ErasureReason, Person, Purpose
from preparedness.contacts.part_schemas import ChannelShape
from preparedness.i18n import _
from preparedness.plans import assignments
from preparedness.web import Form, page_number, posted_version, sought

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")


@blueprint.get("/people")
@requires(Permission.CONTACT_READ)
def people() -> ResponseReturnValue:
    """The people of the roster, narrowed and sorted as the address says."""
    filters = sought(schemas.PeopleFilters)
    page = roster.listed(
        g.agency, q=filters.pop("q", ""), filters=filters, page=page_number(), sort=request.args.get("sort")
    )
    rows = [(each, standing.why_not(each)) for each in page.items]
    form = Form(schemas.PeopleFilters, data={"state": "active", **request.args})
    return render_template("contacts/people.html", page=page, rows=rows, form=form, filters=filters)


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def new_person() -> ResponseReturnValue:
    """Add somebody by hand: five things, the rest follows."""
    form = Form(
        schemas.NewPersonSchema,
        only=schemas.NEW_PERSON,
        data={"language": g.agency.language, "organisation_id": request.args.get("organisation", "")},
        choices={"organisation_id": organisations.choices(g.agency)},
    )
    anyway = form.data.pop("anyway", False)
    twins = duplicates.of(g.agency, form.data) if form.accepted else []
    if form.accepted:
        with form.refusals():
            duplicates.refuse(twins, anyway=anyway)
            person = roster.add(g.agency, form.data, by=g.actor)
            flash(_("%(name)s is in the roster. Add what else you know.", name=person.name), "done")
            return redirect(url_for("contacts.person", person_id=person.id))
    return render_template("contacts/new_person.html", form=form, twins=twins), form.status


@blueprint.get("/people/<id:person_id>")
@requires(Permission.CONTACT_READ)
def person(person_id: int) -> ResponseReturnValue:
    """One person: how they stand, how they are reached, what they can do, what they hold, what happened."""
    return _page(roster.get(person_id, agency=g.agency))


def _page(row: Person, form: Form | None = None) -> ResponseReturnValue:
    page = render_template(
        "contacts/person.html",
        person=row,
        why_not=standing.why_not(row),
        agreed=standing.agreed(row, Purpose.BE_CALLED),
        held=assignments.of(row),
        history=audit.of(row),
        form=form or Form(ChannelShape, only=("kind", "address"), row=row, data={"address": "", "kind": ""}),
    )
    return page, form.status if form else 200


@blueprint.route("/people/<id:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change what is known of somebody."""
    row = roster.get(person_id, agency=g.agency)
    said = schemas.typed(roster.said(row))
    form = Form(
        schemas.PersonSchema,
        only=schemas.EDIT_PERSON,
        row=row,
        data=said,
        choices={
            "organisation_id": organisations.choices(g.agency, with_id=row.organisation_id),
            "language": schemas.languages([row.language]),
            "languages": schemas.languages(said["languages"]),
        },
    )
    if form.accepted:
        with form.refusals():
            roster.change(row, form.data, version=form.version, by=g.actor)
            flash(_("Saved."), "done")
            return redirect(url_for("contacts.person", person_id=person_id))
    return render_template("contacts/edit_person.html", person=row, form=form), form.status


# --- How they are reached ------------------------------------------------------------------------------------------


@blueprint.route("/people/<id:person_id>/channels", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def add_channel(person_id: int) -> ResponseReturnValue:
    """Add a way to reach somebody."""
    row = roster.get(person_id, agency=g.agency)
    form = Form(ChannelShape, only=("kind", "address"), row=row, data={"address": "", "kind": ""})
    if form.accepted:
        with form.refusals():
            channels.add(row, form.data, version=form.version, by=g.actor)
            return _back(person_id)
    return _page(row, form)


@blueprint.post("/people/<id:person_id>/channels/<id:channel_id>/first")
@requires(Permission.CONTACT_EDIT)
def first_channel(person_id: int, channel_id: int) -> ResponseReturnValue:
    """Let a way to reach somebody be tried first."""
    channels.put_first(roster.get(person_id, agency=g.agency), channel_id, version=posted_version(), by=g.actor)
    return _back(person_id)


@blueprint.post("/people/<id:person_id>/channels/<id:channel_id>/remove")
@requires(Permission.CONTACT_EDIT)
def remove_channel(person_id: int, channel_id: int) -> ResponseReturnValue:
    """Take a way to reach somebody away."""
    channels.remove(roster.get(person_id, agency=g.agency), channel_id, version=posted_version(), by=g.actor)
    return _back(person_id)


def _back(person_id: int) -> ResponseReturnValue:
    return redirect(url_for("contacts.person", person_id=person_id))


# --- How they stand ------------------------------------------------------------------------------------------------


@blueprint.route("/people/<id:person_id>/verify", methods=["GET", "POST"])
@requires(Permission.CONTACT_VERIFY)
def verify_person(person_id: int) -> ResponseReturnValue:
    """Record a check of who somebody is."""
    row = roster.get(person_id, agency=g.agency)
    form = Form(schemas.VettingSchema, data={"on": standing.today()})
    if form.accepted:
        with form.refusals():
            standing.vet(row, **form.data, by=g.actor)
            flash(_("The verification is recorded."), "done")
            return _back(person_id)
    return render_template("contacts/verify.html", holder=row, form=form, back=_address(row)), form.status


def _address(row: Person) -> str:
    return url_for("contacts.person", person_id=row.id)


@blueprint.route("/people/<id:person_id>/pause", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def pause_person(person_id: int) -> ResponseReturnValue:
    """Send nothing to somebody until a day."""
    row = roster.get(person_id, agency=g.agency)
    form = Form(schemas.PauseSchema, row=row, data={"until": row.paused_until})
    if form.accepted:
        with form.refusals():
            roster.pause(row, form.data["until"], by=g.actor, version=form.version)
            flash(_("Nothing is sent to them until then."), "done")
            return _back(person_id)
    return render_template("contacts/pause.html", person=row, form=form), form.status


@blueprint.post("/people/<id:person_id>/resume")
@requires(Permission.CONTACT_EDIT)
def resume_person(person_id: int) -> ResponseReturnValue:
    """Let messages be sent to somebody again."""
    roster.pause(roster.get(person_id, agency=g.agency), None, by=g.actor, version=posted_version())
    return _back(person_id)


@blueprint.route("/people/<id:person_id>/leave-alone", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def leave_person_alone(person_id: int) -> ResponseReturnValue:
    """Keep that somebody asked to be left alone."""
    row = roster.get(person_id, agency=g.agency)
    if request.method == "POST":
        roster.opt_out(row, by=g.actor)
        flash(_("They are left alone from now on."), "done")
        return _back(person_id)
    return render_template("contacts/leave_alone.html", person=row, held=assignments.of(row))


@blueprint.route("/people/<id:person_id>/archive", methods=["GET", "POST"])
@requires(Permission.CONTACT_EDIT)
def archive_person(person_id: int) -> ResponseReturnValue:
    """Take somebody out of the lists."""
    row = roster.get(person_id, agency=g.agency)
    if request.method == "POST":
        roster.archive(row, by=g.actor, version=posted_version())
        flash(_("%(name)s is archived.", name=row.shown_name), "done")
        return _back(person_id)
    return render_template("contacts/archive_person.html", person=row, held=assignments.of(row))


@blueprint.post("/people/<id:person_id>/restore")
@requires(Permission.CONTACT_EDIT)
def restore_person(person_id: int) -> ResponseReturnValue:
    """Bring somebody back into the lists."""
    roster.restore(roster.get(person_id, agency=g.agency), by=g.actor, version=posted_version())
    return _back(person_id)


@blueprint.route("/people/<id:person_id>/erase", methods=["GET", "POST"])
@requires(Permission.CONTACT_ERASE)
def erase_person(person_id: int) -> ResponseReturnValue:
    """Erase what is known of somebody, after saying what will be lost."""
    row = roster.get(person_id, agency=g.agency)
    form = Form(schemas.EraseSchema, choices={"reason": [(each, each.words) for each in ErasureReason.chosen()]})
    if form.accepted:
        with form.refusals():
            roster.erase(row, reason=form.data["reason"], by=g.actor)
            flash(_("Their data are erased."), "done")
            return redirect(url_for("contacts.people"))
    return render_template("contacts/erase.html", person=row, form=form, held=assignments.of(row)), form.status
