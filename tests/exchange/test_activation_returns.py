"""An activation goes offline, is worked through, and comes back: the scenarios of the workbook's design, by number."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from preparedness.activations import log, running, tasks
from preparedness.activations.models import ActivationKind, LogLine, Reply, Task, TaskState
from preparedness.audit import Entry
from preparedness.contacts.models import Consent
from preparedness.database import db, now, writing
from preparedness.errors import Missing
from preparedness.exchange import previews, workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.plans.models import Assignment
from preparedness.vocabulary import Level, Risk
from tests.activations import stage
from tests.exchange.offline import applied, brought, news, taken
from tests.recordings import recorded

ACTIVATION = WorkbookKind.ACTIVATION


@pytest.fixture
@recorded
def activation(world):
    """An exercise of the plan at the partial level, H an hour ago; Amina holds the essential seat."""
    with writing():
        world.focal_points.from_level = Level.FULL
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "h_hour": now() - timedelta(hours=1)}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    return made


def tasks_of(activation):
    query = select(Task).where(Task.activation_id == activation.id).order_by(Task.id)
    return list(db.session.scalars(query))


def reply_of(activation, person):
    return db.session.scalar(select(Reply).where(Reply.activation_id == activation.id, Reply.person_id == person.id))


def test_scenario_1_an_untouched_copy_changes_nothing(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    back = brought(world, book.saved())

    assert news(back) == []
    assert back.problems == []
    assert back.notices == []
    assert applied(world, back)


def test_scenario_4_what_was_done_offline_stands_on_the_board(world, activation):
    first, second, *_rest = tasks_of(activation)
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="done", done_by="RM", note="Bridge opened")
    book.write("tasks", second.ref, state="blocked", note="No line to the consulate")
    back = brought(world, book.saved())

    assert previews.summary(back) == ["1 line done", "1 line in another state", "2 notes", "1 entry changed"]
    assert applied(world, back)
    assert (first.state, first.done_by, first.note) == (TaskState.DONE, "RM", "Bridge opened")
    assert first.done_at is not None
    assert second.state is TaskState.BLOCKED


def test_scenario_4_the_same_file_again_changes_nothing(world, activation):
    first, second, *_rest = tasks_of(activation)
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="done", done_by="RM")
    book.write("tasks", second.ref, note="Waiting for the consulate")
    book.write("replies", reply_of(activation, world.amina).ref, state="I am available now", answered_by="RM")
    book.append("log", text="The hall is open.", kind="fact")
    content = book.saved()
    assert applied(world, brought(world, content))
    lines = db.session.scalar(select(func.count()).select_from(LogLine))
    again = brought(world, content)

    assert [change for change in again.changes if change.outcome.value not in ("same", "parallel")] == []
    assert applied(world, again)
    assert db.session.scalar(select(func.count()).select_from(LogLine)) == lines


def test_times_are_read_in_the_zone_of_the_file_and_a_clock_alone_means_the_first_after_it_was_taken(world, activation):
    first, second, *_rest = tasks_of(activation)
    copy, book = taken(world, ACTIVATION, activation.id)
    with writing():
        activation.h_hour = copy.made_at = now() - timedelta(hours=3)
        db.session.commit()
    local = (now() - timedelta(hours=1)).astimezone(ZoneInfo(copy.timezone))
    book.write("tasks", first.ref, state="done", done_at=local.strftime("%H:%M"))
    book.write("tasks", second.ref, state="done", done_at=local.strftime("%Y-%m-%d %Hh%M"))
    assert applied(world, brought(world, book.saved()))
    expected = local.replace(second=0, microsecond=0)

    assert first.done_at == expected
    assert second.done_at == expected


def test_scenario_6_a_task_reported_twice_keeps_what_is_on_the_board(world, activation):
    first = tasks_of(activation)[0]
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="done")
    with writing():
        tasks.report(first, TaskState.BLOCKED, "No line", version=None, by=world.ana)
        db.session.commit()
    back = brought(world, book.saved())

    assert news(back) == [("conflict", first.ref, "state"), ("conflict", first.ref, "note")]
    assert previews.summary(back)[-1] == "1 to decide", "state and note are one report"
    assert applied(world, back)
    assert first.state is TaskState.BLOCKED


def test_scenario_7_the_same_report_on_both_sides_needs_nothing(world, activation):
    first = tasks_of(activation)[0]
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="done")
    with writing():
        tasks.report(first, TaskState.DONE, None, version=None, by=world.ana)
        db.session.commit()
    version = first.version
    back = brought(world, book.saved())

    assert news(back) == [("same", first.ref, "state")]
    assert applied(world, back)
    assert first.version == version


def test_scenario_13_lines_written_offline_enter_the_log_once_in_their_order(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("log", "N-0002", text="Second", kind="decision", for_whom="Duty officer")
    book.write("log", "N-0001", text="First")
    book.append("log", text="Typed below", kind="request")
    content = book.saved()
    back = brought(world, content)

    assert previews.summary(back) == ["3 lines of the log"]
    assert applied(world, back)
    assert {line.text for line in log.of(activation)} >= {"First", "Second", "Typed below"}
    assert all(line.actor_label == "Ana" for line in log.of(activation) if line.text == "First")
    assert news(brought(world, content)) == []


def test_scenario_18_a_sorted_and_renamed_checklist_is_found(world, activation):
    first = tasks_of(activation)[0]
    _copy, book = taken(world, ACTIVATION, activation.id)
    page = book.sheet("tasks")
    page.title = "Liste"
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3, max_row=2 + len(tasks_of(activation)))]
    for number, row in enumerate(reversed(rows), start=3):
        for place, value in enumerate(row, start=1):
            page.cell(number, place).value = value
    page.insert_cols(5)
    book.write("tasks", first.ref, note="Found again")
    back = brought(world, book.saved())

    assert news(back) == [("update", first.ref, "note")]


def test_scenario_21_bad_cells_are_named_and_the_rest_is_applied(world, activation):
    first, second, third, *_rest = tasks_of(activation)
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="finished", note="Still open")
    book.write("tasks", second.ref, state="blocked")
    book.write("tasks", third.ref, state="done", done_at="31/02/2026")
    book.write("log", "N-0001", text="Early", at="2199-01-01 10:00")
    back = brought(world, book.saved())
    said = {(problem["sheet"], problem["column"]): problem["sentence"] for problem in back.problems}

    assert "“finished” is not in the list" in said["Checklist", "state"] or "note" in said["Checklist", "state"]
    assert len([each for each in back.problems if each["column"] == "state"]) == 2
    assert "31/02/2026" in said["Checklist", "done_at"]
    assert "still to come" in said["Log", "at"]
    assert applied(world, back)
    reports = [change for change in back.changes if change.sheet == "tasks"]
    assert [(change.outcome.value, change.column, change.why.value) for change in reports] == [
        ("held", "note", "torn"),
        ("held", "state", "torn"),
    ], "a report is not torn apart: it waits for the cell beside it, or for somebody's word"
    assert {first.state, second.state, third.state} == {TaskState.OPEN}
    assert first.note is None


def test_a_task_is_shown_with_whose_it_is(world, activation):
    first = tasks_of(activation)[0]
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, note="Waits for the ministry")
    back = brought(world, book.saved())
    [row] = previews.of(back, world.agency).changed

    assert row.label == f"{first.text} ({first.owner_title})"


def test_a_done_time_without_the_state_is_asked_for(world, activation):
    first = tasks_of(activation)[0]
    copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, done_at=now().astimezone(ZoneInfo(copy.timezone)).strftime("%Y-%m-%d %H:%M"))
    (problem,) = brought(world, book.saved()).problems

    assert problem["sentence"] == "Set the state to done, or clear the time."


def test_s2_an_answer_noted_on_a_call_list_makes_nobody_accept_or_agree(world, activation):
    reply = reply_of(activation, world.amina)
    before = [(each.id, each.status) for each in db.session.scalars(select(Assignment).order_by(Assignment.id))]
    consents = db.session.scalar(select(func.count()).select_from(Consent))
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("replies", reply.ref, state="I am available now", answered_by="RM")

    assert applied(world, brought(world, book.saved()))
    assert (reply.state.value, reply.by.value, reply.answered_by) == ("available_now", "phone_list", "RM")
    assert [(each.id, each.status) for each in db.session.scalars(select(Assignment).order_by(Assignment.id))] == before
    assert db.session.scalar(select(func.count()).select_from(Consent)) == consents


def test_an_answer_from_a_later_time_needs_the_time(world, activation):
    reply = reply_of(activation, world.amina)
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("replies", reply.ref, state="I am available from a later time")
    (problem,) = brought(world, book.saved()).problems

    assert "from when" in problem["sentence"]


def test_s13_an_exercise_says_so_on_every_sheet_of_its_copy(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    pages = [page for page in book.book if page.sheet_state == "visible"]

    assert all("EXERCISE" in page.oddHeader.center.text for page in pages)
    assert "EXERCISE" in {cell.value for row in pages[0].iter_rows() for cell in row}


def test_numbers_leave_only_with_a_reason_and_sensitive_names_never(world, activation):
    _copy, without = taken(world, ACTIVATION, activation.id)
    _copy, with_them = taken(world, ACTIVATION, activation.id, contacts=True, reason="no network expected")
    names = {cell.value for cell in without.sheet("replies")["D"]}

    assert "#number" not in [cell.value for cell in without.sheet("replies")[1]]
    assert "#number" in [cell.value for cell in with_them.sheet("replies")[1]]
    assert "Rose" in names
    assert "Salma Idris" not in names


def test_s6_the_log_of_a_high_risk_plan_stays_here(world, activation):
    with writing():
        world.plan.risk_class = Risk.HIGH
        log.write(activation, text="Kept here", kind=log.LogKind.FACT, by=world.ana)
        db.session.commit()
    copy, _book = taken(world, ACTIVATION, activation.id)

    assert workbooks.base_of(copy)["log"] == {}


def test_the_hours_somebody_gave_are_told_in_the_zone_of_the_file(world, activation):
    with writing():
        world.amina.capacity = {"window": "18:00-22:00"}
        world.salma.capacity = {"window": "evenings"}
        db.session.commit()
    _copy, book = taken(world, ACTIVATION, activation.id)
    hours = book.cell("replies", reply_of(activation, world.amina).ref, "hours").value

    assert len(hours) == len("18:00-22:00")
    assert book.cell("replies", reply_of(activation, world.salma).ref, "hours").value is None


def test_an_activation_of_somebody_else_cannot_be_taken(world, activation):
    with pytest.raises(Missing):
        taken(world, ACTIVATION, activation.id + 1)


def test_taking_and_applying_leave_an_audit_line_each(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", tasks_of(activation)[0].ref, note="Seen")
    applied(world, brought(world, book.saved()))
    actions = [entry.action.value for entry in db.session.scalars(select(Entry).order_by(Entry.id))]

    assert actions[-4:] == ["taken_offline", "brought_back", "task_changed", "return_applied"]
