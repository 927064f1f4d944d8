"""What happened in the example agency: its past goes through the verbs of the domain, each at its own hour.

Answers are given by the people themselves, as by their links; nobody is written to.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from itertools import chain, groupby

from preparedness.activations import availability, log, preparing, running, tasks
from preparedness.activations.models import Activation, ActivationKind, LogKind, ReplyState, Task, TaskState
from preparedness.audit import CONSOLE, Action, record
from preparedness.confirmations import answers, campaigns, ladder
from preparedness.confirmations.jobs import expire_requests
from preparedness.confirmations.models import Choice
from preparedness.contacts.jobs import refresh_verification
from preparedness.contacts.models import Organisation, Person
from preparedness.database import at
from preparedness.example import DATA, Example, Row, open_agency
from preparedness.notifications import outbox
from preparedness.plans import assignments, drafting, seats, sections, versions
from preparedness.plans.models import Role, Seat
from preparedness.vocabulary import DeclineReason, Level

Event = tuple[datetime, Callable[[], object]]

BEGINNING = timedelta(days=100)
ANSWER_WITHIN_DAYS = 14
BETWEEN_MESSAGES = timedelta(seconds=3)


def tell(today: datetime, passwords: Mapping[str, str]) -> Example:
    """Let everything happen from the beginning until today."""
    with at(today - BEGINNING):
        example = open_agency(today, passwords)
    told = [_planning(example, row) for row in DATA["plans"]]
    for moment, act in sorted(chain(*told, _exercise(example, DATA["activations"][0])), key=lambda event: event[0]):
        with at(moment):
            act()
            outbox.tell_nobody(example.agency, every=BETWEEN_MESSAGES)
    refresh_verification()
    record(Action.EXAMPLE_LOADED, example.agency, by=CONSOLE, people=len(example.people))
    return example


# --- Plans, and who stands by them ---------------------------------------------------------------------------------


def _planning(example: Example, row: Row) -> Iterator[Event]:
    """How a plan came to be: written, approved, its holders asked and answering, its preparedness tasks done."""
    yield example.ago(row["created_days_ago"]), partial(_write, example, row)
    if "submitted_days_ago" in row:
        yield example.ago(row["submitted_days_ago"]), partial(_submit, example, row)
    if "approved_days_ago" in row:
        yield example.ago(row["approved_days_ago"]), partial(_approve, example, row)
    asked = sorted((line for line in row["designations"] if "asked_days_ago" in line), key=_asked)
    for days, lines in groupby(asked, key=_asked):
        yield example.ago(days), partial(_ask, example, row, list(lines), days)
        if days > ANSWER_WITHIN_DAYS:
            yield example.ago(days - ANSWER_WITHIN_DAYS - 2), expire_requests
    for turn, line in enumerate(row["designations"]):
        if "answer" in line:
            answered = example.ago(line["answered_days_ago"], hour=16) + timedelta(minutes=7 * turn)
            yield answered, partial(_answer, example, row, line)
    for line in row.get("preparedness", []):
        yield example.ago(line["days_ago"], hour=17), partial(_prepare, example, row, line)


def _asked(line: Row) -> int:
    return int(line["asked_days_ago"])


def _write(example: Example, row: Row) -> None:
    """Start a plan from its template, say what it is about, give its roles their seats and propose the holders."""
    start = {name: row[name] for name in ("template", "title", "country", "language")}
    plan = example.plans[row["key"]] = drafting.create(example.agency, start, by=example.planner)
    said = {name: row[name] for name in ("situation", "assumptions")}
    drafting.describe(plan, said, version=None, by=example.planner)
    for section in plan.sections:
        if section.key in row.get("sections", {}):
            sections.change(section, {"text": row["sections"][section.key]}, version=None, by=example.planner)
    roles = {role.key: role for role in plan.roles}
    for code, places in row["seats"].items():
        for place in places:
            seats.add(roles[code], place, by=example.planner)
    for line in row["designations"]:
        holder = _holder(example, line)
        seat = _seat(roles, line["seat"])
        example.designated[_key(row, line)] = assignments.assign(seat, holder, by=example.planner)


def _seat(roles: Mapping[str, Role], name: str) -> Seat:
    code, _slash, label = name.partition("/")
    return next(seat for seat in roles[code].seats if seat.label == label)


def _holder(example: Example, line: Row) -> Organisation | Person:
    return example.people[line["person"]] if "person" in line else example.organisations[line["organisation"]]


def _key(row: Row, line: Row) -> tuple[str, str, str]:
    return row["key"], line["seat"], line.get("person") or line["organisation"]


def _submit(example: Example, row: Row) -> None:
    versions.submit(example.plans[row["key"]], by=example.planner)


def _approve(example: Example, row: Row) -> None:
    plan = example.plans[row["key"]]
    versions.submit(plan, by=example.planner)
    versions.approve(plan, row["note"], by=example.members["administrator"].actor)


def _ask(example: Example, row: Row, lines: list[Row], days: int) -> None:
    """Ask these holders, and set no reminders: the example writes to nobody."""
    asked = {person.id for line in lines if (person := example.designated[_key(row, line)].asked_person)}
    deadline = example.day(days - ANSWER_WITHIN_DAYS)
    campaign = campaigns.ask(example.plans[row["key"]], deadline=deadline, only=asked, by=example.planner)
    for request in campaign.requests:
        ladder.forget(request)
        example.requests[row["key"], request.person_id] = request


def _answer(example: Example, row: Row, line: Row) -> None:
    """One answer to one role, by the person's own link."""
    assignment = example.designated[_key(row, line)]
    person = assignment.asked_person
    assert person is not None
    said: Row = {"choice": Choice(line["answer"]), **line.get("limits", {})}
    if "reason" in line:
        said["reason"] = DeclineReason(line["reason"])
    if "note" in line:
        said["note"] = line["note"]
    answers.give(example.requests[row["key"], person.id], {assignment.id: said}, by=person.actor)


