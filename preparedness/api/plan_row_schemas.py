"""What programs send and see of the rows of a plan: roles, checklist, triggers."""

from typing import Any, cast

from marshmallow import fields, post_load, validate

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, told
from preparedness.i18n import _l
from preparedness.plans.models import Role
from preparedness.plans.schemas import MOST_HOURS, ItemSchema, RoleSchema, TriggerSchema
from preparedness.shapes import Shape
from preparedness.vocabulary import Anchor, Capability, LedBy, Level, Phase, Verification

KEY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"
MOST_PLACES = 10_000


def key() -> fields.String:
    """What a new row goes by."""
    wrong = _l("Write letters, digits, dots and dashes, 60 at most.")
    return fields.String(
        validate=validate.Regexp(KEY, error=cast(str, wrong)),
        metadata={"description": "What the row goes by in every version, unique in the plan; made where none is sent."},
    )


def position() -> fields.Integer:
    """Where a row stands among the others: to send it is to move the row."""
    return shapes.whole(_l("Place among the others, from 1"), least=1, most=MOST_PLACES, allow_none=False)


class SeatBrief(Shape):
    """A seat of a role, and who holds it."""

    id = fields.Integer(required=True)
    label = fields.String(required=True, metadata={"description": "Its place or sector; empty for the only seat."})
    filled = fields.Boolean(required=True, metadata={"description": "True once somebody accepted by their own link."})
    holder = fields.String(required=True, allow_none=True, metadata={"description": "The name others may read."})


class RoleWords(RoleSchema):
    """What a role is, and what its holder must bring."""

    class Meta(RoleSchema.Meta):
        fields: tuple[str, ...] = (
            *("title", "summary", "led_by", "essential", "from_level", "phases", "min_verification", "languages"),
            *("capabilities", "deputies_wanted", "position"),
        )

    essential = shapes.yes(_l("Essential: the plan does not work without it"), allow_none=False)
    from_level = shapes.code(Level, _l("Needed from this level on"), allow_none=False)
    min_verification = fields.Integer(
        validate=validate.OneOf(list(map(int, Verification))), metadata={"description": "0 to 4.", "example": 1}
    )
    deputies_wanted = shapes.whole(_l("Deputies wanted"), least=0, most=9, allow_none=False)
    position = position()

    @post_load
    def _as_codes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Lists are kept as plain codes; what is not sent is left alone."""
        return {name: list(map(str, each)) if isinstance(each, list) else each for name, each in data.items()}


class RoleIn(RoleWords):
    """A new role; it begins with one seat."""

    class Meta(RoleWords.Meta):
        fields = ("key", *RoleWords.Meta.fields)

    key = key()


class RoleRow(Edited):
    """A job in the plan, with its seats."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True, allow_none=True)
    led_by = shapes.code(LedBy, None, required=True)
    essential = fields.Boolean(required=True)
    from_level = shapes.code(Level, None, required=True)
    phases = fields.List(shapes.code(Phase, None, allow_none=False), required=True)
    min_verification = fields.Integer(required=True)
    languages = fields.List(fields.String(), required=True)
    capabilities = fields.List(shapes.code(Capability, None, allow_none=False), required=True)
    deputies_wanted = fields.Integer(required=True)
    position = fields.Integer(required=True)
    seats = told(fields.List(fields.Nested(SeatBrief), required=True), lambda role: _seats(role))


def _seats(role: Role) -> list[dict[str, Any]]:
    return [
        {
            "id": seat.id,
            "label": seat.label,
            "filled": seat.filled,
            "holder": seat.holder.shown_name if seat.holder else None,
        }
        for seat in role.seats
    ]


class RolesQuery(Paging):
    """How the list of roles can be narrowed."""

    q = shapes.words(_l("Words of the title"))
    key = shapes.words(None, most=60)
    led_by = shapes.code(LedBy, None)
    essential = fields.Boolean(allow_none=True)
    from_level = shapes.code(Level, None)


class ItemWords(ItemSchema):
    """Something to be done, so many hours from its anchor, by a role."""

    class Meta(ItemSchema.Meta):
        fields: tuple[str, ...] = (
            *("phase", "anchor", "offset_hours", "repeat_days", "text", "from_level", "owner_role", "source"),
            "position",
        )

    offset_hours = shapes.whole(
        _l("Hours after the anchor; a negative number is before"), least=-MOST_HOURS, most=MOST_HOURS, required=True
    )
    owner_role = shapes.words(_l("Key of the role that does it"), most=60)
    position = position()

    @post_load
    def _in_hours(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Programs count in hours already."""
        return data


class ItemIn(ItemWords):
    """A new line of the checklist."""

    class Meta(ItemWords.Meta):
        fields = ("key", *ItemWords.Meta.fields)

    key = key()


class ItemRow(Edited):
    """A line of the checklist."""

    key = fields.String(required=True)
    phase = shapes.code(Phase, None, required=True)
    anchor = shapes.code(Anchor, None, required=True)
    offset_hours = fields.Integer(required=True)
    repeat_days = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)
    from_level = shapes.code(Level, None, required=True, allow_none=True)
    owner_role = told(
        fields.String(required=True, allow_none=True, metadata={"description": "The key of the role that does it."}),
        lambda item: item.owner_role.key if item.owner_role else None,
    )
    source = fields.String(required=True, allow_none=True)
    position = fields.Integer(required=True)


class ItemsQuery(Paging):
    """How the checklist can be narrowed."""

    q = shapes.words(_l("Words of the text"))
    key = shapes.words(None, most=60)
    phase = shapes.code(Phase, None)
    anchor = shapes.code(Anchor, None)
    from_level = shapes.code(Level, None)
    owner_role = shapes.words(_l("Key of the role"), most=60)


class TriggerWords(TriggerSchema):
    """When a level begins, and what it is called."""

    class Meta(TriggerSchema.Meta):
        fields: tuple[str, ...] = ("level", "scheme", "label", "condition")

    label = shapes.words(
        _l("What this level is called here"), hint=_l("The level's own name where none is sent."), allow_none=False
    )


class TriggerIn(TriggerWords):
    """A new trigger."""

    class Meta(TriggerWords.Meta):
        fields = ("key", *TriggerWords.Meta.fields)

    key = key()


class TriggerRow(Edited):
    """What must happen for a level to be activated."""

    key = fields.String(required=True)
    level = shapes.code(Level, None, required=True)
    scheme = fields.String(required=True, allow_none=True)
    label = fields.String(required=True)
    condition = fields.String(required=True)


class TriggersQuery(Paging):
    """How the list of triggers can be narrowed."""

    q = shapes.words(_l("Words of the condition"))
    key = shapes.words(None, most=60)
    level = shapes.code(Level, None)
