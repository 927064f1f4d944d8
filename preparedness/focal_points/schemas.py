"""The shapes of what a focal point does by link; each act has an unticked box of its own."""

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate

from preparedness import shapes
from preparedness.activations.models import ReplyState, Task, TaskState
from preparedness.confirmations.schemas import UNCHOSEN
from preparedness.i18n import _, _l
from preparedness.vocabulary import Worded


class ActSchema(shapes.Shape):
    """An act that is meant: programs that open and send forms tick no boxes."""

    sure = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error=_l("Tick this box if you mean it. Nothing was changed.")),
        metadata={"label": _l("Yes, I mean it"), "kind": "checkbox"},
    )


class PauseSchema(ActSchema):
    """Until when nothing more is asked."""

    until = shapes.day(_l("Until when"), hint=_l("This day included. Without a date: thirty days."))


class RolesSchema(ActSchema):
    """Which of several roles an act is about."""

    roles = fields.List(fields.Integer(), metadata={"label": _l("Which roles"), "kind": "checkboxes", "multiple": True})


class HandOverSchema(ActSchema):
    """For which role somebody else may stand in."""

    role = fields.Integer(
        required=True, error_messages=shapes.REQUIRED, metadata={"label": _l("For which role"), "kind": "radio"}
    )


class DeputySchema(shapes.Shape):
    """What somebody gives of themselves who was sent a link by a holder."""

    name = shapes.words(
        _l("Your name"),
        hint=_l("Or the name you wish to be called by."),
        most=100,
        required=True,
        autocomplete="name",
    )
    email = shapes.email(_l("Your e-mail address"), required=True)
    language = shapes.language(_l("The language you read best"), required=True)
    country = shapes.country(_l("The country you live in"), required=True)


class When(Worded):
    """From when somebody is available, so that nobody has to type."""

    TWO_HOURS = "two_hours", _l("in 2 hours")
    TONIGHT = "tonight", _l("tonight")
    TOMORROW = "tomorrow", _l("tomorrow morning")


class FromWhen(shapes.MomentIn):
    """A preset or a time, both in the same field."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value in list(When):
            return When(value)
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            raise ValidationError(str(_("Choose one of the times, or write a date and a time that exist."))) from error


class AlertSchema(shapes.Shape):
    """The answer to an alert. There is no box to write in: nothing that could endanger somebody is typed here."""

    answer = shapes.code(ReplyState, _l("Can you help?"), kind="radio", required=True, error_messages=UNCHOSEN)
    available_from = FromWhen(
        allow_none=True,
        metadata={
            "label": _l("If later: from when"),
            "kind": "radio",
            "choices": lambda: [(each.value, each.words) for each in When],
        },
    )
    available_at = shapes.moment(_l("Or at a time of your own"), hint=_l("Where you are."))


class TaskAnswer(Worded):
    """How far a task is, in the words of whoever does it."""

    DOING = "doing", _l("I am doing it")
    DONE = "done", _l("It is done")
    BLOCKED = "blocked", _l("I cannot do it")


STATES = {
    TaskAnswer.DOING: TaskState.DOING,
    TaskAnswer.DONE: TaskState.DONE,
    TaskAnswer.BLOCKED: TaskState.BLOCKED,
}


def tasks_shape(mine: Sequence[Task]) -> type[shapes.Shape]:
    """The shape of a report on one's tasks: how far each is, and what stands in the way of one that is blocked."""
    found: dict[str, Any] = {}
    for task in mine:
        found[f"task-{task.id}"] = shapes.code(TaskAnswer, _l("How far is it?"), kind="radio")
        found[f"task_note-{task.id}"] = shapes.words(
            _l("If you cannot: what stands in the way"), hint=_l("No names, no addresses, no coordinates.")
        )
    return type("TasksSchema", (shapes.Shape,), found)
