"""The log: what happened and when, written down by whom. Append-only: a correction is a new line."""

from datetime import datetime

from sqlalchemy import select

from preparedness.activations import numbers
from preparedness.activations.models import Activation, LogKind, LogLine
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now
from preparedness.errors import Missing, Refused
from preparedness.i18n import _


def write(
    activation: Activation,
    *,
    text: str,
    kind: LogKind,
    at: datetime | None = None,
    for_whom: str | None = None,
    by: Actor,
) -> LogLine:
    """Write a line. It may tell of earlier, never of what is still to come."""
    if at is not None and at > now():
        raise Refused(_("The log tells what has happened: write a time that is past."), field="at")
    line = LogLine(
        agency_id=activation.agency_id,
        activation_id=activation.id,
        number=numbers.of_log_line(activation),
        at=at or now(),
        entered_at=now(),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        kind=kind,
        text=text,
        for_whom=for_whom,
    )
    db.session.add(line)
    db.session.flush()
    record(Action.LOG_WRITTEN, line, by=by, number=line.number, kind=kind)
    return line


def get(line_id: int, *, activation: Activation) -> LogLine:
    """A line of an activation's log. Raises Missing."""
    query = select(LogLine).where(LogLine.id == line_id, LogLine.activation_id == activation.id)
    line = db.session.scalar(query)
    if line is None:
        raise Missing
    return line


def of(activation: Activation) -> list[LogLine]:
    """The log of an activation, in the order in which things happened."""
    query = select(LogLine).where(LogLine.activation_id == activation.id).order_by(LogLine.at, LogLine.number)
    return list(db.session.scalars(query))
