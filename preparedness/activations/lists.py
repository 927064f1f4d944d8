"""Lists: activations and what belongs to them, page by page, in a number of statements that never grows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Access, Agency, User
from preparedness.activations.models import Activation, ActivationState, Duty, LogLine, Reply, Task
from preparedness.contacts import search
from preparedness.contacts.models import Person
from preparedness.database import Page, db, page_of
from preparedness.plans.models import Plan

Filters = Mapping[str, Any]
BY_STATE = case(
    (Activation.state == ActivationState.ACTIVE, 0), (Activation.state == ActivationState.RECOVERY, 1), else_=2
)


def activations(
    agency: Agency, member: User | None = None, *, page: int, per_page: int, q: str | None = None, **filters: Any
) -> Page[Activation]:
    """The activations a member may see: those that run first, then the latest. For an operator what they work on."""
    query = select(Activation).join(Activation.plan).where(*visible(agency, member), *_narrowed(Activation, filters))
    for word in search.fold(q or "").split():
        query = query.where(Plan.title_fold.contains(word, autoescape=True))
    times = selectinload(Activation.replies).load_only(Reply.activation_id, Reply.called_at, Reply.answered_at)
    query = query.options(selectinload(Activation.plan_version), times)
    return page_of(query.order_by(BY_STATE, Activation.started_at.desc(), Activation.id.desc()), page, per_page)


def visible(agency: Agency, member: User | None) -> list[ColumnElement[bool]]:
    """Which activations of an agency a member may see."""
    if member is None or member.access.includes(Access.PLANNER):
        return [Activation.agency_id == agency.id]
    works_on = select(Duty.activation_id).where(Duty.member_id == member.id)
    return [Activation.agency_id == agency.id, Activation.id.in_(works_on)]


def tasks(activation: Activation, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Task]:
    """The tasks of an activation as they fall due, those without a due time last."""
    return _tasks(select(Task).where(Task.activation_id == activation.id), page, per_page, q, filters)


def preparedness_tasks(plan: Plan, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Task]:
    """The tasks that a plan's approval opened, as they fall due."""
    query = select(Task).where(Task.plan_id == plan.id, Task.activation_id.is_(None))
    return _tasks(query.where(Task.agency_id == plan.agency_id), page, per_page, q, filters)


def _tasks(query: Select[Any], page: int, per_page: int, q: str | None, filters: Filters) -> Page[Task]:
    query = query.where(*_narrowed(Task, filters)).options(selectinload(Task.owner_role), selectinload(Task.seat))
    ordered = query.order_by(Task.due_at.is_(None), Task.due_at, Task.position, Task.id)
    return _page(ordered, q, lambda task: (task.text, task.owner_title), page, per_page)


def replies(activation: Activation, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Reply]:
    """Everybody who was asked in an activation, with what they answered."""
    query = select(Reply).where(Reply.activation_id == activation.id, *_narrowed(Reply, filters)).order_by(Reply.id)
    query = query.options(selectinload(Reply.person).selectinload(Person.organisation))
    return _page(query, q, lambda reply: (reply.person.shown_name,), page, per_page)


def lines(activation: Activation, *, page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[LogLine]:
    """The log of an activation, in the order in which things happened."""
    query = select(LogLine).where(LogLine.activation_id == activation.id, *_narrowed(LogLine, filters))
    return _page(query.order_by(LogLine.at, LogLine.number), q, lambda line: (line.text,), page, per_page)


def _narrowed(model: type[Any], filters: Filters) -> list[ColumnElement[bool]]:
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
