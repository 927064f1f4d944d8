"""Answers to alerts, by programs: read, noted from the phone, never made anybody's own word."""

import pytest

from preparedness.activations import availability, duties, running
from preparedness.activations.models import ReplyBy, ReplyState
from preparedness.audit import Actor, ActorKind
from preparedness.database import transaction
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
@recorded
def activation(world):
    """A real activation: Amina was alerted for the essential seat."""
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        return running.start(world.plan, stage.AGREED, by=world.ana)


@pytest.fixture
def reply(activation):
    return activation.replies[0]


def test_a_reply_says_who_was_asked_for_what_and_is_null_while_waiting(ana, world, activation, reply):
    row = ana.get(f"/activations/{activation.id}/replies").json["items"][0]

    assert row == ana.get(f"/replies/{reply.id}").json
    assert (row["person_id"], row["holder"], row["roles"]) == (world.amina.id, "Amina Diallo", ["DIA-COORD"])
    assert (row["state"], row["answered_at"], row["answered_by"]) == (None, None, None)
    assert row["message_id"] == reply.message_id


def test_somebody_sensitive_goes_by_their_working_name(ana, world):
    with transaction():
        stage.approved(world)
        stage.accepts(world.paris, world.salma)
        activation = running.start(world.plan, stage.AGREED, by=world.ana)

    answer = ana.get(f"/activations/{activation.id}/replies")
    assert answer.json["items"][0]["holder"] == "Rose"
    assert "Salma" not in answer.text


def test_an_answer_by_phone_is_noted_as_reported(ana, reply):
    answer = ana.patch(f"/replies/{reply.id}", {"state": "remote_only", "note": "Evenings."}, version=reply.version)

    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["answered_by"]) == ("remote_only", "on_behalf")
    assert (answer.json["note"], bool(answer.json["answered_at"])) == ("Evenings.", True)
    cleared = ana.patch(f"/replies/{reply.id}", {"note": None}, version=answer.json["version"])
    assert (cleared.json["note"], cleared.json["state"]) == (None, "remote_only")


def test_who_comes_later_says_from_when(ana, reply):
    refused = ana.patch(f"/replies/{reply.id}", {"state": "available_from"}, version=reply.version)
    sent = {"state": "available_from", "available_from": "2026-12-01T06:00:00Z"}
    taken = ana.patch(f"/replies/{reply.id}", sent, version=reply.version)

    assert (refused.status_code, list(refused.json["errors"])) == (409, ["available_from"])
    assert taken.json["available_from"] == "2026-12-01T06:00:00Z"


def test_null_takes_an_answer_back(ana, reply):
    given = ana.patch(f"/replies/{reply.id}", {"state": "unavailable"}, version=reply.version).json
    taken = ana.patch(f"/replies/{reply.id}", {"state": None}, version=given["version"]).json

    assert (taken["state"], taken["answered_at"]) == (None, None)


def test_their_own_word_is_told_as_such(ana, world, reply):
    with transaction():
        actor = Actor(ActorKind.PERSON, world.amina.id, world.amina.ref)
        availability.reply(reply, ReplyState.AVAILABLE_NOW, None, by=actor)

    assert ana.get(f"/replies/{reply.id}").json["answered_by"] == "self"


@pytest.mark.parametrize("sent", [{"state": "perhaps"}, {"answered_by": "self"}, {"available_from": 7}, {"note": []}])
def test_what_is_no_answer_is_refused_by_its_field(ana, reply, sent):
    answer = ana.patch(f"/replies/{reply.id}", sent, version=reply.version)

    assert (answer.status_code, set(answer.json["errors"])) == (422, set(sent))


def test_who_comes_second_is_told_so(ana, world, reply):
    seen = reply.version
    with transaction():
        actor = Actor(ActorKind.PERSON, world.amina.id, world.amina.ref)
        availability.reply(reply, ReplyState.IN_AFFECTED_AREA, None, by=actor)
    answer = ana.patch(f"/replies/{reply.id}", {"state": "available_now"}, version=seen)

    assert (answer.status_code, answer.json["current"]["state"]) == (412, "in_affected_area")


def test_an_alert_that_is_over_takes_no_answer(ana, world, activation, reply):
    with transaction():
        availability.report(reply, ReplyState.NEEDED_HERE, None, via=ReplyBy.ON_BEHALF, by=world.ana)
        running.stand_down(activation, None, by=world.ana)

    assert ana.patch(f"/replies/{reply.id}", {"state": "unavailable"}, version=reply.version).status_code == 409


def test_an_operator_notes_answers_of_what_they_work_on(rui, world, activation, reply):
    assert rui.get(f"/replies/{reply.id}").status_code == 404
    with transaction():
        duties.change(activation, [world.members["rui"].id], by=world.ana)

    assert rui.patch(f"/replies/{reply.id}", {"state": "unavailable"}, version=reply.version).status_code == 200


def test_answers_are_narrowed_by_fields(ana, world, activation):
    path = f"/activations/{activation.id}/replies"

    assert ana.get(f"{path}?state=unavailable").json["total"] == 0
    assert ana.get(f"{path}?person_id={world.amina.id}&q=amina").json["total"] == 1


def test_another_agency_finds_no_answer(bo, reply):
    assert bo.get(f"/replies/{reply.id}").status_code == 404
    assert bo.patch(f"/replies/{reply.id}", {"state": "unavailable"}, version=reply.version).status_code == 404
