"""Lists: plans and what belongs to them, page by page, in a number of statements that never grows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.contacts import search
from preparedness.contacts.models import Organisation
from preparedness.database import Page, db, page_of
from preparedness.plans import assignments, drafting, roles
from preparedness.plans.models import (
    Assignment,
    ChecklistItem,
    Plan,
    PlanState,
    PlanVersion,
    Role,
    Seat,
    Trigger,
)

WITH_HOLDER = (selectinload(Assignment.person), selectinload(Assignment.organisation))


def plans(agency: Agency, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Plan]:
    """The plans of an agency by title, with all their text; archived ones only where asked for."""
    query = select(Plan).where(Plan.agency_id == agency.id, *_narrowed(Plan, filters))
    if filters.get("state") is None:
        query = query.where(Plan.state != PlanState.ARCHIVED)
    for word in search.fold(q or "").split():
        query = query.where(Plan.title_fold.contains(word, autoescape=True))
    return page_of(query.options(*drafting.WITH_TEXT).order_by(Plan.title_fold, Plan.id), page, per_page)


def versions(plan: Plan, *, page: int, per_page: int, q: str | None = None) -> Page[PlanVersion]:
    """The approved versions of a plan, the latest first."""
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id).order_by(PlanVersion.number.desc())
    return _page(query, q, lambda version: (version.note, version.approved_by), page, per_page)


def roles_of(plan: Plan, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Role]:
    """The roles of the working copy in their order, with who holds their seats."""
    query = select(Role).where(Role.plan_id == plan.id, Role.removed_at.is_(None), *_narrowed(Role, filters))
    query = query.options(roles.WITH_HOLDERS).order_by(Role.position, Role.id)
    return _page(query, q, lambda role: (role.title, role.summary), page, per_page)


def items_of(
    plan: Plan, *, page: int, per_page: int, q: str | None = None, owner_role: str | None = None, **filters: Any
) -> Page[ChecklistItem]:
    """The checklist of the working copy in its order; `owner_role` is the key of a role."""
    query = select(ChecklistItem).where(ChecklistItem.plan_id == plan.id, *_narrowed(ChecklistItem, filters))
    if owner_role is not None:
        query = query.join(ChecklistItem.owner_role).where(Role.key == owner_role)
    query = query.options(selectinload(ChecklistItem.owner_role))
    query = query.order_by(ChecklistItem.position, ChecklistItem.id)
    return _page(query, q, lambda item: (item.text, item.source), page, per_page)


def triggers_of(plan: Plan, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Trigger]:
    """What makes the levels of a plan begin, in order."""
    query = select(Trigger).where(Trigger.plan_id == plan.id, *_narrowed(Trigger, filters))
    query = query.order_by(Trigger.position, Trigger.id)
    return _page(query, q, lambda trigger: (trigger.label, trigger.condition), page, per_page)


def seats_of(role: Role, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Seat]:
    """The seats of a role in their order, with who holds them."""
    query = select(Seat).where(Seat.role_id == role.id, Seat.removed_at.is_(None), *_narrowed(Seat, filters))
    query = query.options(selectinload(Seat.assignments).options(*WITH_HOLDER)).order_by(Seat.position, Seat.id)
    return _page(query, q, lambda seat: (seat.label,), page, per_page)


def assignments_of(
    within: Plan | Role | Seat,
    *,
    page: int,
    per_page: int,
    q: str | None = None,
    role_key: str | None = None,
    person_id: int | None = None,
    **filters: Any,
) -> Page[Assignment]:
    """Everybody who is or was designated in a plan, a role or a seat, in the order of the roles and of calling."""
    column: Any = {Plan: Role.plan_id, Role: Role.id, Seat: Seat.id}[type(within)]
    query = select(Assignment).join(Assignment.seat).join(Seat.role).where(column == within.id)
    query = query.where(*_narrowed(Assignment, filters))
    if role_key is not None:
        query = query.where(Role.key == role_key)
    if person_id is not None:
        spoken_for = select(Organisation.id).where(Organisation.contact_person_id == person_id)
        query = query.where(or_(Assignment.person_id == person_id, Assignment.organisation_id.in_(spoken_for)))
    query = query.order_by(Role.position, Role.id, Seat.position, Seat.id, Assignment.call_order, Assignment.id)
    return _page(
        query.options(*assignments.WITH_PLACE), q, lambda each: (each.shown_name, each.seat.title), page, per_page
    )


def _narrowed(model: type[Any], filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Equal to what is asked for, field by field; a filter that says nothing narrows nothing."""
    return [getattr(model, name) == value for name, value in filters.items() if value is not None]


def _page(
    query: Select[Any], q: str | None, said: Callable[[Any], Collection[str | None]], page: int, per_page: int
) -> Page[Any]:
    """A page of a query; where words are sought, of the rows that say all of them, however they are written."""
    words = search.fold(q or "").split()
    if not words:
        return page_of(query, page, per_page)
    rows = [row for row in db.session.scalars(query) if _says(words, said(row))]
    return Page(rows[(page - 1) * per_page : page * per_page], len(rows), page, per_page)


def _says(words: Collection[str], texts: Collection[str | None]) -> bool:
    folded = search.fold(" ".join(filter(None, texts)))
    return all(word in folded for word in words)
