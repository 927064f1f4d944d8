"""A plan as operators read it: what its latest approved version says, whatever is being written meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from preparedness.accounts.models import Agency
from preparedness.contacts import search
from preparedness.database import Page, db
from preparedness.plans import versions
from preparedness.plans.models import Plan, PlanState, PlanVersion
from preparedness.vocabulary import Hazard, HMeans, Risk


@dataclass(frozen=True)
class Aim:
    """One objective, as it was approved."""

    text: str


@dataclass(frozen=True)
class Reading:
    """A plan in the words of a version; what no version locks (its Ref, its template) is the plan's own."""

    id: int
    version: int
    created_at: datetime
    updated_at: datetime
    ref: str
    title: str
    template_key: str | None
    country: str
    language: str
    hazard: Hazard
    risk_class: Risk
    h_means: HMeans
    latest_version: PlanVersion
    situation: str | None
    assumptions: str | None
    objectives: list[Aim]
    review_on: date
    state: PlanState = PlanState.APPROVED
    has_unapproved_changes: bool = False


def of(plan: Plan) -> Reading:
    """What a plan's latest version says; raises Missing before the first approval."""
    approved = versions.latest(plan)
    document = approved.document
    return Reading(
        id=plan.id,
        version=plan.version,
        created_at=plan.created_at,
        updated_at=approved.approved_at,
        ref=plan.ref,
        title=document["title"],
        template_key=plan.template_key,
        country=document["country"],
        language=approved.language,
        hazard=Hazard(document["hazard"]),
        risk_class=Risk(document["risk_class"]),
        h_means=HMeans(document["h_means"]),
        latest_version=approved,
        situation=document["situation"],
        assumptions=document["assumptions"],
        objectives=[Aim(each["text"]) for each in document["objectives"]],
        review_on=approved.next_review_on,
        state=PlanState.ARCHIVED if plan.state is PlanState.ARCHIVED else PlanState.APPROVED,
    )


def listed(agency: Agency, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Reading]:
    """The plans in force, by title; narrowed by what their versions say, so that a draft tells nothing."""
    query = select(Plan).where(Plan.agency_id == agency.id, Plan.state != PlanState.ARCHIVED, Plan.versions.any())
    plans = db.session.scalars(query.options(selectinload(Plan.versions).options(undefer(PlanVersion.document))))
    found = [reading for reading in map(of, plans) if _matches(reading, search.fold(q or "").split(), filters)]
    found.sort(key=lambda reading: (search.fold(reading.title), reading.id))
    return Page(found[(page - 1) * per_page : page * per_page], len(found), page, per_page)


def _matches(reading: Reading, words: list[str], filters: Mapping[str, Any]) -> bool:
    title = search.fold(reading.title)
    return all(word in title for word in words) and all(
        getattr(reading, name) == value for name, value in filters.items() if value is not None
    )
