"""The addresses that are sent to focal points: no account, no cookie, no menu. Reading one never changes anything."""

from collections.abc import Callable

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, by_link, requires
from preparedness.confirmations import campaigns
from preparedness.contacts.models import Link, LinkPurpose
from preparedness.errors import Missing
from preparedness.focal_points import acts, calling, confirming, deputies, details, opening
from preparedness.i18n import LANGUAGES
from preparedness.plans import drafting
from preparedness.web import number_in

blueprint = Blueprint("focal_points", __name__, url_prefix="/a")

PAGES: dict[LinkPurpose, Callable[[Link], ResponseReturnValue]] = {
    LinkPurpose.CONFIRM: confirming.show,
    LinkPurpose.CALL: calling.show,
    LinkPurpose.DETAILS: details.show,
}


@blueprint.before_request
def slow_down() -> None:
    """Nobody finds an address by trying."""
    token = (request.view_args or {}).get("token")
    if token is not None:
        opening.refuse_guessing(token)


@blueprint.route("/<string(length=43):token>", methods=["GET", "POST"])
@by_link
def show(token: str) -> ResponseReturnValue:
    """What a link is for: confirming roles, answering an alert, seeing one's details, or standing in for a holder."""
    suggestion = opening.suggested(token)
    if suggestion is not None:
        return deputies.show(suggestion)
    link = opening.opened(token)
    return PAGES[link.purpose](link)


@blueprint.route("/<string(length=43):token>/<string:act>", methods=["GET", "POST"])
@by_link
def act(token: str, act: str) -> ResponseReturnValue:
    """Pause, step down, be erased, get a new link, hand over: each at its own address."""
    return acts.act(opening.opened(token), act)


@blueprint.get("/example/<id:plan_id>")
@requires(Permission.CAMPAIGN_RUN)
def example(plan_id: int) -> ResponseReturnValue:
    """What one of those to be asked will see, for the planner who is about to ask them."""
    plan = drafting.plan(plan_id, agency=g.agency)
    chosen = request.args.get("lang", "")
    g.language = chosen if chosen in LANGUAGES else g.language
    wanted = number_in(request.args, "person")
    found = [each for each in campaigns.preview(plan) if each.person and (wanted is None or each.person.id == wanted)]
    if not found and wanted is None:
        return redirect(url_for("confirmations.ask", plan_id=plan_id))
    if not found:
        raise Missing
    return confirming.example(found[0])
