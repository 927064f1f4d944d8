"""What every address of the API has in common: tokens, versions, repeats and problems."""

import pytest

from preparedness.contacts import people
from preparedness.database import transaction

NEW = {"name": "Ifrah Ali", "language": "so", "source": "themselves", "country": "GB", "timezone": "Europe/London"}


def test_a_program_reads_with_its_token(ana, world):
    answer = ana.get(f"/people/{world.amina.id}")

    assert answer.status_code == 200
    assert answer.json["name"] == "Amina Diallo"
    assert answer.headers["ETag"] == f'"{world.amina.version}"'


def test_without_a_token_nothing_is_told(program, world):
    answer = program(None).get(f"/people/{world.amina.id}")

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_opens_no_door_for_programs(program, world):
    nobody = program(None)
    nobody.client.sign_in(world.members["ada"])

    assert nobody.get("/people").status_code == 401


def test_a_token_opens_no_page(ana):
    assert ana.client.get("/contacts/people", headers={"Authorization": f"Bearer {ana.token}"}).status_code == 302


def test_a_read_only_token_writes_nothing(program, world):
    reader = program(world.members["ana"], read_only=True)

    assert reader.get("/people").status_code == 200
    assert reader.post("/people", NEW).status_code == 403


def test_a_new_row_says_where_it_is(ana):
    answer = ana.post("/people", NEW)

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/people/{answer.json['id']}"
    assert ana.get(answer.headers["Location"]).json == answer.json


def test_a_repeated_request_is_done_once_and_answered_alike(ana):
    answers = [ana.post("/people", NEW, Idempotency_Key="k1") for _ in range(3)]

    assert {each.status_code for each in answers} == {201}
    assert len({each.json["id"] for each in answers}) == 1
    assert ana.get("/people?q=Ifrah").json["total"] == 1


def test_a_key_is_for_one_request_alone(ana):
    ana.post("/people", NEW, Idempotency_Key="k1")

    answer = ana.post("/people", {**NEW, "name": "Somebody Else"}, Idempotency_Key="k1")

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["errors"]


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "é"])
def test_a_key_is_as_the_document_says(ana, key):
    answer = ana.post("/people", NEW, Idempotency_Key=key)

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])


def test_a_change_needs_the_version_that_was_seen(ana, world):
    answer = ana.patch(f"/people/{world.amina.id}", {"city": "Laval"})

    assert answer.status_code == 428


def test_a_change_keeps_what_it_does_not_speak_of(ana, world):
    seen = world.amina.version

    answer = ana.patch(f"/people/{world.amina.id}", {"city": "Laval"}, version=seen)

    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["version"]) == ("Amina Diallo", seen + 1)
    assert answer.headers["ETag"] == f'"{seen + 1}"'


def test_who_comes_second_gets_the_row_as_it_is_now(ana, world):
    seen = world.amina.version
    with transaction():
        people.change(world.amina, {"city": "Laval"}, version=seen, by=world.ana)

    answer = ana.patch(f"/people/{world.amina.id}", {"city": "Montréal"}, version=seen)

    assert answer.status_code == 412
    assert answer.json["current"]["version"] == seen + 1
    assert answer.headers["ETag"] == f'"{seen + 1}"'


def test_what_the_document_does_not_name_is_refused_by_name(ana):
    answer = ana.post("/people", {**NEW, "clan": "…"})

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["clan"]


def test_a_number_sent_as_text_is_refused(ana):
    assert list(ana.post("/people", {**NEW, "organisation_id": "7"}).json["errors"]) == ["organisation_id"]


def test_an_unknown_parameter_is_refused(ana):
    assert list(ana.get("/people?clan=x").json["errors"]) == ["clan"]


def test_an_address_of_one_row_knows_no_parameter(ana, world):
    place, seen = f"/people/{world.amina.id}?force=yes", world.amina.version
    answers = [
        ana.get(place),
        ana.patch(place, {"city": "Laval"}, version=seen),
        ana.delete(place, version=seen),
        ana.post("/people?force=yes", NEW),
        ana.post(f"/plans/{world.plan.id}/submit?force=yes"),
    ]

    assert {each.status_code for each in answers} == {422}
    assert [list(each.json["errors"]) for each in answers] == [["force"]] * 5


def test_what_is_no_json_is_a_400_and_another_type_a_415(ana):
    broken = ana.client.post(
        "/api/v1/people", data="{", content_type="application/json", headers={"Authorization": f"Bearer {ana.token}"}
    )
    other = ana.client.post("/api/v1/people", data="name=x", headers={"Authorization": f"Bearer {ana.token}"})

    assert (broken.status_code, other.status_code) == (400, 415)
    assert {broken.mimetype, other.mimetype} == {"application/problem+json"}


def test_an_unknown_address_or_method_is_a_problem_too(ana):
    assert ana.get("/nowhere").mimetype == "application/problem+json"
    answer = ana.ask("PUT", "/people", {})
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_another_agencys_row_is_as_if_it_were_not_there(bo, world):
    foreign, missing = bo.get(f"/people/{world.amina.id}"), bo.get("/people/987654321")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json == missing.json
