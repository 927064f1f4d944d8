"""Webhooks: what happens is told to the programs an institution names: ids, codes and roles, never a name."""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, timedelta
from hashlib import sha256
from hmac import new as keyed
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from preparedness import config
from preparedness.accounts.models import Agency, Event, Webhook, WebhookDelivery
from preparedness.audit import Action, Actor, record
from preparedness.database import OfAgency, Page, changed, db, expect, now, page_of, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.notifications import outbox, outside
from preparedness.notifications.channels import Parcel
from preparedness.notifications.models import Attempt, Carrier, Message, MessageKind, MessageState

EDITABLE = ("url", "events", "active")
MOST = 20
"""How many an institution may have: each is told of everything it asked for, each time."""

KEPT = timedelta(days=90)
"""How long it is known what a program was told, and can be told again."""

CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What a fact may look like that is no number: a code, the key of a role, a reference."""

WAITING = frozenset({MessageState.QUEUED, MessageState.SENDING})


def listed(agency: Agency, page: int = 1, per_page: int = 50) -> Page[Webhook]:
    """The webhooks of an agency, the oldest first."""
    return page_of(select(Webhook).where(Webhook.agency_id == agency.id).order_by(Webhook.id), page, per_page)


def get(webhook_id: int, *, agency: Agency) -> Webhook:
    """A webhook of the agency. Raises Missing."""
    webhook = db.session.scalar(select(Webhook).where(Webhook.id == webhook_id, Webhook.agency_id == agency.id))
    if webhook is None:
        raise Missing
    return webhook


def add(agency: Agency, data: Mapping[str, Any], *, by: Actor) -> Webhook:
    """Tell a program of events from now on. Raises Refused for an address that may not be called, or is known."""
    _refuse_wrong(data)
    count = db.session.scalar(select(func.count()).where(Webhook.agency_id == agency.id)) or 0
    if count >= MOST:
        raise Refused(_("There are %(most)s webhooks already: remove one that is no longer needed.", most=MOST))
    webhook = Webhook(
        agency_id=agency.id,
        url=data["url"],
        secret_sealed=_seal().encrypt(f"prepwh_{secrets.token_urlsafe(32)}".encode()).decode(),
        events=_codes(data["events"]),
        active=data.get("active", True),
        updated_by=by.label,
    )
    try:
        with db.session.begin_nested():
            db.session.add(webhook)
    except IntegrityError as error:
        raise _known() from error
    record(Action.WEBHOOK_ADDED, webhook, by=by, events=webhook.events)
    return webhook


def change(webhook: Webhook, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change where a program listens, what it is told of, or pause it. Raises Stale, or Refused."""
    data = {**data, "events": _codes(data["events"])} if "events" in data else data
    expect(webhook, version, data, EDITABLE)
    _refuse_wrong(data)
    _refuse_known(webhook, data)
    changes = revise(webhook, data, EDITABLE)
    if not changes:
        return
    touch(webhook, by=by.label)
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise _known() from error
    told = {name: change for name, change in changes.items() if name != "url"}
    record(Action.WEBHOOK_CHANGED, webhook, by=by, changes=told, address_changed="url" in changes)


def pause(webhook: Webhook, *, by: Actor) -> None:
    """Tell a program nothing more for now; what was not sent yet is dropped when its turn comes."""
    change(webhook, {"active": False}, version=None, by=by)


def resume(webhook: Webhook, *, by: Actor) -> None:
    """Tell a program of what happens again."""
    change(webhook, {"active": True}, version=None, by=by)


def remove(webhook: Webhook, *, by: Actor, version: int | None = None) -> None:
    """Tell a program nothing more, and forget what it was told."""
    expect(webhook, version, {}, ())
    outbox.cancel(subject=webhook)
    record(Action.WEBHOOK_REMOVED, webhook, by=by)
    db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id))
    db.session.delete(webhook)


def secret(webhook: Webhook) -> str:
    """The secret that signs what a program is told. Shown where the webhook is made, and nowhere else."""
    return _seal().decrypt(webhook.secret_sealed).decode()


