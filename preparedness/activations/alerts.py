"""Alerts: one message a person, whatever their roles, to those who accepted; and what is said to them afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from preparedness import refs
from preparedness.activations import numbers
from preparedness.activations.models import Activation, ActivationKind, ActivationState, Reply, ReplyState
from preparedness.audit import Action, Actor, record
from preparedness.contacts import links, standing
from preparedness.contacts.models import ContactState, LinkPurpose, Organisation, Person
from preparedness.database import db, now
from preparedness.i18n import _
from preparedness.notifications import outbox
from preparedness.notifications.models import Message, MessageState
from preparedness.notifications.outbox import Draft
from preparedness.plans.models import HOLDING, Assignment, Plan, PlanVersion, Role, Seat
from preparedness.vocabulary import ChannelKind, Level

ALERT = "alert"
TOO_OLD_AFTER = timedelta(hours=24)
"""An alert that could not leave within a day says nothing any more."""

LINK_LASTS = timedelta(days=400)
"""The address of an alert stays, for the tasks of recovery and to read how it ended."""

MAY_BE_SENT = (
    selectinload(Person.channels),
    selectinload(Person.consents),
    selectinload(Person.organisation).selectinload(Organisation.channels),
)
"""What must be known of a person to say whether and how they are alerted."""


@dataclass(frozen=True)
class Place:
    """One seat that somebody holds or stands in for."""

    seat_id: int
    title: str
    essential: bool
    holder: bool


@dataclass(frozen=True)
class Alert:
    """What one person will get, or why they will not."""

    person: Person | None
    name: str
    places: list[Place]
    language: str
    channel: ChannelKind | None
    local_time: datetime
    zone: str
    why_not: str | None

    @property
    def essential(self) -> bool:
        """True where one of their seats is of an essential role."""
        return any(place.essential for place in self.places)


def preview(plan: Plan, version: PlanVersion, level: Level) -> list[Alert]:
    """Who is alerted at a level and what they get; those who cannot be reached first, then the essential roles."""
    levels = {seat["id"]: level_of(role) for role in version.document["roles"] for seat in role["seats"]}
    first: dict[int, int] = {}
    by_person: dict[int, list[Assignment]] = {}
    alone: list[Alert] = []
    for assignment in _holding(plan):
        if assignment.seat_id not in levels or not level.reaches(levels[assignment.seat_id]):
            continue
        first.setdefault(assignment.seat_id, assignment.id)
        if assignment.asked_person is None:
            alone.append(_without_contact_point(assignment, first))
        else:
            by_person.setdefault(assignment.asked_person.id, []).append(assignment)
    affected = in_affected_area(plan.agency_id)
    found = [_alert(plan, held, first, affected) for held in by_person.values()]
    return alone + sorted(found, key=lambda each: (each.why_not is None, not each.essential))


def level_of(role: Mapping[str, Any]) -> Level:
    """The level from which a role of a version is called on."""
    return Level(role["from_level"])


def _holding(plan: Plan) -> list[Assignment]:
    """Everybody who accepted a seat of the plan, seat by seat in calling order."""
    query = (
        select(Assignment)
        .join(Assignment.seat)
        .join(Seat.role)
        .where(Role.plan_id == plan.id, Assignment.status.in_(HOLDING))
        .order_by(Role.position, Role.id, Seat.position, Seat.id, Assignment.call_order, Assignment.id)
        .options(
            selectinload(Assignment.seat).selectinload(Seat.role),
            selectinload(Assignment.person).options(*MAY_BE_SENT),
            selectinload(Assignment.organisation).selectinload(Organisation.contact_person).options(*MAY_BE_SENT),
        )
    )
    return list(db.session.scalars(query))


def in_affected_area(agency_id: int) -> set[int]:
    """Who said in a real emergency that is not over that they are in the affected area: they are asked nothing."""
    query = (
        select(Reply.person_id)
        .join(Reply.activation)
        .where(
            Reply.agency_id == agency_id,
            Reply.state == ReplyState.IN_AFFECTED_AREA,
            Activation.kind == ActivationKind.REAL,
            Activation.state.in_((ActivationState.ACTIVE, ActivationState.RECOVERY)),
        )
    )
    return set(db.session.scalars(query))


def _places(held: Iterable[Assignment], first: dict[int, int]) -> list[Place]:
    return [
        Place(each.seat_id, each.seat.title, each.seat.role.essential, first[each.seat_id] == each.id) for each in held
    ]


def _without_contact_point(assignment: Assignment, first: dict[int, int]) -> Alert:
    return Alert(
        person=None,
        name=assignment.shown_name,
        places=_places([assignment], first),
        language="",
        channel=None,
        local_time=now(),
        zone="UTC",
        why_not=_("This organisation has no contact point yet."),
    )


def _alert(plan: Plan, held: list[Assignment], first: dict[int, int], affected: set[int]) -> Alert:
    person = held[0].asked_person
    assert person is not None
    channel = standing.channel_of(person)
    return Alert(
        person=person,
        name=person.shown_name,
        places=_places(held, first),
        language=person.language,
        channel=channel.kind if channel else None,
        local_time=now().astimezone(ZoneInfo(person.timezone)),
        zone=person.timezone,
        why_not=_why_not(plan, person, affected),
    )


def _why_not(plan: Plan, person: Person, affected: set[int]) -> str | None:
    """The sentence why somebody is not alerted, or None where they are."""
    if person.id in affected:
        return _("They said that they are in the affected area: they are asked nothing more.")
    if plan.high_risk and not person.check_phrase:
        return _("They have not chosen a phrase to know our messages by; without it nothing is sent at high risk.")
    return standing.why_not_called(person)


def send(activation: Activation, *, by: Actor) -> int:
    """Alert everybody of the level reached who was not alerted yet; returns how many. Nobody is alerted twice."""
    asked = {reply.person_id: reply for reply in activation.replies}
    fresh: list[tuple[Reply, Alert]] = []
    wanted = [
        (alert.person, alert)
        for alert in preview(activation.plan, activation.plan_version, activation.level)
        if alert.person is not None and alert.why_not is None
    ]
    names = numbers.refs_for(Reply, refs.REPLY, activation.agency_id, len(wanted))
    for (person, alert), ref in zip(wanted, names, strict=True):
        seat_ids = [place.seat_id for place in alert.places]
        if person.id in asked:
            asked[person.id].seat_ids = sorted({*asked[person.id].seat_ids, *seat_ids})
            continue
        reply = Reply(agency_id=activation.agency_id, person=person, ref=ref, seat_ids=seat_ids)
        activation.replies.append(reply)
        fresh.append((reply, alert))
    db.session.flush()
    ids = outbox.queue_many([_draft(activation, reply, alert) for reply, alert in fresh])
    for (reply, _sent), message_id in zip(fresh, ids, strict=True):
        reply.message_id = message_id
    db.session.flush()
    if fresh:
        record(Action.ALERTED, activation, by=by, people=len(fresh), level=activation.level)
    return len(fresh)


def _draft(activation: Activation, reply: Reply, alert: Alert) -> Draft:
    links.issue(reply.person, LinkPurpose.CALL, activation, expires_at=now() + LINK_LASTS)
    return Draft(
        agency_id=activation.agency_id,
        key=outbox.key(ALERT, reply.id),
        kind=ALERT,
        channel=alert.channel,
        template="alert",
        params={"activation_id": activation.id, "reply_id": reply.id},
        language=alert.language,
        subject=reply,
        person_id=reply.person_id,
        priority=2 if activation.exercise else 1,
        expires_at=now() + TOO_OLD_AFTER,
    )


def withdraw(activation: Activation, *, keep: set[int] | None = None) -> int:
    """Stop the alerts that have not left, but for these people; returns how many. Those people were never asked."""
    at_stake = [reply for reply in activation.replies if reply.person_id not in (keep or ())]
    for reply in at_stake:
        outbox.cancel(subject=reply, kinds={ALERT})
    unsent = select(Message.id).where(
        Message.id.in_([reply.message_id for reply in at_stake]), Message.state == MessageState.CANCELLED
    )
    cancelled = set(db.session.scalars(unsent))
    stopped = [reply for reply in at_stake if reply.message_id in cancelled and reply.answered_at is None]
    for reply in stopped:
        activation.replies.remove(reply)
        db.session.delete(reply)
    db.session.flush()
    return len(stopped)


def tell(activation: Activation, template: str) -> int:
    """Say to everybody who was asked how it goes on; returns to how many. It asks nothing of them."""
    query = (
        select(Reply)
        .where(Reply.activation_id == activation.id)
        .options(selectinload(Reply.person).options(*MAY_BE_SENT))
        .order_by(Reply.id)
    )
    drafts = []
    for reply in db.session.scalars(query):
        person, channel = reply.person, standing.channel_of(reply.person)
        gone = person.state is not ContactState.ACTIVE or person.opted_out_at is not None
        if gone or channel is None or (activation.plan.high_risk and not person.check_phrase):
            continue
        drafts.append(
            Draft(
                agency_id=activation.agency_id,
                key=outbox.key(template, reply.id),
                kind=template,
                channel=channel.kind,
                template=template,
                params={"activation_id": activation.id, "reply_id": reply.id},
                language=person.language,
                subject=reply,
                person_id=person.id,
                priority=2,
            )
        )
    outbox.queue_many(drafts)
    return len(drafts)


def when_final(message: Message) -> None:
    """Keep when an alert left: it is the hour at which the person was called."""
    if message.kind == ALERT and message.state is MessageState.HANDED_OVER:
        db.session.execute(
            update(Reply)
            .where(Reply.id == message.subject_id, Reply.called_at.is_(None))
            .values(called_at=message.handed_over_at)
        )
