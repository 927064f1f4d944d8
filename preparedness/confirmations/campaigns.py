"""Campaigns: who is asked to confirm which roles, what they get before it is sent, and who has not answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from preparedness.accounts import agencies
from preparedness.accounts.models import User
from preparedness.audit import Action, Actor, record
from preparedness.confirmations import ladder, requests
from preparedness.confirmations.models import Campaign, CampaignKind, Request, RequestLine, RequestState
from preparedness.contacts import links, standing
from preparedness.contacts.models import LinkPurpose, Organisation, Person
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.i18n import _, nearest
from preparedness.notifications import outbox
from preparedness.notifications.models import Message
from preparedness.plans import assignments
from preparedness.plans.models import Assignment, Plan, PlanState, Role, Seat, Status
from preparedness.vocabulary import ChannelKind

TIME_TO_ANSWER = timedelta(days=14)
"""How long people usually get."""

TO_ASK = frozenset({Status.PROPOSED, Status.EXPIRED, Status.LAPSED})
"""Who can be asked: the proposed, and those whose confirmation or time to answer ran out."""

WRITTEN_TO = (
    selectinload(Person.channels),
    selectinload(Person.organisation).selectinload(Organisation.channels),
)
"""What must be known of a person to say whether and how they are written to."""


@dataclass(frozen=True)
class Asking:
    """What one person will get, or why they will not: several roles, one message."""

    person: Person | None
    assignments: list[Assignment]
    language: str
    channel: ChannelKind | None
    local_time: datetime
    zone: str
    why_not: str | None

    @property
    def written(self) -> str:
        """The language the message is written in: theirs, or the nearest one spoken here."""
        return nearest(self.language)

    @property
    def name(self) -> str:
        """Who it is, by the name that may be shown; the organisation while it has no contact point."""
        return self.person.shown_name if self.person else self.assignments[0].shown_name


def preview(plan: Plan, *, about: Collection[int] | None = None) -> list[Asking]:
    """Who will be asked and what they get, those who cannot be asked first; of all, or about these designations."""
    found: dict[int, list[Assignment]] = {}
    alone: list[Asking] = []
    for assignment in _to_ask(plan):
        if about is not None and assignment.id not in about:
            continue
        if assignment.asked_person is None:
            alone.append(_without_contact_point(assignment))
        else:
            found.setdefault(assignment.asked_person.id, []).append(assignment)
    askings = [_asking(plan, asked) for asked in found.values()]
    return alone + sorted(askings, key=lambda each: (each.why_not is None, each.name.casefold()))


def ask(
    plan: Plan,
    *,
    deadline: date,
    why: str | None = None,
    only: Collection[int] | None = None,
    about: Collection[int] | None = None,
    by: Actor,
) -> Campaign:
    """Ask the people who can be asked, those of them named by `only`, or `about` these designations, by a day's end."""
    if plan.state is PlanState.ARCHIVED:
        raise Refused(_("This plan is archived: nobody is asked for it any more."))
    if deadline <= now().astimezone(ZoneInfo(agencies.of(plan).timezone)).date():
        raise Refused(_("Give people at least until tomorrow."), field="deadline")
    askings = [each for each in preview(plan, about=about) if each.person and (only is None or each.person.id in only)]
    if not any(each.why_not is None for each in askings):
        raise Refused(askings[0].why_not if len(askings) == 1 and askings[0].why_not else _("There is nobody to ask."))

    campaign = _open(plan, deadline, why, by)
    for asking in askings:
        if asking.why_not is None:
            _ask(campaign, asking, by)
    return campaign


def ask_again(plan: Plan, *, only: Collection[int] | None = None, by: Actor) -> int:
    """Remind those who have not answered; returns how many. Once a day for each, however often it is pressed."""
    found = [
        each
        for each in requests.waiting(plan)
        if requests.is_open(each) and (only is None or each.person_id in only) and standing.why_not(each.person) is None
    ]
    for request in found:
        ladder.remind(request, step=f"by-hand-{now():%Y%m%d}", by=by)
    return len(found)


def rehearse(plan: Plan, *, member: User, by: Actor) -> int:
    """Send to a member first what the people will get, once in each of their languages; returns how many."""
    askings = [each for each in preview(plan) if each.why_not is None]
    languages = {nearest(each.language): each for each in reversed(askings)}
    for language, asking in languages.items():
        outbox.queue(
            agency_id=plan.agency_id,
            key=outbox.key("rehearsal", plan.id, member.id, language, f"{now():%Y%m%dT%H%M}"),
            kind="rehearsal",
            channel=ChannelKind.EMAIL,
            template="confirm",
            params={
                "member_id": member.id,
                "rehearsal": True,
                "assignment_ids": [each.id for each in asking.assignments],
            },
            language=language,
            subject=plan,
            priority=2,
        )
    if not languages:
        raise Refused(_("There is nobody to ask."))
    record(Action.REHEARSED, plan, by=by, messages=len(languages))
    return len(languages)


def of(plan: Plan) -> list[Campaign]:
    """The campaigns of a plan with their requests, newest first."""
    query = (
        select(Campaign)
        .where(Campaign.agency_id == plan.agency_id, Campaign.plan_id == plan.id)
        .options(selectinload(Campaign.requests).options(*requests.WITH_LINES))
    )
    return list(db.session.scalars(query.order_by(Campaign.id.desc())))


