"""Invitations: one designation, or all of a plan that can be asked, asked at once with the usual time to answer."""

from dataclasses import dataclass, field
from datetime import date

from preparedness.audit import Actor
from preparedness.confirmations import campaigns
from preparedness.confirmations.campaigns import TIME_TO_ANSWER, TO_ASK
from preparedness.confirmations.models import Request
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.notifications.models import Message
from preparedness.plans import rows
from preparedness.plans.models import Assignment, Plan


@dataclass(frozen=True)
class Invitation:
    """One request that is on its way to somebody."""

    request: Request
    message: Message


@dataclass
class Invitations:
    """What became of asking everybody: by the number of the designation, its message, or why it was not asked."""

    queued: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def invite(assignment: Assignment, *, by: Actor) -> Invitation:
    """Ask the one who is designated, about this designation alone."""
    seat = assignment.seat
    rows.refuse_archived(seat.role.plan)
    if assignment.status not in TO_ASK:
        raise Refused(_("This cannot be done: the designation is “%(status)s” now.", status=assignment.status.words))
    if seat.role.removed_at is not None or seat.removed_at is not None:
        raise Refused(_("This role leaves with the next approval: nobody is asked for it any more."))
    plan, about = seat.role.plan, {assignment.id}
    (asking,) = campaigns.preview(plan, about=about)
    if asking.why_not is not None:
        raise Refused(asking.why_not)
    campaign = campaigns.ask(plan, deadline=_usual_deadline(), about=about, by=by)
    request = next(each for each in campaign.requests if asking.person and each.person_id == asking.person.id)
    return Invitation(request, db.session.get_one(Message, request.message_id))


def invite_all(plan: Plan, *, by: Actor) -> Invitations:
    """Ask everybody of a plan who can be asked now, and say of the others why not."""
    rows.refuse_archived(plan)
    made = Invitations()
    askings = campaigns.preview(plan)
    for asking in askings:
        if asking.why_not is not None:
            made.refused |= {each.id: asking.why_not for each in asking.assignments}
    able = [asking for asking in askings if asking.why_not is None]
    if able:
        campaign = campaigns.ask(plan, deadline=_usual_deadline(), by=by)
        sent = {each.person_id: each.message_id for each in campaign.requests if each.message_id}
        for asking in able:
            assert asking.person is not None
            made.queued |= {each.id: sent[asking.person.id] for each in asking.assignments}
    return made


def count(plan: Plan) -> int:
    """How many people would be written to if everybody were asked now."""
    return sum(asking.why_not is None for asking in campaigns.preview(plan))


def _usual_deadline() -> date:
    return (now() + TIME_TO_ANSWER).date()
