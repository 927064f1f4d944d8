"""What happens to confirmations by itself: reminders, deadlines, confirmations that run out, reports that fall away."""

from datetime import timedelta

from sqlalchemy import func, select

from preparedness.audit import CLOCK, Action, record
from preparedness.confirmations import answers, campaigns, ladder, requests
from preparedness.confirmations.models import Answer, AnsweredBy, Campaign, Request, RequestLine, RequestState
from preparedness.database import db, now
from preparedness.plans import assignments
from preparedness.plans.models import HOLDING, Assignment, Status

AT_ONCE = 500


def remind() -> int:
    """Send the reminders that are due."""
    return ladder.climb()


def expire_requests() -> int:
    """Close the requests whose deadline has passed: who has not answered is asked no more, the deputy moves up."""
    query = (
        select(Request)
        .join(Request.campaign)
        .where(Request.state != RequestState.CLOSED, Campaign.deadline <= now().date() + timedelta(days=1))
        .options(*requests.WITH_LINES)
        .order_by(Request.id)
        .limit(AT_ONCE)
    )
    over = [each for each in db.session.scalars(query) if requests.closes_at(each.campaign) <= now()]
    for request in over:
        close(request)
    db.session.flush()
    campaigns.close_finished(list({each.campaign_id: each.campaign for each in over}.values()), by=CLOCK)
    return len(over)


def close(request: Request) -> None:
    """Close one request: its unanswered roles expire."""
    for line in request.lines:
        if line.assignment.status is Status.INVITED:
            assignments.expire(line.assignment, by=CLOCK)
    request.state = RequestState.CLOSED
    ladder.forget(request)
    record(Action.REQUEST_CLOSED, request, by=CLOCK)


def lapse_confirmations() -> int:
    """Let the confirmations run out that nobody renewed."""
    query = (
        select(Assignment)
        .where(Assignment.status.in_(HOLDING), Assignment.valid_until < now().date())
        .order_by(Assignment.id)
        .limit(AT_ONCE)
    )
    found = list(db.session.scalars(query))
    for assignment in found:
        assignments.lapse(assignment, by=CLOCK)
    return len(found)


def forget_reports() -> int:
    """Let answers that were noted by phone fall away when their time is over (safety.md S2)."""
    noted = (
        select(RequestLine.assignment_id, func.max(Answer.at).label("at"))
        .join(Answer, Answer.request_line_id == RequestLine.id)
        .where(Answer.by == AnsweredBy.ON_BEHALF)
        .group_by(RequestLine.assignment_id)
        .subquery()
    )
    query = (
        select(Assignment)
        .join(noted, noted.c.assignment_id == Assignment.id)
        .where(Assignment.reported_by.is_not(None), noted.c.at < now() - answers.REPORTED_FOR)
        .order_by(Assignment.id)
        .limit(AT_ONCE)
    )
    found = list(db.session.scalars(query))
    for assignment in found:
        answers.forget_report(assignment, by=CLOCK)
    return len(found)
