"""The outbox: what is to be said, to whom, and what became of it. Never the text, the address or the link."""

from datetime import datetime
from typing import Any

from flask_babel import LazyString
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from preparedness.database import Model, OfAgency, now
from preparedness.i18n import _l
from preparedness.vocabulary import ChannelKind, Worded


class Carrier(Worded):
    """By what messages leave: each kind of people's channels, and what programs listen at, which is nobody's."""

    EMAIL = "email", ChannelKind.EMAIL.words
    PHONE = "phone", ChannelKind.PHONE.words
    SMS = "sms", ChannelKind.SMS.words
    WHATSAPP = "whatsapp", ChannelKind.WHATSAPP.words
    SIGNAL = "signal", ChannelKind.SIGNAL.words
    TELEGRAM = "telegram", ChannelKind.TELEGRAM.words
    POSTAL = "postal", ChannelKind.POSTAL.words
    RELAY = "relay", ChannelKind.RELAY.words
    WEBHOOK = "webhook", _l("webhook")


class MessageState(Worded):
    """What became of a message. Handed over is not received, and received is not answered."""

    QUEUED = "queued", _l("waiting to be sent")
    SENDING = "sending", _l("being sent")
    HANDED_OVER = "handed_over", _l("sent, delivery not confirmed")
    FAILED = "failed", _l("not delivered")
    CANCELLED = "cancelled", _l("cancelled")
    EXPIRED = "expired", _l("too old to send")


class MessageKind(Worded):
    """What messages are about."""

    ACCOUNT = "account", _l("sign-in")
    REHEARSAL = "rehearsal", _l("rehearsal, to yourself first")
    REQUEST = "request", _l("request to confirm")
    REMINDER = "reminder", _l("reminder")
    LINK = "link", _l("new link")
    RECEIPT = "receipt", _l("receipt")
    ALERT = "alert", _l("alert")
    ALERT_CANCELLED = "alert_cancelled", _l("false alarm")
    STOOD_DOWN = "stood_down", _l("stand-down")
    REPORT_BACK = "report_back", _l("report back")
    TASKS_DUE = "tasks_due", _l("tasks that are due")
    REVIEW_DUE = "review_due", _l("review that is due")
    ANNOUNCEMENT = "announcement", _l("news for a program")


class Failure(Worded):
    """Why a message did not leave: nothing of an address or of what a mail system said."""

    NO_ADDRESS = "no_address", _l("they cannot be written to any more")
    NO_CHANNEL = "no_channel", _l("this server sends nothing by this channel")
    SUPPRESSED = "suppressed", _l("they asked not to be written to")
    REJECTED = "rejected", _l("their mail system rejected it")
    PUT_OFF = "put_off", _l("their mail system put it off too often")
    UNREACHABLE = "unreachable", _l("our mail server could not be reached")
    UNWRITTEN = "unwritten", _l("the letter could not be written: a fault of this product")


class Message(OfAgency, Model):
    """One message to one address. Its text is rendered at sending, its link derived then."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_turn", "state", "next_at"),
        Index("ix_message_subject", "subject_kind", "subject_id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    priority: Mapped[int] = mapped_column(default=5)
    channel: Mapped[Carrier]
    person_id: Mapped[int | None] = mapped_column(index=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    template: Mapped[str]
    params: Mapped[dict[str, Any]]
    language: Mapped[str]
    state: Mapped[MessageState] = mapped_column(default=MessageState.QUEUED)
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=now)
    lease_token: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    relay: Mapped[str | None]
    handed_over_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    final_error: Mapped[Failure | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def about(self) -> LazyString | str:
        """What it is about, in words."""
        return MessageKind(self.kind).words if self.kind in set(MessageKind) else self.kind


class Attempt(Model):
    """One try to hand a message over."""

    __tablename__ = "attempt"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    relay: Mapped[str]
    code: Mapped[str | None]
    said: Mapped[str | None]


class Receipt(Model):
    """What a mail system said of a message later."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("message_id", "kind"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    raw_ref: Mapped[str | None]


class Suppression(OfAgency, Model):
    """An address that must not be written to again; only its hash is kept, and it outlives an erasure."""

    __tablename__ = "suppression"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "channel", "address_hash"),)

    channel: Mapped[ChannelKind]
    address_hash: Mapped[str]
    reason: Mapped[str]


class RelayState(Model):
    """Whether a relay is to be spared for a while after failures."""

    __tablename__ = "relay_state"

    name: Mapped[str] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None]
