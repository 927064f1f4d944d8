"""Copies go offline and come back by programs as by people: the same preview, the same decisions, the same undo."""

import io

import pytest

from preparedness.contacts import people
from preparedness.database import db, transaction
from preparedness.exchange.people_sheet import PEOPLE
from tests.exchange.offline import Copy


@pytest.fixture
def roster(ana):
    """A copy of the roster that Ana's program took, and its workbook."""
    made = ana.post("/workbooks", {"kind": "roster"})
    assert made.status_code == 201
    return made.json, Copy(ana.get(made.json["file"]).data)


def bring(who, content: bytes, name: str = "roster.xlsx", **headers: str):
    """What the API says to a file that is brought back."""
    sent = {**headers, "Authorization": f"Bearer {who.token}"}
    file = {"file": (io.BytesIO(content), name)}
    return who.client.post("/api/v1/returns", data=file, headers=sent, content_type="multipart/form-data")


def edited(roster, world, **cells: str) -> bytes:
    """The workbook with Amina's cells written over."""
    _made, book = roster
    book.write(PEOPLE.key, world.amina.ref, **cells)
    return book.saved()


def test_a_copy_says_what_it_was_given(roster, ana):
    made, _book = roster

    assert made["rows"] == {"Organisations": 1, "People": 3}
    assert ana.get(f"/workbooks/{made['id']}").json == made
    assert ana.get("/workbooks").json["items"] == [made]


@pytest.mark.once
def test_contact_details_need_a_reason(ana):
    answer = ana.post("/workbooks", {"kind": "roster", "contacts": True})

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["reason"])


@pytest.mark.once
def test_a_plan_is_named_by_its_number(ana, bo, world):
    assert ana.post("/workbooks", {"kind": "plan"}).status_code == 422
    assert ana.post("/workbooks", {"kind": "plan", "id": world.plan.id}).status_code == 201
    assert bo.post("/workbooks", {"kind": "plan", "id": world.plan.id}).status_code == 404


@pytest.mark.once
def test_an_operator_takes_no_roster(rui):
    assert rui.post("/workbooks", {"kind": "roster"}).status_code == 403


@pytest.mark.once
def test_an_operator_takes_only_the_activation_they_work_on(rui, world):
    assert rui.post("/workbooks", {"kind": "activation", "id": 7}).status_code == 404


@pytest.mark.once
def test_an_untouched_copy_changes_nothing(roster, ana):
    back = bring(ana, roster[1].saved())

    assert (back.status_code, back.json["state"]) == (201, "ready")
    assert back.json["changes"] == []
    assert ana.get(back.headers["Location"]).json == back.json


def test_what_was_written_offline_is_applied_once(roster, ana, world):
    back = bring(ana, edited(roster, world, city="Laval")).json
    (change,) = back["changes"]
    assert (change["outcome"], change["mine"], change["ref"]) == ("update", "Laval", world.amina.ref)
    assert (change["sheet"], change["column"]) == ("People", "city")

    once, twice = (ana.post(f"/returns/{back['id']}/apply") for _ in range(2))

    assert (once.status_code, once.json["state"]) == (200, "applied")
    assert twice.json == once.json
    db.session.expire_all()
    assert world.amina.city == "Laval"


def test_two_different_entries_are_decided_by_their_number(roster, ana, world):
    with transaction():
        people.change(world.amina, {"city": "Ottawa"}, version=None, by=world.ana)
    back = bring(ana, edited(roster, world, city="Laval")).json
    (change,) = back["changes"]
    assert (change["outcome"], change["server"], change["server_by"]) == ("conflict", "Ottawa", "Ana")

    applied = ana.post(f"/returns/{back['id']}/apply", {"decisions": {str(change["id"]): {"value": "Gatineau"}}})

    assert applied.status_code == 200
    db.session.expire_all()
    assert world.amina.city == "Gatineau"


@pytest.mark.once
def test_left_undecided_the_systems_entry_stays(roster, ana, world):
    with transaction():
        people.change(world.amina, {"city": "Ottawa"}, version=None, by=world.ana)
    back = bring(ana, edited(roster, world, city="Laval")).json

    ana.post(f"/returns/{back['id']}/apply")

    db.session.expire_all()
    assert world.amina.city == "Ottawa"


