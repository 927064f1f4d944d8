"""What programs send and see of the seats of a role."""

from marshmallow import fields

from preparedness import shapes
from preparedness.api.plan_row_schemas import position
from preparedness.api.schemas import Edited, Paging, told
from preparedness.i18n import _l
from preparedness.plans.schemas import SeatSchema


class SeatIn(SeatSchema):
    """The place or sector of a seat."""

    class Meta(SeatSchema.Meta):
        fields = ("label", "country", "position")

    position = position()


class SeatRow(Edited):
    """A role at one place or in one sector, with a calling order of its own."""

    role_id = fields.Integer(required=True)
    label = fields.String(required=True, metadata={"description": "Its place or sector; empty for the only seat."})
    country = fields.String(required=True, allow_none=True)
    position = fields.Integer(required=True)
    filled = fields.Boolean(required=True, metadata={"description": "True once somebody accepted by their own link."})
    holder = told(
        fields.String(required=True, allow_none=True, metadata={"description": "The name others may read."}),
        lambda seat: seat.holder.shown_name if seat.holder else None,
    )


class SeatsQuery(Paging):
    """How the list of seats can be narrowed."""

    q = shapes.words(_l("Words of the place or sector"))
    label = shapes.words(None, most=100)
    country = shapes.country(None)
