"""Availability: what people answer to an alert. No answer means nothing, and is never held against anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Access, Agency, User
from preparedness.activations import duties
from preparedness.activations.models import Activation, ActivationState, Reply, ReplyBy, ReplyState
from preparedness.audit import Action, Actor, record
from preparedness.confirmations import ladder
from preparedness.contacts.models import Person
from preparedness.database import db, expect, now, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.notifications import outbox

HERE = frozenset({ReplyState.AVAILABLE_NOW, ReplyState.AVAILABLE_FROM, ReplyState.REMOTE_ONLY})
"""The answers of people who can be counted on, now or from a time."""

REPORTED = ("state", "available_from", "called_at", "reached_at", "by", "answered_by", "note")


@dataclass(frozen=True)
class Figures:
    """The five figures by which a call drill is judged."""

    first_called_at: datetime | None
    last_called_at: datetime | None
    last_answer_at: datetime | None
    asked: int
    answered_in_time: int


def get(reply_id: int, *, agency: Agency, member: User | None = None) -> Reply:
    """An answer of the agency's activations; for an operator only of those they work on. Raises Missing."""
    reply = db.session.scalar(select(Reply).where(Reply.id == reply_id, Reply.agency_id == agency.id))
    if reply is None:
        raise Missing
    if member is not None and member.access is Access.OFFICIAL and not duties.works_on(member, reply.activation_id):
        raise Missing
    return reply


def of(activation: Activation, person: Person) -> Reply:
    """What a person was asked in an activation. Raises Missing where they were not."""
    reply = db.session.scalar(select(Reply).where(Reply.activation_id == activation.id, Reply.person_id == person.id))
    if reply is None:
        raise Missing
    return reply


def listed(activation: Activation) -> list[Reply]:
    """Everybody who was asked, with the person."""
    query = (
        select(Reply)
        .where(Reply.activation_id == activation.id)
        .options(selectinload(Reply.person).selectinload(Person.organisation))
        .order_by(Reply.id)
    )
    return list(db.session.scalars(query))


def counts_now(reply: Reply) -> bool:
    """True for somebody who can be counted on at this moment."""
    if reply.state is ReplyState.AVAILABLE_FROM:
        return reply.available_from is not None and reply.available_from <= now()
    return reply.state in HERE


def reply(reply: Reply, state: ReplyState, available_from: datetime | None, *, by: Actor) -> None:
    """Take a person's own answer. The same one sent again changes nothing."""
    db.session.flush()
    db.session.refresh(reply, with_for_update={"of": Reply})
    _refuse(reply, state, available_from)
    data = {
        "state": state,
        "available_from": available_from if state is ReplyState.AVAILABLE_FROM else None,
        "by": ReplyBy.SELF,
        "answered_by": None,
        "reached_at": reply.reached_at or now(),
    }
    _keep(reply, data, Action.REPLIED, by)


def report(
    reply: Reply,
    state: ReplyState | None,
    available_from: datetime | None,
    *,
    via: ReplyBy,
    by: Actor,
    version: int | None = None,
    called_at: datetime | None = None,
    answered_by: str | None = None,
    note: str | None = None,
) -> None:
    """Note what somebody said on the phone, or that they were called. Raises Stale, or Refused.

    Without a note the one that is there stays; an empty one clears it.
    """
    expect(reply, version, {"state": state, "available_from": available_from}, ("state", "available_from"))
    _refuse(reply, state, available_from)
    if reply.by is ReplyBy.SELF and reply.state is ReplyState.IN_AFFECTED_AREA is not state:
        raise Refused(_("They said themselves that they are in the affected area: only they can take it back."))
    data: dict[str, Any] = {
        "state": state,
        "available_from": available_from if state is ReplyState.AVAILABLE_FROM else None,
        "called_at": called_at or reply.called_at or now(),
    }
    if state is not reply.state or data["available_from"] != reply.available_from:
        noted = state is not None  # nobody has noted an answer that is taken back
        data |= {"by": via if noted else None, "answered_by": (answered_by or by.label) if noted else None}
    if note is not None:
        data["note"] = note or None
    _keep(reply, data, Action.REPLY_REPORTED, by)


def _refuse(reply: Reply, state: ReplyState | None, available_from: datetime | None) -> None:
    if reply.activation.state is not ActivationState.ACTIVE:
        raise Refused(_("This alert is over: nobody needs to answer it any more."))
    if state is ReplyState.AVAILABLE_FROM and available_from is None:
        raise Refused(_("Say from when."), field="available_from")


def _keep(reply: Reply, data: Mapping[str, Any], action: Action, by: Actor) -> None:
    changes = revise(reply, data, REPORTED)
    if not changes:
        return
    if "state" in changes or "available_from" in changes:
        reply.answered_at = now() if reply.state is not None else None
    touch(reply, by=by.label)
    record(action, reply, by=by, changes=changes, activation=reply.activation_id)
    if reply.state is ReplyState.IN_AFFECTED_AREA:
        stop(reply.person, by=by)
    db.session.flush()


def stop(person: Person, *, by: Actor) -> None:
    """Ask a person in the affected area nothing more: what is unsent is cancelled, no reminder follows."""
    outbox.cancel_for(person.id, agency_id=person.agency_id)
    ladder.stop(person, by=by)


def report_many(
    activation: Activation, changes: Sequence[tuple[int, int | None, Mapping[str, Any]]], *, by: Actor
) -> list[int]:
    """Take the answers of a returned call list: (reply id, version, the fields that it changes).

    Returns the ids of answers that changed meanwhile; nothing is taken then. Raises Missing, or Refused.
    """
    found = {each.id: each for each in listed(activation)}
    if {reply_id for reply_id, _version, _data in changes} - set(found):
        raise Missing
    moved = [reply_id for reply_id, version, _data in changes if version not in (None, found[reply_id].version)]
    if moved:
        return moved
    for reply_id, version, data in changes:
        row = found[reply_id]
        report(
            row,
            data.get("state", row.state),
            data.get("available_from", row.available_from),
            via=ReplyBy.PHONE_LIST,
            by=by,
            version=version,
            called_at=data.get("called_at"),
            answered_by=data.get("answered_by"),
        )
    return []


def figures(activation: Activation) -> Figures:
    """The five drill figures: first called, last called, last answer, asked, answered in the target time."""
    return figures_of(activation, activation.replies)


def figures_of(activation: Activation, replies: Sequence[Reply]) -> Figures:
    """The same of answers that are loaded already."""
    called = [each.called_at for each in replies if each.called_at]
    answered = [each.answered_at for each in replies if each.answered_at]
    target = timedelta(minutes=activation.answer_within_minutes)
    return Figures(
        first_called_at=min(called, default=None),
        last_called_at=max(called, default=None),
        last_answer_at=max(answered, default=None),
        asked=len(replies),
        answered_in_time=sum(
            each.answered_at is not None and each.answered_at <= (each.called_at or activation.started_at) + target
            for each in replies
        ),
    )


def over_time(activation: Activation, replies: Sequence[Reply]) -> list[tuple[int, int]]:
    """How many had answered by each minute since the first call."""
    started = figures_of(activation, replies).first_called_at or activation.started_at
    answered = sorted(each.answered_at for each in replies if each.answered_at)
    return [
        (max(0, int((moment - started).total_seconds() // 60)), count) for count, moment in enumerate(answered, start=1)
    ]
