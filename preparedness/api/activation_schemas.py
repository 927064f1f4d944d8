"""What programs send and see of activations, their log, their tasks and the answers to their alerts."""

from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.activations import availability, tasks
from preparedness.activations.models import (
    ActivationKind,
    ActivationState,
    LogKind,
    Reply,
    ReplyBy,
    ReplyState,
    Task,
    TaskState,
)
from preparedness.activations.schemas import AnswerSchema, LogSchema, StartSchema, TaskSchema
from preparedness.api.schemas import Edited, Instant, Paging, Stamp, told
from preparedness.i18n import _l
from preparedness.shapes import Shape
from preparedness.vocabulary import Anchor, Level, Phase

LAST_ID = 999_999_999


class Figures(Shape):
    """The figures by which a call drill is judged."""

    first_called_at = Stamp(required=True, allow_none=True)
    last_called_at = Stamp(required=True, allow_none=True)
    last_answer_at = Stamp(required=True, allow_none=True)
    asked = fields.Integer(required=True)
    answered_in_time = fields.Integer(required=True)


class StartIn(StartSchema):
    """How a plan is activated: its latest approved version, at once."""

    class Meta(StartSchema.Meta):
        fields = ("kind", "level", "reason", "h_hour", "review_at", "answer_within_minutes", "announced")

    h_hour = Instant(
        allow_none=True, metadata={"description": "Tasks fall due from this hour; now where nothing is said."}
    )
    review_at = Instant(
        allow_none=True, metadata={"description": "When somebody decides whether it goes on; three days from now."}
    )


class ActivationRow(Edited):
    """A plan's approved version at work, for an emergency or an exercise."""

    number = fields.Integer(required=True, metadata={"description": "Counts within the institution."})
    plan_id = fields.Integer(required=True)
    plan_version = told(fields.Integer(required=True), lambda activation: activation.plan_version.number)
    kind = shapes.code(ActivationKind, None, required=True)
    level = shapes.code(Level, None, required=True)
    level_label = fields.String(required=True, metadata={"description": "The level in the words of the plan's scheme."})
    state = shapes.code(ActivationState, None, required=True)
    h_hour = Stamp(required=True)
    started_at = Stamp(required=True)
    stood_down_at = Stamp(required=True, allow_none=True)
    review_at = Stamp(required=True)
    figures = told(fields.Nested(Figures, required=True), lambda activation: availability.figures(activation))


class ActivationsQuery(Paging):
    """How the list of activations can be narrowed."""

    q = shapes.words(_l("Words of the plan's title"))
    kind = shapes.code(ActivationKind, None)
    level = shapes.code(Level, None)
    state = shapes.code(ActivationState, None)
    plan_id = shapes.whole(None, least=1, most=LAST_ID)
    number = shapes.whole(None, least=1, most=LAST_ID)


class LogIn(LogSchema):
    """One line of the log. It may tell of earlier, never of what is still to come."""

    class Meta(LogSchema.Meta):
        fields = ("at", "kind", "text")

    at = Instant(allow_none=True, metadata={"description": "When it happened; now where nothing is said."})
    kind = shapes.code(LogKind, None, load_default=LogKind.FACT, allow_none=False)


class LogRow(Edited):
    """What happened, and when it was written down by whom. A line never changes; a correction is a new one."""

    created_at = Stamp(required=True, attribute="entered_at", dump_only=True)
    updated_at = Stamp(required=True, attribute="entered_at", dump_only=True)
    at = Stamp(required=True)
    entered_at = Stamp(required=True)
    by = fields.String(required=True, attribute="actor_label")
    kind = shapes.code(LogKind, None, required=True)
    text = fields.String(required=True)


class LogQuery(Paging):
    """How a log can be narrowed."""

    q = shapes.words(_l("Words of the text"))
    kind = shapes.code(LogKind, None)


class TaskIn(TaskSchema):
    """Where a task stands; one that is blocked or does not apply says why."""

    class Meta(TaskSchema.Meta):
        fields = ("state", "note")


class TaskRow(Edited):
    """A checklist item to be done, once for each seat of its owner role; without activation, a preparedness task."""

    plan_id = fields.Integer(required=True)
    activation_id = fields.Integer(required=True, allow_none=True)
    ref = fields.String(required=True)
    item_key = fields.String(required=True)
    seat = told(
        fields.String(
            required=True, allow_none=True, metadata={"description": "The place or sector of the owner's seat."}
        ),
        lambda task: (task.seat.label or None) if task.seat else None,
    )
    phase = shapes.code(Phase, None, required=True)
    anchor = shapes.code(Anchor, None, required=True)
    offset_hours = fields.Integer(required=True)
    text = fields.String(required=True)
    owner_role = told(
        fields.String(required=True, allow_none=True, metadata={"description": "The key of the role it belongs to."}),
        lambda task: task.owner_role.key if task.owner_role else None,
    )
    due_at = Stamp(required=True, allow_none=True, metadata={"description": "Null while its anchor is not known yet."})
    overdue = told(fields.Boolean(required=True), tasks.is_late)
    state = shapes.code(TaskState, None, required=True)
    note = fields.String(required=True, allow_none=True)
    done_at = Stamp(required=True, allow_none=True)
    done_by = fields.String(required=True, allow_none=True)


class TasksQuery(Paging):
    """How a list of tasks can be narrowed."""

    q = shapes.words(_l("Words of the text"))
    item_key = shapes.words(_l("Key of the item, as earthquake.resp.01"), most=100)
    phase = shapes.code(Phase, None)
    anchor = shapes.code(Anchor, None)
    state = shapes.code(TaskState, None)
    ref = shapes.words(None, most=20)


class ReplyIn(AnswerSchema):
    """What somebody said on the phone. It is noted as reported by a colleague, never as their own word."""

    class Meta(AnswerSchema.Meta):
        fields = ("state", "available_from", "note")

    available_from = Instant(
        allow_none=True, metadata={"description": "Needed with available_from, ignored with other states."}
    )
    note = shapes.text(_l("Note"), hint=_l("No names, no coordinates."), most=1_000)


class ReplyRow(Edited):
    """Somebody who was alerted in an activation, and what they answered. No answer means nothing."""

    person_id = fields.Integer(required=True)
    holder = told(
        fields.String(required=True, metadata={"description": "The name that other people may read."}),
        lambda reply: reply.person.shown_name,
    )
    roles = told(
        fields.List(fields.String(), required=True, metadata={"description": "Keys of the roles they were asked for."}),
        lambda reply: _roles(reply),
    )
    state = shapes.code(ReplyState, None, required=True, allow_none=True)
    available_from = Stamp(required=True, allow_none=True)
    called_at = Stamp(required=True, allow_none=True)
    answered_at = Stamp(required=True, allow_none=True)
    answered_by = shapes.code(ReplyBy, None, required=True, allow_none=True, attribute="by")
    message_id = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


def _roles(reply: Reply) -> list[str]:
    """The roles of the seats that somebody was asked for, in the order of the version."""
    roles = reply.activation.plan_version.document["roles"]
    return [role["key"] for role in roles if {seat["id"] for seat in role["seats"]} & set(reply.seat_ids)]


class RepliesQuery(Paging):
    """How a list of answers can be narrowed."""

    q = shapes.words(_l("Words of the name"))
    state = shapes.code(ReplyState, None)
    person_id = shapes.whole(None, least=1, most=LAST_ID)


def reported(task: Task, sent: dict[str, Any]) -> tuple[TaskState, str | None]:
    """Where a task stands after a change that speaks only of some of it."""
    return sent.get("state", task.state), sent.get("note", task.note)
