"""What somebody sees to whom a holder forwarded an address: they give their own data, nobody gives them away."""

from flask import render_template
from flask.typing import ResponseReturnValue

from preparedness.confirmations import deputies
from preparedness.focal_points import opening, schemas
from preparedness.plans.models import DeputySuggestion
from preparedness.web import Form


def show(suggestion: DeputySuggestion) -> ResponseReturnValue:
    """Offer oneself as a deputy, or see that one has."""
    seat = suggestion.assignment.seat
    form = Form(schemas.DeputySchema)
    if form.accepted:
        with form.refusals():
            deputies.offer(suggestion, form.data)
            return opening.again()
    page = {"seat": seat, "taken": suggestion.state != "open", "discreet": seat.role.plan.high_risk}
    return render_template("focal_points/deputy.html", form=form, **page), form.status
