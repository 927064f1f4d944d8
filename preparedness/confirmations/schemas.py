"""The shapes of confirming: what a planner sends, and what a person answers to each of their roles."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.confirmations.models import Choice, RequestLine
from preparedness.i18n import _l
from preparedness.vocabulary import DeclineReason


class AskSchema(shapes.Shape):
    """What is sent to everybody who can be asked."""

    deadline = shapes.day(
        _l("Answer by"), hint=_l("The whole of this day counts, by the clock of your institution."), required=True
    )
    why = shapes.text(
        _l("A word from you"),
        hint=_l("It stands in each message. Name nobody, and no place where somebody could be found."),
        most=500,
        rows=3,
    )
    leave_out = fields.List(
        fields.Integer(), metadata={"label": _l("Leave out for now"), "kind": "checkboxes", "multiple": True}
    )


class ReportSchema(shapes.Shape):
    """What somebody said by phone."""

    choice = shapes.code(Choice, _l("What they said"), kind="radio", required=True)


UNCHOSEN = dict.fromkeys(("required", "null"), _l("Nothing was chosen yet. Choose one of the answers, then send it."))


def answer_shape(lines: Sequence[RequestLine], *, discreet: bool) -> type[shapes.Shape]:
    """The shape of a person's answers: one set of fields for each role, named by its designation."""
    found: dict[str, Any] = {}
    for line in lines:
        found |= {f"{part}-{line.assignment_id}": field for part, field in _parts(len(lines) == 1, discreet).items()}
    return type("AnswerSchema", (shapes.Shape,), found)


def _parts(alone: bool, discreet: bool) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "answer": shapes.code(Choice, _l("Your answer"), kind="radio", required=alone, error_messages=UNCHOSEN),
        "hours_week": shapes.whole(_l("Hours a week at most"), least=1, most=80),
        "remote_only": shapes.yes(_l("Only from where I am")),
        "from": shapes.day(_l("Only from this day on")),
    }
    if not discreet:
        parts["note"] = shapes.words(_l("Another condition, in a few words"), hint=_l("Please no names of others."))
        parts["reason"] = shapes.code(DeclineReason, _l("If you wish to say why you decline"))
    return parts


def answered(data: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """What was sent, by designation; the roles left for later are not among them."""
    found: dict[int, dict[str, Any]] = {}
    for name, value in data.items():
        part, _dash, number = name.rpartition("-")
        found.setdefault(int(number), {})["choice" if part == "answer" else part] = value
    return {number: said for number, said in found.items() if said.get("choice") is not None}
