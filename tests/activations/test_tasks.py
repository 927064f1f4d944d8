"""What is reported of a task, and what follows from it."""

from datetime import timedelta

import pytest

from preparedness.activations import preparing, running, tasks
from preparedness.activations.models import TaskState
from preparedness.audit import of as entries_of
from preparedness.database import now
from preparedness.errors import Missing, Refused, Stale
from preparedness.vocabulary import Level
from tests.activations import stage


@pytest.fixture
def task(activation):
    return next(task for task in activation.tasks if task.item_key == "earthquake.resp.01")


def repeating(held, **more):
    """An activation in which the first task repeats every day."""
    held.items[1].repeat_days = 1
    stage.approved(held)
    activation = running.start(held.plan, stage.AGREED | more, by=held.ana)
    return activation, next(task for task in activation.tasks if task.item_key == "earthquake.resp.01")


def rounds(activation, task):
    return [each for each in tasks.board(activation).tasks if each.item_key == task.item_key]


def test_a_done_task_says_when_and_by_whom(task, held):
    tasks.report(task, TaskState.DONE, "Sent at once.", version=task.version, by=held.ana)

    assert (task.state, task.note, task.done_by) == (TaskState.DONE, "Sent at once.", "Ana")
    assert now() - task.done_at < timedelta(minutes=1)


def test_a_task_may_have_been_done_earlier_but_not_later_than_now(task, held):
    earlier = now() - timedelta(hours=3)
    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana, done_at=earlier)
    assert task.done_at == earlier

    with pytest.raises(Refused, match="still to come"):
        tasks.report(task, TaskState.DONE, None, version=None, by=held.ana, done_at=now() + timedelta(days=1))


@pytest.mark.parametrize("state", [TaskState.BLOCKED, TaskState.NOT_APPLICABLE])
def test_what_is_not_done_says_why(task, held, state):
    with pytest.raises(Refused) as refused:
        tasks.report(task, state, None, version=None, by=held.ana)

    assert refused.value.field == "note"
    assert task.state is TaskState.OPEN


def test_taking_a_task_back_forgets_when_it_was_done(task, held):
    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)
    tasks.report(task, TaskState.OPEN, None, version=None, by=held.ana)

    assert (task.done_at, task.done_by) == (None, None)


def test_a_report_from_an_old_page_is_refused_with_both_values(task, held):
    old = task.version
    tasks.report(task, TaskState.DOING, None, version=old, by=held.ana)

    with pytest.raises(Stale) as stale:
        tasks.report(task, TaskState.DONE, None, version=old, by=held.rui)

    assert [(each.field, each.mine, each.theirs) for each in stale.value.differences] == [
        ("state", TaskState.DONE, TaskState.DOING)
    ]


def test_the_same_report_again_changes_nothing(task, held):
    tasks.report(task, TaskState.DONE, "Sent.", version=None, by=held.ana)
    version, done_at = task.version, task.done_at

    tasks.report(task, TaskState.DONE, "Sent.", version=None, by=held.rui)

    assert (task.version, task.done_at, task.done_by) == (version, done_at, "Ana")


def test_nothing_is_reported_once_it_is_over(task, activation, held):
    running.cancel(activation, None, by=held.ana)

    with pytest.raises(Refused, match="This activation is over"):
        tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)


def test_s4_the_history_says_that_a_note_changed_never_what_it_says(task, held):
    tasks.report(task, TaskState.BLOCKED, "The bridge at Léogâne is down.", version=None, by=held.ana)

    (entry,) = entries_of(task)
    assert entry.detail.after["note"] == "•"
    assert entry.detail.after["state"] == "blocked"


def test_the_next_round_of_a_repeating_task_opens_when_it_is_done(held):
    activation, task = repeating(held)

    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)

    first, second = rounds(activation, task)
    assert second.due_at == first.due_at + timedelta(days=1)
    assert (second.occurrence, second.state) == (2, TaskState.OPEN)


def test_a_round_done_late_counts_from_then(held):
    activation, task = repeating(held, h_hour=now() - timedelta(days=9))

    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)

    _first, second = rounds(activation, task)
    assert second.due_at == task.done_at + timedelta(days=1)


