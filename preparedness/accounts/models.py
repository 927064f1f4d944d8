"""Agencies, their members, and where members are signed in."""

from datetime import date, datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from preparedness.audit import Actor, ActorKind
from preparedness.database import Edited, Model, OfAgency, now, unique_where
from preparedness.i18n import _l
from preparedness.notifications.models import Attempt, Message
from preparedness.vocabulary import Worded


class Access(Worded):
    """Access profiles, cumulative: each may all that the one before may."""

    OFFICIAL = "official", _l("operator")
    PLANNER = "planner", _l("planner")
    ADMINISTRATOR = "administrator", _l("administrator")

    def includes(self, other: "Access") -> bool:
        """True where this profile may all that the other may."""
        profiles = list(Access)
        return profiles.index(self) >= profiles.index(other)


class Agency(Edited, Model):
    """An institution that plans with its diaspora. Two of them never see each other's rows."""

    __tablename__ = "agency"

    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="UTC")
    example: Mapped[bool] = mapped_column(default=False)
    mail_from: Mapped[str | None]
    contact_point: Mapped[str | None]
    """How a focal point can check, without the link, that it is really us: a public page or a switchboard."""
    family_links: Mapped[str | None]
    """Where people who look for relatives are to turn."""
    intro: Mapped[dict[str, Any]] = mapped_column(default=dict)
    retention_days: Mapped[int] = mapped_column(default=365)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class User(OfAgency, Edited, Model, UserMixin):
    """A member of an agency. One person in two agencies uses two addresses."""

    __tablename__ = "member"
    PERSONAL = frozenset({"email", "name", "password_hash"})

    email: Mapped[str]
    email_fold: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    access: Mapped[Access]
    password: Mapped[str | None] = mapped_column("password_hash")
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="UTC")
    last_seen_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()

    @property
    def actor(self) -> Actor:
        """This member as one who acts."""
        return Actor(ActorKind.MEMBER, self.id, self.name)


class SignIn(OfAgency, Model):
    """Where a member is signed in: can be listed, and ended from here."""

    __tablename__ = "sign_in"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    address_truncated: Mapped[str | None]
    agent_label: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    member: Mapped[User] = relationship()


class ApiToken(OfAgency, Model):
    """What a program signs in with: it acts as a member. Only a hash of it is kept."""

    __tablename__ = "api_token"
    __table_args__ = (unique_where("uq_api_token_in_use", "member_id", "name", where="revoked_at IS NULL"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str]
    prefix: Mapped[str]
    """How it begins: enough to know it again, too little to use it."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    read_only: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]

    member: Mapped[User] = relationship()

    @property
    def actor(self) -> Actor:
        """This token as one who acts, with the member it acts for."""
        return Actor(ActorKind.TOKEN, self.id, f"{self.name} ({self.member.name})")


class Event(Worded):
    """What programs can be told of."""

    ASSIGNMENT_ANSWERED = "assignment.answered", _l("a holder answered")
    PLAN_APPROVED = "plan.approved", _l("a plan was approved")
    ACTIVATION_STARTED = "activation.started", _l("a plan was activated")
    ACTIVATION_STOOD_DOWN = "activation.stood_down", _l("an activation was stood down")
    ACTIVATION_CLOSED = "activation.closed", _l("an activation was closed")
    ACTIVATION_CANCELLED = "activation.cancelled", _l("an activation was called off")
    TASK_DONE = "task.done", _l("a task was done")


class Webhook(OfAgency, Edited, Model):
    """Where a program of the agency listens, and what it is told of. The secret that signs is kept sealed."""

    __tablename__ = "webhook"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "url"),)

    url: Mapped[str]
    secret_sealed: Mapped[str]
    events: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def about(self) -> list[Event]:
        """What it is told of, in the order of the list."""
        return [each for each in Event if each in self.events]


class WebhookDelivery(OfAgency, Model):
    """That a program was told of something: ids, codes and roles, never a name (safety S4)."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_of", "webhook_id", "id"),)

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event: Mapped[Event]
    payload: Mapped[dict[str, Any]]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    webhook: Mapped[Webhook] = relationship()
    message: Mapped[Message] = relationship()
    tries: Mapped[list[Attempt]] = relationship(
        primaryjoin=lambda: foreign(Attempt.message_id) == WebhookDelivery.message_id,
        order_by=lambda: Attempt.id,
        uselist=True,
        viewonly=True,
    )


class Idempotency(Model):
    """That a program sent a request under a key, and the row it made: sent again, it gets the same answer."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"))
    key: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[int | None]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[int | None]
    said: Mapped[dict[str, Any] | None]
    """What an act answered beside its row: numbers and codes, never a name."""
    expires_at: Mapped[datetime]


class Throttle(Model):
    """How often something was tried in a window, by a hash of who tried."""

    __tablename__ = "throttle"
    __table_args__ = (UniqueConstraint("scope", "key_hash", "window_start"),)

    scope: Mapped[str]
    key_hash: Mapped[str]
    window_start: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=0)