def announce(event: Event, subject: OfAgency, **facts: Any) -> int:
    """Tell the programs that asked for it what happened, in the transaction of the change; returns how many.

    Facts are numbers, codes and roles. What looks like anything else is left out: a name never leaves this way.
    """
    listening = select(Webhook).where(Webhook.agency_id == subject.agency_id, Webhook.active.is_(True))
    told = [each for each in db.session.scalars(listening.order_by(Webhook.id)) if event in each.events]
    payload = {name: _plain(value) for name, value in facts.items()}
    drafts = [_draft(webhook) for webhook in told]
    numbers = outbox.queue_many(drafts) if drafts else []
    for webhook, number in zip(told, numbers, strict=True):
        db.session.add(
            WebhookDelivery(
                agency_id=webhook.agency_id, webhook_id=webhook.id, event=event, payload=payload, message_id=number
            )
        )
    return len(told)


def parcel(message: Message) -> Parcel | None:
    """What is posted for a message; None where the webhook is gone or paused. The same bytes on every try."""
    query = select(WebhookDelivery).where(WebhookDelivery.message_id == message.id)
    delivery = db.session.scalar(query.options(selectinload(WebhookDelivery.webhook)))
    if delivery is None or not delivery.webhook.active:
        return None
    said = {
        "id": delivery.id,
        "event": delivery.event.value,
        "at": delivery.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": delivery.payload,
    }
    return Parcel(
        url=delivery.webhook.url,
        secret=secret(delivery.webhook),
        event=delivery.event.value,
        delivery=delivery.id,
        body=json.dumps(said, separators=(",", ":"), sort_keys=True).encode(),
    )


def deliveries(webhook: Webhook, page: int = 1, per_page: int = 50) -> Page[WebhookDelivery]:
    """What a program was told, the latest first, with each try."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.agency_id == webhook.agency_id
    )
    loaded = query.options(selectinload(WebhookDelivery.message), selectinload(WebhookDelivery.tries))
    return page_of(loaded.order_by(WebhookDelivery.id.desc()), page, per_page)


def delivery(delivery_id: int, *, agency: Agency) -> WebhookDelivery:
    """One delivery of the agency. Raises Missing."""
    query = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.agency_id == agency.id)
    found = db.session.scalar(query)
    if found is None:
        raise Missing
    return found


def replay(delivery: WebhookDelivery, *, by: Actor) -> None:
    """Send something again, under the same number. Raises Refused while it waits, or while the webhook is paused."""
    if delivery.message.state in WAITING:
        raise Refused(_("This is still waiting to be sent."))
    if not delivery.webhook.active:
        raise Refused(_("This webhook is paused: let it go on first."))
    outbox.again(delivery.message)
    record(Action.DELIVERY_REPEATED, delivery, by=by, event=delivery.event)


def sweep() -> int:
    """Forget what programs were told long ago, with its tries; returns how many. What still waits is kept."""
    old = select(Message.id).where(
        Message.channel == Carrier.WEBHOOK, Message.next_at < now() - KEPT, Message.state.not_in(WAITING)
    )
    db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.message_id.in_(old)))
    db.session.execute(delete(Attempt).where(Attempt.message_id.in_(old)))
    return changed(delete(Message).where(Message.id.in_(old)))


def _draft(webhook: Webhook) -> outbox.Draft:
    return outbox.Draft(
        agency_id=webhook.agency_id,
        key=outbox.key("webhook", webhook.id, secrets.token_hex(16)),
        kind=MessageKind.ANNOUNCEMENT,
        channel=Carrier.WEBHOOK,
        template="announcement",
        params={},
        language="en",
        subject=webhook,
    )


def _plain(value: Any) -> int | str | None:
    if isinstance(value, int):
        return value
    return str(value) if isinstance(value, str) and CODE.fullmatch(value) else None


def _codes(events: Any) -> list[str]:
    """The events once each, in the order of the list."""
    return [each.value for each in Event if each in events]


def _refuse_wrong(data: Mapping[str, Any]) -> None:
    if "url" in data and (why_not := outside.why_not(data["url"])):
        raise Refused(why_not, field="url")
    if "events" in data and not data["events"]:
        raise Refused(_("Choose at least one thing to be told of."), field="events")


def _refuse_known(webhook: Webhook, data: Mapping[str, Any]) -> None:
    if "url" not in data or data["url"] == webhook.url:
        return
    same = select(Webhook.id).where(Webhook.agency_id == webhook.agency_id, Webhook.url == data["url"])
    if db.session.scalar(same) is not None:
        raise _known()


def _known() -> Refused:
    return Refused(_("There is a webhook with this address already: change that one."), field="url")


def _seal() -> Fernet:
    """What seals the secrets: a key derived from the server's own, so that a copy of the database opens none."""
    key = keyed(config.current().secret_key.encode(), b"secrets of webhooks", sha256).digest()
    return Fernet(urlsafe_b64encode(key))
