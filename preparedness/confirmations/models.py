"""Who was asked, about which designations, and every answer that was given."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preparedness import refs
from preparedness.contacts.models import Person
from preparedness.database import Edited, Model, OfAgency, now, same_agency
from preparedness.i18n import _l
from preparedness.plans.models import Assignment, Plan
from preparedness.vocabulary import DeclineReason, Worded


class CampaignKind(Worded):
    """Why people are asked."""

    INVITATION = "invitation", _l("first request to confirm")
    YEARLY = "yearly", _l("yearly confirmation")
    HALF_YEAR = "half_year", _l("half-yearly confirmation")
    SEASON = "season", _l("confirmation before the season")


class RequestState(Worded):
    """Where a request to a person stands."""

    ASKED = "asked", _l("asked")
    ANSWERED = "answered", _l("answered")
    CLOSED = "closed", _l("closed")


class Choice(Worded):
    """What a person can answer to a role."""

    ACCEPT = "accept", _l("I accept")
    ACCEPT_WITH_LIMITS = "accept_with_limits", _l("I accept, with conditions")
    DECLINE = "decline", _l("I decline")


class AnsweredBy(Worded):
    """Who gave an answer. Only their own makes a role theirs."""

    SELF = "self", _l("themselves, by link")
    ON_BEHALF = "on_behalf", _l("reported by phone")


class Campaign(OfAgency, Edited, Model):
    """A round of requests to confirm."""

    __tablename__ = "campaign"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "id"), same_agency("plan_id", "plan"))

    kind: Mapped[CampaignKind]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    why: Mapped[str | None]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    deadline: Mapped[date]
    closed_at: Mapped[datetime | None]

    plan: Mapped[Plan | None] = relationship(foreign_keys=[plan_id])
    requests: Mapped[list["Request"]] = relationship(back_populates="campaign", order_by="Request.id")


class Request(OfAgency, Edited, Model):
    """What one person is asked in one round: several roles, one message, one link."""

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("campaign_id", "person_id"), same_agency("person_id", "person"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[RequestState] = mapped_column(default=RequestState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    message_id: Mapped[int | None]

    campaign: Mapped[Campaign] = relationship(back_populates="requests", foreign_keys=[campaign_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lines: Mapped[list["RequestLine"]] = relationship(back_populates="request", order_by="RequestLine.id")

    @property
    def discreet(self) -> bool:
        """True where no message and no page may name a role, a plan or a country (safety.md S3, S8)."""
        return any(line.assignment.seat.role.plan.high_risk for line in self.lines)

    @property
    def answered(self) -> bool:
        """True once they answered by their own link about any of it."""
        return any(line.own_answer is not None for line in self.lines)


class RequestLine(Model):
    """One role that a request asks about."""

    __tablename__ = "request_line"
    __table_args__ = (UniqueConstraint("request_id", "assignment_id"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)

    request: Mapped[Request] = relationship(back_populates="lines")
    assignment: Mapped[Assignment] = relationship()
    answers: Mapped[list["Answer"]] = relationship(order_by="Answer.id")

    @property
    def own_answer(self) -> "Answer | None":
        """The latest answer by the person's own link; None while there is none."""
        return next((each for each in reversed(self.answers) if each.by is AnsweredBy.SELF), None)

    @property
    def reported_answer(self) -> "Answer | None":
        """The answer that was noted on their behalf, while it stands."""
        latest = self.answers[-1] if self.answers else None
        standing = latest is not None and latest.by is AnsweredBy.ON_BEHALF and self.assignment.reported_by is not None
        return latest if standing else None

    @property
    def ref(self) -> str:
        """How this role is called where it must not be named."""
        return refs.of(refs.DESIGNATION, self.assignment_id)


class Answer(Model):
    """What was answered to one line; never changed, the latest counts."""

    __tablename__ = "answer"

    request_line_id: Mapped[int] = mapped_column(ForeignKey("request_line.id"), index=True)
    choice: Mapped[Choice]
    reason: Mapped[DeclineReason | None]
    limits: Mapped[dict[str, Any] | None]
    note: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[AnsweredBy]

    @property
    def starts_on(self) -> date | None:
        """From which day on they are available, where they said so."""
        return date.fromisoformat(self.limits["from"]) if self.limits and self.limits.get("from") else None
