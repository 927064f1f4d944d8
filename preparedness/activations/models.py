"""Activations of a locked version, the tasks they make, the alerts that were answered, and the log."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preparedness.accounts.models import User
from preparedness.audit import ActorKind
from preparedness.contacts.models import Person
from preparedness.database import Edited, Model, OfAgency, now, same_agency, unique_where
from preparedness.i18n import _l
from preparedness.plans.models import Plan, PlanVersion, Role, Seat
from preparedness.vocabulary import Anchor, Level, Phase, Worded


class ActivationKind(Worded):
    """Real, or an exercise that says EXERCISE everywhere."""

    REAL = "real", _l("real activation")
    EXERCISE = "exercise", _l("EXERCISE")


class ActivationState(Worded):
    """Where an activation stands."""

    ACTIVE = "active", _l("active")
    RECOVERY = "recovery", _l("stood down, in recovery")
    CLOSED = "closed", _l("closed")
    CANCELLED = "cancelled", _l("cancelled, false alarm")


class TaskState(Worded):
    """Where a task stands; the last two need a note."""

    OPEN = "open", _l("open")
    DOING = "doing", _l("being done")
    DONE = "done", _l("done")
    BLOCKED = "blocked", _l("blocked")
    NOT_APPLICABLE = "not_applicable", _l("not applicable")


class ReplyState(Worded):
    """What a person answers to an alert."""

    AVAILABLE_NOW = "available_now", _l("I am available now")
    AVAILABLE_FROM = "available_from", _l("I am available from a later time")
    REMOTE_ONLY = "remote_only", _l("I can help, only from where I am")
    NEEDED_HERE = "needed_here", _l("I am needed where I live")
    IN_AFFECTED_AREA = "in_affected_area", _l("I am in the affected area")
    UNAVAILABLE = "unavailable", _l("I am not available")


class ReplyBy(Worded):
    """Who gave a reply."""

    SELF = "self", _l("themselves, by link")
    ON_BEHALF = "on_behalf", _l("reported by a colleague")
    PHONE_LIST = "phone_list", _l("noted on the call list")


class LogKind(Worded):
    """What a line of the log is."""

    FACT = "fact", _l("fact")
    DECISION = "decision", _l("decision")
    REQUEST = "request", _l("request")
    MESSAGE = "message", _l("message")


class BulletinKind(Worded):
    """What a bulletin of a warning service does, as CAP calls it."""

    ALERT = "Alert", _l("alert")
    UPDATE = "Update", _l("update")
    CANCEL = "Cancel", _l("cancellation")
    ACK = "Ack", _l("acknowledgement")
    ERROR = "Error", _l("rejection")


class ProposalState(Worded):
    """What became of a bulletin."""

    OPEN = "open", _l("waits for somebody to look")
    DISMISSED = "dismissed", _l("dismissed")
    SUPERSEDED = "superseded", _l("replaced by a later one")
    WITHDRAWN = "withdrawn", _l("taken back by its sender")
    IGNORED = "ignored", _l("about none of the plans, or not meant to be acted upon")


class Activation(OfAgency, Edited, Model):
    """A plan's approved version at work, for an emergency or an exercise."""

    __tablename__ = "activation"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("agency_id", "number"),
        unique_where("uq_activation_running", "plan_id", "kind", where="state = 'active'"),
        same_agency("plan_id", "plan"),
    )

    number: Mapped[int]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    kind: Mapped[ActivationKind]
    level: Mapped[Level]
    level_label: Mapped[str]
    reason: Mapped[str | None]
    h_hour: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(default=now)
    started_by: Mapped[str]
    review_at: Mapped[datetime]
    answer_within_minutes: Mapped[int] = mapped_column(default=60)
    state: Mapped[ActivationState] = mapped_column(default=ActivationState.ACTIVE)
    stood_down_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    summary: Mapped[str | None]
    report_back: Mapped[str | None]

    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    plan_version: Mapped[PlanVersion] = relationship()
    tasks: Mapped[list["Task"]] = relationship(
        back_populates="activation", foreign_keys="Task.activation_id", order_by="Task.position, Task.id"
    )
    replies: Mapped[list["Reply"]] = relationship(
        back_populates="activation", foreign_keys="Reply.activation_id", order_by="Reply.id"
    )

    @property
    def exercise(self) -> bool:
        """True where nothing of it is real."""
        return self.kind is ActivationKind.EXERCISE


