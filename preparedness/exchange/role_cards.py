"""Role cards: for each seat one page to print (ICS 204), with what to do and by when, in both zones."""

import io
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import segno
from sqlalchemy import select

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.activations.models import Activation, Task
from preparedness.database import db
from preparedness.exchange import calling_orders
from preparedness.exchange.calling_orders import Called
from preparedness.exchange.printed import Cell, Printed, Row, row
from preparedness.i18n import _, language_name, moment, offset
from preparedness.plans.models import Role, Seat

WIDTHS = (17.0, 17.0, 45.0, 10.0)
WHOLE = len(WIDTHS) - 1
BLANK = "_" * 24
UNTICKED = "☐"
SCALE = 3


def of(activation: Activation, agency: Agency, zone: str) -> Printed:
    """A card for each seat that has something to do or a holder. It carries no number, and at high risk no name."""
    tasks: dict[int, list[Task]] = defaultdict(list)
    query = select(Task).where(Task.activation_id == activation.id, Task.seat_id.is_not(None))
    for task in db.session.scalars(query.order_by(Task.due_at.is_(None), Task.due_at, Task.position, Task.id)):
        tasks[task.seat_id or 0].append(task)
    rows: list[Row] = []
    for seat in calling_orders.seats(Role.plan_id == activation.plan_id):
        if tasks[seat.id] or seat.filled:
            rows += _card(seat, tasks[seat.id], activation, agency, zone)
    return Printed(_("Role cards"), WIDTHS, rows, upright=True)


def _card(seat: Seat, tasks: list[Task], activation: Activation, agency: Agency, zone: str) -> list[Row]:
    called = [] if activation.plan.high_risk else [Called(each, each.asked_person) for each in seat.live if each.holds]
    zones = (each.person.timezone for each in called if each.person and each.person.timezone != zone)
    theirs = next(zones, None)
    ref = refs.of(refs.ROLE, seat.id)
    head = Row((Cell(_("Role card · ICS 204 · %(ref)s", ref=ref), "kicker"),), new_page=True, picture=code(ref))
    return [
        head,
        row(seat.role.title, style="title"),
        *([row(seat.label, style="subtitle")] if seat.label else []),
        *(_fact(label, text) for label, text in _facts(seat, called, activation, agency)),
        row(_("Do not travel without a letter from %(agency)s.", agency=agency.name), style="alarm"),
        _line(_due(zone), _due(theirs) if theirs else None, _("What to do"), Cell(_("Done at"), "heading"), "heading"),
        *(_task(task, zone, theirs) for task in tasks),
        *([] if tasks else [_line("", None, _("Nothing is due from this seat yet."), Cell(""), "text")]),
    ]


def _facts(seat: Seat, called: list[Called], activation: Activation, agency: Agency) -> list[tuple[str, str]]:
    facts = [
        (_("Activation"), f"{activation.plan.title} · {activation.level_label}"),
        (_("H is"), moment(activation.h_hour, agency.timezone)),
    ]
    if not activation.plan.high_risk:
        facts.append((_("Who"), "; ".join(_who(each) for each in called) or _("vacant")))
    facts += [
        (_("What the holder does"), seat.role.summary or ""),
        (_("Reports to"), BLANK),
        (_("First meeting"), _("1st line %(blank)s  2nd line %(blank)s", blank=BLANK)),
        (_("Message to pass on"), _message(agency)),
    ]
    if agency.family_links:
        facts.append((_("Restoring family links"), agency.family_links))
    return facts


def _who(called: Called) -> str:
    """A name with the language spoken: the first holds the seat, the others stand in."""
    name = called.designation.shown_name
    return f"{name} ({language_name(called.person.language)})" if called.person else name


def _message(agency: Agency) -> str:
    return _(
        "Help from where you are. Money through known routes helps more than goods nobody asked for. "
        "Pass on only what %(agency)s has confirmed.",
        agency=agency.name,
    )


def _fact(label: str, text: str) -> Row:
    return Row((Cell(label, "label"), Cell(text, "text", span=WHOLE)))


def _due(zone: str) -> str:
    return _("Due (%(city)s)", city=zone.rsplit("/", 1)[-1].replace("_", " "))


def _task(task: Task, zone: str, theirs: str | None) -> Row:
    done = task.done_at.astimezone(ZoneInfo(zone)).strftime("%d/%m %H:%M") if task.done_at else UNTICKED
    last = Cell(done, "box" if done == UNTICKED else "text")
    due = _local(task.due_at, zone) or offset(task.offset_hours, task.anchor)  # R has no hour yet
    return _line(due, _local(task.due_at, theirs) if theirs else None, task.text, last, style="text")


def _line(ours: str, theirs: str | None, what: str, last: Cell, style: str) -> Row:
    """A line of the card; where both clocks are one, the time stands over both columns."""
    if theirs is None:
        return Row((Cell(ours, style, span=2), None, Cell(what, style), last))
    return Row((Cell(ours, style), Cell(theirs, style), Cell(what, style), last))


def _local(at: datetime | None, zone: str | None) -> str:
    """A moment as a card says it: the day in words, the date and the hour."""
    return moment(at, zone).rpartition(" (")[0] if at and zone else ""


def code(ref: str) -> bytes:
    """A square code that says which role the card is for, and nothing else."""
    held = io.BytesIO()
    segno.make(ref, error="m", micro=False).save(held, kind="png", scale=SCALE, border=1)
    return held.getvalue()
