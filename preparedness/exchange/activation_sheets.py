"""The sheets of an activation: the checklist to work through, the call list and the log.

Answers noted on a call list are what somebody said on the phone; they never make anybody accept a role.
"""

from preparedness.activations.models import LogKind, Reply, ReplyState, Task, TaskState
from preparedness.exchange.choices import Choices
from preparedness.exchange.sheets import Column, Due, Editable, Sheet, Surroundings, ref_column, worded
from preparedness.exchange.values import Kind
from preparedness.i18n import _l, language_name, offset

YES, NEW, NO = Editable.YES, Editable.NEW, Editable.NO
LATE = "! "
TICKED, UNTICKED = "☑", "☐"


def _box(task: Task, _around: Surroundings) -> str:
    return TICKED if task.finished else UNTICKED


def _offset(task: Task, around: Surroundings) -> str:
    late = task.due_at is not None and task.due_at < around.at and not task.finished
    return (LATE if late else "") + offset(task.offset_hours, task.anchor)


def _phase_and_source(task: Task, _around: Surroundings) -> str:
    return ", ".join(filter(None, (str(task.phase.words), task.source)))


def _language(reply: Reply, _around: Surroundings) -> str | None:
    """The language they are called in; at high risk none, for a language may tell a group."""
    return None if reply.activation.plan.high_risk else language_name(reply.person.language)


CHECKLIST = Sheet(
    key="tasks",
    title=_l("Checklist"),
    named_by="text",
    told_apart_by="owner",
    spare=0,
    due=Due("due_at", "state", (TaskState.DONE.value, TaskState.NOT_APPLICABLE.value)),
    columns=(
        ref_column(lambda row, _: row.ref, width=8),
        Column("box", _l("✓"), Kind.TEXT, 3, NO, _box),
        Column("due_at", _l("Due ({zone})"), Kind.DATETIME, 14, NO, lambda row, around: around.local(row.due_at)),
        Column("offset", _l("H+"), Kind.TEXT, 6, NO, _offset),
        Column("text", _l("What to do"), Kind.TEXT, 40, NO, lambda row, _: row.text),
        Column("owner", _l("Who (role, place)"), Kind.TEXT, 16, NO, lambda row, _: row.owner_title),
        Column("state", _l("State"), Kind.CHOICE, 11, YES, lambda row, _: row.state, "task_state"),
        Column(
            "done_at",
            _l("Done at ({zone})"),
            Kind.DATETIME,
            12,
            YES,
            lambda row, around: around.local(row.done_at),
            hint=_l("A time such as 14:30 or 14h30, or a date and time such as 2026-03-04 14:30."),
        ),
        Column("done_by", _l("By (initials)"), Kind.TEXT, 7, YES, lambda row, _: row.done_by),
        Column(
            "note",
            _l("Note, or why not (no names of people helped)"),
            Kind.TEXT,
            18,
            YES,
            lambda row, _: row.note,
            hint=_l("No names of people helped or missing, and no coordinates."),
        ),
        Column("source", _l("Phase, source"), Kind.TEXT, 24, NO, _phase_and_source, prints=False),
    ),
)

CALL_LIST = Sheet(
    key="replies",
    title=_l("Call list"),
    spare=0,
    columns=(
        ref_column(lambda row, _: row.ref, width=8),
        Column("role", _l("Role, place"), Kind.TEXT, 22, NO, lambda row, around: around.figures["roles"][row.id]),
        Column("order", _l("Order"), Kind.WHOLE, 5, NO, lambda row, around: around.figures["order"].get(row.id)),
        Column("name", _l("Name or working name"), Kind.TEXT, 20, NO, lambda row, _: row.person.shown_name),
        Column("language", _l("Language"), Kind.TEXT, 8, NO, _language),
        Column(
            "hours",
            _l("Call between ({zone})"),
            Kind.TEXT,
            12,
            NO,
            lambda row, around: around.figures["hours"].get(row.id),
        ),
        Column(
            "number",
            _l("Number or relay"),
            Kind.TEXT,
            16,
            NO,
            lambda row, around: around.figures["number"].get(row.id),
            private=True,
        ),
        Column(
            "called_at",
            _l("Called at ({zone})"),
            Kind.DATETIME,
            9,
            YES,
            lambda row, around: around.local(row.called_at),
            hint=_l("A time such as 14:30 or 14h30, or a date and time such as 2026-03-04 14:30."),
        ),
        Column("state", _l("Answer"), Kind.CHOICE, 15, YES, lambda row, _: row.state, "reply_state"),
        Column(
            "available_from",
            _l("From ({zone})"),
            Kind.DATETIME,
            12,
            YES,
            lambda row, around: around.local(row.available_from),
        ),
        Column("answered_by", _l("By (initials)"), Kind.TEXT, 7, YES, lambda row, _: row.answered_by),
    ),
)

LOG = Sheet(
    key="log",
    title=_l("Log"),
    named_by="text",
    spare=15,
    columns=(
        ref_column(lambda row, _: str(row.number), width=6),
        Column("at", _l("Time ({zone})"), Kind.DATETIME, 14, NEW, lambda row, around: around.local(row.at)),
        Column("kind", _l("Kind"), Kind.CHOICE, 11, NEW, lambda row, _: row.kind, "log_kind"),
        Column(
            "text",
            _l("What happened"),
            Kind.TEXT,
            62,
            NEW,
            lambda row, _: row.text,
            required=True,
            hint=_l("No names of people helped or missing, and no coordinates."),
        ),
        Column("by", _l("By"), Kind.TEXT, 14, NEW, lambda row, _: row.actor_label),
        Column("for_whom", _l("For whom to act"), Kind.TEXT, 18, NEW, lambda row, _: row.for_whom),
    ),
)

SHEETS = (CHECKLIST, CALL_LIST, LOG)


def lists() -> dict[str, Choices]:
    """What the cells of an activation's workbook choose from."""
    return {"task_state": worded(TaskState), "reply_state": worded(ReplyState), "log_kind": worded(LogKind)}
