"""Tasks, by programs: read, ticked, and what a rule refuses."""

from datetime import timedelta

import pytest

from preparedness.activations import duties, preparing, running, tasks
from preparedness.activations.models import TaskState
from preparedness.database import now, transaction
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
@recorded
def activation(world):
    """A real activation whose essential seat Amina holds."""
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        return running.start(world.plan, stage.AGREED, by=world.ana)


@pytest.fixture
def task(activation):
    return next(each for each in activation.tasks if each.item_key == "earthquake.resp.01")


def test_a_task_says_what_is_to_be_done_by_whom_and_when(ana, world, activation, task):
    row = ana.get(f"/tasks/{task.id}").json

    assert set(row) == {
        *("id", "version", "created_at", "updated_at", "plan_id", "activation_id", "ref", "item_key", "seat", "phase"),
        *("anchor", "offset_hours", "text", "owner_role", "due_at", "overdue", "state", "note", "done_at", "done_by"),
    }
    assert (row["plan_id"], row["activation_id"], row["item_key"]) == (world.plan.id, activation.id, task.item_key)
    assert (row["owner_role"], row["seat"], row["anchor"], row["offset_hours"]) == ("DIA-COORD", None, "H", 2)
    assert (row["state"], row["overdue"], row["note"]) == ("open", False, None)


def test_a_task_is_ticked(ana, task):
    answer = ana.patch(f"/tasks/{task.id}", {"state": "done"}, version=task.version)

    assert answer.status_code == 200
    assert answer.json["state"] == "done"
    assert answer.json["done_at"]
    assert answer.json["done_by"].endswith("(Ana)")
    assert ana.get(f"/tasks/{task.id}").json == answer.json


def test_what_a_change_does_not_name_stays_and_null_clears(ana, task):
    first = ana.patch(f"/tasks/{task.id}", {"state": "doing", "note": "Half way."}, version=task.version).json
    second = ana.patch(f"/tasks/{task.id}", {"state": "done"}, version=first["version"]).json
    third = ana.patch(f"/tasks/{task.id}", {"note": None}, version=second["version"]).json

    assert (second["note"], third["note"], third["state"]) == ("Half way.", None, "done")


def test_a_blocked_task_says_why(ana, task):
    refused = ana.patch(f"/tasks/{task.id}", {"state": "blocked"}, version=task.version)
    taken = ana.patch(f"/tasks/{task.id}", {"state": "blocked", "note": "No road."}, version=task.version)

    assert (refused.status_code, list(refused.json["errors"])) == (409, ["note"])
    assert taken.status_code == 200


@pytest.mark.parametrize("sent", [{"state": "finished"}, {"state": None}, {"note": 3}, {"done_by": "x"}, {"state": []}])
def test_what_is_no_report_is_refused_by_its_field(ana, task, sent):
    answer = ana.patch(f"/tasks/{task.id}", sent, version=task.version)

    assert (answer.status_code, set(answer.json["errors"])) == (422, set(sent))


def test_who_comes_second_is_told_so(ana, world, task):
    seen = task.version
    with transaction():
        tasks.report(task, TaskState.DOING, None, version=seen, by=world.rui)
    answer = ana.patch(f"/tasks/{task.id}", {"state": "done"}, version=seen)

    assert (answer.status_code, answer.json["current"]["state"]) == (412, "doing")
    assert ana.patch(f"/tasks/{task.id}", {"state": "done"}).status_code == 428


def test_nothing_is_reported_of_what_is_over(ana, world, activation, task):
    with transaction():
        running.cancel(activation, None, by=world.ana)

    assert ana.patch(f"/tasks/{task.id}", {"state": "done"}, version=task.version).status_code == 409


def test_a_task_is_overdue_once_its_hour_has_passed(ana, task):
    with transaction():
        task.due_at = now() - timedelta(minutes=1)

    assert ana.get(f"/tasks/{task.id}").json["overdue"] is True


def test_an_operator_reports_on_what_they_work_on(rui, world, activation, task):
    assert rui.get(f"/tasks/{task.id}").status_code == 404
    with transaction():
        duties.change(activation, [world.members["rui"].id], by=world.ana)

    assert rui.patch(f"/tasks/{task.id}", {"state": "done"}, version=task.version).status_code == 200
    (preparedness,) = preparing.of(world.plan)
    assert rui.get(f"/tasks/{preparedness.id}").status_code == 404


def test_a_preparedness_task_belongs_to_no_activation(ana, world, activation):
    (preparedness,) = preparing.of(world.plan)

    assert ana.get(f"/tasks/{preparedness.id}").json["activation_id"] is None


def test_tasks_are_narrowed_by_fields(ana, activation):
    path = f"/activations/{activation.id}/tasks"

    assert ana.get(f"{path}?item_key=earthquake.resp.01").json["total"] == 1
    assert ana.get(f"{path}?phase=recovery&state=open").json["total"] == 1
    assert ana.get(f"{path}?anchor=R").json["items"][0]["due_at"] is None
    assert ana.get(f"{path}?q=RECO.01").json["total"] == 1
    assert ana.get(f"{path}?item_key=none").json == {"items": [], "total": 0, "page": 1, "per_page": 50}


def test_another_agency_finds_no_task(bo, task):
    assert bo.get(f"/tasks/{task.id}").status_code == 404
    assert bo.patch(f"/tasks/{task.id}", {"state": "done"}, version=task.version).status_code == 404
