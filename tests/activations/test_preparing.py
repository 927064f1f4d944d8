"""Preparedness tasks: opened by an approval, brought up to date by the next, never doubled."""

from datetime import timedelta

from preparedness.activations import preparing, tasks
from preparedness.activations.models import TaskState
from preparedness.database import now
from preparedness.plans.models import PlanState
from preparedness.vocabulary import Anchor, Phase
from tests import cast
from tests.activations import stage


def again(held):
    """The next version, after something in the plan was changed."""
    return stage.approved(held)


def only(held):
    (task,) = preparing.of(held.plan)
    return task


def test_an_approval_opens_the_preparedness_tasks_with_their_due_dates(held):
    task = only(held)

    assert (task.item_key, task.activation_id, task.state) == ("earthquake.prep.01", None, TaskState.OPEN)
    assert task.due_at == held.plan.latest_version.approved_at + timedelta(hours=168)
    assert task.ref.startswith("T-")


def test_the_next_version_updates_an_open_task_and_keeps_its_due_date(held):
    due_at = only(held).due_at
    held.items[0].text = "Said better."

    again(held)

    assert (only(held).text, only(held).due_at) == ("Said better.", due_at)


def test_another_offset_moves_the_due_date(held):
    held.items[0].offset_hours = 24

    version = again(held)

    assert only(held).due_at == version.approved_at + timedelta(hours=24)


def test_what_is_done_is_not_opened_again_by_the_next_version(held):
    tasks.report(only(held), TaskState.DONE, None, version=None, by=held.ana)

    again(held)

    assert only(held).state is TaskState.DONE


def test_what_a_version_no_longer_asks_for_is_set_aside_and_comes_back_with_it(held):
    item = held.items.pop(0)
    held.plan.items.remove(item)
    again(held)
    assert only(held).state is TaskState.NOT_APPLICABLE
    assert "Version 2" in only(held).note

    cast.item(held.plan, item.key, Phase.PREPAREDNESS, Anchor.P, 168, None, held.coordination, 1)
    again(held)
    assert (only(held).state, only(held).note) == (TaskState.OPEN, None)


def test_what_somebody_found_not_to_apply_stays_so(held):
    tasks.report(only(held), TaskState.NOT_APPLICABLE, "Done by the ministry.", version=None, by=held.ana)

    again(held)

    assert (only(held).state, only(held).note) == (TaskState.NOT_APPLICABLE, "Done by the ministry.")


def test_a_repeating_preparedness_task_comes_round(held):
    held.items[0].repeat_days = 90
    again(held)
    tasks.report(only(held), TaskState.DONE, None, version=None, by=held.ana)

    following, done = preparing.of(held.plan)

    assert (done.state, following.state) == (TaskState.DONE, TaskState.OPEN)
    assert following.due_at == done.due_at + timedelta(days=90)


def test_holders_see_what_they_still_have_to_prepare(held):
    assert preparing.of_person(held.amina) == [only(held)]
    assert preparing.of_person(held.salma) == []

    tasks.report(only(held), TaskState.DONE, None, version=None, by=held.amina.actor)
    assert preparing.of_person(held.amina) == []


def test_the_to_do_page_hears_of_what_is_late_or_near(held):
    assert preparing.due(held.agency, within=timedelta(days=8)) == [only(held)]
    assert preparing.due(held.agency, within=timedelta(days=1)) == []
    assert preparing.due(held.other_agency, within=timedelta(days=8)) == []

    only(held).due_at = now() - timedelta(days=1)
    assert preparing.due(held.agency, within=timedelta()) == [only(held)]

    held.plan.state = PlanState.ARCHIVED
    assert preparing.due(held.agency, within=timedelta()) == []
