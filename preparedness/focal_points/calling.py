"""The page behind an alert: an answer by one touch, then the tasks that are theirs. Nowhere is a name typed."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from preparedness.activations import availability, running, tasks
from preparedness.activations.models import Activation, ActivationState, Reply, ReplyState, Task
from preparedness.contacts.models import Link
from preparedness.database import now
from preparedness.focal_points import acts, opening, schemas
from preparedness.focal_points import reporting as reporting_on
from preparedness.focal_points.schemas import When
from preparedness.web import Form

EVENING, MORNING = time(19), time(8)
MOMENTS: dict[When, Callable[[datetime], datetime]] = {
    When.TWO_HOURS: lambda here: here + timedelta(hours=2),
    When.TONIGHT: lambda here: max(here, datetime.combine(here.date(), EVENING, here.tzinfo)),
    When.TOMORROW: lambda here: datetime.combine(here.date() + timedelta(days=1), MORNING, here.tzinfo),
}
"""From when, in the hours of the person."""


def show(link: Link) -> ResponseReturnValue:
    """Answer an alert, then report on one's tasks."""
    activation = running.get(link.subject_id, agency=g.agency)
    reply = availability.of(activation, link.person)
    mine = _tasks(activation, reply)
    reporting = request.method == "POST" and "answer" not in request.form and bool(mine)
    form = Form(schemas.tasks_shape(mine) if reporting else schemas.AlertSchema, zone=link.person.timezone)
    if form.accepted:
        with form.refusals():
            if reporting:
                reporting_on.take(mine, form.data, link)
            else:
                _answer(reply, form.data, link)
            return opening.again()
    page = {"activation": activation, "reply": reply, "tasks": mine, "person": link.person, "form": form}
    page |= {"token": opening.token(), "acts": acts.menu(link), "discreet": activation.plan.high_risk}
    page |= {"is_open": activation.state is ActivationState.ACTIVE, "reporting": reporting}
    if not reporting:
        page["reports"] = Form(schemas.tasks_shape(mine))
    return render_template("focal_points/call.html", **page), form.status


def _tasks(activation: Activation, reply: Reply) -> list[Task]:
    """The tasks of a person, once they answered or recovery began; none at high risk, where no role is named."""
    unanswered = reply.state is None and activation.state is ActivationState.ACTIVE
    if unanswered or reply.state is ReplyState.IN_AFFECTED_AREA or activation.plan.high_risk:
        return []
    return tasks.of_person(activation, reply.person)


def _answer(reply: Reply, data: dict[str, Any], link: Link) -> None:
    state = data["answer"]
    assert isinstance(state, ReplyState)
    moment = _from_when(data, link) if state is ReplyState.AVAILABLE_FROM else None
    availability.reply(reply, state, moment, by=link.person.actor)


def _from_when(data: dict[str, Any], link: Link) -> datetime | None:
    """A preset or a time of one's own, in the hours of the person."""
    said = data.get("available_from")
    if isinstance(said, datetime):
        return said
    if isinstance(said, When):
        return MOMENTS[said](now().astimezone(ZoneInfo(link.person.timezone)))
    at = data.get("available_at")
    return at if isinstance(at, datetime) else None
