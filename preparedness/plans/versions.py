"""The versions of a plan that were approved: locked for good, counted from one, compared with one another."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event, select

from preparedness.accounts import webhooks
from preparedness.accounts.models import Event
from preparedness.audit import Action, Actor, record
from preparedness.database import db, expect, now, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans import documents, roles, rows
from preparedness.plans.models import Plan, PlanState, PlanVersion

REVIEWED_EVERY = timedelta(days=365)

WHEN_APPROVED: list[Callable[[PlanVersion, Actor], None]] = []
"""What upper packages do when a plan is approved; filled by create_app."""


@event.listens_for(PlanVersion, "before_update")
@event.listens_for(PlanVersion, "before_delete")
def _never_changes(*_row: object) -> None:
    raise RuntimeError("an approved version never changes")


def get(plan: Plan, number: int) -> PlanVersion:
    """A version of a plan by its number; raises Missing."""
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == number)
    version = db.session.scalar(query)
    if version is None:
        raise Missing
    return version


def latest(plan: Plan) -> PlanVersion:
    """The version that is in force; raises Missing before the first approval."""
    if plan.latest_version is None:
        raise Missing
    return plan.latest_version


def next_number(plan: Plan) -> int:
    """The number of the version that the next approval makes."""
    return plan.latest_version.number + 1 if plan.latest_version else 1


def has_unapproved_changes(plan: Plan) -> bool:
    """True while the working copy says something else than the latest version; always before the first."""
    version = plan.latest_version
    return version is None or documents.digest(documents.frozen(plan)) != version.document_hash


def submit(plan: Plan, *, by: Actor, version: int | None = None) -> None:
    """Send the working copy for review."""
    rows.refuse_archived(plan)
    if plan.state is PlanState.IN_REVIEW:
        raise Refused(_("This plan is in review already."))
    expect(plan, version, {}, ())
    plan.state = PlanState.IN_REVIEW
    touch(plan, by=by.label)
    record(Action.PLAN_SUBMITTED, plan, by=by)


def send_back(plan: Plan, *, by: Actor, version: int | None = None) -> None:
    """Take the working copy out of review, to be written on."""
    if plan.state is not PlanState.IN_REVIEW:
        raise Refused(_("This plan is not in review."))
    expect(plan, version, {}, ())
    plan.state = PlanState.DRAFT
    touch(plan, by=by.label)
    record(Action.PLAN_CHANGED, plan, by=by, state=plan.state)


def approve(plan: Plan, note: str | None = None, *, by: Actor, version: int | None = None) -> PlanVersion:
    """Lock the working copy as the next version; from now on it is what activates.

    What is missing does not forbid it: the page says so before, and the version shows it.
    """
    rows.refuse_archived(plan)
    if plan.state is not PlanState.IN_REVIEW:
        raise Refused(_("Send the plan for review first."))
    expect(plan, version, {}, ())
    db.session.flush()
    document = documents.frozen(plan)
    approved = PlanVersion(
        agency_id=plan.agency_id,
        number=next_number(plan),
        approved_at=now(),
        approved_by=by.label,
        note=note,
        language=plan.language,
        document=document,
        document_hash=documents.digest(document),
        next_review_on=(now() + REVIEWED_EVERY).date(),
    )
    plan.state, plan.review_on, plan.risk_in_force = PlanState.APPROVED, approved.next_review_on, plan.risk_class
    touch(plan, by=by.label)
    db.session.flush()  # a second approval at the same moment stops here, before it takes the same number
    plan.versions.append(approved)
    ended = roles.settle_removed(plan, by=by)
    record(Action.PLAN_APPROVED, plan, by=by, number=approved.number, designations_ended=ended)
    db.session.flush()
    for told in WHEN_APPROVED:
        told(approved, by)
    webhooks.announce(Event.PLAN_APPROVED, plan, plan_id=plan.id, plan_ref=plan.ref, number=approved.number)
    return approved


def archive(plan: Plan, *, by: Actor, version: int | None = None) -> None:
    """Put a plan away: nobody is asked for it any more, and it cannot be activated."""
    rows.refuse_archived(plan)
    expect(plan, version, {}, ())
    plan.state = PlanState.ARCHIVED
    touch(plan, by=by.label)
    record(Action.PLAN_ARCHIVED, plan, by=by)
