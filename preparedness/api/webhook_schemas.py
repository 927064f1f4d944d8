"""What programs send and see of webhooks and of what was delivered to them."""

from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.accounts import webhooks
from preparedness.accounts.models import Event, WebhookDelivery
from preparedness.accounts.schemas import WebhookSchema
from preparedness.api.schemas import Edited, Row, Stamp, told
from preparedness.notifications.models import MessageState
from preparedness.shapes import Shape


class WebhookIn(WebhookSchema):
    """Where a program listens, and what it is told of."""

    class Meta(WebhookSchema.Meta):
        fields = ("url", "events", "active")

    active = fields.Boolean(metadata={"description": "Paused while this is false: nothing is sent, nothing kept."})


class WebhookRow(Edited):
    """Where a program listens, and what it is told of."""

    url = fields.String(required=True, metadata={"example": "https://hooks.example.org/preparedness"})
    events = shapes.codes(Event, None, required=True)
    active = fields.Boolean(required=True)


class WebhookMade(WebhookRow):
    """A new webhook, with the secret that signs what it is told. It is not shown again."""

    secret = told(
        fields.String(
            required=True,
            metadata={"description": "Keep it: it proves that what comes is ours. It is not shown again."},
        ),
        webhooks.secret,
    )


class TryRow(Shape):
    """One try to deliver something."""

    at = Stamp(required=True)
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "The HTTP status; null where there was no answer."}
    )
    said = fields.String(required=True, allow_none=True, metadata={"description": "What went wrong, as a class."})


def _of_message(name: str) -> Any:
    return lambda delivery: getattr(delivery.message, name)


class DeliveryRow(Row):
    """Something a program was told; its number is the Preparedness-Delivery of every try."""

    webhook_id = fields.Integer(required=True)
    event = shapes.code(Event, None, required=True)
    data = fields.Dict(
        attribute="payload", required=True, metadata={"description": "Numbers, codes and roles; never a name."}
    )
    state = told(shapes.code(MessageState, None, required=True), _of_message("state"))
    tries = fields.List(fields.Nested(TryRow), required=True)
    created_at = Stamp(required=True)
    next_at = told(Stamp(required=True, allow_none=True), lambda delivery: _next(delivery))
    handed_over_at = told(Stamp(required=True, allow_none=True), _of_message("handed_over_at"))


def _next(delivery: WebhookDelivery) -> Any:
    """When it is tried next; nothing once its way has ended."""
    return delivery.message.next_at if delivery.message.state in webhooks.WAITING else None
