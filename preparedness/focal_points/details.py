"""What the institution knows of a focal point, shown to them alone, with what they have to prepare."""

from flask import render_template
from flask.typing import ResponseReturnValue

from preparedness.activations import preparing
from preparedness.contacts.models import Link
from preparedness.focal_points import acts, opening, reporting, schemas
from preparedness.plans import assignments
from preparedness.web import Form


def show(link: Link) -> ResponseReturnValue:
    """My details, and how far I am with what I took on."""
    held = assignments.of(link.person)
    discreet = any(each.seat.role.plan.high_risk for each in held)
    mine = [] if discreet else preparing.of_person(link.person)
    form = Form(schemas.tasks_shape(mine))
    if form.accepted:
        with form.refusals():
            reporting.take(mine, form.data, link)
            return opening.again()
    page = {"person": link.person, "designations": held, "discreet": discreet, "tasks": mine, "form": form}
    page |= {"token": opening.token(), "acts": acts.menu(link)}
    return render_template("focal_points/details.html", **page), form.status
