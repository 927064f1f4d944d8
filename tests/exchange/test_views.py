"""The pages of offline copies: take one, bring it back, settle it, apply it."""

import io

from sqlalchemy import select

from preparedness.contacts import people
from preparedness.database import db, writing
from preparedness.exchange.models import Return, ReturnState, Workbook, WorkbookKind
from tests.exchange.offline import Copy, taken
from tests.exchange.test_guard import zipped

ROSTER = WorkbookKind.ROSTER


def bring(client, content, name="roster-1.xlsx"):
    return client.post("/copies", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def latest(model):
    return db.session.scalar(select(model).order_by(model.id.desc()).limit(1))


def test_a_planner_takes_the_roster_offline_and_saves_the_workbook(world, client):
    client.sign_in(world.members["ana"])
    answer = client.post("/copies/roster", data={})
    copy = latest(Workbook)

    assert (answer.status_code, answer.location) == (302, f"/copies/{copy.id}")
    assert "Copy no. 1" in client.get(answer.location).text
    saved = client.get(f"/copies/{copy.id}/file")
    assert saved.headers["Content-Disposition"] == "attachment; filename=roster-1.xlsx"
    assert Copy(saved.data).cell("people", world.amina.ref, "name").value == "Amina Diallo"


def test_contact_details_without_a_reason_are_refused_beside_the_field(world, client):
    client.sign_in(world.members["ana"])
    answer = client.post("/copies/roster", data={"contacts": "y"})

    assert answer.status_code == 422
    assert "Say why the copy must hold contact details." in answer.text
    assert latest(Workbook) is None


def test_a_blank_roster_is_offered_ticked(world, client):
    client.sign_in(world.members["ana"])

    assert "checked" in client.get("/copies/roster?blank=1").text
    assert "checked" not in client.get("/copies/roster").text


def test_a_file_that_comes_back_is_previewed_and_applied(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    answer = bring(client, book.saved())
    back = latest(Return)
    page = client.get(answer.location).text

    assert (answer.status_code, answer.location) == (302, f"/copies/returns/{back.id}")
    assert "1 new person, 1 entry changed" in page
    assert "Gatineau" in page
    assert "Lucie Pierre" in page
    assert client.post(f"/copies/returns/{back.id}/apply", data={"version": back.version}).status_code == 302
    assert world.amina.city == "Gatineau"
    assert "What became of it" in client.get(answer.location).text
    assert "roster-1.xlsx" in client.get("/copies").text


def test_two_different_entries_are_settled_on_the_page(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    with writing():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)
        db.session.commit()
    back = bring(client, book.saved()).location
    page = client.get(back).text
    change = latest(Return).changes[0]

    assert all(words in page for words in ("1 to decide", "Gatineau", "Laval", "What is in the system now"))
    client.post(f"{back}/apply", data={f"decision-{change.id}": "mine", "version": latest(Return).version})
    assert world.amina.city == "Gatineau"


def test_what_moved_meanwhile_is_said_and_shown_again(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = bring(client, book.saved()).location
    with writing():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)
        db.session.commit()
    client.post(f"{back}/apply", data={"version": latest(Return).version})

    assert "Something was changed here meanwhile" in client.get(back).text
    assert world.amina.city == "Laval"
    assert latest(Return).state is ReturnState.READY


def test_problems_and_notices_are_said_by_cell(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, told_on="31/02/2026")
    book.write("organisations", world.federation.ref, verification="commitments signed")
    page = client.get(bring(client, book.saved()).location).text

    assert "31/02/2026" in page
    assert book.cell("people", world.amina.ref, "told_on").coordinate in page
    assert "for reading only was changed" in page


def test_a_file_that_is_no_workbook_is_refused_in_words(world, client):
    client.sign_in(world.members["ana"])

    assert "no Excel workbook" in bring(client, b"Name,City").text
    assert "damaged" in bring(client, zipped()).text
    assert "Choose the workbook you saved." in client.post("/copies", data={}).text
    assert latest(Return) is None


def test_a_returned_copy_can_be_put_aside(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = bring(client, book.saved()).location

    assert client.post(f"{back}/put-aside").status_code == 302
    assert "Nothing of it was taken" in client.get(back).text
    assert latest(Return).changes == []
    assert client.post(f"{back}/put-aside").status_code == 409


def test_an_operator_sees_only_their_own_copies_and_no_roster(world, client):
    copy, book = taken(world, ROSTER)
    client.sign_in(world.members["rui"])

    assert client.get(f"/copies/{copy.id}").status_code == 404
    assert client.get("/copies/roster").status_code == 403
    assert "no. 1" not in client.get("/copies").text
    assert "Give the file to a planner" in bring(client, book.saved()).text


def test_a_choice_that_is_no_choice_is_refused(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = bring(client, book.saved()).location

    answer = client.post(f"{back}/apply", data={"decision-987654321": "mine", "version": latest(Return).version})
    assert answer.status_code == 409
