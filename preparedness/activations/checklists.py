"""The checklist of an approved version as tasks: one for each item, or for each seat where the owner has several."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from preparedness import refs
from preparedness.activations import numbers
from preparedness.activations.models import Activation, Task, TaskState
from preparedness.database import db, touch
from preparedness.i18n import _, speaking
from preparedness.plans.models import PlanVersion, Role, Seat
from preparedness.vocabulary import Anchor, Level, Phase

Place = tuple[str, int | None]
"""What a task is known by from one version to the next: the item's key and the seat."""


@dataclass(frozen=True)
class Line:
    """One thing to do at one seat, as a version says it."""

    item_key: str
    seat_id: int | None
    role_key: str | None
    owner_title: str | None
    phase: Phase
    anchor: Anchor
    offset_hours: int
    repeat_days: int | None
    from_level: Level | None
    text: str
    source: str | None
    position: int

    @property
    def place(self) -> Place:
        """What its task is known by."""
        return self.item_key, self.seat_id

    def due_at(self, start: datetime | None) -> datetime | None:
        """When it falls due, counted from its anchor; None while that is not known."""
        return start + timedelta(hours=self.offset_hours) if start else None


def lines(version: PlanVersion, anchors: Collection[Anchor], level: Level | None = None) -> list[Line]:
    """What a version asks for, of these anchors and up to a level, in order."""
    roles = {role["key"]: role for role in version.document["roles"]}
    seats_there = _seats_there(version)
    found = []
    for item in version.document["items"]:
        from_level = Level(item["from_level"]) if item["from_level"] else None
        if Anchor(item["anchor"]) not in anchors or (level is not None and not level.reaches(from_level)):
            continue
        for seat_id, title in _owners(roles.get(item["owner_role"]), seats_there):
            found.append(_line(item, from_level, seat_id, title))
    return sorted(found, key=lambda line: line.position)


def level_label(version: PlanVersion, level: Level) -> str:
    """A level in the words of the plan's own scheme, which is named where the words hold a number."""
    for trigger in version.document["triggers"]:
        if trigger["level"] == level:
            numbered = trigger["scheme"] and any(sign.isdigit() for sign in trigger["label"])
            return f"{trigger['label']} ({trigger['scheme']})" if numbered else str(trigger["label"])
    with speaking(version.language):
        return str(level.words)


def _seats_there(version: PlanVersion) -> set[int]:
    """The seats of the plan that are still there: a version may name one that was taken away since."""
    query = select(Seat.id).join(Seat.role).where(Role.plan_id == version.plan_id)
    return set(db.session.scalars(query))


def _owners(role: Mapping[str, Any] | None, seats_there: set[int]) -> list[tuple[int | None, str | None]]:
    """The seats of an owner role with their titles; one line without seat where it has none."""
    if role is None:
        return [(None, None)]
    title = str(role["title"])
    return [
        (seat["id"] if seat["id"] in seats_there else None, f"{title}, {seat['label']}" if seat["label"] else title)
        for seat in role["seats"]
    ] or [(None, title)]


def _line(item: Mapping[str, Any], from_level: Level | None, seat_id: int | None, title: str | None) -> Line:
    return Line(
        item_key=item["key"],
        seat_id=seat_id,
        role_key=item["owner_role"],
        owner_title=title,
        phase=Phase(item["phase"]),
        anchor=Anchor(item["anchor"]),
        offset_hours=item["offset_hours"],
        repeat_days=item["repeat_days"],
        from_level=from_level,
        text=item["text"],
        source=item["source"],
        position=item["position"],
    )


def make(
    version: PlanVersion,
    wanted: Iterable[Line],
    starts: Mapping[Anchor, datetime | None],
    *,
    activation: Activation | None = None,
) -> list[Task]:
    """Make a task of each line, due from the moment its anchor gives."""
    wanted = list(wanted)
    roles = db.session.scalars(select(Role).where(Role.plan_id == version.plan_id))
    role_ids = {role.key: role.id for role in roles}
    names = numbers.refs_for(Task, refs.TASK, version.agency_id, len(wanted))
    made = [
        Task(
            agency_id=version.agency_id,
            activation=activation,
            plan_id=version.plan_id,
            ref=ref,
            item_key=line.item_key,
            seat_id=line.seat_id,
            owner_role_id=role_ids.get(line.role_key or ""),
            owner_title=line.owner_title,
            phase=line.phase,
            anchor=line.anchor,
            offset_hours=line.offset_hours,
            repeat_days=line.repeat_days,
            from_level=line.from_level,
            text=line.text,
            source=line.source,
            due_at=line.due_at(starts.get(line.anchor)),
            position=line.position,
        )
        for ref, line in zip(names, wanted, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def following(task: Task) -> Task:
    """The next round of a repeating task that is done now: counted from its due date, or from now."""
    assert task.repeat_days is not None
    assert task.done_at is not None
    round_ = timedelta(days=task.repeat_days)
    due_at = (task.due_at or task.done_at) + round_
    (ref,) = numbers.refs_for(Task, refs.TASK, task.agency_id, 1)
    copied = {
        name: getattr(task, name)
        for name in (
            *("agency_id", "activation_id", "plan_id", "item_key", "seat_id", "owner_role_id", "owner_title", "phase"),
            *("anchor", "offset_hours", "repeat_days", "from_level", "text", "source", "position"),
        )
    }
    made = Task(
        **copied,
        ref=ref,
        occurrence=task.occurrence + 1,
        due_at=due_at if due_at > task.done_at else task.done_at + round_,
    )
    db.session.add(made)
    db.session.flush()
    return made


def step_up(activation: Activation, *, by: str) -> None:
    """Make the tasks of the level reached that are not there yet; those that were set aside come back."""
    wanted = lines(activation.plan_version, {Anchor.H, Anchor.R}, activation.level)
    there: dict[Place, list[Task]] = {}
    for task in activation.tasks:
        there.setdefault((task.item_key, task.seat_id), []).append(task)
    fresh = [line for line in wanted if line.place not in there]
    make(activation.plan_version, fresh, {Anchor.H: activation.h_hour}, activation=activation)
    for line in wanted:
        for task in filter(is_set_aside, there.get(line.place, [])):
            bring_back(task, line.due_at(activation.h_hour) if line.anchor is Anchor.H else None, by=by)


def step_down(activation: Activation, *, by: str) -> None:
    """Set aside the tasks nobody began that the level now does not ask for."""
    with speaking(activation.plan_version.language):
        why = _("Not asked for at the level now: %(level)s.", level=activation.level_label)
    for task in activation.tasks:
        if task.state is TaskState.OPEN and not activation.level.reaches(task.from_level):
            set_aside(task, why, by=by)


def set_aside(task: Task, why: str, *, by: str) -> None:
    """Say of a task nobody began that it no longer applies; it comes back if the plan or the level asks again."""
    task.state, task.note = TaskState.NOT_APPLICABLE, why
    touch(task, by=by)


def is_set_aside(task: Task) -> bool:
    """True for a task that was set aside by a version or a level, not by somebody's word."""
    return task.state is TaskState.NOT_APPLICABLE and task.done_by is None


def bring_back(task: Task, due_at: datetime | None, *, by: str) -> None:
    """Open a task again that had been set aside."""
    task.state, task.note, task.due_at = TaskState.OPEN, None, due_at
    touch(task, by=by)
