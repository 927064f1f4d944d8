"""What the tests of activations begin with: an approved version, and holders who accepted."""

from preparedness.activations.models import ActivationKind
from preparedness.contacts.models import Basis, Consent, Organisation, Person, Purpose
from preparedness.database import db
from preparedness.plans import versions
from preparedness.plans.models import Assignment, PlanVersion, Seat, Status
from preparedness.vocabulary import Level
from tests.cast import World

AGREED = {"kind": ActivationKind.REAL, "level": Level.PARTIAL}


def approved(world: World) -> PlanVersion:
    """The plan as it is now, approved as its next version."""
    db.session.flush()
    db.session.expire(world.plan)
    versions.submit(world.plan, by=world.ana)
    return versions.approve(world.plan, None, by=world.ana)


def accepts(seat: Seat, holder: Person | Organisation, *, agreed: bool = True) -> Assignment:
    """Somebody who accepted a seat by their own link, last in its order, and agreed to be called."""
    assignment = Assignment(
        agency_id=seat.agency_id, seat=seat, call_order=len(seat.assignments) + 1, status=Status.ACCEPTED
    )
    if isinstance(holder, Person):
        assignment.person = holder
    else:
        assignment.organisation = holder
    db.session.add(assignment)
    person = assignment.asked_person
    if agreed and person is not None and not person.consents:
        person.consents.append(Consent(purpose=Purpose.BE_CALLED, basis=Basis.LINK))
    db.session.flush()
    return assignment