@pytest.mark.once
@pytest.mark.parametrize(
    "decision",
    [
        *("ours", {"value": 1, "add": 2}, {"merge_into": "x"}, 7, None, {"value": {"a": 1}}, {"value": [["a"]]}),
        *({"value": 10**400}, {"value": float("inf")}, {"value": float("nan")}, {"value": ["a"] * 501}),
    ],
    ids=lambda decision: repr(decision)[:30],
)
def test_a_decision_that_is_none_is_refused(roster, ana, world, decision):
    back = bring(ana, edited(roster, world, city="Laval")).json

    answer = ana.post(f"/returns/{back['id']}/apply", {"decisions": {str(back["changes"][0]["id"]): decision}})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["decisions"])


def test_rows_that_moved_since_are_shown_again_and_nothing_is_written(roster, ana, world):
    back = bring(ana, edited(roster, world, city="Laval")).json
    with transaction():
        people.change(world.amina, {"city": "Ottawa"}, version=None, by=world.ana)

    answer = ana.post(f"/returns/{back['id']}/apply")

    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    (change,) = answer.json["current"]["changes"]
    assert (change["outcome"], change["server"]) == ("conflict", "Ottawa")
    decided = ana.post(f"/returns/{back['id']}/apply", {"decisions": {str(change["id"]): "mine"}})
    assert decided.status_code == 200
    db.session.expire_all()
    assert world.amina.city == "Laval"


def test_what_was_applied_is_taken_back(roster, ana, world):
    before = world.amina.city
    back = bring(ana, edited(roster, world, city="Laval")).json
    ana.post(f"/returns/{back['id']}/apply")

    undone = ana.post(f"/returns/{back['id']}/undo")

    assert undone.json == {"undone": 1, "kept": [], "later": False}
    assert ana.get(f"/returns/{back['id']}").json["state"] == "undone"
    db.session.expire_all()
    assert world.amina.city == before


@pytest.mark.once
def test_what_somebody_touched_since_stays_and_it_is_said_why(roster, ana, world):
    back = bring(ana, edited(roster, world, city="Laval")).json
    ana.post(f"/returns/{back['id']}/apply")
    with transaction():
        people.change(world.amina, {"city": "Ottawa"}, version=None, by=world.ana)

    undone = ana.post(f"/returns/{back['id']}/undo").json

    assert undone["undone"] == 0
    assert [each["id"] for each in undone["kept"]] == [back["changes"][0]["id"]]


@pytest.mark.once
def test_a_file_that_is_no_workbook_is_kept_as_refused_with_a_sentence(ana):
    answer = bring(ana, b"name;city\n", "roster.pdf")

    assert (answer.status_code, answer.json["state"]) == (201, "refused")
    assert answer.json["refusal"]
    assert ana.post(f"/returns/{answer.json['id']}/apply").status_code == 409


@pytest.mark.once
def test_nothing_sent_is_nothing_brought(ana):
    answer = ana.client.post("/api/v1/returns", data={}, headers={"Authorization": f"Bearer {ana.token}"})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["file"])


@pytest.mark.once
def test_a_part_that_is_not_known_is_refused_by_name(roster, ana):
    sent = {"file": (io.BytesIO(roster[1].saved()), "roster.xlsx"), "apply": "yes"}
    headers = {"Authorization": f"Bearer {ana.token}"}
    answer = ana.client.post("/api/v1/returns", data=sent, headers=headers, content_type="multipart/form-data")

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["apply"])


def test_the_same_upload_under_one_key_is_one_return(roster, ana):
    content = roster[1].saved()

    boundary = "the-same-boundary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="roster.xlsx"\r\n\r\n'.encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"Authorization": f"Bearer {ana.token}", "Idempotency-Key": "k1"}
    kind = f"multipart/form-data; boundary={boundary}"
    answers = [ana.client.post("/api/v1/returns", data=body, headers=headers, content_type=kind) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert ana.get("/returns").json["total"] == 1


def test_another_file_under_the_same_key_is_refused(roster, ana, world):
    first = bring(ana, edited(roster, world, city="Laval"), **{"Idempotency-Key": "k"})
    other = bring(ana, edited(roster, world, city="Gatineau"), **{"Idempotency-Key": "k"})

    assert (other.status_code, list(other.json["errors"])) == (422, ["Idempotency-Key"])
    assert ana.get("/returns").json["items"][0]["id"] == first.json["id"]


def test_another_agencys_copies_are_as_if_they_were_not_there(roster, ana, bo):
    back = bring(ana, roster[1].saved()).json

    for path in (f"/workbooks/{roster[0]['id']}", roster[0]["file"], f"/returns/{back['id']}"):
        assert bo.get(path).status_code == 404
    assert bo.post(f"/returns/{back['id']}/apply").status_code == 404
    assert bo.get("/returns").json["total"] == 0
