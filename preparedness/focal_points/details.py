"""What the institution knows of a focal point, shown to them alone, with what they can do about it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from preparedness.contacts.models import Link
from preparedness.focal_points import acts, opening
from preparedness.plans import assignments


def show(link: Link) -> ResponseReturnValue:
    """My details."""
    held = assignments.of(link.person)
    page = {
        "person": link.person,
        "designations": held,
        "discreet": any(each.seat.role.plan.high_risk for each in held),
    }
    return render_template("focal_points/details.html", token=opening.token(), acts=acts.menu(link), **page)
