"""The outbox: a message is a row in its sender's transaction, so nothing is said of a change that was not kept."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select, update

from preparedness.audit import Action, Actor, record
from preparedness.database import Page, changed, db, insert_missing, now, page_of
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.notifications.models import Carrier, Message, MessageState
from preparedness.vocabulary import ChannelKind

LATE_AFTER = timedelta(minutes=5)
REMEMBERED = timedelta(days=14)
AT_MOST = 200


@dataclass(frozen=True)
class Recipient:
    """Where a message goes, as it is when the message is sent."""

    address: str
    name: str
    language: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be said, to whom, about which row; the text and the link come at sending."""

    agency_id: int
    key: str
    kind: str
    channel: ChannelKind | Carrier | None
    template: str
    params: dict[str, Any]
    language: str
    subject: Any
    person_id: int | None = None
    priority: int = 5
    not_before: datetime | None = None
    expires_at: datetime | None = None


class Tenant(Protocol):
    """An agency, known here by its number only."""

    id: Any


RECIPIENTS: dict[str, Callable[[Message], Recipient | None]] = {}
"""Who finds the address of a "person" and of a "member"; None where there is none any more. Filled by create_app."""

PARCELS: dict[Carrier, Callable[[Message], Any]] = {}
"""What goes to programs, by what carries it: no letter, and no recipient. None where it is no longer wanted."""

TO_PEOPLE = Message.channel != Carrier.WEBHOOK
"""The messages that somebody reads. Programs are told too; what became of that stands with each of their webhooks."""

WHEN_FINAL: list[Callable[[Message], None]] = []
"""Called in the transaction that marks a message as handed over or as failed for good. Filled by create_app."""


def key(*parts: Any) -> str:
    """The name of a message by what it is about: the same parts are the same message, queued once."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def queue(
    *,
    agency_id: int,
    key: str,
    kind: str,
    channel: ChannelKind | Carrier | None,
    template: str,
    params: dict[str, Any],
    language: str,
    subject: Any,
    person_id: int | None = None,
    priority: int = 5,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Queue one message in the caller's transaction; the same key again is the message that is there already."""
    draft = Draft(
        agency_id=agency_id,
        key=key,
        kind=kind,
        channel=channel,
        template=template,
        params=params,
        language=language,
        subject=subject,
        person_id=person_id,
        priority=priority,
        not_before=not_before,
        expires_at=expires_at,
    )
    return db.session.get_one(Message, queue_many([draft])[0])


def queue_many(drafts: Sequence[Draft]) -> list[int]:
    """Queue many messages with few statements; their numbers, in the same order. Keys already there stay."""
    db.session.flush()
    insert_missing(Message, [_row(draft) for draft in drafts], ["key"])
    known: dict[str, int] = {}
    for start in range(0, len(drafts), 500):
        keys = [draft.key for draft in drafts[start : start + 500]]
        for message_key, number in db.session.execute(select(Message.key, Message.id).where(Message.key.in_(keys))):
            known[message_key] = number
    return [known[draft.key] for draft in drafts]


def _row(draft: Draft) -> dict[str, Any]:
    if draft.channel is None:
        raise Refused(_("No address is known that a message could be sent to."))
    turn = draft.not_before or now()
    return {
        "agency_id": draft.agency_id,
        "key": draft.key,
        "kind": draft.kind,
        "channel": Carrier(draft.channel),
        "template": draft.template,
        "params": draft.params,
        "language": draft.language,
        "subject_kind": draft.subject.__tablename__,
        "subject_id": draft.subject.id,
        "person_id": draft.person_id,
        "priority": draft.priority,
        "not_before": draft.not_before,
        "expires_at": draft.expires_at,
        "next_at": turn,
    }


def cancel(*, subject: Any, kinds: Collection[str] | None = None) -> int:
    """Cancel what is still unsent about a row (of these kinds); returns how many. What is being sent goes its way."""
    return _cancel(
        Message.agency_id == subject.agency_id,
        Message.subject_kind == subject.__tablename__,
        Message.subject_id == subject.id,
        *([Message.kind.in_(kinds)] if kinds is not None else []),
    )


def cancel_for(person_id: int, *, agency_id: int) -> int:
    """Cancel what is still unsent to a person, whatever it is about; returns how many."""
    return _cancel(Message.agency_id == agency_id, Message.person_id == person_id)


