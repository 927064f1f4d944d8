"""Plans as they are written, the versions that were approved, and who is designated for each seat."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preparedness.contacts.models import Organisation, Person
from preparedness.database import Edited, Model, OfAgency, now, same_agency, unique_where
from preparedness.i18n import _l
from preparedness.vocabulary import Anchor, DeclineReason, Hazard, HMeans, LedBy, Level, Phase, Risk, Worded


class PlanState(Worded):
    """Where the working copy stands. What activates is the latest approved version."""

    DRAFT = "draft", _l("draft")
    IN_REVIEW = "in_review", _l("in review")
    APPROVED = "approved", _l("approved")
    ARCHIVED = "archived", _l("archived")


class Status(Worded):
    """Where a designation stands. Only the accepted ones fill a seat."""

    PROPOSED = "proposed", _l("proposed, not yet asked")
    INVITED = "invited", _l("asked")
    ACCEPTED = "accepted", _l("accepted")
    ACCEPTED_WITH_LIMITS = "accepted_with_limits", _l("accepted with conditions")
    DECLINED = "declined", _l("declined")
    EXPIRED = "expired", _l("no answer in time")
    LAPSED = "lapsed", _l("confirmation out of date")
    WITHDRAWN = "withdrawn", _l("stepped down")
    ENDED = "ended", _l("role ended, with thanks")


HOLDING = frozenset({Status.ACCEPTED, Status.ACCEPTED_WITH_LIMITS})
"""The statuses that fill a seat."""

LIVE = HOLDING | {Status.PROPOSED, Status.INVITED}
"""The statuses that stand in a seat's calling order."""

MOVES: dict[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset({Status.INVITED, Status.ENDED}),
    Status.INVITED: frozenset({*HOLDING, Status.DECLINED, Status.EXPIRED, Status.PROPOSED, Status.ENDED}),
    Status.ACCEPTED: frozenset(
        {Status.ACCEPTED_WITH_LIMITS, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN, Status.ENDED, Status.INVITED}
    ),
    Status.ACCEPTED_WITH_LIMITS: frozenset(
        {Status.ACCEPTED, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN, Status.ENDED, Status.INVITED}
    ),
    Status.DECLINED: frozenset({Status.PROPOSED, *HOLDING, Status.ENDED}),
    Status.EXPIRED: frozenset({Status.PROPOSED, *HOLDING, Status.DECLINED, Status.ENDED}),
    Status.LAPSED: frozenset({Status.PROPOSED, Status.INVITED, *HOLDING, Status.DECLINED, Status.ENDED}),
    Status.WITHDRAWN: frozenset({Status.PROPOSED, Status.ENDED}),
    Status.ENDED: frozenset({Status.PROPOSED}),
}
"""From where a designation may move to where."""


class Plan(OfAgency, Edited, Model):
    """A plan as it is being written: the working copy."""

    __tablename__ = "plan"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "id"), UniqueConstraint("agency_id", "ref"))

    ref: Mapped[str]
    title: Mapped[str]
    title_fold: Mapped[str] = mapped_column(index=True)
    country: Mapped[str]
    places: Mapped[list[str]] = mapped_column(default=list)
    template_key: Mapped[str | None]
    hazard: Mapped[Hazard]
    language: Mapped[str]
    risk_class: Mapped[Risk] = mapped_column(default=Risk.STANDARD)
    risk_in_force: Mapped[Risk | None]
    """What the latest approved version says of it; None before the first."""
    h_means: Mapped[HMeans] = mapped_column(default=HMeans.EVENT)
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    situation: Mapped[str | None]
    assumptions: Mapped[str | None]
    review_on: Mapped[date | None]

    sections: Mapped[list["Section"]] = relationship(
        back_populates="plan",
        foreign_keys="Section.plan_id",
        cascade="all, delete-orphan",
        order_by="Section.position, Section.id",
    )
    objectives: Mapped[list["Objective"]] = relationship(
        back_populates="plan",
        foreign_keys="Objective.plan_id",
        cascade="all, delete-orphan",
        order_by="Objective.position, Objective.id",
    )
    triggers: Mapped[list["Trigger"]] = relationship(
        back_populates="plan",
        foreign_keys="Trigger.plan_id",
        cascade="all, delete-orphan",
        order_by="Trigger.position, Trigger.id",
    )
    roles: Mapped[list["Role"]] = relationship(
        back_populates="plan",
        foreign_keys="Role.plan_id",
        cascade="all, delete-orphan",
        order_by="Role.position, Role.id",
    )
    items: Mapped[list["ChecklistItem"]] = relationship(
        back_populates="plan",
        foreign_keys="ChecklistItem.plan_id",
        cascade="all, delete-orphan",
        order_by="ChecklistItem.position, ChecklistItem.id",
    )
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", foreign_keys="PlanVersion.plan_id", order_by="PlanVersion.number"
    )

    @property
    def latest_version(self) -> "PlanVersion | None":
        """The approved version that activates; None while there is none."""
        return self.versions[-1] if self.versions else None

    @property
    def high_risk(self) -> bool:
        """True where being named may endanger somebody: by the working copy, or by what is in force until then."""
        return Risk.HIGH in (self.risk_class, self.risk_in_force)


