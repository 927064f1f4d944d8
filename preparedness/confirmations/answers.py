"""Answers: only a person's own link makes a role theirs; what is noted for them is reported, no more."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from preparedness.accounts import webhooks
from preparedness.accounts.models import Event
from preparedness.audit import Action, Actor, record
from preparedness.confirmations import ladder, requests
from preparedness.confirmations.models import (
    Answer,
    AnsweredBy,
    Choice,
    Request,
    RequestLine,
    RequestState,
)
from preparedness.contacts import links, standing
from preparedness.contacts.models import Basis, Link, LinkPurpose, Purpose
from preparedness.database import db, now, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.notifications import outbox
from preparedness.plans import assignments
from preparedness.plans.models import HOLDING, Assignment, Status

VALID_FOR = timedelta(days=365)
"""How long an accepted role counts before it is asked about again."""

REPORTED_FOR = timedelta(days=14)
"""How long an answer noted by phone is shown before it falls away (safety.md S2)."""

TEXT_VERSION = "2026-11"
"""Which wording of the request people agreed to."""

CONDITIONS = ("hours_week", "remote_only", "from", "note")


def give(request: Request, answered: Mapping[int, Mapping[str, Any]], *, by: Actor) -> list[Answer]:
    """Take a person's own answers, by designation. The same answer sent again changes nothing."""
    _alone(request)
    if not requests.is_open(request):
        raise Refused(_("The time to answer is over. Please write to the institution that asked you."))
    lines = {line.assignment_id: line for line in requests.answerable(request)}
    if not answered:
        raise Refused(_("Nothing was chosen yet. Choose one of the answers, then send it."))
    if missing := set(answered) - set(lines):
        raise Missing(f"designations {sorted(missing)}")

    given = [answer for each, said in answered.items() if (answer := _give(lines[each], said, request, by)) is not None]
    if given:
        _settle(request, given, by)
    return given


def report(assignment: Assignment, choice: Choice, *, by: Actor) -> Answer:
    """Note what somebody said by phone: it fills no seat, and they are told of it with a way to object."""
    line = _line_of(assignment)
    if line is None or not requests.is_open(line.request):
        raise Refused(_("Ask them first: what they say by phone is noted on a request that is open."))
    if assignment.status is not Status.INVITED:
        raise Refused(_("They have answered by their own link already."))
    if why_not := standing.why_not(line.request.person):
        raise Refused(why_not)

    answer = Answer(choice=choice, by=AnsweredBy.ON_BEHALF, at=now())
    line.answers.append(answer)
    assignment.reported_by = by.label
    touch(assignment, by=by.label)
    db.session.flush()
    _say(line.request, "reported_by_phone", answer)
    record(Action.ANSWER_REPORTED, assignment, by=by, request=line.request_id)
    return answer


def disown(request: Request, *, by: Actor) -> int:
    """Take away what was noted by phone: the person says that it was not them. Returns how many."""
    found = [line.assignment for line in request.lines if line.reported_answer is not None]
    for assignment in found:
        forget_report(assignment, by=by)
    return len(found)


def forget_report(assignment: Assignment, *, by: Actor) -> None:
    """Let an answer that was noted by phone fall away; it is kept in the history and counts no more."""
    assignment.reported_by = None
    touch(assignment, by=by.label)
    record(Action.REPORT_FELL_AWAY, assignment, by=by)


def send_new_link(link: Link, *, by: Actor) -> None:
    """Give a person a new link by the address that is known of them; the old one stops working."""
    links.renew(link)
    person = link.person
    outbox.queue(
        agency_id=link.agency_id,
        key=outbox.key("new_link", link.id, link.generation),
        kind="link",
        channel=requests.reached_by(person),
        template="new_link",
        params={"link_id": link.id},
        language=person.language,
        subject=person,
        person_id=person.id,
        priority=2,
    )
    record(Action.LINK_VOIDED, person, by=by, renewed=True)


