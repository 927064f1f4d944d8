"""The landing page: what needs attention today, and whether the product itself is well."""

from flask import Blueprint, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from preparedness import timetable
from preparedness.accounts.permissions import Permission, may, public, requires
from preparedness.activations import preparing
from preparedness.attention import matters
from preparedness.database import now
from preparedness.plans import drafting, tallies

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Permission.HOME_READ)
def index() -> ResponseReturnValue:
    """What needs attention today: three things first, then each plan in a line, and what falls due this week."""
    plans = drafting.listed(g.agency) if may(Permission.PLAN_EDIT) else drafting.in_force(g.agency)
    counted = tallies.of(g.agency)
    found = matters(g.agency, g.member, plans, counted)
    return render_template(
        "home/index.html",
        first=found[:3],
        others=found[3:],
        plans=plans,
        tallies=counted,
        due=preparing.due(g.agency) if may(Permission.PLAN_EDIT) else [],
        beat=timetable.last_beat(),
        alive=timetable.alive(now()),
    )


@blueprint.get("/health")
@public
def health() -> ResponseReturnValue:
    """For a watchdog: whether pages are served, and whether the worker lives."""
    return jsonify(status="ok", worker="ok" if timetable.alive(now()) else "silent")
