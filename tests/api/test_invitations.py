"""Asking those who are designated, by programs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from preparedness.accounts.models import SignIn
from preparedness.confirmations.models import Request
from preparedness.database import db, now, transaction
from preparedness.notifications.models import Message
from preparedness.plans import assignments, roles
from preparedness.plans.models import Status
from preparedness.vocabulary import Risk
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
@recorded
def proposed(world):
    with transaction():
        return assignments.assign(world.seat, world.amina, by=world.ana)


def messages():
    return db.session.scalar(select(func.count(Message.id)))


def test_somebody_is_asked_about_one_designation(ana, world, proposed):
    with transaction():
        other = assignments.assign(world.paris, world.amina, by=world.ana)
    answer = ana.post(f"/assignments/{proposed.id}/invite")

    assert answer.status_code == 202
    assert set(answer.json) == {"message_id", "request_id", "channel", "not_before"}
    assert answer.json["channel"] == "email"
    assert answer.json["not_before"].endswith("Z")
    assert ana.get(f"/assignments/{proposed.id}").json["status"] == "invited"
    assert ana.get(f"/assignments/{proposed.id}").json["invited_at"]
    assert ana.get(f"/assignments/{other.id}").json["status"] == "proposed"
    request = db.session.get_one(Request, answer.json["request_id"])
    assert (request.person_id, request.message_id) == (world.amina.id, answer.json["message_id"])
    assert [line.assignment_id for line in request.lines] == [proposed.id]


def test_a_second_role_goes_into_the_same_request(ana, world, proposed):
    with transaction():
        other = assignments.assign(world.paris, world.amina, by=world.ana)
    first, second = (ana.post(f"/assignments/{each.id}/invite") for each in (proposed, other))

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["request_id"] == second.json["request_id"]


def test_a_repeated_request_asks_once_and_answers_alike(ana, proposed):
    answers = [ana.post(f"/assignments/{proposed.id}/invite", {}, Idempotency_Key="k") for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].json == answers[1].json
    assert messages() == 1


def test_who_was_asked_or_answered_is_not_asked_again(ana, world, proposed):
    with transaction():
        held = stage.accepts(world.paris, world.salma)
    ana.post(f"/assignments/{proposed.id}/invite")

    for each in (proposed, held):
        answer = ana.post(f"/assignments/{each.id}/invite")
        assert answer.status_code == 409
    assert messages() == 1


def test_whose_time_to_answer_ran_out_is_asked_anew(ana, world, proposed):
    with transaction():
        proposed.status = Status.EXPIRED

    assert ana.post(f"/assignments/{proposed.id}/invite").status_code == 202


def test_who_may_not_be_asked_gets_nothing(ana, world, proposed):
    with transaction():
        world.amina.opted_out_at = now()
    answer = ana.post(f"/assignments/{proposed.id}/invite")

    assert answer.status_code == 409
    assert "left alone" in answer.json["detail"]
    assert messages() == 0


def test_s3_at_high_risk_nothing_is_sent_without_the_phrase_agreed_on(ana, world):
    with transaction():
        world.plan.risk_class = Risk.HIGH
        held = assignments.assign(world.seat, world.federation, by=world.ana)

    assert ana.post(f"/assignments/{held.id}/invite").status_code == 409
    everybody = ana.post(f"/plans/{world.plan.id}/invite").json
    assert everybody["queued"] == []
    assert "check phrase" in everybody["refused"][0]["why"]
    assert messages() == 0


def test_nobody_is_asked_for_a_role_that_leaves(ana, world, proposed):
    with transaction():
        stage.approved(world)
        roles.remove(world.coordination, version=None, by=world.ana)

    assert ana.post(f"/assignments/{proposed.id}/invite").status_code == 409


def test_everybody_of_a_plan_is_asked_and_it_is_said_who_is_not(ana, world, proposed):
    with transaction():
        second = assignments.assign(world.paris, world.amina, by=world.ana)
        salma = assignments.assign(world.montreal, world.salma, by=world.ana)
        gone = assignments.assign(world.montreal, world.federation, by=world.ana)
        world.federation.contact_person = None
    answer = ana.post(f"/plans/{world.plan.id}/invite")

    assert answer.status_code == 202
    asked = {each["assignment_id"]: each["message_id"] for each in answer.json["queued"]}
    assert asked.keys() == {proposed.id, second.id, salma.id}
    assert asked[proposed.id] == asked[second.id] != asked[salma.id]
    (refused,) = answer.json["refused"]
    assert (refused["assignment_id"], refused["why"]) == (gone.id, "This organisation has no contact point yet.")
    again = ana.post(f"/plans/{world.plan.id}/invite").json
    assert (again["queued"], len(again["refused"])) == ([], 1)


def test_in_any_state_but_archived_people_are_asked(ana, world, proposed):
    path = f"/plans/{world.plan.id}"
    ana.post(f"{path}/submit")
    assert ana.post(f"{path}/invite").json["queued"]
    ana.post(f"{path}/archive")

    assert ana.post(f"{path}/invite").status_code == 409
    assert ana.post(f"/assignments/{proposed.id}/invite").status_code == 409


def test_s14_many_are_asked_only_while_somebody_is_there(ana, world, proposed, monkeypatch):
    monkeypatch.setattr("preparedness.api.invitations.MANY", 0)
    path = f"/plans/{world.plan.id}/invite"

    assert ana.post(path).status_code == 409
    with transaction():
        signin = SignIn(agency_id=world.agency.id, member_id=world.members["ana"].id, key_hash="x")
        db.session.add(signin)
        signin.started_at = now() - timedelta(minutes=11)
    assert ana.post(path).status_code == 409
    with transaction():
        db.session.query(SignIn).one().started_at = now()
    assert ana.post(path).status_code == 202


def test_nothing_need_be_said_and_nothing_else_may(ana, world, proposed):
    for path in (f"/plans/{world.plan.id}/invite", f"/assignments/{proposed.id}/invite"):
        assert ana.post(path, {"deadline": "2030-01-01"}).status_code == 422


def test_another_agency_and_an_operator_ask_nobody(bo, rui, world, proposed):
    for path in (f"/plans/{world.plan.id}/invite", f"/assignments/{proposed.id}/invite"):
        assert (bo.post(path).status_code, rui.post(path).status_code) == (404, 403)
