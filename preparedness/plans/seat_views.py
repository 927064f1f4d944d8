"""Pages about seats: where a role has them, and who is designated for each, in one grid."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.contacts import holders
from preparedness.errors import Missing
from preparedness.i18n import _
from preparedness.plans import assignments, candidates, coverage, drafting, roles, schemas, seats
from preparedness.plans.models import Assignment, Seat
from preparedness.plans.row_views import blueprint
from preparedness.web import Form, posted_version, sought

__all__ = ["blueprint"]


@blueprint.route("/<id:plan_id>/roles/<id:role_id>/seats/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def add_seat(plan_id: int, role_id: int) -> ResponseReturnValue:
    """Give a role a seat for a place or sector."""
    role = roles.get(role_id, plan_id=plan_id, agency=g.agency)
    form = Form(schemas.SeatSchema)
    if form.accepted:
        with form.refusals():
            seat = seats.add(role, form.data, by=g.actor)
            flash(_("%(seat)s has a seat.", seat=seat.title), "done")
            return _to_roles(seat)
    return render_template("plans/seat.html", form=form, plan=role.plan, role=role, seat=None), form.status


@blueprint.route("/<id:plan_id>/seats/<id:seat_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def edit_seat(plan_id: int, seat_id: int) -> ResponseReturnValue:
    """Name another place or sector."""
    seat = seats.get(seat_id, plan_id=plan_id, agency=g.agency)
    form = Form(schemas.SeatSchema, row=seat)
    if form.accepted:
        with form.refusals():
            seats.change(seat, form.data, version=form.version, by=g.actor)
            flash(_("The seat is saved."), "done")
            return _to_roles(seat)
    return render_template("plans/seat.html", form=form, plan=seat.role.plan, role=seat.role, seat=seat), form.status


@blueprint.post("/<id:plan_id>/seats/<id:seat_id>/move")
@requires(Permission.PLAN_EDIT)
def move_seat(plan_id: int, seat_id: int) -> ResponseReturnValue:
    """Put a seat before or after its neighbour."""
    seat = seats.get(seat_id, plan_id=plan_id, agency=g.agency)
    seats.move(seat, up=request.form.get("up") == "yes", by=g.actor)
    return _to_roles(seat)


@blueprint.post("/<id:plan_id>/seats/<id:seat_id>/remove")
@requires(Permission.PLAN_EDIT)
def remove_seat(plan_id: int, seat_id: int) -> ResponseReturnValue:
    """Take a seat away that nobody holds."""
    seat = seats.get(seat_id, plan_id=plan_id, agency=g.agency)
    seats.remove(seat, version=posted_version(), by=g.actor)
    flash(_("The seat is taken away."), "done")
    return _to_roles(seat)


def _to_roles(seat: Seat) -> ResponseReturnValue:
    return redirect(url_for(".roles", plan_id=seat.role.plan_id, _anchor=f"roles-{seat.role_id}"))


@blueprint.get("/<id:plan_id>/designate")
@requires(Permission.SEAT_ASSIGN)
def designate(plan_id: int) -> ResponseReturnValue:
    """The grid of designations: seat by row, holder and deputies in calling order."""
    plan = drafting.whole(plan_id, agency=g.agency)
    return render_template("plans/designate.html", plan=plan, grid=coverage.grid(plan))


@blueprint.route("/<id:plan_id>/seats/<id:seat_id>/choose", methods=["GET", "POST"])
@requires(Permission.SEAT_ASSIGN)
def choose(plan_id: int, seat_id: int) -> ResponseReturnValue:
    """Choose the next holder or deputy of a seat among those who may be asked."""
    seat = seats.get(seat_id, plan_id=plan_id, agency=g.agency)
    form = Form(schemas.HolderSchema)
    if form.accepted:
        with form.refusals():
            holder = holders.get(form.data["holder"], agency=g.agency)
            assignments.assign(seat, holder, by=g.actor)
            flash(_("%(name)s is proposed for %(seat)s.", name=holder.shown_name, seat=seat.title), "done")
            return _to_grid(seat)
    wanted = sought(schemas.CandidateFilters) if request.args else _wanted(seat)
    page = {"seat": seat, "plan": seat.role.plan, "most": candidates.MOST}
    page["offers"] = candidates.of(seat, wanted, agency=g.agency)
    filters = Form(schemas.CandidateFilters, data=wanted)
    return render_template("plans/choose.html", form=form, filters=filters, **page), form.status


def _wanted(seat: Seat) -> dict[str, str]:
    """What the list begins with: those tied to the country of the seat."""
    return {"country": seat.country} if seat.country else {}


@blueprint.post("/<id:plan_id>/designations/<id:assignment_id>/move")
@requires(Permission.SEAT_ASSIGN)
def move_designation(plan_id: int, assignment_id: int) -> ResponseReturnValue:
    """Call somebody one place earlier or later."""
    assignment = _designation(assignment_id, plan_id)
    assignments.move(assignment, up=request.form.get("up") == "yes", by=g.actor)
    return _to_grid(assignment.seat)


@blueprint.route("/<id:plan_id>/designations/<id:assignment_id>/end", methods=["GET", "POST"])
@requires(Permission.SEAT_ASSIGN)
def end_designation(plan_id: int, assignment_id: int) -> ResponseReturnValue:
    """End a designation, after a look at what that means."""
    assignment = _designation(assignment_id, plan_id)
    if request.method == "POST":
        assignments.end(assignment, version=posted_version(), by=g.actor)
        flash(_("The designation of %(name)s is ended.", name=assignment.shown_name), "done")
        return _to_grid(assignment.seat)
    return render_template("plans/end.html", assignment=assignment, plan=assignment.seat.role.plan)


def _designation(assignment_id: int, plan_id: int) -> Assignment:
    """A designation of this plan; raises Missing."""
    assignment = assignments.get(assignment_id, agency=g.agency)
    if assignment.seat.role.plan_id != plan_id:
        raise Missing
    return assignment


def _to_grid(seat: Seat) -> ResponseReturnValue:
    return redirect(url_for(".designate", plan_id=seat.role.plan_id, _anchor=f"seat-{seat.id}"))
