"""Copies of an activation: checklist, call list and log as they are now, and what a returned one reports.

What a call list says somebody answered is noted as said on the phone. It never makes anybody accept a role.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from preparedness.accounts.models import Agency
from preparedness.activations import availability, log, tasks
from preparedness.activations.models import Activation, LogKind, LogLine, Reply, ReplyState, Task, TaskState
from preparedness.audit import Actor
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, now
from preparedness.errors import Missing, Refused
from preparedness.exchange import activation_sheets, calling_orders
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST, LOG, SHEETS
from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.merge import Row
from preparedness.exchange.sheets import Line, Made, Scope, Snapshot, Subject, Surroundings, Taken, lines
from preparedness.i18n import _, moment
from preparedness.plans.models import Seat

CLOCKS_DIFFER = timedelta(minutes=5)


def subject(agency: Agency, activation_id: int | None) -> Subject:
    """What a copy of an activation says about itself; EXERCISE first, where it is one."""
    activation = _activation(agency, activation_id)
    facts = (
        (_("Activation"), _("no. %(number)s, %(level)s", number=activation.number, level=activation.level_label)),
        (_("H is"), moment(activation.h_hour, agency.timezone)),
    )
    advice = (
        _("Set the state of each task you deal with; blocked and not applicable need a note that says why."),
        _("Write what happens in the log, one line each. A correction is a new line that names the number."),
        _("Write no names of people helped or missing, and no coordinates, anywhere in this copy."),
    )
    banner = str(activation.kind.words) if activation.exercise else ""
    return Subject(activation.plan.title, facts, advice, banner)


def around(_agency: Agency, _activation_id: int | None, scope: Scope) -> Surroundings:
    """What the cells of an activation's sheets choose from."""
    return Surroundings(scope.zone, scope.at, activation_sheets.lists())


def snapshot(agency: Agency, activation_id: int | None, scope: Scope) -> Snapshot:
    """An activation's tasks, alerts and log, in a constant number of statements."""
    activation = _activation(agency, activation_id)
    replies = _replies(activation)
    here = replace(around(agency, activation_id, scope), figures=_figures(activation, replies, scope))
    columns = {sheet.key: sheet.offered(contacts=scope.contacts) for sheet in SHEETS}
    rows: dict[str, list[Any]] = {
        CHECKLIST.key: _tasks(activation),
        CALL_LIST.key: replies,
        LOG.key: [] if activation.plan.high_risk else log.of(activation),
    }
    return Snapshot(here, columns, {key: lines(each, columns[key], here) for key, each in rows.items()})


def outgoing(agency: Agency, activation_id: int | None, scope: Scope) -> Mapping[str, list[Line]]:
    """The rows of a copy: all at once, for there are few."""
    return snapshot(agency, activation_id, scope).lines


def with_new(
    given: Surroundings, _arrivals: Mapping[str, Arrival], _bases: Mapping[str, Mapping[str, Row]]
) -> Surroundings:
    """Nothing that is new in an activation's file is named elsewhere in it."""
    return given


def problems(sheet: str, cells: Row, around: Surroundings) -> dict[str, str]:
    """What the rules of an activation say about a row as it would be."""
    said: dict[str, str] = {}
    if sheet == CHECKLIST.key:
        if cells.get("state") in tasks.NEED_A_NOTE and not cells.get("note"):
            said["state"] = _("Write in the note why the task is blocked or not applicable.")
        if cells.get("done_at") and cells.get("state") != TaskState.DONE:
            said["done_at"] = _("Set the state to done, or clear the time.")
    if sheet == CALL_LIST.key and cells.get("state") == ReplyState.AVAILABLE_FROM and not cells.get("available_from"):
        said["state"] = _("Write in the next column from when.")
    for column in ("done_at", "called_at", "at"):
        if cells.get(column) and around.moment(str(cells[column])) > now() + CLOCKS_DIFFER:
            said[column] = _("This time is still to come.")
    return said


def twins(_agency: Agency, _sheet: str, _rows: Mapping[int, Any]) -> dict[int, str | int]:
    """Two lines of a log may say the same."""
    return {}


def put_away(_agency: Agency, _sheet: str, _refs: Collection[str], _here: Snapshot) -> list[Line]:
    """Nothing of this kind is put away."""
    return []


def number(_agency_id: int, _sheet: str, _ref: str) -> int | None:
    """Nothing that is new here is merged into another row."""
    return None


