"""What the tests of activations begin with: an approved version, and holders who accepted."""

from datetime import timedelta

from preparedness.activations.models import ActivationKind
from preparedness.contacts.models import Basis, Consent, Organisation, Person, Purpose
from preparedness.database import db, now
from preparedness.plans.models import Assignment, Plan, PlanState, PlanVersion, Seat, Status
from preparedness.vocabulary import Level

AGREED = {"kind": ActivationKind.REAL, "level": Level.PARTIAL}


def approved(plan: Plan) -> PlanVersion:
    """The plan as it is now, approved as its next version."""
    db.session.flush()
    db.session.expire(plan)
    version = PlanVersion(
        agency_id=plan.agency_id,
        plan=plan,
        number=len(plan.versions) + 1,
        approved_at=now(),
        approved_by="Ana",
        language=plan.language,
        document=_document(plan),
        document_hash=f"hash {len(plan.versions)}",
        next_review_on=now().date() + timedelta(days=365),
    )
    plan.state = PlanState.APPROVED
    db.session.add(version)
    db.session.flush()
    db.session.expire(plan)
    return version


def _document(plan: Plan) -> dict:
    return {
        "triggers": [
            {
                "key": each.key,
                "level": each.level.value,
                "scheme": each.scheme,
                "label": each.label,
                "condition": each.condition,
            }
            for each in plan.triggers
        ],
        "roles": [
            {
                "key": role.key,
                "title": role.title,
                "essential": role.essential,
                "from_level": role.from_level.value,
                "seats": [{"id": seat.id, "label": seat.label} for seat in role.seats],
            }
            for role in plan.roles
        ],
        "items": [
            {
                "key": item.key,
                "phase": item.phase.value,
                "anchor": item.anchor.value,
                "offset_hours": item.offset_hours,
                "repeat_days": item.repeat_days,
                "text": item.text,
                "from_level": item.from_level.value if item.from_level else None,
                "owner_role": item.owner_role.key if item.owner_role else None,
                "source": item.source,
                "position": item.position,
            }
            for item in plan.items
        ],
    }


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