def _alone(request: Request) -> None:
    """Wait until no one else answers the same request, then look at it afresh."""
    db.session.flush()
    db.session.expire_all()
    db.session.refresh(request, with_for_update={"of": Request})


def _give(line: RequestLine, said: Mapping[str, Any], request: Request, by: Actor) -> Answer | None:
    """One answer to one role; None where it is what they said before."""
    discreet = request.discreet
    choice, limits = said["choice"], _limits(said, discreet=discreet)
    if choice is Choice.ACCEPT and limits:
        choice = Choice.ACCEPT_WITH_LIMITS  # conditions that somebody wrote are never lost
    if choice is Choice.ACCEPT_WITH_LIMITS and not limits:
        raise Refused(_("Say at least one condition, or accept without."), field=f"answer-{line.assignment_id}")
    declined = choice is Choice.DECLINE
    reason = said.get("reason") if declined and not discreet else None
    kept = None if declined else limits or None
    before = line.own_answer
    if before is not None and (before.choice, before.reason, before.limits) == (choice, reason, kept):
        return None

    if declined:
        assignments.decline(line.assignment, reason=reason, by=by)
    else:
        assignments.accept(line.assignment, limits=kept, until=(now() + VALID_FOR).date(), by=by)
    line.assignment.reported_by = None
    answer = Answer(choice=choice, reason=reason, limits=kept, by=AnsweredBy.SELF, at=now())
    line.answers.append(answer)
    return answer


def _limits(said: Mapping[str, Any], *, discreet: bool) -> dict[str, Any]:
    """The conditions that were given, as they are kept; no words of their own where these could hurt."""
    limits = {name: said[name] for name in CONDITIONS if said.get(name) and not (discreet and name == "note")}
    if "from" in limits:
        limits["from"] = limits["from"].isoformat()
    return limits


def _settle(request: Request, given: list[Answer], by: Actor) -> None:
    """What follows from new answers: what they agreed to, that the contact works, no more reminders, a receipt."""
    person = request.person
    if any(answer.choice is not Choice.DECLINE for answer in given):
        standing.agree(person, Purpose.BE_CALLED, Basis.LINK, by=by, text_version=TEXT_VERSION)
    standing.contact_confirmed(person)
    if all(line.assignment.status is not Status.INVITED for line in request.lines):
        request.state = RequestState.ANSWERED
        ladder.forget(request)
        outbox.cancel(subject=request, kinds={"reminder"})
    touch(request, by=by.label)
    db.session.flush()
    record(Action.ANSWERED, request, by=by, designations=[line.assignment_id for line in request.lines])
    answered = {answer.request_line_id for answer in given}
    for line in request.lines:
        if line.id in answered:
            _announce(line.assignment)
    _say(request, "thanks", given[-1])


def _announce(assignment: Assignment) -> None:
    """Tell programs how a role was answered; at high risk only whether it is filled, whatever the cause (safety S4)."""
    role = assignment.seat.role
    filled = assignment.status in HOLDING
    webhooks.announce(
        Event.ASSIGNMENT_ANSWERED,
        assignment,
        assignment_id=assignment.id,
        plan_id=role.plan_id,
        role_key=role.key,
        seat_id=assignment.seat_id,
        filled=filled,
        status=None if role.plan.high_risk else assignment.status,
    )


def _say(request: Request, template: str, answer: Answer) -> None:
    """Send a person the receipt of an answer."""
    person = request.person
    closes = requests.closes_at(request.campaign)
    links.issue(person, LinkPurpose.CONFIRM, request, expires_at=closes)
    outbox.queue(
        agency_id=request.agency_id,
        key=outbox.key(template, answer.id),
        kind="receipt",
        channel=requests.reached_by(person),
        template=template,
        params={"request_id": request.id},
        language=person.language,
        subject=request,
        person_id=person.id,
        priority=4,
    )


def _line_of(assignment: Assignment) -> RequestLine | None:
    """The latest request that asks about a designation."""
    return db.session.scalar(
        select(RequestLine).where(RequestLine.assignment_id == assignment.id).order_by(RequestLine.id.desc()).limit(1)
    )
