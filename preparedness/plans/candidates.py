"""Who could be proposed for a seat: each with the reason why not, or with what to think of before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.contacts import holders
from preparedness.contacts.holders import Candidate
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db
from preparedness.plans import assignments, safeguards
from preparedness.plans.models import Seat

MOST = 60
"""How many are shown; who seeks one more narrows the list."""


@dataclass(frozen=True)
class Offer:
    """One candidate for one seat."""

    candidate: Candidate
    why_not: str | None
    caution: str | None
    designations: int
    """How many live designations they have already."""


def of(seat: Seat, wanted: Mapping[str, Any], *, agency: Agency) -> list[Offer]:
    """Who could be proposed for a seat, narrowed as wanted: those who can first."""
    plan = seat.role.plan
    found = holders.candidates(agency, **wanted, organisations_only=plan.high_risk, limit=MOST)
    _fetch_checks(found)
    counts = assignments.counted(agency)
    offers = [
        Offer(
            candidate=each,
            why_not=assignments.why_not(seat, each.holder),
            caution=safeguards.caution(seat, each.holder),
            designations=counts.get(each.key, 0),
        )
        for each in found
    ]
    return sorted(offers, key=lambda offer: offer.why_not is not None)


def _fetch_checks(found: Sequence[Candidate]) -> None:
    """Load the checks of all candidates at once: the rules of a seat may ask for each."""
    models: tuple[Any, ...] = (Person, Organisation)
    for model in models:
        ids = [each.holder.id for each in found if isinstance(each.holder, model)]
        if ids:
            db.session.scalars(select(model).where(model.id.in_(ids)).options(selectinload(model.vettings))).all()