class PlanVersion(OfAgency, Model):
    """What was approved, frozen: sections, objectives, triggers, roles with seats, items. No person in it."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"), same_agency("plan_id", "plan"))

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    approved_at: Mapped[datetime] = mapped_column(default=now)
    approved_by: Mapped[str]
    note: Mapped[str | None]
    language: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    document_hash: Mapped[str]
    next_review_on: Mapped[date]

    plan: Mapped[Plan] = relationship(back_populates="versions", foreign_keys=[plan_id])

    @property
    def version(self) -> int:
        """Always the first: what was approved never changes."""
        return 1


class Section(OfAgency, Edited, Model):
    """A heading of the plan with its text (CPG 101)."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("plan_id", "key"), same_agency("plan_id", "plan"))

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    key: Mapped[str]
    heading: Mapped[str]
    text: Mapped[str | None]
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="sections", foreign_keys=[plan_id])


class Objective(OfAgency, Edited, Model):
    """What the plan is to achieve."""

    __tablename__ = "objective"
    __table_args__ = (UniqueConstraint("plan_id", "key"), same_agency("plan_id", "plan"))

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    key: Mapped[str]
    text: Mapped[str]
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="objectives", foreign_keys=[plan_id])


class Trigger(OfAgency, Edited, Model):
    """What must happen for a level to be activated."""

    __tablename__ = "trigger"
    __table_args__ = (UniqueConstraint("plan_id", "key"), same_agency("plan_id", "plan"))

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    key: Mapped[str]
    level: Mapped[Level]
    scheme: Mapped[str | None]
    label: Mapped[str]
    condition: Mapped[str]
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="triggers", foreign_keys=[plan_id])


class Role(OfAgency, Edited, Model):
    """A job in the plan; it has one seat, or one for each place or sector."""

    __tablename__ = "role"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("plan_id", "key"),
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("plan_id", "id"),
        same_agency("plan_id", "plan"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    key: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    led_by: Mapped[LedBy]
    essential: Mapped[bool] = mapped_column(default=False)
    from_level: Mapped[Level] = mapped_column(default=Level.MONITOR)
    phases: Mapped[list[str]] = mapped_column(default=list)
    seats_by: Mapped[str | None]
    min_verification: Mapped[int] = mapped_column(default=0)
    languages: Mapped[list[str]] = mapped_column(default=list)
    capabilities: Mapped[list[str]] = mapped_column(default=list)
    deputies_wanted: Mapped[int] = mapped_column(default=1)
    position: Mapped[int]
    removed_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="roles", foreign_keys=[plan_id])
    seats: Mapped[list["Seat"]] = relationship(
        back_populates="role",
        cascade="all, delete-orphan",
        order_by="Seat.position, Seat.id",
        primaryjoin="and_(Seat.role_id == Role.id, Seat.removed_at.is_(None))",
    )


