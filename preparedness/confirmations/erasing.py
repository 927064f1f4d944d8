"""What confirmations forget of a person who is erased."""

from sqlalchemy import select

from preparedness.confirmations import ladder
from preparedness.confirmations.models import Answer, Request, RequestLine, RequestState
from preparedness.contacts.models import Person
from preparedness.database import db


def erase(person: Person) -> dict[str, int]:
    """Forget reasons, conditions and notes of a person's answers, and ask them no more; returns the counts."""
    found = list(db.session.scalars(select(Request).where(Request.person_id == person.id)))
    for request in found:
        ladder.forget(request)
        request.state = RequestState.CLOSED
    given = list(
        db.session.scalars(
            select(Answer)
            .join(RequestLine, RequestLine.id == Answer.request_line_id)
            .where(RequestLine.request_id.in_([each.id for each in found]))
        )
    )
    for answer in given:
        answer.reason = answer.limits = answer.note = None
    return {"requests": len(found), "answers": len(given)}
