"""What plans do when somebody leaves the roster, or is erased: their designations end."""

from sqlalchemy import select, update

from preparedness.audit import Actor
from preparedness.contacts.models import Organisation, Person
from preparedness.database import changed, db
from preparedness.plans import assignments
from preparedness.plans.models import LIVE, Assignment, DeputySuggestion


def left(holder: Person | Organisation, by: Actor) -> None:
    """End every live designation of somebody who leaves."""
    column = Assignment.person_id if isinstance(holder, Person) else Assignment.organisation_id
    query = select(Assignment).where(
        Assignment.agency_id == holder.agency_id, column == holder.id, Assignment.status.in_(LIVE)
    )
    for assignment in db.session.scalars(query):
        assignments.end(assignment, by=by)


def erase(person: Person) -> dict[str, int]:
    """Forget conditions and reasons of a person's designations, and whom they suggested; returns the counts."""
    said = changed(
        update(Assignment)
        .where(Assignment.agency_id == person.agency_id, Assignment.person_id == person.id)
        .values(limits=None, decline_reason=None, reported_by=None)
    )
    suggested = changed(
        update(DeputySuggestion)
        .where(DeputySuggestion.agency_id == person.agency_id, DeputySuggestion.person_id == person.id)
        .values(person_id=None)
    )
    return {"designations": said, "deputy_suggestions": suggested}
