"""What a focal point can do at any time: each act says what will happen and waits for a box they tick themselves."""

import re

import pytest

from preparedness.confirmations import answers
from preparedness.confirmations.models import Choice
from preparedness.contacts import links
from preparedness.contacts.models import ChannelState, ContactState, LinkPurpose
from preparedness.database import db, now
from preparedness.notifications import outbox
from preparedness.notifications.models import Message, MessageState
from preparedness.plans.models import Status
from preparedness.timetable import Due
from tests import asking
from tests.recordings import recorded

SURE = {"sure": "1"}


@pytest.fixture
def bare(client):
    """A browser as a focal point has it."""
    client.form_token = False
    return client


@pytest.fixture
@recorded
def held(world):
    """Amina has accepted."""
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    db.session.commit()
    return assignment


@pytest.mark.parametrize("act", ["pause", "withdraw", "erase", "new-link", "hand-over", "not-me"])
def test_looking_at_an_act_does_nothing_and_its_box_is_not_ticked(world, held, bare, act):
    address = asking.address(world.amina)

    response = bare.get(f"{address}/{act}")

    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'name="sure"' in html
    assert "checked" not in html
    assert bare.get(address).status_code == 200
    assert held.status is Status.ACCEPTED
    assert world.amina.paused_until is None


@pytest.mark.parametrize("act", ["pause", "withdraw", "erase", "new-link", "hand-over", "not-me"])
def test_a_form_sent_without_the_box_changes_nothing(world, held, bare, act):
    """safety.md: mail programs that open links and send forms tick no boxes."""
    address = asking.address(world.amina)

    response = bare.post(f"{address}/{act}", data={"role": str(held.id)})

    assert response.status_code == 422
    assert "Tick this box" in response.get_data(as_text=True)
    assert bare.get(address).status_code == 200
    assert held.status is Status.ACCEPTED
    assert world.amina.state is ContactState.ACTIVE


def test_an_act_that_does_not_exist_is_missing(world, held, bare):
    assert bare.get(f"{asking.address(world.amina)}/promote").status_code == 404
    assert bare.get(f"/a/{'x' * 43}/pause").status_code == 404


def test_a_pause_lasts_until_the_day_that_was_chosen(world, held, bare):
    address = asking.address(world.amina)

    response = bare.post(f"{address}/pause", data=SURE | {"until": asking.in_days(12).isoformat()})

    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert world.amina.paused_until == asking.in_days(12)
    assert "You paused all requests" in bare.get(address).get_data(as_text=True)


def test_a_pause_without_a_day_lasts_thirty(world, held, bare):
    bare.post(f"{asking.address(world.amina)}/pause", data=SURE)

    assert world.amina.paused_until == asking.in_days(30)


def test_a_pause_in_the_past_is_said_beside_its_field(world, held, bare):
    response = bare.post(f"{asking.address(world.amina)}/pause", data=SURE | {"until": asking.in_days(-2).isoformat()})

    assert response.status_code == 422
    assert world.amina.paused_until is None


def test_stepping_down_from_the_only_role_needs_no_more_than_the_box(world, held, bare):
    response = bare.post(f"{asking.address(world.amina)}/withdraw", data=SURE)

    assert response.status_code == 303
    assert held.status is Status.WITHDRAWN
    assert not world.seat.filled


def test_stepping_down_from_one_of_several_roles(world, bare):
    first = asking.propose(world, world.seat, world.amina)
    second = asking.propose(world, world.montreal, world.amina)
    request = asking.ask(world)
    both = {each.id: {"choice": Choice.ACCEPT} for each in (first, second)}
    answers.give(request, both, by=world.amina.actor)
    address = asking.address(world.amina)

    unchosen = bare.post(f"{address}/withdraw", data=SURE)
    chosen = bare.post(f"{address}/withdraw", data=SURE | {"roles": str(second.id)})

    assert (unchosen.status_code, chosen.status_code) == (422, 303)
    assert (first.status, second.status) == (Status.ACCEPTED, Status.WITHDRAWN)


