"""What is due, and who keeps the clock: rows, so that many workers or a missed night neither repeat nor lose it."""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from preparedness.database import Model, OfAgency, changed, db, insert_missing, shared_now

SILENT_AFTER = timedelta(seconds=90)
FORGOTTEN_AFTER = timedelta(days=1)


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


def beat(worker_id: str, host: str, pid: int) -> None:
    """Note that a worker lives, and forget those that have not for a day."""
    moment = shared_now()
    if not changed(update(Heartbeat).where(Heartbeat.worker_id == worker_id).values(at=moment)):
        insert_missing(Heartbeat, [{"worker_id": worker_id, "host": host, "pid": pid, "at": moment}], ["worker_id"])
    db.session.execute(delete(Heartbeat).where(Heartbeat.at < moment - FORGOTTEN_AFTER))


def last_beat() -> datetime | None:
    """When a worker was last heard of; None where none ever was."""
    return db.session.scalar(select(func.max(Heartbeat.at)))


def alive(moment: datetime) -> bool:
    """True while at least one worker was heard of just before this moment."""
    heard = last_beat()
    return heard is not None and moment - heard < SILENT_AFTER


def hold(name: str, holder: str, lasting: timedelta) -> bool:
    """Take or prolong the lease of this name: false while somebody else has it, by the clock that all hosts share."""
    moment = shared_now()
    insert_missing(Lease, [{"name": name, "holder": holder, "until": moment}], ["name"])
    free = or_(Lease.holder == holder, Lease.until <= moment)
    return changed(update(Lease).where(Lease.name == name, free).values(holder=holder, until=moment + lasting)) == 1


def let_go(holder: str) -> None:
    """Give back every lease of a worker that stops, so that another need not wait for it to run out."""
    db.session.execute(delete(Lease).where(Lease.holder == holder))
