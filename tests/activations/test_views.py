"""The pages of an activation, as planners, operators and strangers see them."""

from datetime import timedelta

import pytest

from preparedness.activations import duties, log, preparing, running, views
from preparedness.activations.models import ActivationKind, ActivationState, ReplyState, TaskState
from preparedness.database import db, now, writing
from preparedness.notifications import outbox
from preparedness.notifications.models import MessageState
from preparedness.plans.models import Seat
from preparedness.vocabulary import Anchor, Level, Phase, Risk
from tests import cast
from tests.activations import stage


@pytest.fixture
def ana(held, client):
    return client.sign_in(held.members["ana"])


def page(response):
    return response.get_data(as_text=True)


def sent_with(response, data):
    """The same form with the fingerprint that its preview carries."""
    fingerprint = page(response).split('name="send" value="')[1].split('"')[0]
    return data | {"send": fingerprint}


def only_activation(world):
    (activation,) = running.listed(world.agency)
    return activation


def test_the_board_shows_seats_tasks_and_who_cannot_be_reached(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    board = page(ana.get(f"/activations/{activation.id}"))

    assert "What earthquake.resp.01 asks to be done." in board
    assert "alerted, no answer yet" in board
    assert "Diaspora coordination lead" in board
    assert "Stop: false alarm" in board


def test_an_exercise_says_so_on_each_of_its_pages(held, ana):
    data = {"kind": ActivationKind.EXERCISE, "level": Level.PARTIAL}
    activation = running.start(held.plan, data, by=held.ana)
    task = activation.tasks[0]

    for address in ("", "/availability", "/log", "/level", "/stand-down"):
        assert page(ana.get(f"/activations/{activation.id}{address}")).count("EXERCISE") >= 3
    assert page(ana.get(f"/tasks/{task.id}")).count("EXERCISE") >= 3


def test_a_task_is_ticked_on_the_board(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task = activation.tasks[0]

    response = ana.post(f"/tasks/{task.id}/tick?version={task.version}", data={"state": "done"})

    assert response.location.endswith(f"/activations/{activation.id}#task-list")
    assert task.state is TaskState.DONE
    assert task.done_by == "Ana"


def test_a_tick_from_an_old_board_changes_nothing_and_says_so(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task = activation.tasks[0]

    response = ana.post(
        f"/tasks/{task.id}/tick?version={task.version + 7}", data={"state": "done"}, follow_redirects=True
    )

    assert "Somebody else saved this meanwhile" in page(response)
    assert task.state is TaskState.OPEN


def test_a_blocked_task_without_a_note_is_said_beside_the_note(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task = activation.tasks[0]

    response = ana.post(f"/tasks/{task.id}", data={"state": "blocked", "note": ""})

    assert response.status_code == 422
    assert "Say in a few words why" in page(response)


def test_a_task_is_reported_with_a_note(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task = activation.tasks[0]
    data = {"state": "blocked", "note": "No line to the port.", "version": task.version}

    board = page(ana.post(f"/tasks/{task.id}", data=data, follow_redirects=True))

    assert "The task is noted: blocked." in board
    assert "Note: No line to the port." in board


def test_a_stale_task_shows_both_entries(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task = activation.tasks[0]
    old = task.version
    with writing():
        task.note = "Changed meanwhile."
        db.session.commit()

    response = ana.post(f"/tasks/{task.id}", data={"state": "doing", "note": "Mine.", "version": old})

    assert response.status_code == 409
    assert "Changed meanwhile." in page(response)
    assert "Mine." in page(response)


def test_the_board_filters_by_phase_owner_and_state(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    board = page(ana.get(f"/activations/{activation.id}?phase=recovery"))

    rows = board.split('id="task-list"')[1]
    assert "What earthquake.reco.01 asks" in rows
    assert "What earthquake.resp.01 asks" not in rows


def test_an_answer_given_by_phone_is_noted(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    (reply,) = activation.replies

    assert ana.get(f"/replies/{reply.id}").status_code == 200
    ana.post(f"/replies/{reply.id}", data={"state": "needed_here"})

    assert reply.state is ReplyState.NEEDED_HERE
    assert "reported by a colleague" in page(ana.get(f"/activations/{activation.id}/availability"))


def test_a_line_is_written_in_the_log_and_the_page_asks_for_no_names(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    assert "No names of people helped or missing" in page(ana.get(f"/activations/{activation.id}/log"))
    ana.post(f"/activations/{activation.id}/log", data={"text": "The airport is closed.", "kind": "fact"})

    assert log.of(activation)[-1].text == "The airport is closed."


def test_a_line_without_text_is_not_taken(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    response = ana.post(f"/activations/{activation.id}/log", data={"text": "", "kind": "fact"})

    assert response.status_code == 422


def test_the_level_is_moved_in_two_steps(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    address, data = f"/activations/{activation.id}/level", {"level": "full", "reason": "Worse."}

    assert ana.get(address).status_code == 200
    preview = ana.post(address, data=data)
    assert "Rose" in page(preview)
    assert activation.level is Level.PARTIAL

    ana.post(address, data=sent_with(preview, data))
    assert activation.level is Level.FULL
    assert len(activation.replies) == 2


def test_stepping_down_says_that_nobody_is_written_to(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    preview = ana.post(f"/activations/{activation.id}/level", data={"level": "monitor"})

    assert "Nobody is written to." in page(preview)


def test_it_is_stood_down_closed_and_read_afterwards(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    with writing():
        outbox.of(activation.replies[0])[0].state = MessageState.HANDED_OVER
        db.session.commit()
    address = f"/activations/{activation.id}"

    assert "1 person who was asked is told" in page(ana.get(f"{address}/stand-down"))
    ana.post(f"{address}/stand-down", data={"summary": "The worst is over."})
    assert activation.state is ActivationState.RECOVERY
    assert "Close and report back" in page(ana.get(address))

    assert ana.post(f"{address}/close", data={"report_back": ""}).status_code == 422
    ana.post(f"{address}/close", data={"report_back": "Twelve associations answered."})
    assert activation.state is ActivationState.CLOSED
    assert "Twelve associations answered." in page(ana.get(address))


def test_a_false_alarm_is_called_off_with_one_page(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    assert ana.get(f"/activations/{activation.id}/cancel").status_code == 200
    ana.post(f"/activations/{activation.id}/cancel", data={"reason": ""})

    assert activation.state is ActivationState.CANCELLED


def test_the_review_is_moved(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    assert ana.get(f"/activations/{activation.id}/review").status_code == 200
    ana.post(f"/activations/{activation.id}/review", data={"review_at": "2040-01-01T10:00"})

    assert activation.review_at.year == 2040


def test_a_review_that_is_due_stands_on_the_board(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    activation.review_at = now() - timedelta(hours=1)

    assert "The review was due on" in page(ana.get(f"/activations/{activation.id}"))


def test_operators_are_put_on_duty_and_see_the_board(held, client):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    rui = held.members["rui"]
    client.sign_in(held.members["ana"])

    client.post(f"/activations/{activation.id}/duty", data={"on_duty": [rui.id]})

    assert duties.of(activation) == [rui]
    client.sign_in(rui)
    board = page(client.get(f"/activations/{activation.id}"))
    assert "Stop: false alarm" not in board
    assert client.post(f"/tasks/{activation.tasks[0].id}/tick", data={"state": "done"}).status_code == 302


def test_an_operator_who_is_not_on_duty_sees_nothing_of_it(held, client):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    task, reply = activation.tasks[0], activation.replies[0]
    client.sign_in(held.members["rui"])

    for address in (f"/activations/{activation.id}", f"/tasks/{task.id}", f"/replies/{reply.id}"):
        assert client.get(address).status_code == 404
    assert "You are not on duty" in page(client.get("/activations"))


def test_s14_a_real_activation_stands_over_every_page_of_every_planner(held, client):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    client.sign_in(held.members["ada"])

    assert f'href="/activations/{activation.id}"' in page(client.get("/settings"))


def test_another_agency_sees_nothing_of_it(held, client):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    client.sign_in(held.members["bo"])

    assert client.get(f"/activations/{activation.id}").status_code == 404
    assert client.get(f"/tasks/{activation.tasks[0].id}").status_code == 404


def more(world, count):
    """So many more seats, people and tasks in the plan."""
    for number in range(count):
        seat = Seat(agency_id=world.agency.id, role=world.coordination, label=f"City {number}", position=number + 2)
        name = f"Person {number}"
        person = cast.person(world.agency, name, ref=f"C-{number:04d}-X", email=f"p{number}@example.org", country="CA")
        db.session.add(seat)
        db.session.flush()
        stage.accepts(seat, person)
        cast.item(world.plan, f"more.{number}", Phase.RESPONSE, Anchor.H, number, None, world.coordination, number + 9)
    stage.approved(world)


@pytest.mark.parametrize("address", ["/activations/{}", "/activations/{}/availability", "/activations"])
def test_a_page_asks_the_database_as_often_for_few_as_for_many(held, ana, statements, address):
    def asked_for(activation):
        db.session.commit()
        ana.get(address.format(activation.id))
        with statements() as asked:
            ana.get(address.format(activation.id))
        return len(asked)

    few = asked_for(running.start(held.plan, stage.AGREED, by=held.ana))
    with writing():
        running.cancel(only_activation(held), None, by=held.ana)
        more(held, 12)
        many = running.start(held.plan, stage.AGREED, by=held.ana)
        db.session.commit()

    assert len(many.tasks) > 100
    assert len(many.replies) == 13
    assert asked_for(many) == few


START = {
    "kind": "exercise",
    "level": "full",
    "h_hour": "2027-03-10T13:00",
    "review_at": "2040-03-12T13:00",
    "answer_within_minutes": "45",
    "reason": "A drill.",
}


def test_before_anything_is_sent_the_page_says_who_gets_what_and_what_falls_due(held, ana):
    address = f"/plans/{held.plan.id}/activate"
    assert "See who gets what" in page(ana.get(address))

    preview = page(ana.post(address, data=START))

    for words in ("2 people get an alert", "Rose", "French", "3 tasks fall due", "Start the exercise"):
        assert words in preview
    assert running.listed(held.agency) == []


def test_it_is_sent_from_the_preview(held, ana):
    address = f"/plans/{held.plan.id}/activate"
    data = START | {"on_duty": [held.members["rui"].id]}
    preview = ana.post(address, data=data)

    response = ana.post(address, data=sent_with(preview, data), follow_redirects=True)

    activation = only_activation(held)
    assert "2 people are being alerted." in page(response)
    assert (activation.kind, activation.level) == (ActivationKind.EXERCISE, Level.FULL)
    assert activation.h_hour.isoformat() == "2027-03-10T18:00:00+00:00"
    assert activation.answer_within_minutes == 45
    assert duties.of(activation) == [held.members["rui"]]


def test_what_was_changed_after_the_preview_is_looked_at_again(held, ana):
    address = f"/plans/{held.plan.id}/activate"
    preview = ana.post(address, data=START)

    again = ana.post(address, data=sent_with(preview, START | {"kind": "real"}))

    assert "This is real: activate and send the alerts" in page(again)
    assert running.listed(held.agency) == []


def test_a_wrong_field_is_said_beside_it_and_nothing_is_sent(held, ana):
    address = f"/plans/{held.plan.id}/activate"

    response = ana.post(address, data=START | {"level": "", "h_hour": "31/02/2027"})

    assert response.status_code == 422
    assert "Write a date and a time that exist." in page(response)
    assert "A drill." in page(response)


def test_a_refusal_is_said_before_the_preview(held, ana):
    running.start(held.plan, stage.AGREED, by=held.ana)

    response = ana.post(f"/plans/{held.plan.id}/activate", data=START)

    assert response.status_code == 422
    assert "no exercise beside it" in page(response)


def test_a_plan_that_is_not_approved_teaches_what_to_do(world, client):
    client.sign_in(world.members["ana"])

    response = client.get(f"/plans/{world.plan.id}/activate")

    assert response.status_code == 409
    assert "No version is approved yet" in page(response)


def test_s14_alerting_many_asks_for_a_new_sign_in(held, client, monkeypatch):
    monkeypatch.setattr(views, "MANY", 1)
    address = f"/plans/{held.plan.id}/activate"
    client.sign_in(held.members["ana"], minutes_ago=11)

    assert "/sign-in/again" in client.get(address).location
    preview = client.post(address, data=START)
    response = client.post(address, data=sent_with(preview, START))
    assert "/sign-in/again" in response.location
    assert running.listed(held.agency) == []

    client.sign_in(held.members["ana"], minutes_ago=9)
    assert client.get(address).status_code == 200


def test_the_preparedness_tasks_of_a_plan_are_ticked_by_planners(held, client):
    (task,) = preparing.of(held.plan)
    client.sign_in(held.members["ana"])
    assert "What earthquake.prep.01 asks" in page(client.get(f"/plans/{held.plan.id}/tasks"))

    response = client.post(f"/tasks/{task.id}/tick?version={task.version}", data={"state": "done"})

    assert response.location.endswith(f"/plans/{held.plan.id}/tasks#task-list")
    assert task.state is TaskState.DONE
    assert client.get(f"/tasks/{task.id}").status_code == 200


def test_operators_read_the_preparedness_tasks_of_approved_plans_only(held, client):
    client.sign_in(held.members["rui"])

    read = page(client.get(f"/plans/{held.plan.id}/tasks"))
    assert "What earthquake.prep.01 asks" in read
    assert "/tick" not in read


def test_a_draft_has_no_preparedness_page_for_operators(world, client):
    client.sign_in(world.members["rui"])
    assert client.get(f"/plans/{world.plan.id}/tasks").status_code == 404

    client.sign_in(world.members["ana"])
    assert "No preparedness task yet" in page(client.get(f"/plans/{world.plan.id}/tasks"))


def test_at_high_risk_the_page_asks_whether_the_exercise_was_announced(held, ana):
    with writing():
        held.plan.risk_class = Risk.HIGH
        db.session.commit()
    address = f"/plans/{held.plan.id}/activate"

    assert "were told in person" in page(ana.get(address))
    assert ana.post(address, data=START).status_code == 422
    assert ana.post(address, data=START | {"announced": "yes"}).status_code == 200


def test_where_nobody_is_an_operator_the_duty_page_says_who_adds_one(held, ana):
    activation = running.start(held.plan, stage.AGREED, by=held.ana)
    with writing():
        held.members["rui"].active = False
        db.session.commit()

    assert "No operator has an account yet." in page(ana.get(f"/activations/{activation.id}/duty"))
    assert ana.get(f"/plans/{held.plan.id}/activate").status_code == 200
