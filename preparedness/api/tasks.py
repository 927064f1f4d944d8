"""Tasks, for programs: where each stands, and saying so."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.activations import tasks
from preparedness.activations.models import Task
from preparedness.api.activation_schemas import TaskIn, TaskRow, reported
from preparedness.api.resources import Resource

resource = Resource("tasks", "What is to be done, by whom and until when.")

ONE = "/tasks/<id:task_id>"


def _task(task_id: int) -> Task:
    return tasks.get(task_id, agency=g.agency, member=g.member)


@resource.reads(ONE, Permission.TASK_REPORT, _task, TaskRow)
def task(row: Task) -> Task:
    """One task."""
    return row


@resource.changes(ONE, Permission.TASK_REPORT, _task, TaskIn, TaskRow)
def report(row: Task, sent: dict[str, Any], version: int) -> None:
    """Say where a task stands. The next round of a repeating one opens when this one is done."""
    state, note = reported(row, sent)
    tasks.report(row, state, note, version=version, by=g.actor)
