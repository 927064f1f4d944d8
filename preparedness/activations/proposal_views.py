"""Pages: looking at the alert of a warning service, and deciding that nothing follows from it."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.activations import proposals
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.web import posted_version

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")


@blueprint.get("/<id:proposal_id>")
@requires(Permission.ACTIVATION_RUN)
def show(proposal_id: int) -> ResponseReturnValue:
    """What a warning service says, and the plans it may be about; activating one is a page of its own."""
    row = proposals.get(proposal_id, agency=g.agency)
    return render_template("proposals/show.html", proposal=row, plans=proposals.plans_of(row, g.agency))


@blueprint.post("/<id:proposal_id>/dismiss")
@requires(Permission.ACTIVATION_RUN)
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """Take the alert from the list of what waits."""
    row = proposals.get(proposal_id, agency=g.agency)
    try:
        proposals.dismiss(row, version=posted_version(), by=g.actor)
        flash(_("The alert is dismissed. Nothing follows from it."), "done")
    except Refused as refused:
        flash(refused.sentence, "problem")
    return redirect(url_for("home.index"))