def test_nobody_steps_down_from_somebody_elses_role(world, held, bare):
    other = asking.propose(world, world.montreal, world.salma)

    response = bare.post(f"{asking.address(world.amina)}/withdraw", data=SURE | {"roles": str(other.id)})

    assert response.status_code == 422
    assert other.status is Status.PROPOSED


def test_who_holds_nothing_has_nothing_to_step_down_from(world, bare):
    asking.amina_asked(world)

    assert bare.get(f"{asking.address(world.amina)}/withdraw").status_code == 404


def test_an_erasure_is_done_at_once_and_the_address_leads_nowhere(world, held, bare):
    address = asking.address(world.amina)

    response = bare.post(f"{address}/erase", data=SURE)

    assert response.status_code == 200
    assert "Your data are erased" in response.get_data(as_text=True)
    assert world.amina.state is ContactState.ERASED
    assert "Diallo" not in world.amina.name
    assert bare.get(address).status_code == 404


def test_a_new_link_is_sent_to_the_known_address_and_the_old_one_dies(world, held, bare):
    address = asking.address(world.amina)

    response = bare.post(f"{address}/new-link", data=SURE)

    assert response.status_code == 200
    assert bare.get(address).status_code == 404
    fresh = asking.address(world.amina)
    assert fresh != address
    assert fresh.rpartition("/")[2] not in response.get_data(as_text=True)
    assert bare.get(fresh).status_code == 200
    assert [message.template for message in outbox.of(world.amina)] == ["new_link"]


def test_s8_not_me_voids_the_address_at_once_and_nothing_more_is_sent_there(world, bare):
    _assignment, request = asking.amina_asked(world)
    address = asking.address(world.amina)

    response = bare.post(f"{address}/not-me", data=SURE)

    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "Amina" not in html
    assert bare.get(address).status_code == 404
    assert db.session.query(Due).count() == 0
    assert {message.state for message in outbox.of(request)} == {MessageState.CANCELLED}
    assert world.amina.channels[0].state is ChannelState.OPTED_OUT


def test_what_was_reported_can_be_disowned(world, bare):
    assignment, _request = asking.amina_asked(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)
    address = asking.address(world.amina)

    assert bare.post(f"{address}/not-my-answer", data={}).status_code == 422
    assert bare.post(f"{address}/not-my-answer", data=SURE).status_code == 303

    assert assignment.reported_by is None
    assert bare.get(f"{address}/not-my-answer").status_code == 404


def test_the_acts_are_offered_at_the_foot_of_the_page(world, held, bare):
    html = bare.get(asking.address(world.amina)).get_data(as_text=True)

    offered = re.findall(r'href="/a/[\w-]{43}/([a-z-]+)', html)

    assert offered == ["hand-over", "pause", "withdraw", "new-link", "erase", "not-me"]


def test_my_details_shows_what_is_known_of_me(world, held, bare):
    links.issue(world.amina, LinkPurpose.DETAILS, world.amina, expires_at=now())

    html = bare.get(asking.address(world.amina, LinkPurpose.DETAILS)).get_data(as_text=True)

    for said in ("Amina", "English", "Canada", "you gave it yourself", "Diaspora coordination lead"):
        assert said in html
    assert "amina@example.org" not in html


def test_s3_at_high_risk_no_act_names_anything(world, bare):
    assignment = asking.high_risk(world)
    request = asking.ask(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    address = asking.address(world.amina)

    pages = [bare.get(f"{address}/{act}").get_data(as_text=True) for act in ("pause", "withdraw", "erase", "new-link")]

    for html in pages:
        for named in ("Amina", "Civil Protection", "Haiti", "Federation", "coordination lead"):
            assert named not in html
    assert bare.get(f"{address}/hand-over").status_code == 404


def test_messages_of_acts_are_queued_once(world, held, bare):
    before = db.session.query(Message).count()

    bare.post(f"{asking.address(world.amina)}/pause", data=SURE)

    assert db.session.query(Message).count() == before