def _prepare(example: Example, row: Row, line: Row) -> None:
    """What a holder reports of a preparedness task."""
    found = _tasks(preparing.of(example.plans[row["key"]]), line)
    for task in found:
        _report(example, task, TaskState(line["state"]), line.get("note"))


# --- The exercise --------------------------------------------------------------------------------------------------


def _exercise(example: Example, row: Row) -> Iterator[Event]:
    """A call drill from the alert to the report back."""
    hour = time.fromisoformat(row["h_hour"])
    h_hour = example.ago(row["days_ago"]).replace(hour=hour.hour, minute=hour.minute)
    started = h_hour + timedelta(minutes=row["started_after_minutes"])
    ended = h_hour + timedelta(minutes=row["stand_down_after_minutes"])
    yield started, partial(_activate, example, row, h_hour)
    for line in row["replies"]:
        yield started + timedelta(minutes=line["minutes"]), partial(_reply, example, line, started)
    for line in row["tasks"]:
        yield h_hour + timedelta(minutes=line["minutes"]), partial(_do, example, line)
    for line in row["log"]:
        yield h_hour + timedelta(minutes=line["minutes"]), partial(_log, example, line)
    yield ended, partial(_stand_down, example, row)
    for line in row["recovery"]:
        yield example.ago(line["days_ago"]), partial(_do, example, line)
    yield example.ago(row["closed_days_ago"]), partial(_close, example, row)


def _running(example: Example) -> Activation:
    assert example.activation is not None
    return example.activation


def _activate(example: Example, row: Row, h_hour: datetime) -> None:
    data = {
        "kind": ActivationKind(row["kind"]),
        "level": Level(row["level"]),
        "reason": row["reason"],
        "h_hour": h_hour,
        "answer_within_minutes": row["answer_within_minutes"],
        "on_duty": [example.members["official"].id],
    }
    example.activation = running.start(example.plans[row["plan"]], data, by=example.planner)


def _reply(example: Example, line: Row, started: datetime) -> None:
    """What a person answers to the alert, by their own link."""
    person = example.people[line["person"]]
    since = started + timedelta(hours=line["from_hours"]) if "from_hours" in line else None
    asked = availability.of(_running(example), person)
    availability.reply(asked, ReplyState(line["state"]), since, by=person.actor)


def _do(example: Example, line: Row) -> None:
    """What was done in the exercise, or stood in the way."""
    for task in _tasks(_running(example).tasks, line):
        _report(example, task, TaskState(line.get("state", "done")), line.get("note"))


def _log(example: Example, line: Row) -> None:
    log.write(_running(example), text=line["text"], kind=LogKind(line["kind"]), by=example.members["official"].actor)


def _stand_down(example: Example, row: Row) -> None:
    running.stand_down(_running(example), row["summary"], by=example.planner)


def _close(example: Example, row: Row) -> None:
    """Set aside what was not played, and report back."""
    activation = _running(example)
    for task in activation.tasks:
        if task.state is TaskState.OPEN:
            tasks.report(task, TaskState.NOT_APPLICABLE, row["not_played"], version=None, by=example.planner)
    running.close(activation, row["report_back"], by=example.planner)


def _tasks(found: list[Task], line: Row) -> list[Task]:
    """The tasks that a line of the data file is about: an item, at a place where it says one."""
    label = line.get("seat")
    return [
        task
        for task in found
        if task.item_key == line["item"] and (label is None or (task.seat is not None and task.seat.label == label))
    ]


def _report(example: Example, task: Task, state: TaskState, note: str | None) -> None:
    """Report on a task as its holder; the planner does where the seat is vacant."""
    held = task.seat.holder if task.seat else None
    person = held.asked_person if held else None
    by = person.actor if person else example.planner
    name = person.shown_name if person else by.label
    tasks.report(task, state, note, version=None, by=by, done_by=name)
