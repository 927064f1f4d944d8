"""Agendas: reviews, confirmations that run out and exercises, as a calendar reads them (iCalendar, RFC 5545).

A calendar is read by phones, servers and colleagues, so that no person's name stands in it, and no plan at high risk
unless the member wants it there (safety.md S4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vDuration
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload, undefer

from preparedness import config
from preparedness.accounts.models import Access, Agency, User
from preparedness.activations import lists
from preparedness.activations.models import Activation, ActivationKind, ActivationState, CalendarFeed
from preparedness.database import db, now
from preparedness.i18n import _, ngettext, speaking
from preparedness.plans import drafting, readings
from preparedness.plans.models import HOLDING, Assignment, Plan, PlanVersion, Role, Seat
from preparedness.plans.readings import Reading
from preparedness.vocabulary import Risk

BACK = timedelta(days=90)
"""How long what is over still stands in a calendar."""

ALL = 100_000
REFRESH = timedelta(hours=6)
SHORTEST = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One thing in a calendar: a day, or a time from and to."""

    key: str
    summary: str
    starts: date | datetime
    ends: date | datetime
    changed_at: datetime
    path: str


def written(feed: CalendarFeed) -> bytes:
    """The calendar of a feed in its member's language; the same bytes as long as nothing changed."""
    member = feed.member
    calendar = Calendar()
    with speaking(member.language):
        calendar.add("prodid", "-//Preparedness//Preparedness//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Preparedness, %(agency)s", agency=member.agency.name))
        calendar.add("refresh-interval", vDuration(REFRESH), {"value": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
        for entry in entries(member.agency, member, high_risk=feed.high_risk):
            calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical()
    return content


def entries(agency: Agency, member: User, *, high_risk: bool = False) -> list[Entry]:
    """What a member's calendar holds, by date: of an operator the plans in force, and what they work on."""
    plans = _plans(agency, member, high_risk)
    found = [*_reviews(plans), *_activations(agency, member, high_risk)]
    if member.access.includes(Access.PLANNER):
        found += _confirmations(plans)
    return sorted(found, key=lambda entry: (_day(entry.starts), entry.key))


def _plans(agency: Agency, member: User, high_risk: bool) -> Sequence[Plan | Reading]:
    """The plans as they are being written; for an operator those in force, and what their approved versions say."""
    planner = member.access.includes(Access.PLANNER)
    plans: Sequence[Plan | Reading] = (
        drafting.listed(agency) if planner else readings.listed(agency, page=1, per_page=ALL).items
    )
    return [plan for plan in plans if high_risk or plan.risk_class is not Risk.HIGH]


def _reviews(plans: Sequence[Plan | Reading]) -> Iterator[Entry]:
    """The days on which plans are due for their review."""
    for plan in plans:
        if plan.review_on and plan.review_on > (now() - BACK).date():
            yield _whole_day(
                f"plan-{plan.id}-review",
                _("Review of the plan %(plan)s", plan=plan.title),
                plan.review_on,
                plan.updated_at,
                f"/plans/{plan.id}",
            )


def _confirmations(plans: Sequence[Plan | Reading]) -> Iterator[Entry]:
    """The days on which confirmations run out, by plan: how many, never whose."""
    titles = {plan.id: plan.title for plan in plans}
    query = (
        select(Role.plan_id, Assignment.valid_until, func.count(), func.max(Assignment.updated_at))
        .join(Seat, Assignment.seat_id == Seat.id)
        .join(Role, Seat.role_id == Role.id)
        .where(Role.plan_id.in_(titles), Assignment.status.in_(HOLDING), Assignment.valid_until > (now() - BACK).date())
        .group_by(Role.plan_id, Assignment.valid_until)
    )
    for plan_id, day, count, changed_at in db.session.execute(query):
        assert day is not None
        summary = ngettext(
            "%(plan)s: %(num)s confirmation runs out",
            "%(plan)s: %(num)s confirmations run out",
            count,
            plan=titles[plan_id],
        )
        key = f"plan-{plan_id}-confirmations-{day:%Y%m%d}"
        yield _whole_day(key, summary, day, changed_at, f"/plans/{plan_id}/designate")


def _activations(agency: Agency, member: User, high_risk: bool) -> Iterator[Entry]:
    """Exercises from their hour H, and when what runs is to be reviewed."""
    query = (
        select(Activation)
        .where(*lists.visible(agency, member), Activation.state != ActivationState.CANCELLED)
        .where(Activation.review_at > now() - BACK)
        .options(
            selectinload(Activation.plan),
            selectinload(Activation.plan_version).options(undefer(PlanVersion.document)),
        )
    )
    for activation in db.session.scalars(query):
        if not high_risk and (activation.plan.high_risk or activation.plan_version.document["risk_class"] == Risk.HIGH):
            continue
        if activation.kind is ActivationKind.EXERCISE:
            yield _exercise(activation)
        if activation.state is ActivationState.ACTIVE:
            yield _review(activation)


def _exercise(activation: Activation) -> Entry:
    ends = activation.stood_down_at or activation.closed_at or activation.review_at
    return Entry(
        f"activation-{activation.id}-exercise",
        _("EXERCISE %(plan)s EXERCISE", plan=activation.plan_version.document["title"]),
        activation.h_hour,
        max(ends, activation.h_hour + SHORTEST),
        activation.updated_at,
        f"/activations/{activation.id}",
    )


def _review(activation: Activation) -> Entry:
    said = _("Review of the activation of %(plan)s", plan=activation.plan_version.document["title"])
    return Entry(
        f"activation-{activation.id}-review",
        _("EXERCISE %(plan)s EXERCISE", plan=said) if activation.exercise else said,
        activation.review_at,
        activation.review_at + SHORTEST,
        activation.updated_at,
        f"/activations/{activation.id}",
    )


def _whole_day(key: str, summary: str, day: date, changed_at: datetime, path: str) -> Entry:
    return Entry(key, summary, day, day + timedelta(days=1), changed_at, path)


def _day(starts: date | datetime) -> date:
    return starts.date() if isinstance(starts, datetime) else starts


def _event(entry: Entry) -> Event:
    """An entry as a calendar takes it; its stamp is the last change, so that nothing differs where nothing changed."""
    base = config.current().base_url
    changed_at = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{entry.key}@{urlsplit(base).hostname}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", entry.starts)
    event.add("dtend", entry.ends)
    event.add("summary", entry.summary)
    event.add("url", f"{base}{entry.path}")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE" if isinstance(entry.starts, datetime) else "TRANSPARENT")
    return event
