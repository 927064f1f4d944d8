"""A person's own tasks by their link: how far each is, and what stands in the way. Nowhere is a name typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from preparedness.activations import tasks
from preparedness.activations.models import Task, TaskState
from preparedness.contacts.models import Link
from preparedness.errors import Refused
from preparedness.focal_points import schemas
from preparedness.i18n import _


def take(mine: Sequence[Task], data: Mapping[str, Any], link: Link) -> None:
    """Take what was said of each task; what was left as it is stays."""
    said = {task: data.get(f"task-{task.id}") for task in mine}
    if not any(said.values()):
        raise Refused(_("Nothing was chosen yet. Choose how far a task is, then send it."))
    for task, answer in said.items():
        if answer is None:
            continue
        state = schemas.STATES[answer]
        kept = None if state is TaskState.BLOCKED else task.note
        note = data.get(f"task_note-{task.id}") or kept
        try:
            tasks.report(task, state, note, version=None, by=link.person.actor)
        except Refused as refused:
            raise Refused(refused.sentence, field=f"task_note-{task.id}") from refused
