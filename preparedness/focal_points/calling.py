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
from preparedness.errors import Refused
from preparedness.focal_points import acts, opening, schemas
from preparedness.focal_points.schemas import When
from preparedness.i18n import _
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
                _report(mine, form.data, link)
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
    """The tasks of a person, once they answered; none in a high-risk plan, where the page may name no role."""
    if reply.state is None or activation.plan.high_risk:
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


def _report(mine: list[Task], data: dict[str, Any], link: Link) -> None:
    """Take what was said of each task; what was left as it is stays."""
    said = {task: data.get(f"task-{task.id}") for task in mine}
    if not any(said.values()):
        raise Refused(_("Nothing was chosen yet. Choose how far a task is, then send it."))
    for task, state in said.items():
        if state is None:
            continue
        note = data.get(f"task_note-{task.id}")
        try:
            tasks.report(task, schemas.STATES[state], note, version=None, by=link.person.actor)
        except Refused as refused:
            raise Refused(refused.sentence, field=f"task_note-{task.id}") from refused
