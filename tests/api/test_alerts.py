"""Alerts in and out, by programs: posted ones propose, an activation is told without a name."""

import pytest

from preparedness.activations import broadcasts, bulletins, duties, running
from preparedness.activations.models import ActivationKind, ProposalState
from preparedness.database import transaction
from preparedness.plans import drafting
from preparedness.vocabulary import Hazard, Level
from tests.activations import stage
from tests.activations.bulletins import bulletin, reference, refusals
from tests.api.test_races import at_once
from tests.recordings import recorded

CAP = "application/cap+xml"


@pytest.fixture
@recorded
def approved(world):
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
    return world


@pytest.fixture
@recorded
def activation(approved):
    with transaction():
        return running.start(approved.plan, {**stage.AGREED, "reason": "Amina Diallo called."}, by=approved.ana)


def post(program, content, media_type=CAP, **headers):
    sent = {
        "Authorization": f"Bearer {program.token}",
        **{name.replace("_", "-"): said for name, said in headers.items()},
    }
    return program.client.post("/api/v1/cap", data=content, content_type=media_type, headers=sent)


def test_a_posted_alert_proposes_a_level(ana, approved):
    answer = post(ana, bulletin())

    assert answer.status_code == 201
    assert ana.get(answer.headers["Location"]).json == answer.json
    assert (answer.json["state"], answer.json["level"], answer.json["plan_ids"]) == ("open", "full", [approved.plan.id])
    assert (answer.json["msg_type"], answer.json["sent"]) == ("Alert", "2026-11-24T04:35:46Z")
    assert ana.get("/activations").json["total"] == 0


def test_the_same_alert_again_is_the_same_row(ana, approved):
    first, second = post(ana, bulletin()), post(ana, bulletin())

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    keyed = [post(ana, bulletin(identifier="k"), Idempotency_Key="k") for _ in range(2)]
    assert [each.status_code for each in keyed] == [201, 201]
    assert keyed[0].json == keyed[1].json


def test_an_update_and_a_cancellation_are_taken_in(ana, approved):
    first = post(ana, bulletin()).json
    post(ana, bulletin(identifier="eq-2", kind="Cancel", references=reference()))

    assert ana.get(f"/cap/{first['id']}").json["state"] == ProposalState.WITHDRAWN


def test_what_is_no_xml_is_a_400_and_what_is_no_cap_names_the_element(ana, approved):
    assert post(ana, b"<alert>").status_code == 400
    assert post(ana, b'<!DOCTYPE a [<!ENTITY b "c">]><alert>&b;</alert>').status_code == 400
    answer = post(ana, bulletin(kind="Warning"))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["msgType"])
    assert answer.mimetype == "application/problem+json"


def test_another_type_is_a_415_and_too_much_a_413(ana, approved):
    assert post(ana, bulletin(), media_type="application/json").status_code == 415
    assert post(ana, b" " * (bulletins.MOST_BYTES + 1)).status_code == 413


def test_an_operator_posts_no_alert(rui, bo, ana, approved):
    proposal = post(ana, bulletin()).json

    assert post(rui, bulletin()).status_code == 403
    assert rui.get(f"/cap/{proposal['id']}").status_code == 403
    assert bo.get(f"/cap/{proposal['id']}").status_code == 404


def test_an_activation_is_told_as_a_restricted_alert_of_the_standard(ana, activation):
    answer = ana.get(f"/activations/{activation.id}/cap")

    assert (answer.status_code, answer.mimetype) == (200, CAP)
    assert refusals(answer.data) == []
    for said in ("<status>Actual<", "<msgType>Alert<", "<scope>Restricted<", "<restriction>", "<category>Geo<"):
        assert said in answer.text
    assert "<references>" not in answer.text


def test_an_alert_names_nobody(ana, approved, activation):
    text = ana.get(f"/activations/{activation.id}/cap").text

    for name in ("Amina", "Ana", "amina@example.org", approved.amina.ref):
        assert name not in text


def test_each_turn_is_an_update_that_names_those_before(ana, approved, activation):
    with transaction():
        running.step(activation, Level.FULL, None, by=approved.ana)
    first = ana.get(f"/activations/{activation.id}/cap")
    with transaction():
        running.stand_down(activation, "Amina Diallo says thank you.", by=approved.ana)
    second = ana.get(f"/activations/{activation.id}/cap")
    with transaction():
        running.close(activation, "Thank you.", by=approved.ana)
    third = ana.get(f"/activations/{activation.id}/cap")

    assert [refusals(each.data) for each in (first, second, third)] == [[], [], []]
    assert "<msgType>Update<" in first.text
    assert "<responseType>AllClear<" in second.text
    assert "Amina" not in second.text + third.text
    assert "<msgType>Cancel<" in third.text
    assert third.text.count(f"-activation-{activation.id}-") == 4


def test_a_false_alarm_is_a_cancellation(ana, approved, activation):
    with transaction():
        running.cancel(activation, None, by=approved.ana)
    answer = ana.get(f"/activations/{activation.id}/cap")

    assert refusals(answer.data) == []
    assert "<msgType>Cancel<" in answer.text
    assert "false alarm" in answer.text


def test_an_exercise_says_so_first_and_last(ana, approved):
    with transaction():
        activation = running.start(
            approved.plan, {"kind": ActivationKind.EXERCISE, "level": Level.FULL}, by=approved.ana
        )
    text = ana.get(f"/activations/{activation.id}/cap").text

    assert refusals(text.encode()) == []
    assert "<status>Exercise<" in text
    assert "<headline>EXERCISE Earthquake, Haiti: Full activation EXERCISE<" in text


def test_what_we_say_is_read_by_ourselves(approved, activation):
    read = bulletins.read(broadcasts.of(activation))

    assert read.infos[0].countries == {"HT"}


def test_an_operator_reads_the_alert_of_what_they_work_on(rui, bo, approved, activation):
    path = f"/activations/{activation.id}/cap"
    assert (rui.get(path).status_code, bo.get(path).status_code) == (404, 404)
    with transaction():
        duties.change(activation, [approved.members["rui"].id], by=approved.ana)

    assert rui.get(path).status_code == 200


def test_what_is_being_written_meanwhile_is_not_told(ana, approved, activation):
    before = ana.get(f"/activations/{activation.id}/cap").data
    with transaction():
        drafting.describe(
            approved.plan,
            {"title": "Unapproved", "country": "SO", "hazard": Hazard.SOCIETAL},
            version=None,
            by=approved.ana,
        )

    assert ana.get(f"/activations/{activation.id}/cap").data == before


def test_a_title_with_signs_that_xml_cannot_hold_is_told_without_them(ana, world):
    with transaction():
        world.plan.title = "Quake <b>&\x0b\x1f\uffff 地震 \U0001f30d"
        stage.approved(world)
        activation = running.start(world.plan, stage.AGREED, by=world.ana)
    answer = ana.get(f"/activations/{activation.id}/cap")

    assert refusals(answer.data) == []
    assert "地震" in answer.text


def test_of_many_who_post_the_same_alert_at_once_one_makes_it_and_all_see_it(ana, approved):
    answers = at_once(lambda _number: post(ana_of(ana), bulletin()), 8)

    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.json["id"] for each in answers}) == 1


def ana_of(program):
    """The same program on a line of its own."""
    client = program.client.application.test_client()
    client.form_token = False
    return type(program)(client, program.token)
