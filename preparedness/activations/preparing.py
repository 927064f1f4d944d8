"""Preparedness tasks: what an approved plan asks for before anything happens."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts.models import Agency
from preparedness.activations import checklists, tasks
from preparedness.activations.checklists import Line, Place
from preparedness.activations.models import Task, TaskState
from preparedness.audit import Action, Actor, record
from preparedness.contacts.models import Person
from preparedness.database import db, now, revise, touch
from preparedness.i18n import _, speaking
from preparedness.plans.models import Plan, PlanState, PlanVersion
from preparedness.vocabulary import Anchor

TO_DO = (TaskState.OPEN, TaskState.DOING, TaskState.BLOCKED)
AS_THE_VERSION_SAYS = ("owner_title", "phase", "repeat_days", "text", "source", "position")


def when_approved(version: PlanVersion, by: Actor) -> None:
    """Open the preparedness tasks of a version that was just approved.

    What an earlier version opened is brought up to date, never doubled; what is asked for no longer is set aside.
    """
    wanted = checklists.lines(version, {Anchor.P})
    latest = _latest(version.plan)
    fresh = [line for line in wanted if line.place not in latest]
    made = checklists.make(version, fresh, {Anchor.P: version.approved_at})
    updated = [line for line in wanted if line.place in latest and _update(latest[line.place], line, version, by)]
    places = {line.place for line in wanted}
    dropped = [task for place, task in latest.items() if place not in places and task.state is TaskState.OPEN]
    with speaking(version.language):
        why = _("Version %(number)s of the plan no longer asks for this.", number=version.number)
    for task in dropped:
        checklists.set_aside(task, why, by=by.label)
    if made or updated or dropped:
        record(
            Action.TASK_CHANGED,
            version.plan,
            by=by,
            version=version.number,
            opened=len(made),
            updated=len(updated),
            set_aside=len(dropped),
        )


def _latest(plan: Plan) -> dict[Place, Task]:
    """The latest round of each preparedness task of a plan."""
    query = select(Task).where(Task.plan_id == plan.id, Task.activation_id.is_(None)).order_by(Task.occurrence)
    return {(task.item_key, task.seat_id): task for task in db.session.scalars(query)}


def _update(task: Task, line: Line, version: PlanVersion, by: Actor) -> bool:
    """Bring a task that is not finished up to date with the version; its due date moves only where the offset did."""
    if checklists.is_set_aside(task):
        checklists.bring_back(task, line.due_at(version.approved_at), by=by.label)
    elif task.finished:
        return False
    changes = revise(task, {name: getattr(line, name) for name in AS_THE_VERSION_SAYS}, AS_THE_VERSION_SAYS)
    if task.offset_hours != line.offset_hours:
        task.offset_hours, task.due_at = line.offset_hours, line.due_at(version.approved_at)
        changes["due_at"] = (None, task.due_at)
    if changes:
        touch(task, by=by.label)
    return bool(changes)


def of(plan: Plan) -> list[Task]:
    """The preparedness tasks of a plan: what is left to do first, by due date."""
    query = (
        select(Task)
        .where(Task.agency_id == plan.agency_id, Task.plan_id == plan.id, Task.activation_id.is_(None))
        .options(selectinload(Task.owner_role))
        .order_by(Task.due_at, Task.position, Task.id)
    )
    return sorted(db.session.scalars(query), key=lambda task: task.finished)


def of_person(person: Person) -> list[Task]:
    """What a person still has to prepare, for the seats they hold or stand in for; what is most pressing first."""
    query = (
        select(Task)
        .join(Task.plan)
        .where(
            Task.agency_id == person.agency_id,
            Task.activation_id.is_(None),
            Task.seat_id.in_(tasks.seats_of(person)),
            Task.state.in_(TO_DO),
            Plan.state != PlanState.ARCHIVED,
        )
        .order_by(Task.due_at, Task.position, Task.id)
    )
    return list(db.session.scalars(query))


def due(agency: Agency, within: timedelta = timedelta(days=7)) -> Sequence[Task]:
    """The preparedness tasks of an institution's plans that are late, or fall due soon."""
    query = (
        select(Task)
        .join(Task.plan)
        .where(
            Task.agency_id == agency.id,
            Task.activation_id.is_(None),
            Task.state.in_(TO_DO),
            Task.due_at <= now() + within,
            Plan.state != PlanState.ARCHIVED,
        )
        .options(selectinload(Task.plan))
        .order_by(Task.due_at, Task.id)
    )
    return db.session.scalars(query).all()
