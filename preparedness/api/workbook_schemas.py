"""What programs send and see of copies taken offline, and of copies that came back."""

from functools import cache
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from preparedness import shapes
from preparedness.api.schemas import Edited, Row, Stamp, told
from preparedness.contacts.part_schemas import row
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Outcome, ReturnState, Why, WorkbookKind
from preparedness.exchange.schemas import RosterSchema
from preparedness.i18n import _, _l, speaking
from preparedness.shapes import Shape

SIDES = ("mine", "server", "add")
MOST_DECISIONS, MOST_WORDS = 50_000, 500
LARGEST = 10**15


class WorkbookIn(RosterSchema):
    """What a copy is to hold."""

    class Meta(RosterSchema.Meta):
        fields = ("kind", "id", "language", "contacts", "reason", "blank")

    kind = shapes.code(WorkbookKind, _l("What"), required=True)
    id = row(_l("Which"), hint=_l("The number of the plan or activation; nothing for the roster."))

    @validates_schema
    def _which(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Everything but the roster is one of several."""
        if data.get("kind") not in (None, WorkbookKind.ROSTER) and data.get("id") is None:
            raise ValidationError(str(_("Say which: the number of the plan or activation.")), "id")


@cache
def _titles() -> dict[str, str]:
    with speaking("en"):
        return {sheet.key: str(sheet.title) for content in CONTENTS.values() for sheet in content.sheets}


def _titled(sheet: str) -> str:
    """What a sheet is called in an English workbook: one and the same, whatever language a copy has."""
    return _titles().get(sheet, sheet)


class WorkbookRow(Row):
    """A copy taken offline."""

    number = fields.Integer(required=True)
    kind = shapes.code(WorkbookKind, _l("What"), required=True)
    subject_id = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True)
    contacts = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    made_at = Stamp(required=True)
    made_by = fields.String(required=True)
    expires_at = Stamp(required=True, metadata={"description": "Until when it can be brought back and merged."})
    rows = told(
        fields.Dict(
            keys=fields.String(),
            values=fields.Integer(),
            required=True,
            metadata={"description": "How many rows each sheet was given.", "example": {"People": 120}},
        ),
        lambda copy: {_titled(sheet): number for sheet, number in copy.rows.items()},
    )
    file = told(
        fields.String(required=True, metadata={"description": "Where the workbook is."}),
        lambda copy: f"/api/v1/workbooks/{copy.id}/file",
    )


class Decision(fields.Field[Any]):
    """What is decided of one change: a side, a value, a row to merge into, or that it is new all the same."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value in SIDES:
            return value
        if isinstance(value, dict) and len(value) == 1:
            if "value" in value and _is_entry(value["value"]):
                return value
            if isinstance(value.get("merge_into"), int) and not isinstance(value["merge_into"], bool):
                return value
        said = _("Send mine, server, add, a value, or the number of a row to merge into: see the documentation.")
        raise ValidationError(str(said))


def _is_entry(value: Any) -> bool:
    """True for what can stand in a cell: nothing, a text, a yes, a number that is one, or words of a list."""
    if isinstance(value, list):
        return len(value) <= MOST_WORDS and all(isinstance(each, str) for each in value)
    if isinstance(value, int | float):
        return abs(value) <= LARGEST  # neither endless nor no number at all
    return value is None or isinstance(value, str)


class ApplyIn(Shape):
    """What is decided before a returned copy is applied; what is not spoken of goes by its default."""

    decisions = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^[1-9]\d{0,8}$")),
        values=Decision(),
        validate=validate.Length(max=MOST_DECISIONS),
        metadata={
            "description": "By the number of a change: mine, server, add, {value} or {merge_into}: the number "
            "of the row that it is, or, where that is new too, of the change that adds it.",
            "example": {"17": "mine", "18": {"value": "+33199001234"}},
        },
    )


class ProblemRow(Shape):
    """A cell that cannot be taken, by its address, and what to write there."""

    sheet = fields.String(required=True, metadata={"description": "As the file calls it.", "example": "People"})
    cell = fields.String(required=True)
    row = fields.Integer(required=True)
    column = fields.String(required=True)
    read = fields.String(required=True, allow_none=True)
    wanted = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)


class ChangeRow(Row):
    """What a returned copy would change in one cell, or one row where the column is empty."""

    sheet = told(
        fields.String(required=True, metadata={"description": "As an English copy calls it.", "example": "People"}),
        lambda change: _titled(change.sheet),
    )
    row = fields.Integer(required=True, metadata={"description": "The row as the spreadsheet program counts."})
    ref = fields.String(required=True, allow_none=True)
    column = fields.String(required=True)
    label = fields.String(required=True, allow_none=True)
    cell = fields.String(required=True, allow_none=True, metadata={"example": "F12"})
    base = fields.Raw(required=True, allow_none=True, metadata={"description": "As it was when it was taken."})
    mine = fields.Raw(required=True, allow_none=True, metadata={"description": "As it is in the file."})
    server = fields.Raw(required=True, allow_none=True, metadata={"description": "As it is in the system now."})
    server_by = fields.String(required=True, allow_none=True)
    server_at = Stamp(required=True, allow_none=True)
    outcome = shapes.code(Outcome, _l("Outcome"), required=True)
    why = shapes.code(Why, _l("Why it is held back"), required=True, allow_none=True)
    twin = fields.String(required=True, allow_none=True, metadata={"description": "The Ref of who it seems to be."})
    decision = fields.String(required=True, allow_none=True)


class ReturnBrief(Edited):
    """A copy that came back, without its changes."""

    workbook_id = fields.Integer(required=True, allow_none=True)
    kind = shapes.code(WorkbookKind, _l("What"), required=True)
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)
    state = shapes.code(ReturnState, _l("State"), required=True)
    progress = fields.Integer(required=True, metadata={"description": "Per cent, while it is read or applied."})
    refusal = fields.String(required=True, allow_none=True)
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "create, removal, unchanged count rows; update, conflict cells; problem entries."},
    )


class ReturnRow(ReturnBrief):
    """A copy that came back, and cell by cell what it would change."""

    changes = fields.List(fields.Nested(ChangeRow), required=True)
    problems = fields.List(fields.Nested(ProblemRow), required=True)
    notices = fields.List(fields.String(), required=True)


class KeptRow(Shape):
    """A change that stays as it is, and why."""

    id = fields.Integer(required=True)
    why = fields.String(required=True)


class UndoneRow(Shape):
    """What was taken back, and what stays."""

    undone = fields.Integer(required=True)
    kept = fields.List(fields.Nested(KeptRow), required=True)
    later = fields.Boolean(required=True, metadata={"description": "A worker does it: look at the return again."})