class Duty(Model):
    """That a member works on an activation: operators see and take offline only these."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("activation_id", "member_id"),)

    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)

    member: Mapped[User] = relationship()


class Task(OfAgency, Edited, Model):
    """A checklist item to be done, once for each seat of its owner role; without activation, a preparedness task."""

    __tablename__ = "task"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "ref"),
        UniqueConstraint("activation_id", "seat_id", "item_key", "occurrence"),
        Index("ix_task_due", "agency_id", "state", "due_at"),
        same_agency("plan_id", "plan"),
        same_agency("activation_id", "activation"),
    )
    PERSONAL = frozenset({"note", "done_by"})

    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    ref: Mapped[str]
    item_key: Mapped[str]
    occurrence: Mapped[int] = mapped_column(default=1)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    owner_role_id: Mapped[int | None] = mapped_column(ForeignKey("role.id"))
    owner_title: Mapped[str | None]
    """The owner role and place in words as the version says them."""
    phase: Mapped[Phase]
    anchor: Mapped[Anchor]
    offset_hours: Mapped[int]
    repeat_days: Mapped[int | None]
    from_level: Mapped[Level | None]
    text: Mapped[str]
    source: Mapped[str | None]
    due_at: Mapped[datetime | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    note: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
    position: Mapped[int]

    activation: Mapped[Activation | None] = relationship(back_populates="tasks", foreign_keys=[activation_id])
    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    seat: Mapped[Seat | None] = relationship()
    owner_role: Mapped[Role | None] = relationship()

    @property
    def finished(self) -> bool:
        """True where nothing is left to do."""
        return self.state in {TaskState.DONE, TaskState.NOT_APPLICABLE}


class Reply(OfAgency, Edited, Model):
    """One person alerted in one activation, whatever their roles, and what they answered. No answer means nothing."""

    __tablename__ = "reply"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("activation_id", "person_id"),
        UniqueConstraint("agency_id", "ref"),
        same_agency("person_id", "person"),
        same_agency("activation_id", "activation"),
    )
    PERSONAL = frozenset({"note", "state", "available_from", "answered_by"})

    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    ref: Mapped[str]
    seat_ids: Mapped[list[int]] = mapped_column(default=list)
    message_id: Mapped[int | None]
    called_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    state: Mapped[ReplyState | None]
    available_from: Mapped[datetime | None]
    note: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    by: Mapped[ReplyBy | None]
    answered_by: Mapped[str | None]

    activation: Mapped[Activation] = relationship(back_populates="replies", foreign_keys=[activation_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class LogLine(OfAgency, Model):
    """What happened, when it happened and when it was written down; never changed, a correction is a new line."""

    __tablename__ = "log_line"
    __table_args__ = (UniqueConstraint("activation_id", "number"), same_agency("activation_id", "activation"))

    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None]
    actor_label: Mapped[str]
    kind: Mapped[LogKind]
    text: Mapped[str]
    for_whom: Mapped[str | None]

    @property
    def version(self) -> int:
        """Always the first: a line is never changed."""
        return 1


class Proposal(OfAgency, Edited, Model):
    """A bulletin of a warning service, and the level it proposes for some plans. It never activates one."""

    __tablename__ = "proposal"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "sender", "identifier", "sent_at"),
        Index("ix_proposal_waiting", "agency_id", "state", "received_at"),
    )

    sender: Mapped[str]
    identifier: Mapped[str]
    sent_at: Mapped[datetime]
    kind: Mapped[BulletinKind]
    references: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[ProposalState]
    exercise: Mapped[bool] = mapped_column(default=False)
    level: Mapped[Level | None]
    plan_ids: Mapped[list[int]] = mapped_column(default=list)
    who: Mapped[str | None]
    event: Mapped[str | None]
    headline: Mapped[str | None]
    area: Mapped[str | None]
    severity: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(default=now)
    came_by: Mapped[str]
    """The token that posted it, or the clock that fetched it."""


class AlertFeed(OfAgency, Edited, Model):
    """The feed of a warning service that an institution reads."""

    __tablename__ = "alert_feed"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id"),)

    url: Mapped[str]
    etag: Mapped[str | None]
    seen: Mapped[list[str]] = mapped_column(default=list)
    """Digests of the bulletins' addresses that were fetched already."""
    next_at: Mapped[datetime] = mapped_column(default=now, index=True)
    heard_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Why the last try gave nothing, by its kind."""


class CalendarFeed(OfAgency, Model):
    """The secret address under which a member's calendar reads what is due. Only a hash of it is kept."""

    __tablename__ = "calendar_feed"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), unique=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    high_risk: Mapped[bool] = mapped_column(default=False)
    """Whether plans at high risk stand in it too; a calendar is read by more than its owner (safety.md S4)."""
    made_at: Mapped[datetime] = mapped_column(default=now)
    last_used_on: Mapped[date | None]

    member: Mapped[User] = relationship()


@event.listens_for(LogLine, "before_update")
@event.listens_for(LogLine, "before_delete")
def _never_changes(*_row: object) -> None:
    raise RuntimeError("a line of the log never changes")
