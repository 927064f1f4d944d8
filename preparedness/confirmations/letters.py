"""What the letters of confirmations say; the link is derived here, when a letter is sent."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from preparedness import config
from preparedness.accounts import agencies
from preparedness.confirmations import requests
from preparedness.confirmations.models import Request, RequestState
from preparedness.contacts import links, standing
from preparedness.contacts.models import Link, LinkPurpose, Person
from preparedness.database import db
from preparedness.i18n import nearest
from preparedness.notifications.models import Message
from preparedness.plans import assignments
from preparedness.plans.models import Assignment

Context = dict[str, Any]


def request(message: Message) -> Context | None:
    """The first letter, or a rehearsal of it for a planner; None once it is no longer wanted."""
    if message.params.get("rehearsal"):
        return _rehearsal(message)
    return _open(message)


def reminder(message: Message) -> Context | None:
    """A reminder; None once they have answered."""
    found = db.session.get(Request, message.subject_id)
    return _open(message) if found is not None and found.state is RequestState.ASKED else None


def receipt(message: Message) -> Context | None:
    """A receipt: what the institution has noted."""
    found = db.session.get(Request, message.subject_id)
    if found is None or found.person.opted_out_at is not None:
        return None
    return _context(found)


def first_name(person: Person) -> str:
    """How a letter greets: the first word of the name that may be shown."""
    return person.shown_name.split()[0]


def _open(message: Message) -> Context | None:
    found = db.session.get(Request, message.subject_id)
    if found is None or not requests.is_open(found) or standing.why_not(found.person) is not None:
        return None
    context = _context(found)
    return context and context | {"first": bool(message.params.get("first"))}


def _context(found: Request) -> Context | None:
    """What a letter about a request says; None where its link was voided, or the phrase it must carry is missing."""
    person = found.person
    link = _link(found)
    if link is None or (found.discreet and not person.check_phrase):
        return None
    return _said([line.assignment for line in found.lines], person) | {
        "link": links.address(link),
        "why": found.campaign.why,
        "until": requests.last_minute(found.campaign),
        "asked_at": found.asked_at,
        "lines": found.lines,
        "reported": [each for each in found.lines if each.reported_answer is not None],
    }


def new_link(message: Message) -> Context | None:
    """A new link in place of one that others may have seen."""
    link = db.session.get(Link, message.params.get("link_id"))
    if link is None or link.voided_at is not None:
        return None
    discreet = any(each.seat.role.plan.high_risk for each in assignments.of(link.person))
    if discreet and not link.person.check_phrase:
        return None
    return {
        "agency": agencies.of(link),
        "name": first_name(link.person),
        "discreet": discreet,
        "phrase": link.person.check_phrase,
        "link": links.address(link),
    }


def _link(found: Request) -> Link | None:
    """The link that was issued with a request, unless it was voided."""
    return db.session.scalar(
        select(Link).where(
            Link.person_id == found.person_id,
            Link.purpose == LinkPurpose.CONFIRM,
            Link.subject_kind == Request.__tablename__,
            Link.subject_id == found.id,
            Link.voided_at.is_(None),
        )
    )


def _rehearsal(message: Message) -> Context | None:
    query = select(Assignment).where(
        Assignment.agency_id == message.agency_id, Assignment.id.in_(message.params["assignment_ids"])
    )
    asked = [each for each in db.session.scalars(query.order_by(Assignment.id)) if each.asked_person is not None]
    if not asked:
        return None
    person = asked[0].asked_person
    assert person is not None
    example = {"person": person.id, "lang": nearest(message.language)}
    return _said(asked, person) | {
        "rehearsal": True,
        "first": person.told_on is None,
        "link": f"{config.current().base_url}/a/example/{message.subject_id}?{urlencode(example)}",
        "why": None,
        "until": None,
    }


def _said(asked: list[Assignment], person: Person) -> Context:
    """What every letter to a person says, the plan's name left out where it could hurt (safety.md S3)."""
    plan = asked[0].seat.role.plan
    return {
        "agency": agencies.of(plan),
        "name": first_name(person),
        "person": person,
        "plan": plan,
        "assignments": asked,
        "discreet": plan.high_risk,
        "phrase": person.check_phrase,
        "zone": person.timezone,
    }


CONTEXTS: dict[str, Callable[[Message], Context | None]] = {
    "confirm": request,
    "confirm_reminder": reminder,
    "thanks": receipt,
    "reported_by_phone": receipt,
    "new_link": new_link,
}
"""Each letter with what fills it; `create_app` hands them to the outbox."""
