"""The page behind a request to confirm: who asks what, and three answers of which none is chosen beforehand."""

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from preparedness.confirmations import answers, letters, requests, schemas
from preparedness.confirmations.campaigns import TIME_TO_ANSWER, Asking
from preparedness.confirmations.models import Request, RequestLine
from preparedness.contacts.models import Link, Person
from preparedness.database import now
from preparedness.focal_points import acts, opening
from preparedness.web import Form


def show(link: Link) -> ResponseReturnValue:
    """Answer, see the answer later, and change it until the deadline."""
    asked = requests.of_person(link.subject_id, link.person)
    lines = requests.answerable(asked)
    form = Form(schemas.answer_shape(lines, discreet=asked.discreet))
    if form.accepted:
        with form.refusals():
            answers.give(asked, schemas.answered(form.data), by=link.person.actor)
            return opening.again()
    page = _seen(asked.lines, link.person, discreet=asked.discreet) | _standing(asked)
    page |= {"token": opening.token(), "acts": acts.menu(link), "open_lines": lines}
    return render_template("focal_points/confirm.html", form=form, **page), form.status


def example(asking: Asking) -> str:
    """The same page as a planner looks at it before anything is sent."""
    assert asking.person is not None
    lines = requests.sample(asking.assignments)
    discreet = asking.assignments[0].seat.role.plan.high_risk
    form = Form(schemas.answer_shape(lines, discreet=discreet))
    page = _seen(lines, asking.person, discreet=discreet) | {"is_open": True, "until": now() + TIME_TO_ANSWER}
    return render_template("focal_points/example.html", form=form, open_lines=lines, **page)


def _seen(lines: Sequence[RequestLine], person: Person, *, discreet: bool) -> dict[str, Any]:
    return {
        "name": letters.first_name(person),
        "person": person,
        "lines": lines,
        "duties": {line.assignment_id: requests.duties(line) for line in lines},
        "discreet": discreet,
        "valid_for": answers.VALID_FOR.days,
    }


def _standing(asked: Request) -> dict[str, Any]:
    return {
        "asked": asked,
        "until": requests.last_minute(asked.campaign),
        "is_open": requests.is_open(asked),
        "answered": [line for line in asked.lines if line.own_answer is not None],
        "reported": [line for line in asked.lines if line.reported_answer is not None],
    }
