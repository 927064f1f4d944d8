"""Requests to a person: found by their link, open until their deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness import refs
from preparedness.accounts import agencies
from preparedness.confirmations.models import (
    Campaign,
    Request,
    RequestLine,
    RequestState,
)
from preparedness.contacts import standing
from preparedness.contacts.models import Person
from preparedness.database import db, now
from preparedness.errors import Missing
from preparedness.plans.models import Assignment, Plan, Role, Seat, Status
from preparedness.vocabulary import Anchor, ChannelKind

ANSWERABLE = frozenset(
    {
        Status.INVITED,
        Status.ACCEPTED,
        Status.ACCEPTED_WITH_LIMITS,
        Status.DECLINED,
    }
)
"""The statuses in which a person may answer, or change their answer."""

WITH_LINES = (
    selectinload(Request.campaign),
    selectinload(Request.person),
    selectinload(Request.lines).selectinload(RequestLine.answers),
    selectinload(Request.lines)
    .selectinload(RequestLine.assignment)
    .options(
        selectinload(Assignment.organisation),
        selectinload(Assignment.seat).selectinload(Seat.role).selectinload(Role.plan).selectinload(Plan.items),
    ),
)
"""All that a page or a letter about a request reads, in a few statements."""


def of_person(request_id: int, person: Person) -> Request:
    """The request that a person's link is about. Raises Missing."""
    query = select(Request).where(Request.id == request_id, Request.person_id == person.id)
    request = db.session.scalar(query.options(*WITH_LINES))
    if request is None:
        raise Missing
    return request


def sample(asked: Sequence[Assignment]) -> list[RequestLine]:
    """The lines of a request that is not sent yet, to look at what people will see; none of them is kept."""
    return [RequestLine(assignment=each, assignment_id=each.id) for each in asked]


def waiting(plan: Plan) -> list[Request]:
    """The requests about a plan that nobody has answered yet."""
    query = (
        select(Request)
        .join(Request.campaign)
        .where(Campaign.plan_id == plan.id, Request.state == RequestState.ASKED)
        .options(*WITH_LINES)
        .order_by(Request.id)
    )
    return list(db.session.scalars(query))


def closes_at(campaign: Campaign) -> datetime:
    """The end of a campaign's last day where the agency is."""
    agency = agencies.of(campaign)
    midnight = datetime.combine(campaign.deadline + timedelta(days=1), time(), ZoneInfo(agency.timezone))
    return midnight.astimezone(ZoneInfo("UTC"))


def last_minute(campaign: Campaign) -> datetime:
    """The last minute in which an answer is taken, as people are told it: midnight could be either day's."""
    return closes_at(campaign) - timedelta(minutes=1)


def is_open(request: Request) -> bool:
    """True while an answer can be given or changed."""
    return request.state is not RequestState.CLOSED and now() < closes_at(request.campaign)


def answerable(request: Request) -> list[RequestLine]:
    """The roles of a request that can still be answered."""
    return [line for line in request.lines if line.assignment.status in ANSWERABLE] if is_open(request) else []


@dataclass(frozen=True)
class Duties:
    """What a role means on the day: how many tasks, and how soon the first falls due."""

    tasks: int
    first_hours: int | None


def duties(line: RequestLine) -> Duties:
    """What the checklist asks of a role once the plan is activated."""
    role = line.assignment.seat.role
    hours = [item.offset_hours for item in role.plan.items if item.owner_role_id == role.id and item.anchor is Anchor.H]
    return Duties(len(hours), max(0, min(hours)) if hours else None)


def called(assignment: Assignment) -> str:
    """A designation by its role, or by its Ref where the role must not be named."""
    seat = assignment.seat
    return refs.of(refs.DESIGNATION, assignment.id) if seat.role.plan.high_risk else seat.title


def reached_by(person: Person) -> ChannelKind:
    """How a person is written to; by e-mail where nothing works any more, so that the outbox says so."""
    channel = standing.channel_of(person)
    return channel.kind if channel else ChannelKind.EMAIL
