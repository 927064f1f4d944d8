"""What is accepted of an activation, a task, an answer and a line of the log."""

from marshmallow import fields

from preparedness import shapes
from preparedness.activations.models import ActivationKind, LogKind, ReplyState, TaskState
from preparedness.i18n import _l
from preparedness.vocabulary import Level, Phase

NO_NAMES = _l("No names of people helped or missing, no coordinates, no addresses of clinics or partners.")


class OnDutySchema(shapes.Shape):
    """Who works on an activation."""

    on_duty = fields.List(
        fields.Integer(),
        metadata={
            "label": _l("Operators on duty"),
            "hint": _l("They see this activation, run its checklist and take it offline. Planners see it anyway."),
            "kind": "checkboxes",
            "multiple": True,
        },
    )


class StartSchema(OnDutySchema):
    """How a plan is activated."""

    kind = shapes.code(ActivationKind, _l("Is it real?"), kind="radio", required=True)
    level = shapes.code(Level, _l("Level"), kind="radio", required=True)
    h_hour = shapes.moment(_l("Hour H"), hint=_l("Tasks fall due from this hour. Your time."))
    reason = shapes.text(
        _l("Why"), hint=_l("In a sentence, for the log. It is not sent to anybody."), most=1_000, rows=2
    )
    review_at = shapes.moment(_l("Review it by"), hint=_l("Then somebody decides whether it goes on."))
    answer_within_minutes = shapes.whole(
        _l("Answers wanted within (minutes)"), least=5, most=10_080, hint=_l("The target the drill figures measure.")
    )
    announced = shapes.yes(
        _l("The organisations were told in person that this exercise comes"),
        hint=_l("Needed for an exercise at high risk: there it may not come as a surprise."),
    )


class LevelSchema(shapes.Shape):
    """To which level, and why."""

    level = shapes.code(Level, _l("New level"), kind="radio", required=True)
    reason = shapes.text(_l("Why"), hint=_l("In a sentence, for the log."), most=1_000, rows=2)


class StandDownSchema(shapes.Shape):
    """How the response ended."""

    summary = shapes.text(_l("What was reached, in a few sentences"), hint=NO_NAMES, most=4_000, rows=4)


class CloseSchema(shapes.Shape):
    """What those who were asked get to read."""

    report_back = shapes.text(
        _l("Report back"),
        hint=_l("What came of what they gave. Everybody who was asked receives these words as they stand."),
        most=4_000,
        rows=8,
        required=True,
    )


class CancelSchema(shapes.Shape):
    """Why an alarm was false."""

    reason = shapes.text(_l("Why"), hint=_l("In a sentence, for the log. It is not sent."), most=1_000, rows=2)


class ReviewSchema(shapes.Shape):
    """Until when it goes on."""

    review_at = shapes.moment(_l("Go on until"), hint=_l("The next review, in your time."), required=True)


class FilterSchema(shapes.Shape):
    """Which tasks of a board are shown."""

    phase = shapes.code(Phase, _l("Phase"))
    owner = shapes.words(_l("Who"))
    state = shapes.code(TaskState, _l("State"))


class TaskSchema(shapes.Shape):
    """Where a task stands."""

    state = shapes.code(TaskState, _l("State"), kind="radio", required=True)
    note = shapes.text(_l("Note, or why not"), hint=NO_NAMES, most=1_000, rows=3)
    done_at = shapes.moment(_l("Done at"), hint=_l("Leave empty for now."))


class AnswerSchema(shapes.Shape):
    """What somebody said on the phone."""

    state = shapes.code(
        ReplyState, _l("What they said"), kind="radio", hint=_l("Nothing chosen: called, without an answer.")
    )
    available_from = shapes.moment(_l("Available from"), hint=_l("Your time. Only for those who come later."))
    called_at = shapes.moment(_l("Called at"), hint=_l("Leave empty for now."))


class LogSchema(shapes.Shape):
    """One line of the log."""

    kind = shapes.code(LogKind, _l("Kind"), required=True)
    text = shapes.text(_l("What happened"), hint=NO_NAMES, most=2_000, rows=3, required=True)
    at = shapes.moment(_l("When"), hint=_l("Leave empty for now. Your time."))
    for_whom = shapes.words(_l("For whom to act"), hint=_l("A role or an office."), most=120)


class CalendarSchema(shapes.Shape):
    """What a member's calendar holds."""

    high_risk = shapes.yes(
        _l("With plans at high risk"),
        hint=_l(
            "A calendar is read by phones, servers and colleagues. Leave this out unless you know who reads yours."
        ),
    )


class AlertFeedSchema(shapes.Shape):
    """Where a warning service is read."""

    url = shapes.words(
        _l("Address of the feed"),
        most=500,
        kind="url",
        hint=_l(
            "A feed of alerts in the Common Alerting Protocol (CAP 1.2); it begins with https://. Leave empty for none."
        ),
    )
