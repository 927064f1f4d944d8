"""Webhooks, for programs: where they listen, what they were told, and telling it again."""

from typing import Any

from flask import g

from preparedness.accounts import webhooks
from preparedness.accounts.models import Webhook, WebhookDelivery
from preparedness.accounts.permissions import Permission
from preparedness.api.resources import Resource
from preparedness.api.schemas import Nothing, Paging
from preparedness.api.webhook_schemas import DeliveryRow, WebhookIn, WebhookMade, WebhookRow
from preparedness.database import Page

resource = Resource("webhooks", "Programs that are told of what happens: signed, repeated until they take it.")

ONE = "/webhooks/<id:webhook_id>"


def _webhook(webhook_id: int) -> Webhook:
    return webhooks.get(webhook_id, agency=g.agency)


def _delivery(delivery_id: int) -> WebhookDelivery:
    return webhooks.delivery(delivery_id, agency=g.agency)


@resource.lists("/webhooks", Permission.WEBHOOK_EDIT, WebhookRow)
def index(page: int, per_page: int) -> Page[Webhook]:
    """The webhooks of the institution."""
    return webhooks.listed(g.agency, page, per_page)


@resource.reads(ONE, Permission.WEBHOOK_EDIT, _webhook, WebhookRow)
def webhook(row: Webhook) -> Webhook:
    """One webhook."""
    return row


@resource.adds("/webhooks", Permission.WEBHOOK_EDIT, WebhookIn, WebhookMade, at="webhook")
def add(sent: dict[str, Any]) -> Webhook:
    """Tell a program of what happens. The answer holds the secret that signs it, this once."""
    return webhooks.add(g.agency, sent, by=g.actor)


@resource.changes(ONE, Permission.WEBHOOK_EDIT, _webhook, WebhookIn, WebhookRow)
def change(row: Webhook, sent: dict[str, Any], version: int) -> None:
    """Change where a program listens or what it is told of, or pause it."""
    webhooks.change(row, sent, version=version, by=g.actor)


@resource.ends(ONE, Permission.WEBHOOK_EDIT, _webhook, WebhookRow)
def remove(row: Webhook, version: int) -> None:
    """Tell a program nothing more, and forget what it was told."""
    webhooks.remove(row, version=version, by=g.actor)


@resource.lists(f"{ONE}/deliveries", Permission.WEBHOOK_EDIT, DeliveryRow, Paging, within=_webhook)
def deliveries(row: Webhook, page: int, per_page: int) -> Page[WebhookDelivery]:
    """What a program was told, the latest first, with each try."""
    return webhooks.deliveries(row, page, per_page)


@resource.acts("/deliveries/<id:delivery_id>/replay", Permission.WEBHOOK_EDIT, _delivery, Nothing, DeliveryRow)
def replay(row: WebhookDelivery, _sent: dict[str, Any]) -> None:
    """Send something again, under the same number."""
    webhooks.replay(row, by=g.actor)