def apply(agency: Agency, activation_id: int | None, here: Snapshot, taken: Mapping[str, Taken], by: Actor) -> Made:
    """Write what was taken; answers the lines of the log that were made."""
    activation = _activation(agency, activation_id)
    reports = [_report(here, ref, cells) for ref, cells in taken[CHECKLIST.key].update.items()]
    if tasks.report_many(activation, reports, by=by):
        raise Refused(_("Somebody else reported on some of these tasks at the same moment. Try again."))
    answers = [_answer(here, ref, cells) for ref, cells in taken[CALL_LIST.key].update.items()]
    if availability.report_many(activation, answers, by=by):
        raise Refused(_("Somebody else noted some of these answers at the same moment. Try again."))
    told = sorted(taken[LOG.key].create.items(), key=lambda each: str(each[1].get("at") or ""))
    written = {name: _write(activation, cells, here.around, by) for name, cells in told}
    return {name: (line.id, str(line.number)) for name, line in written.items()}


def _report(here: Snapshot, ref: str, cells: Mapping[str, Any]) -> tuple[int, int, dict[str, Any]]:
    """A task's report: what the file changes, with the time and initials that stand beside it."""
    line = here.by_ref(CHECKLIST.key)[ref]
    full = {**line.cells, **cells}
    done_at = full["done_at"] if full["state"] == TaskState.DONE else None
    return (
        line.id,
        line.version,
        {
            "state": TaskState(str(full["state"] or TaskState.OPEN)),
            "note": full["note"],
            "done_at": _moment(here, done_at),
            "done_by": full["done_by"],
        },
    )


def _answer(here: Snapshot, ref: str, cells: Mapping[str, Any]) -> tuple[int, int, dict[str, Any]]:
    """What somebody said on the phone, with when they were called and who called."""
    line = here.by_ref(CALL_LIST.key)[ref]
    full = {**line.cells, **cells}
    return (
        line.id,
        line.version,
        {
            "state": ReplyState(str(full["state"])) if full["state"] else None,
            "available_from": _moment(here, full["available_from"]),
            "called_at": _moment(here, full["called_at"]),
            "answered_by": full["answered_by"],
        },
    )


def _moment(here: Snapshot, text: Any) -> datetime | None:
    return here.around.moment(str(text)) if text else None


def _write(activation: Activation, cells: Row, around: Surroundings, by: Actor) -> LogLine:
    at = cells.get("at")
    return log.write(
        activation,
        text=str(cells["text"]),
        kind=LogKind(str(cells.get("kind") or LogKind.FACT)),
        at=min(around.moment(str(at)), now()) if at else None,
        for_whom=str(cells["for_whom"]) if cells.get("for_whom") else None,
        by=by,
    )


def _activation(agency: Agency, activation_id: int | None) -> Activation:
    query = select(Activation).where(Activation.id == activation_id, Activation.agency_id == agency.id)
    found = db.session.scalar(query.options(joinedload(Activation.plan)))
    if found is None:
        raise Missing
    return found


def _tasks(activation: Activation) -> list[Task]:
    query = select(Task).where(Task.activation_id == activation.id)
    return list(db.session.scalars(query.order_by(Task.due_at.is_(None), Task.due_at, Task.position, Task.id)))


def _replies(activation: Activation) -> list[Reply]:
    query = select(Reply).where(Reply.activation_id == activation.id).order_by(Reply.id)
    person = selectinload(Reply.person)
    return list(
        db.session.scalars(
            query.options(
                person.selectinload(Person.channels),
                person.selectinload(Person.organisation).selectinload(Organisation.channels),
            )
        )
    )


def _figures(activation: Activation, replies: list[Reply], scope: Scope) -> dict[str, dict[int, Any]]:
    """What the call list says beside the reply itself: roles, place in the order, hours and number."""
    seats = {seat.id: seat for seat in _seats(replies)}
    orders: dict[int, int] = {}
    for seat in seats.values():
        for assignment in seat.live:
            person = assignment.asked_person
            if person is not None:
                orders[person.id] = min(orders.get(person.id, assignment.call_order), assignment.call_order)
    discreet = activation.plan.high_risk
    return {
        "roles": {
            each.id: "; ".join(seats[number].title for number in each.seat_ids if number in seats) for each in replies
        },
        "order": {each.id: orders.get(each.person_id) for each in replies},
        "hours": {each.id: calling_orders.hours(each.person, scope.zone, scope.at) for each in replies},
        "number": {each.id: None if discreet else calling_orders.reached(each.person) for each in replies},
    }


def _seats(replies: list[Reply]) -> list[Seat]:
    wanted = {number for each in replies for number in each.seat_ids}
    query = select(Seat).where(Seat.id.in_(wanted)).options(selectinload(Seat.role), selectinload(Seat.assignments))
    return list(db.session.scalars(query)) if wanted else []
