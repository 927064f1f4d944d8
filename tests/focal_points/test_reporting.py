"""A person's own tasks by their link: what they prepare, and what is left to do in recovery."""

import pytest

from preparedness.activations import jobs, preparing, running
from preparedness.activations.models import TaskState
from preparedness.contacts import links
from preparedness.contacts.models import LinkPurpose
from preparedness.database import db, now
from preparedness.notifications import outbox
from preparedness.notifications.models import MessageState
from preparedness.vocabulary import Risk
from tests import asking
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
def bare(client):
    """A browser as a focal point has it."""
    client.form_token = False
    return client


@pytest.fixture
@recorded
def details(world):
    """Amina holds the first seat of an approved plan; her address."""
    stage.approved(world)
    stage.accepts(world.seat, world.amina)
    links.issue(world.amina, LinkPurpose.DETAILS, world.amina, expires_at=now() + jobs.AGAIN_AFTER)
    db.session.commit()
    return asking.address(world.amina, LinkPurpose.DETAILS)


def test_what_i_have_to_prepare_stands_with_my_details_and_i_say_how_far_it_is(world, details, bare):
    (task,) = preparing.of(world.plan)
    assert task.text in bare.get(details).get_data(as_text=True)

    response = bare.post(details, data={f"task-{task.id}": "done"})

    assert response.status_code == 303
    assert (task.state, task.done_by) == (TaskState.DONE, world.amina.ref)
    assert task.text not in bare.get(details).get_data(as_text=True)


def test_nothing_chosen_is_said_and_changes_nothing(world, details, bare):
    assert bare.post(details, data={}).status_code == 422
    assert preparing.of(world.plan)[0].state is TaskState.OPEN


def test_s8_at_high_risk_my_details_name_no_task(world, details, bare):
    (task,) = preparing.of(world.plan)
    world.plan.risk_class = Risk.HIGH
    db.session.commit()

    assert task.text not in bare.get(details).get_data(as_text=True)


def called(world):
    activation = running.start(world.plan, stage.AGREED, by=world.ana)
    outbox.of(activation.replies[0])[0].state = MessageState.HANDED_OVER
    db.session.commit()
    return activation, asking.address(world.amina, LinkPurpose.CALL)


def test_tasks_of_recovery_are_mine_whether_or_not_i_answered(world, details, bare):
    activation, address = called(world)
    assert "My tasks" not in bare.get(address).get_data(as_text=True)

    running.stand_down(activation, None, by=world.ana)
    db.session.commit()

    assert "What earthquake.reco.01 asks" in bare.get(address).get_data(as_text=True)


def test_s12_in_the_affected_area_no_task_is_asked_of_me(world, details, bare):
    _activation, address = called(world)

    bare.post(address, data={"answer": "in_affected_area"})

    assert "My tasks" not in bare.get(address).get_data(as_text=True)


def test_the_report_back_can_be_read_behind_the_same_address(world, details, bare):
    activation, address = called(world)
    running.stand_down(activation, None, by=world.ana)
    running.close(activation, "Twelve associations answered.", by=world.ana)
    db.session.commit()

    assert "Twelve associations answered." in bare.get(address).get_data(as_text=True)
