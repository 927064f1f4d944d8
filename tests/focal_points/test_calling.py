"""Behind an alert: one touch to answer, then my tasks; nowhere a box for the names of the missing."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from preparedness.activations import availability, running
from preparedness.activations.models import ActivationKind, ReplyState, Task, TaskState
from preparedness.confirmations import answers
from preparedness.confirmations.models import Choice
from preparedness.contacts.models import LinkPurpose
from preparedness.database import db, now
from preparedness.notifications.models import Message, MessageState
from preparedness.plans import versions
from preparedness.plans.models import Plan
from preparedness.vocabulary import Level
from tests import asking
from tests.recordings import recorded

CALL = LinkPurpose.CALL


@pytest.fixture
def bare(client):
    """A browser as a focal point has it."""
    client.form_token = False
    return client


def alert(world, kind=ActivationKind.EXERCISE, **more):
    """Amina holds the first seat; the plan is approved and activated in full."""
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    versions.submit(world.plan, by=world.ana)
    versions.approve(world.plan, None, by=world.ana)
    data = {"kind": kind, "level": Level.FULL, "reason": "drill", "h_hour": now(), **more}
    activation = running.start(world.plan, data, by=world.ana)
    db.session.commit()
    return activation


@pytest.fixture
@recorded
def alerted(world):
    return alert(world)


def test_the_alert_says_exercise_first_and_last_and_not_to_travel(world, alerted, bare):
    """safety.md S5, S13."""
    html = bare.get(asking.address(world.amina, CALL)).get_data(as_text=True)
    main = html[html.index("<main") : html.index("</main>")]
    words = " ".join(re.sub(r"<[^>]+>", " ", main).split())

    assert re.search(r"<title>\s*EXERCISE", html)
    assert words.startswith("EXERCISE")
    assert "Do not travel without a letter from Civil Protection" in words
    assert words.endswith("EXERCISE")


def test_a_real_alert_does_not_say_exercise(world, bare):
    alert(world, ActivationKind.REAL)

    assert "EXERCISE" not in bare.get(asking.address(world.amina, CALL)).get_data(as_text=True)


def test_s6_there_is_no_box_to_type_in_but_the_family_links_address(world, alerted, bare):
    html = bare.get(asking.address(world.amina, CALL)).get_data(as_text=True)

    assert "<textarea" not in html
    assert 'type="text"' not in html
    assert "https://familylinks.example.org" in html


def test_no_answer_is_chosen_beforehand(world, alerted, bare):
    html = bare.get(asking.address(world.amina, CALL)).get_data(as_text=True)

    assert re.findall(r'name="answer" value="(\w+)"', html) == [state.value for state in ReplyState]
    assert "checked" not in html


@pytest.mark.parametrize("state", [each for each in ReplyState if each is not ReplyState.AVAILABLE_FROM])
def test_an_answer_by_one_touch(world, alerted, bare, state):
    address = asking.address(world.amina, CALL)

    response = bare.post(address, data={"answer": state.value})

    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert availability.of(alerted, world.amina).state is state
    assert "Thank you. Your answer is noted." in bare.get(address).get_data(as_text=True)


@pytest.mark.parametrize("when", ["two_hours", "tonight", "tomorrow"])
def test_a_later_time_is_a_preset_in_the_hours_of_the_person(world, alerted, bare, when):
    bare.post(asking.address(world.amina, CALL), data={"answer": "available_from", "available_from": when})

    moment = availability.of(alerted, world.amina).available_from
    assert now() - timedelta(minutes=1) <= moment <= now() + timedelta(hours=33)
    if when == "tomorrow":
        assert moment.astimezone(ZoneInfo("America/Toronto")).hour == 8


def test_a_later_time_can_be_a_time(world, alerted, bare):
    bare.post(
        asking.address(world.amina, CALL), data={"answer": "available_from", "available_from": "2027-03-01T08:00:00Z"}
    )

    assert availability.of(alerted, world.amina).available_from == datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_a_time_of_ones_own_is_read_where_the_person_is(world, alerted, bare):
    bare.post(
        asking.address(world.amina, CALL),
        data={"answer": "available_from", "available_from": "", "available_at": "2027-03-01T08:00"},
    )

    assert availability.of(alerted, world.amina).available_from == datetime(2027, 3, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "data",
    [{}, {"answer": "perhaps"}, {"answer": "available_from"}, {"answer": "available_from", "available_from": "soon"}],
)
def test_what_is_no_answer_is_said_on_the_page(world, alerted, bare, data):
    response = bare.post(asking.address(world.amina, CALL), data=data)

    assert response.status_code == 422
    assert availability.of(alerted, world.amina).state is None


def test_looking_at_the_alert_is_no_answer(world, alerted, bare):
    bare.get(asking.address(world.amina, CALL))

    assert availability.of(alerted, world.amina).state is None


def mine(alerted):
    return db.session.query(Task).filter_by(activation_id=alerted.id, item_key="earthquake.resp.01").one()


def test_my_tasks_appear_once_i_have_answered(world, alerted, bare):
    address = asking.address(world.amina, CALL)
    assert "My tasks" not in bare.get(address).get_data(as_text=True)

    bare.post(address, data={"answer": "available_now"})

    html = bare.get(address).get_data(as_text=True)
    assert "My tasks" in html
    assert mine(alerted).text in html
    assert "No names, no addresses, no coordinates." in html


@pytest.mark.parametrize(("said", "state"), [("doing", TaskState.DOING), ("done", TaskState.DONE)])
def test_i_say_how_far_a_task_is(world, alerted, bare, said, state):
    address = asking.address(world.amina, CALL)
    bare.post(address, data={"answer": "available_now"})
    task = mine(alerted)

    response = bare.post(address, data={f"task-{task.id}": said})

    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert task.state is state


def test_a_task_that_is_blocked_says_what_stands_in_the_way(world, alerted, bare):
    address = asking.address(world.amina, CALL)
    bare.post(address, data={"answer": "available_now"})
    task = mine(alerted)

    silent = bare.post(address, data={f"task-{task.id}": "blocked"})
    said = bare.post(address, data={f"task-{task.id}": "blocked", f"task_note-{task.id}": "no line to Jacmel"})

    assert (silent.status_code, said.status_code) == (422, 303)
    assert (task.state, task.note) == (TaskState.BLOCKED, "no line to Jacmel")


def test_nobody_reports_on_a_task_that_is_not_theirs(world, alerted, bare):
    address = asking.address(world.amina, CALL)
    bare.post(address, data={"answer": "available_now"})
    other = db.session.query(Task).filter_by(activation_id=alerted.id, item_key="earthquake.resp.02").first()

    response = bare.post(address, data={f"task-{other.id}": "done"})

    assert response.status_code == 422
    assert other.state is TaskState.OPEN


def test_s12_in_the_affected_area_nothing_more_is_asked(world, alerted, bare):
    address = asking.address(world.amina, CALL)

    bare.post(address, data={"answer": "in_affected_area"})

    assert "We ask nothing more of you" in bare.get(address).get_data(as_text=True)


def test_an_alert_that_is_over_takes_no_answer(world, alerted, bare):
    db.session.query(Message).filter_by(template="alert").one().state = MessageState.HANDED_OVER
    running.cancel(alerted, "false alarm", by=world.ana)
    address = asking.address(world.amina, CALL)

    assert "This alert is over" in bare.get(address).get_data(as_text=True)
    assert bare.post(address, data={"answer": "available_now"}).status_code == 422


def test_s8_at_high_risk_the_alert_names_nobody_and_nothing(world, bare):
    assignment = asking.high_risk(world)
    request = asking.ask(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    versions.submit(world.plan, by=world.ana)
    versions.approve(world.plan, None, by=world.ana)
    running.start(
        world.plan, {"kind": ActivationKind.REAL, "level": Level.FULL, "reason": None, "h_hour": now()}, by=world.ana
    )
    address = asking.address(world.amina, CALL)

    before = bare.get(address).get_data(as_text=True)
    bare.post(address, data={"answer": "available_now"})
    after = bare.get(address).get_data(as_text=True)

    for html in (before, after):
        for named in ("Amina", "Civil Protection", "Haiti", "Federation", "coordination lead", "My tasks"):
            assert named not in html
    assert db.session.query(Plan).filter_by(id=world.plan.id).one().high_risk