def messages(campaigns: list[Campaign]) -> dict[int, Message]:
    """The message of each request, by the request's number: what became of it is shown beside the answer."""
    wanted = [each.message_id for campaign in campaigns for each in campaign.requests if each.message_id]
    return {each.subject_id: each for each in db.session.scalars(select(Message).where(Message.id.in_(wanted)))}


def close_finished(campaigns: list[Campaign], *, by: Actor) -> None:
    """Close the campaigns that nothing is open in any more."""
    for campaign in campaigns:
        if campaign.closed_at is None and all(each.state is RequestState.CLOSED for each in campaign.requests):
            campaign.closed_at = now()
            record(Action.CAMPAIGN_CLOSED, campaign, by=by)


def _to_ask(plan: Plan) -> list[Assignment]:
    query = (
        select(Assignment)
        .join(Assignment.seat)
        .join(Seat.role)
        .where(Role.plan_id == plan.id, Role.removed_at.is_(None), Seat.removed_at.is_(None))
        .where(Assignment.status.in_(TO_ASK))
        .options(
            selectinload(Assignment.seat).selectinload(Seat.role).selectinload(Role.plan),
            selectinload(Assignment.person).options(*WRITTEN_TO),
            selectinload(Assignment.organisation).selectinload(Organisation.contact_person).options(*WRITTEN_TO),
        )
        .order_by(Role.position, Seat.position, Seat.id, Assignment.call_order, Assignment.id)
    )
    return list(db.session.scalars(query))


def _asking(plan: Plan, asked: list[Assignment]) -> Asking:
    person = asked[0].asked_person
    assert person is not None
    return Asking(
        person=person,
        assignments=asked,
        language=person.language,
        channel=channel.kind if (channel := standing.channel_of(person)) else None,
        local_time=now().astimezone(ZoneInfo(person.timezone)),
        zone=person.timezone,
        why_not=_why_not(plan, person, asked),
    )


def _without_contact_point(assignment: Assignment) -> Asking:
    zone = agencies.of(assignment).timezone
    why_not = standing.why_not(assignment.holder) or _("It has no contact point yet.")
    return Asking(None, [assignment], "", None, now().astimezone(ZoneInfo(zone)), zone, why_not)


def _why_not(plan: Plan, person: Person, asked: list[Assignment]) -> str | None:
    """Why a person cannot be asked now, as a sentence; in a high-risk plan also what safety.md S3 asks for."""
    if plan.high_risk and not (person.check_phrase and person.told_on):
        return _("High risk: agree on a check phrase with them in person first. Without it nothing is sent.")
    return next((why for each in asked if (why := standing.why_not(each.holder))), None) or standing.why_not(person)


def _open(plan: Plan, deadline: date, why: str | None, by: Actor) -> Campaign:
    """The campaign of a plan that ends on this day and says the same, a new one where there is none."""
    campaign = db.session.scalar(
        select(Campaign).where(
            Campaign.plan_id == plan.id,
            Campaign.agency_id == plan.agency_id,
            Campaign.deadline == deadline,
            Campaign.why == why,
            Campaign.closed_at.is_(None),
        )
    )
    if campaign is None:
        campaign = Campaign(
            agency_id=plan.agency_id,
            kind=CampaignKind.INVITATION,
            plan=plan,
            why=why,
            opened_by=by.label,
            deadline=deadline,
        )
        db.session.add(campaign)
        record(Action.CAMPAIGN_OPENED, campaign, by=by, plan=plan.id, deadline=deadline)
    return campaign


def _ask(campaign: Campaign, asking: Asking, by: Actor) -> Request:
    """Ask one person: the designations become invited, the message is queued, the reminders are set."""
    person = asking.person
    assert person is not None
    request = _request(campaign, person)
    for assignment in asking.assignments:
        if assignment.status is not Status.PROPOSED:
            assignments.assign(assignment.seat, assignment.holder, by=by)
        assignments.invite(assignment, by=by)
        if all(line.assignment_id != assignment.id for line in request.lines):
            request.lines.append(RequestLine(assignment=assignment))
    db.session.flush()
    first = person.told_on is None
    closes = requests.closes_at(campaign)
    links.issue(person, LinkPurpose.CONFIRM, request, expires_at=closes)
    message = outbox.queue(
        agency_id=campaign.agency_id,
        key=outbox.key("confirm", request.id, request.asked_at.isoformat()),
        kind="request",
        channel=requests.reached_by(person),
        template="confirm",
        params={"request_id": request.id, "first": first},
        language=person.language,
        subject=request,
        person_id=person.id,
        expires_at=closes,
    )
    request.message_id = message.id
    if first:
        standing.told(person, by=by)
    ladder.plan_reminders(request)
    record(Action.ASKED, request, by=by, plan=campaign.plan_id, designations=[each.id for each in asking.assignments])
    return request


def _request(campaign: Campaign, person: Person) -> Request:
    """The request to a person in a campaign, open once more if there was one."""
    request = db.session.scalar(
        select(Request).where(Request.campaign_id == campaign.id, Request.person_id == person.id)
    )
    if request is None:
        request = _first(campaign, person)
    request.state, request.asked_at = RequestState.ASKED, now()
    db.session.flush()
    return request


def _first(campaign: Campaign, person: Person) -> Request:
    """The request to somebody who was not asked in a campaign yet, whoever else asks them at the same moment."""
    request = Request(agency_id=campaign.agency_id, person=person)
    db.session.flush()
    try:
        with db.session.begin_nested():
            campaign.requests.append(request)
    except IntegrityError as error:
        raise Refused(_("Somebody else asks them at this moment: look again.")) from error
    return request
