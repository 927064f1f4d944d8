"""What programs see of messages: what became of each, never its text, its link or an address."""

from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.api.schemas import Paging, Row, Stamp, told
from preparedness.contacts import part_schemas
from preparedness.i18n import _l
from preparedness.notifications.models import Failure, Message, MessageKind, MessageState
from preparedness.shapes import Shape
from preparedness.vocabulary import ChannelKind


class About(Shape):
    """The row that something is about."""

    kind = fields.String(required=True, metadata={"example": "activation"})
    id = fields.Integer(required=True)


def _about(message: Message) -> dict[str, Any]:
    return {"kind": message.subject_kind, "id": message.subject_id}


class MessageRow(Row):
    """One message to one address, and what became of it."""

    created_at = Stamp(required=True)
    kind = shapes.code(MessageKind, None, required=True)
    channel = shapes.code(ChannelKind, None, required=True)
    person_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Empty for a message to a member of the institution."}
    )
    subject = told(fields.Nested(About, required=True), _about)
    state = shapes.code(MessageState, None, required=True)
    attempts = fields.Integer(required=True)
    next_at = Stamp(required=True, metadata={"description": "When it is tried, or was to be."})
    handed_over_at = Stamp(
        required=True, allow_none=True, metadata={"description": "Handed over is not received, and not answered."}
    )
    received_at = Stamp(required=True, allow_none=True)
    error = shapes.code(Failure, None, required=True, allow_none=True, attribute="final_error")


class MessagesQuery(Paging):
    """How the list of messages can be narrowed."""

    q = shapes.words(_l("Name, Ref or address"))
    state = shapes.code(MessageState, None)
    kind = shapes.code(MessageKind, None)
    channel = shapes.code(ChannelKind, None)
    person_id = part_schemas.row(None)
    subject_kind = shapes.words(None, most=40)
    subject_id = part_schemas.row(None)
