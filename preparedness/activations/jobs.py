"""What happens to activations by itself: late tasks are reminded of, a review that is due is said."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Access, User
from preparedness.activations import alert_feeds, alerts, proposals
from preparedness.activations.models import Activation, ActivationState, Duty, Task, TaskState
from preparedness.confirmations import ladder
from preparedness.contacts import links, standing
from preparedness.contacts.models import LinkPurpose, Organisation, Person
from preparedness.database import db, now, transaction
from preparedness.notifications import outbox
from preparedness.plans.models import HOLDING, Assignment, Plan, PlanState, Seat
from preparedness.vocabulary import Anchor, ChannelKind

AGAIN_AFTER = timedelta(days=7)
"""How long after a reminder the same task is reminded of again."""

AT_ONCE = 500


def read_alerts() -> int:
    """Read the feeds of warning services whose turn it is, and forget what they said long ago."""
    with transaction():
        proposals.sweep()
    return alert_feeds.poll()


def remind_tasks() -> int:
    """Remind the holders of late preparedness and recovery tasks: one mail a person and day, never at night."""
    by_person: dict[Person, list[Task]] = {}
    for task in _late():
        person = _owner(task)
        if person is not None and standing.why_not(person) is None:
            by_person.setdefault(person, []).append(task)
    spared = ladder.written_to({person.id for person in by_person})
    for agency_id in {person.agency_id for person in by_person}:
        spared |= alerts.in_affected_area(agency_id)
    wanted = {
        person: late for person, late in by_person.items() if person.id not in spared and _may_write(person, late)
    }
    for person, late in wanted.items():
        _remind(person, late)
    return len(wanted)


def _late() -> list[Task]:
    """The late tasks of which nobody was reminded within the week: before an emergency, and in recovery."""
    query = (
        select(Task)
        .join(Task.plan)
        .outerjoin(Activation, Task.activation_id == Activation.id)
        .where(
            Task.state.in_((TaskState.OPEN, TaskState.DOING)),
            Task.due_at < now(),
            Task.seat_id.in_(select(Assignment.seat_id).where(Assignment.status.in_(HOLDING))),
            or_(Task.reminded_at.is_(None), Task.reminded_at < now() - AGAIN_AFTER),
            or_(
                and_(Task.activation_id.is_(None), Plan.state != PlanState.ARCHIVED),
                and_(Activation.state == ActivationState.RECOVERY, Task.anchor == Anchor.R),
            ),
        )
        .order_by(Task.due_at, Task.id)
        .limit(AT_ONCE)
        .options(
            selectinload(Task.plan),
            selectinload(Task.activation),
            selectinload(Task.seat)
            .selectinload(Seat.assignments)
            .options(
                selectinload(Assignment.person).options(*alerts.MAY_BE_SENT),
                selectinload(Assignment.organisation)
                .selectinload(Organisation.contact_person)
                .options(*alerts.MAY_BE_SENT),
            ),
        )
    )
    return list(db.session.scalars(query))


def _owner(task: Task) -> Person | None:
    """Who is reminded: whoever holds the seat now."""
    held = task.seat.holder if task.seat is not None else None
    return held.asked_person if held is not None else None


def _may_write(person: Person, late: list[Task]) -> bool:
    """At high risk nothing is sent without the phrase they chose (safety.md S3)."""
    return person.check_phrase is not None or not any(task.plan.high_risk for task in late)


def _remind(person: Person, late: list[Task]) -> None:
    channel = standing.channel_of(person)
    for activation in {task.activation for task in late if task.activation is not None}:
        links.issue(person, LinkPurpose.CALL, activation, expires_at=now() + alerts.LINK_LASTS)
    if any(task.activation is None for task in late):
        links.issue(person, LinkPurpose.DETAILS, person, expires_at=now() + alerts.LINK_LASTS)
    outbox.queue(
        agency_id=person.agency_id,
        key=outbox.key("tasks_due", person.id, now().astimezone(ZoneInfo(person.timezone)).date()),
        kind="tasks_due",
        channel=channel.kind if channel else None,
        template="tasks_due",
        params={"task_ids": [task.id for task in late]},
        language=person.language,
        subject=person,
        person_id=person.id,
        priority=7,
        not_before=ladder.awake(now(), person.timezone),
        expires_at=now() + AGAIN_AFTER,
    )
    marked = update(Task).where(Task.id.in_([task.id for task in late])).values(reminded_at=now())
    db.session.execute(marked, execution_options={"synchronize_session": False})


def say_reviews_due() -> int:
    """Tell those who work on an activation, or else the planners, that its review is due; once for each review."""
    query = select(Activation).where(Activation.state == ActivationState.ACTIVE, Activation.review_at <= now())
    due = list(db.session.scalars(query))
    for activation in due:
        outbox.queue_many([_review_due(activation, member) for member in _who_decides(activation)])
    return len(due)


def _who_decides(activation: Activation) -> list[User]:
    """The planners on duty; all planners where none is."""
    planners = select(User).where(
        User.agency_id == activation.agency_id, User.active.is_(True), User.access != Access.OFFICIAL
    )
    on_duty = set(db.session.scalars(select(Duty.member_id).where(Duty.activation_id == activation.id)))
    found = list(db.session.scalars(planners.order_by(User.name)))
    return [member for member in found if member.id in on_duty] or found


def _review_due(activation: Activation, member: User) -> outbox.Draft:
    return outbox.Draft(
        agency_id=activation.agency_id,
        key=outbox.key("review_due", activation.id, activation.review_at.isoformat(), member.id),
        kind="review_due",
        channel=ChannelKind.EMAIL,
        template="review_due",
        params={"member_id": member.id, "review_at": activation.review_at.isoformat()},
        language=member.language,
        subject=activation,
        priority=3,
    )