class Seat(OfAgency, Edited, Model):
    """A role at one place or in one sector, with a calling order of its own."""

    __tablename__ = "seat"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("role_id", "label"),
        UniqueConstraint("agency_id", "id"),
        same_agency("role_id", "role"),
    )

    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(default="")
    country: Mapped[str | None]
    place: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]

    role: Mapped[Role] = relationship(back_populates="seats", foreign_keys=[role_id])
    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="seat", order_by="Assignment.call_order, Assignment.id", foreign_keys="Assignment.seat_id"
    )

    @property
    def live(self) -> list["Assignment"]:
        """The holder and the deputies in calling order, asked or not."""
        return [assignment for assignment in self.assignments if assignment.status in LIVE]

    @property
    def holder(self) -> "Assignment | None":
        """Who holds the seat: the first in order who accepted."""
        return next((each for each in self.live if each.holds), None)

    @property
    def filled(self) -> bool:
        """True once somebody accepted."""
        return self.holder is not None

    @property
    def title(self) -> str:
        """The role with its place or sector."""
        return f"{self.role.title}, {self.label}" if self.label else self.role.title


class Assignment(OfAgency, Edited, Model):
    """Who holds a seat, or stands in for its holder: an organisation with its contact point, or a person.

    Call order 1 is the holder, 2 and on are the deputies.
    """

    __tablename__ = "assignment"
    BY_AGENCY = False
    __table_args__ = (
        CheckConstraint("organisation_id IS NOT NULL OR person_id IS NOT NULL", name="someone_holds_it"),
        CheckConstraint("call_order > 0", name="call_order_counts_from_one"),
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("seat_id", "organisation_id", "person_id"),
        unique_where("uq_assignment_organisation_alone", "seat_id", "organisation_id", where="person_id IS NULL"),
        unique_where("uq_assignment_person_alone", "seat_id", "person_id", where="organisation_id IS NULL"),
        same_agency("seat_id", "seat"),
        same_agency("organisation_id", "organisation"),
        same_agency("person_id", "person"),
    )
    PERSONAL = frozenset({"limits", "decline_reason"})

    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    call_order: Mapped[int]
    status: Mapped[Status] = mapped_column(default=Status.PROPOSED)
    proposed_by: Mapped[str | None]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]
    limits: Mapped[dict[str, Any] | None]
    decline_reason: Mapped[DeclineReason | None]
    reported_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    seat: Mapped[Seat] = relationship(back_populates="assignments", foreign_keys=[seat_id])
    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])

    @property
    def holder(self) -> Organisation | Person:
        """Who is designated."""
        holder = self.person or self.organisation
        assert holder is not None
        return holder

    @property
    def asked_person(self) -> Person | None:
        """Whose link answers: the person, or the organisation's contact point; None while it has none."""
        if self.person is not None:
            return self.person
        return self.organisation.contact_person if self.organisation else None

    @property
    def holds(self) -> bool:
        """True once they accepted by their own link."""
        return self.status in HOLDING

    @property
    def shown_name(self) -> str:
        """The name that other people may read."""
        return self.person.shown_name if self.person is not None else self.holder.name


class DeputySuggestion(OfAgency, Model):
    """That a holder forwarded a link to somebody who may stand in; nobody's number is ever given for them."""

    __tablename__ = "deputy_suggestion"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="open")
    at: Mapped[datetime] = mapped_column(default=now)

    assignment: Mapped[Assignment] = relationship()


class ChecklistItem(OfAgency, Edited, Model):
    """Something to be done, a number of hours from its anchor, by a role, with the doctrine it comes from."""

    __tablename__ = "checklist_item"
    __table_args__ = (UniqueConstraint("plan_id", "key"), same_agency("plan_id", "plan"))

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    key: Mapped[str]
    phase: Mapped[Phase]
    anchor: Mapped[Anchor]
    offset_hours: Mapped[int]
    repeat_days: Mapped[int | None]
    text: Mapped[str]
    from_level: Mapped[Level | None]
    owner_role_id: Mapped[int | None] = mapped_column(ForeignKey("role.id"))
    source: Mapped[str | None]
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="items", foreign_keys=[plan_id])
    owner_role: Mapped[Role | None] = relationship(foreign_keys=[owner_role_id])