def _cancel(*which: Any) -> int:
    unsent = update(Message).where(Message.state == MessageState.QUEUED, *which)
    return changed(unsent.values(state=MessageState.CANCELLED, lease_token=None, leased_until=None))


def get(message_id: int, *, agency: Tenant) -> Message:
    """One message of the agency. Raises Missing."""
    query = select(Message).where(Message.id == message_id, Message.agency_id == agency.id, TO_PEOPLE)
    message = db.session.scalar(query)
    if message is None:
        raise Missing
    return message


def of(subject: Any) -> list[Message]:
    """The messages about a row, newest first."""
    query = select(Message).where(
        Message.agency_id == subject.agency_id,
        Message.subject_kind == subject.__tablename__,
        Message.subject_id == subject.id,
    )
    return list(db.session.scalars(query.order_by(Message.id.desc())))


def listed(
    agency: Tenant,
    state: MessageState | None,
    page: int,
    *,
    per_page: int = 50,
    filters: Mapping[str, Any] | None = None,
) -> Page[Message]:
    """The messages of an agency, newest first, a page at a time; of one state or of all.

    `filters` are columns with what they hold; `to` narrows to the people of a query.
    """
    query = select(Message).where(Message.agency_id == agency.id, TO_PEOPLE).order_by(Message.id.desc())
    if state is not None:
        query = query.where(Message.state == state)
    wanted = {name: value for name, value in (filters or {}).items() if value is not None}
    if (to := wanted.pop("to", None)) is not None:
        query = query.where(Message.person_id.in_(to))
    return page_of(query.filter_by(**wanted), page, per_page)


def failures(agency: Tenant) -> list[Message]:
    """What failed for good in the last two weeks, newest first."""
    query = select(Message).where(
        Message.agency_id == agency.id,
        TO_PEOPLE,
        Message.state == MessageState.FAILED,
        Message.next_at > now() - REMEMBERED,
    )
    return list(db.session.scalars(query.order_by(Message.id.desc()).limit(AT_MOST)))


def waiting(agency: Tenant) -> list[Message]:
    """What should have left some minutes ago and has not: no worker runs, or no mail server answers."""
    query = select(Message).where(
        Message.agency_id == agency.id,
        TO_PEOPLE,
        Message.state.in_([MessageState.QUEUED, MessageState.SENDING]),
        Message.created_at < now() - LATE_AFTER,
        (Message.not_before.is_(None)) | (Message.not_before < now() - LATE_AFTER),
    )
    return list(db.session.scalars(query.order_by(Message.id).limit(AT_MOST)))


def retry(message: Message, *, by: Actor) -> None:
    """Send a failed message again, as if it were new."""
    if message.state is not MessageState.FAILED:
        raise Refused(_("Only a message that failed can be sent again."))
    if message.expires_at is not None and message.expires_at <= now():
        raise Refused(_("The time for this message is over: write a new one."))
    again(message)
    record(Action.MESSAGE_RETRIED, message, by=by, kind=message.kind)


def again(message: Message) -> None:
    """Put a message whose way has ended back in the queue, as if it were new."""
    message.state, message.final_error, message.attempts = MessageState.QUEUED, None, 0
    message.not_before = message.next_at = now()


def put_off(subject_kind: str, subject_id: int, until: datetime) -> None:
    """Let what else is queued about a row wait at least until then."""
    theirs = update(Message).where(
        Message.subject_kind == subject_kind,
        Message.subject_id == subject_id,
        Message.state == MessageState.QUEUED,
        Message.next_at < until,
    )
    changed(theirs.values(next_at=until))


def tell_nobody(agency: Tenant, *, every: timedelta) -> int:
    """Count what waits in the example as handed over, one after the other, and write to nobody; returns how many."""
    query = select(Message).where(Message.agency_id == agency.id, Message.state == MessageState.QUEUED)
    waiting = list(db.session.scalars(query.order_by(Message.priority, Message.id)))
    for turn, message in enumerate(waiting, 1):
        message.state, message.handed_over_at = MessageState.HANDED_OVER, now() + turn * every
    db.session.flush()
    for message in waiting:
        for tell in WHEN_FINAL:
            tell(message)
    return len(waiting)
