"""The ladder of reminders: when somebody who has not answered is reminded, never at night and never twice a day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from preparedness.audit import CLOCK, Action, Actor, record
from preparedness.confirmations import requests
from preparedness.confirmations.models import Request, RequestState
from preparedness.contacts import links, standing
from preparedness.contacts.models import LinkPurpose, Person
from preparedness.database import db, now
from preparedness.notifications import outbox
from preparedness.notifications.models import Message
from preparedness.timetable import Due

JOB = "remind_request"
WAKES, SLEEPS = time(8), time(21)
HOUR = time(10)
ONE_A_DAY = timedelta(hours=20)
AT_ONCE = 200


@dataclass(frozen=True)
class Step:
    """One rung: the share of the time between asking and deadline after which it comes."""

    name: str
    share: float


STEPS = (Step("first", 0.4), Step("second", 0.7), Step("last", 0.9))
"""Three reminders at most; then the deadline."""


def awake(moment: datetime, zone: str) -> datetime:
    """The same moment, or the next morning where it falls into the quiet hours of a zone."""
    local = moment.astimezone(ZoneInfo(zone))
    if WAKES <= local.time() < SLEEPS:
        return moment
    day = local.date() if local.time() < WAKES else local.date() + timedelta(days=1)
    return datetime.combine(day, WAKES, local.tzinfo).astimezone(moment.tzinfo)


def rungs(asked_at: datetime, closes_at: datetime, zone: str) -> list[tuple[str, datetime]]:
    """When each step comes: at ten in the morning of the person, a day apart, before the deadline."""
    found: list[tuple[str, datetime]] = []
    earliest = asked_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    for step in STEPS:
        day = (asked_at + (closes_at - asked_at) * step.share).astimezone(ZoneInfo(zone)).date()
        moment = datetime.combine(max(day, earliest), HOUR, ZoneInfo(zone)).astimezone(closes_at.tzinfo)
        if moment < closes_at:
            found.append((step.name, moment))
            earliest = max(day, earliest) + timedelta(days=1)
    return found


def plan_reminders(request: Request) -> None:
    """Set the reminders of a request that was sent just now, in place of any that were left."""
    forget(request)
    for name, moment in rungs(request.asked_at, requests.closes_at(request.campaign), request.person.timezone):
        db.session.add(
            Due(
                agency_id=request.agency_id,
                job=JOB,
                subject_kind=Request.__tablename__,
                subject_id=request.id,
                step=f"{request.asked_at:%Y%m%dT%H%M%S}-{name}",
                due_at=moment,
            )
        )


def forget(request: Request) -> None:
    """Remind no more of a request."""
    db.session.execute(
        delete(Due).where(
            Due.job == JOB,
            Due.subject_kind == Request.__tablename__,
            Due.subject_id == request.id,
            Due.done_at.is_(None),
        )
    )


def stop(person: Person, by: Actor = CLOCK) -> None:
    """Ask a person nothing more: they left, wish to be left alone, or are in the affected area (safety.md S12)."""
    query = select(Request).where(Request.person_id == person.id, Request.state == RequestState.ASKED)
    found = list(db.session.scalars(query))
    for request in found:
        forget(request)
        outbox.cancel(subject=request)
        record(Action.ASKING_STOPPED, request, by=by)


def climb() -> int:
    """Send the reminders that are due; returns how many. A missed night sends one reminder, not three."""
    query = (
        select(Due)
        .where(Due.job == JOB, Due.done_at.is_(None), Due.due_at <= now())
        .order_by(Due.due_at.desc(), Due.id)
        .limit(AT_ONCE)
    )
    dues = list(db.session.scalars(query))
    found = db.session.scalars(
        select(Request).where(Request.id.in_({due.subject_id for due in dues})).options(*requests.WITH_LINES)
    )
    open_requests = {each.id: each for each in found if each.state is RequestState.ASKED and requests.is_open(each)}
    written = written_to({each.person_id for each in open_requests.values()})
    sent, seen = 0, set[int]()
    for due in dues:
        if due.subject_id in seen:
            due.done_at = now()
        else:
            seen.add(due.subject_id)
            sent += _step(due, open_requests.get(due.subject_id), written)
    return sent


def _step(due: Due, request: Request | None, written: set[int]) -> bool:
    """Take one step: send, put off to the person's next morning, or drop what is no longer wanted."""
    if request is None or standing.why_not(request.person) is not None:
        due.done_at = now()
        return False
    later = awake(now(), request.person.timezone)
    if later > now():
        due.due_at = later
        return False
    if request.person_id in written:
        due.due_at += timedelta(days=1)
        return False
    remind(request, step=due.step, by=CLOCK)
    due.done_at = now()
    written.add(request.person_id)
    return True


def written_to(person_ids: set[int]) -> set[int]:
    """Who of these was written to within the day."""
    query = select(Message.person_id).where(Message.person_id.in_(person_ids), Message.created_at > now() - ONE_A_DAY)
    return {each for each in db.session.scalars(query) if each is not None}


def remind(request: Request, *, step: str, by: Actor) -> Message:
    """Queue one reminder of a request."""
    person = request.person
    closes = requests.closes_at(request.campaign)
    record(Action.REMINDED, request, by=by, step=step)
    links.issue(person, LinkPurpose.CONFIRM, request, expires_at=closes)
    return outbox.queue(
        agency_id=request.agency_id,
        key=outbox.key("confirm_reminder", request.id, step),
        kind="reminder",
        channel=requests.reached_by(person),
        template="confirm_reminder",
        params={"request_id": request.id},
        language=person.language,
        subject=request,
        person_id=person.id,
        priority=6,
        expires_at=closes,
    )
