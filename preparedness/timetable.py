"""What is due, and who keeps the clock: rows, so that many workers or a missed night neither repeat nor lose it."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from preparedness.database import Model, OfAgency


class Due(OfAgency, Model):
    """One thing to do at a time, once: a reminder, a step of a ladder, a review."""

    __tablename__ = "due"
    __table_args__ = (UniqueConstraint("job", "subject_kind", "subject_id", "step"),)

    job: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    step: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    claim_token: Mapped[str | None]


class Heartbeat(Model):
    """A worker says that it lives."""

    __tablename__ = "heartbeat"

    worker_id: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str]
    pid: Mapped[int]
    at: Mapped[datetime]


class Lease(Model):
    """One holder at a time for each name, until a moment."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(unique=True)
    holder: Mapped[str]
    until: Mapped[datetime]
