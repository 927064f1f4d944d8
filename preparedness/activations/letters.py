"""What the letters of activations say; the link is found here, when a letter is sent."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from sqlalchemy import select

from preparedness import config
from preparedness.accounts import agencies
from preparedness.accounts.models import User
from preparedness.activations import tasks
from preparedness.activations.models import Activation, ActivationState, Reply, ReplyState, Task
from preparedness.confirmations.letters import first_name
from preparedness.contacts import links, standing
from preparedness.contacts.models import Link, LinkPurpose, Person
from preparedness.database import db
from preparedness.notifications.models import Message
from preparedness.plans.models import Seat

Context = dict[str, Any]


def alert(message: Message) -> Context | None:
    """An alert; None once it is over, or they may not be called any more."""
    reply = db.session.get(Reply, message.params["reply_id"])
    if reply is None or reply.activation.state is not ActivationState.ACTIVE or standing.why_not_called(reply.person):
        return None
    if reply.state is ReplyState.IN_AFFECTED_AREA:
        return None
    mine = tasks.of_person(reply.activation, reply.person)
    seats = db.session.scalars(select(Seat).where(Seat.id.in_(reply.seat_ids)).order_by(Seat.id))
    return _said(reply) | {
        "places": [seat.title for seat in seats],
        "tasks": len(mine),
        "first_due_at": min((task.due_at for task in mine if task.due_at and not task.finished), default=None),
    }


def afterwards(message: Message) -> Context | None:
    """What is said to those who were asked: a false alarm, the stand-down, the report back."""
    reply = db.session.get(Reply, message.params["reply_id"])
    return None if reply is None or reply.person.opted_out_at is not None else _said(reply)


def _said(reply: Reply) -> Context:
    """What every letter of an activation says; no plan and no role at high risk (safety.md S3)."""
    activation, person = reply.activation, reply.person
    return {
        "agency": agencies.of(activation),
        "name": first_name(person),
        "activation": activation,
        "plan": activation.plan,
        "exercise": activation.exercise,
        "discreet": activation.plan.high_risk,
        "phrase": person.check_phrase,
        "zone": person.timezone,
        "link": _address(person, LinkPurpose.CALL, activation),
    }


def tasks_due(message: Message) -> Context | None:
    """What a person still has to do and should have done; None once nothing of it is late."""
    person = db.session.get(Person, message.person_id)
    query = select(Task).where(Task.id.in_(message.params["task_ids"])).order_by(Task.plan_id, Task.due_at, Task.id)
    late = [task for task in db.session.scalars(query) if tasks.is_late(task)]
    if person is None or not late or standing.why_not(person) is not None:
        return None
    groups = [_group(person, list(group)) for _plan, group in groupby(late, key=lambda task: task.plan_id)]
    return {
        "agency": agencies.of(person),
        "name": first_name(person),
        "groups": groups,
        "count": len(late),
        "exercise": all(group["exercise"] for group in groups),
        "discreet": any(task.plan.high_risk for task in late),
        "phrase": person.check_phrase,
        "zone": person.timezone,
    }


def _group(person: Person, late: list[Task]) -> Context:
    """The late tasks of one plan, with the address where they can be reported."""
    activation = next((task.activation for task in late if task.activation is not None), None)
    return {
        "plan": late[0].plan,
        "tasks": late,
        "exercise": activation is not None and activation.exercise,
        "link": _address(person, LinkPurpose.CALL, activation)
        if activation is not None
        else _address(person, LinkPurpose.DETAILS, person),
    }


def review_due(message: Message) -> Context | None:
    """That an activation waits for somebody to decide whether it goes on; None once it was decided."""
    activation = db.session.get(Activation, message.subject_id)
    if activation is None or activation.state is not ActivationState.ACTIVE:
        return None
    member = db.session.get(User, message.params["member_id"])
    if member is None or activation.review_at.isoformat() != message.params["review_at"]:
        return None
    return {
        "agency": agencies.of(activation),
        "activation": activation,
        "plan": activation.plan,
        "exercise": activation.exercise,
        "zone": member.timezone,
        "link": f"{config.current().base_url}/activations/{activation.id}/review",
    }


def _address(person: Person, purpose: LinkPurpose, subject: Any) -> str | None:
    """The address of a link that was issued, unless it was voided."""
    link = db.session.scalar(
        select(Link).where(
            Link.person_id == person.id,
            Link.purpose == purpose,
            Link.subject_kind == subject.__tablename__,
            Link.subject_id == subject.id,
            Link.voided_at.is_(None),
        )
    )
    return links.address(link) if link else None


CONTEXTS: dict[str, Callable[[Message], Context | None]] = {
    "alert": alert,
    "alert_cancelled": afterwards,
    "stood_down": afterwards,
    "report_back": afterwards,
    "tasks_due": tasks_due,
    "review_due": review_due,
}
"""Each letter with what fills it; `create_app` hands them to the outbox."""
