"""Tasks: what is to be done, by whom and until when, and what was reported of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import selectinload

from preparedness.accounts import webhooks
from preparedness.accounts.models import Access, Agency, Event, User
from preparedness.activations import checklists, duties
from preparedness.activations.models import Activation, ActivationState, Task, TaskState
from preparedness.audit import Action, Actor, record
from preparedness.contacts.models import Organisation, Person
from preparedness.database import Changes, db, expect, now, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans.models import HOLDING, Assignment, PlanState
from preparedness.vocabulary import Anchor, Phase

NEED_A_NOTE = frozenset({TaskState.BLOCKED, TaskState.NOT_APPLICABLE})
"""The states in which a task says why."""

OVER = frozenset({ActivationState.CLOSED, ActivationState.CANCELLED})
"""The states of an activation in which nothing is reported any more."""

REPORTED = ("state", "note", "done_at", "done_by")
SOON = timedelta(hours=2)
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class Progress:
    """How far a phase or an owner is."""

    name: Any
    done: int
    total: int
    late: int


@dataclass(frozen=True)
class TaskBoard:
    """Where the tasks of an activation stand now."""

    tasks: list[Task]
    shown: list[Task]
    late: list[Task]
    soon: list[Task]
    by_phase: list[Progress]
    by_owner: list[Progress]

    @property
    def done(self) -> int:
        """How many are done or do not apply."""
        return sum(task.finished for task in self.tasks)

    @property
    def waiting(self) -> int:
        """How many have no due time before the stand-down."""
        return sum(task.due_at is None for task in self.tasks)

    @property
    def owners(self) -> list[str]:
        """Every owner, in the order of the checklist."""
        return [each.name for each in self.by_owner]


def get(task_id: int, *, agency: Agency, member: User | None = None) -> Task:
    """A task of the agency. For an operator only of activations they work on. Raises Missing."""
    task = db.session.scalar(select(Task).where(Task.id == task_id, Task.agency_id == agency.id))
    if task is None or (member is not None and member.access is Access.OFFICIAL and not _works_on(task, member)):
        raise Missing
    return task


def _works_on(task: Task, member: User) -> bool:
    return task.activation_id is not None and duties.works_on(member, task.activation_id)


def is_late(task: Task) -> bool:
    """True for what should have been done by now."""
    return task.due_at is not None and task.due_at < now() and not task.finished


def why_not(task: Task, state: TaskState, note: str | None, done_at: datetime | None = None) -> Refused | None:
    """Why such a report cannot be taken, or None where it can."""
    if task.activation is not None and task.activation.state in OVER:
        return Refused(_("This activation is over: its tasks can no longer be changed."))
    if task.activation is None and task.plan.state is PlanState.ARCHIVED:
        return Refused(_("This plan is archived: its tasks can no longer be changed."))
    if state in NEED_A_NOTE and not note:
        return Refused(_("Say in a few words why, without names or addresses."), field="note")
    if done_at is not None and done_at > now() + CLOCKS_DIFFER:
        return Refused(_("It cannot be done at a time that is still to come."), field="done_at")
    return None


def report(
    task: Task,
    state: TaskState,
    note: str | None,
    *,
    version: int | None,
    by: Actor,
    done_at: datetime | None = None,
    done_by: str | None = None,
) -> None:
    """Say where a task stands. The next round of a repeating one opens when this one is done.

    Raises Stale, or Refused: a blocked task and one that does not apply say why.
    """
    expect(task, version, {"state": state, "note": note}, ("state", "note"))
    if refused := why_not(task, state, note, done_at):
        raise refused
    was_done, is_done = task.state is TaskState.DONE, state is TaskState.DONE
    if was_done and not is_done:
        _take_back_next(task)
    changes = revise(task, _reported(task, state, note, done_at, done_by or by.label), REPORTED)
    if not changes:
        return
    _kept(task, changes, by)
    if is_done and not was_done:
        _announce(task)
        if _goes_on(task):
            checklists.following(task)


def _reported(task: Task, state: TaskState, note: str | None, done_at: datetime | None, done_by: str) -> dict[str, Any]:
    """The fields of a report: when and by whom belong to what is finished."""
    same = state is task.state
    if state is TaskState.DONE:
        kept_at = task.done_at if same else None
        return {
            "state": state,
            "note": note,
            "done_at": done_at or kept_at or now(),
            "done_by": task.done_by if same and done_at is None else done_by,
        }
    finished_by = (task.done_by if same else None) or done_by
    return {
        "state": state,
        "note": note,
        "done_at": None,
        "done_by": finished_by if state is TaskState.NOT_APPLICABLE else None,
    }


def _kept(task: Task, changes: Changes, by: Actor) -> None:
    touch(task, by=by.label)
    record(Action.TASK_CHANGED, task, by=by, changes=changes)
    db.session.flush()


def _announce(task: Task) -> None:
    """Tell programs that a task is done; by whom, they read where they may."""
    webhooks.announce(
        Event.TASK_DONE,
        task,
        task_id=task.id,
        task_ref=task.ref,
        item_key=task.item_key,
        role_key=task.owner_role.key if task.owner_role else None,
        seat_id=task.seat_id,
        plan_id=task.plan_id,
        activation_id=task.activation_id,
        kind=task.activation.kind if task.activation else None,
    )


def _goes_on(task: Task) -> bool:
    """True where a done task comes round again: its phase is not over."""
    if task.repeat_days is None:
        return False
    if task.activation is None:
        return True
    lasts = ActivationState.RECOVERY if task.anchor is Anchor.R else ActivationState.ACTIVE
    return task.activation.state is lasts


def _take_back_next(task: Task) -> None:
    """Remove the next round that opened when this one was done, unless somebody began it."""
    query = select(Task).where(
        Task.agency_id == task.agency_id,
        Task.plan_id == task.plan_id,
        Task.activation_id.is_(None) if task.activation_id is None else Task.activation_id == task.activation_id,
        Task.item_key == task.item_key,
        Task.seat_id.is_(None) if task.seat_id is None else Task.seat_id == task.seat_id,
        Task.occurrence > task.occurrence,
    )
    for following in db.session.scalars(query).all():
        if following.state is not TaskState.OPEN:
            raise Refused(_("The next round of this task has begun already: report on that one."))
        db.session.delete(following)


def report_many(
    activation: Activation, changes: Sequence[tuple[int, int | None, Mapping[str, Any]]], *, by: Actor
) -> list[int]:
    """Take the reports of a returned copy: (task id, version, the fields of a report that it changes).

    Returns the ids of tasks that somebody changed meanwhile; nothing is taken then. Raises Missing, or Refused.
    """
    wanted = [task_id for task_id, _version, _data in changes]
    query = select(Task).where(Task.activation_id == activation.id, Task.id.in_(wanted))
    found = {task.id: task for task in db.session.scalars(query)}
    if set(wanted) - set(found):
        raise Missing
    moved = [task_id for task_id, version, _data in changes if version not in (None, found[task_id].version)]
    if moved:
        return moved
    for task_id, version, data in changes:
        task = found[task_id]
        report(
            task,
            data.get("state", task.state),
            data.get("note", task.note),
            version=version,
            by=by,
            done_at=data.get("done_at"),
            done_by=data.get("done_by"),
        )
    return []


def of_person(activation: Activation, person: Person) -> list[Task]:
    """The tasks of the seats a person holds or stands in for, once they have a due time."""
    query = (
        select(Task)
        .where(Task.activation_id == activation.id, Task.seat_id.in_(seats_of(person)), Task.due_at.is_not(None))
        .order_by(Task.due_at, Task.position, Task.id)
    )
    return list(db.session.scalars(query))


def seats_of(person: Person) -> Select[int]:
    """The seats a person accepted, for themselves or as the contact point of an organisation."""
    return (
        select(Assignment.seat_id)
        .outerjoin(Organisation, Assignment.organisation_id == Organisation.id)
        .where(
            Assignment.status.in_(HOLDING),
            or_(
                Assignment.person_id == person.id,
                and_(Assignment.person_id.is_(None), Organisation.contact_person_id == person.id),
            ),
        )
    )


def board(
    activation: Activation, *, phase: str | None = None, owner: str | None = None, state: str | None = None
) -> TaskBoard:
    """The tasks of an activation with how far they are.

    `shown` are those the filters leave, what is left to do first; without filters, those that have a due time.
    """
    query = (
        select(Task)
        .where(Task.activation_id == activation.id)
        .options(selectinload(Task.owner_role))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.position, Task.id)
    )
    tasks = list(db.session.scalars(query))
    filtered = any((phase, owner, state))
    shown = [
        task
        for task in tasks
        if phase in (None, task.phase)
        and owner in (None, task.owner_title)
        and state in (None, task.state)
        and (filtered or task.due_at is not None)
    ]
    soon = [
        task for task in tasks if task.due_at is not None and now() <= task.due_at <= now() + SOON and not task.finished
    ]
    phases = [each for each in Phase if any(task.phase is each for task in tasks)]
    owners = dict.fromkeys(task.owner_title or "" for task in sorted(tasks, key=lambda task: task.position))
    return TaskBoard(
        tasks=tasks,
        shown=sorted(shown, key=lambda task: task.finished),
        late=[task for task in tasks if is_late(task)],
        soon=soon,
        by_phase=[_progress(each, [task for task in tasks if task.phase is each]) for each in phases],
        by_owner=[_progress(each, [task for task in tasks if (task.owner_title or "") == each]) for each in owners],
    )


def _progress(name: Any, tasks: list[Task]) -> Progress:
    return Progress(
        name=name,
        done=sum(task.finished for task in tasks),
        total=len(tasks),
        late=sum(is_late(task) for task in tasks),
    )