def test_taking_it_back_takes_the_next_round_away_unless_somebody_began_it(held):
    activation, task = repeating(held)
    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)
    tasks.report(task, TaskState.OPEN, None, version=None, by=held.ana)
    assert rounds(activation, task) == [task]

    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)
    tasks.report(rounds(activation, task)[1], TaskState.DOING, None, version=None, by=held.ana)
    with pytest.raises(Refused, match="next round"):
        tasks.report(task, TaskState.OPEN, None, version=None, by=held.ana)


def test_a_repeating_task_of_the_response_ends_with_it(held):
    activation, task = repeating(held)
    running.stand_down(activation, None, by=held.ana)

    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana)

    assert rounds(activation, task) == [task]


def test_holders_see_the_tasks_of_their_seats_only(held):
    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)

    assert [task.item_key for task in tasks.of_person(activation, held.amina)] == ["earthquake.resp.01"]
    assert [task.seat_id for task in tasks.of_person(activation, held.salma)] == [held.paris.id]
    assert tasks.of_person(activation, held.tomas) == []


def test_the_contact_point_sees_the_tasks_of_her_organisation(held):
    stage.accepts(held.montreal, held.federation)
    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)

    assert {task.seat_id for task in tasks.of_person(activation, held.amina)} == {held.seat.id, held.montreal.id}


def test_tasks_of_recovery_are_seen_once_they_are_due(activation, held):
    running.stand_down(activation, None, by=held.ana)

    assert [task.item_key for task in tasks.of_person(activation, held.amina)] == [
        "earthquake.resp.01",
        "earthquake.reco.01",
    ]


def test_the_board_tells_late_from_soon(held):
    activation = running.start(held.plan, stage.AGREED | {"h_hour": now() - timedelta(hours=1)}, by=held.ana)
    board = tasks.board(activation)
    assert (len(board.late), len(board.soon)) == (0, 1)

    activation.tasks[0].due_at = now() - timedelta(minutes=1)

    board = tasks.board(activation)
    assert (len(board.late), len(board.soon)) == (1, 0)


def test_the_board_counts_by_phase_and_by_owner(held):
    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)
    tasks.report(activation.tasks[0], TaskState.DONE, None, version=None, by=held.ana)

    board = tasks.board(activation)

    assert [(each.name, each.done, each.total) for each in board.by_phase] == [("response", 1, 3), ("recovery", 0, 1)]
    assert [(each.name, each.total) for each in board.by_owner] == [
        ("Diaspora coordination lead", 2),
        ("Diaspora focal point, Montréal", 1),
        ("Diaspora focal point, Paris", 1),
    ]


def test_a_returned_copy_is_taken_whole(activation, held):
    first, second = activation.tasks
    done_at = now() - timedelta(minutes=30)

    moved = tasks.report_many(
        activation,
        [
            (first.id, first.version, {"state": TaskState.DONE, "done_at": done_at, "done_by": "RB"}),
            (second.id, second.version, {"note": "Waits."}),
        ],
        by=held.rui,
    )

    assert moved == []
    assert (first.state, first.done_at, first.done_by) == (TaskState.DONE, done_at, "RB")
    assert (second.state, second.note) == (TaskState.OPEN, "Waits.")


def test_a_returned_copy_with_a_row_that_moved_takes_nothing(activation, held):
    first, second = activation.tasks
    old = second.version
    tasks.report(second, TaskState.DOING, None, version=None, by=held.ana)

    moved = tasks.report_many(
        activation,
        [(first.id, first.version, {"state": TaskState.DONE}), (second.id, old, {"state": TaskState.DONE})],
        by=held.rui,
    )

    assert moved == [second.id]
    assert first.state is TaskState.OPEN


def test_a_returned_copy_cannot_reach_tasks_of_another_activation(activation, held):
    with pytest.raises(Missing):
        tasks.report_many(activation, [(987_654, 1, {"state": TaskState.DONE})], by=held.rui)


def test_another_agencys_task_is_not_there(task, held):
    with pytest.raises(Missing):
        tasks.get(task.id, agency=held.other_agency)


def test_an_operator_finds_no_task_of_a_plan_that_is_being_prepared(held):
    (task,) = preparing.of(held.plan)

    assert tasks.get(task.id, agency=held.agency, member=held.members["ana"]) is task
    with pytest.raises(Missing):
        tasks.get(task.id, agency=held.agency, member=held.members["rui"])
