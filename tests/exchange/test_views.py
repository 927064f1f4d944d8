"""The pages of offline copies: take one, bring it back, settle it, apply it."""

import io
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from preparedness.activations import duties, running
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.contacts import people
from preparedness.database import db, writing
from preparedness.exchange import returns, workbooks
from preparedness.exchange.models import Return, ReturnState, Workbook, WorkbookKind
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.exchange.offline import Copy, applied, brought, taken
from tests.exchange.test_guard import zipped
from tests.recordings import recorded

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


def test_a_copy_whose_name_is_arabic_is_saved_under_it(world, client):
    client.sign_in(world.members["ana"])
    client.post("/copies/roster", data={"language": "ar"})
    copy = latest(Workbook)
    saved = client.get(f"/copies/{copy.id}/file")

    assert Copy(saved.data).sheet("people").sheet_view.rightToLeft
    said = dict(part.split("=") for part in saved.headers["Content-Disposition"].split("; ")[1:])
    assert said["filename"] == "1.xlsx", "for what knows no other script"
    assert unquote(said["filename*"].removeprefix("UTF-8''")) == workbooks.filename(copy)
    assert not workbooks.filename(copy).isascii()


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


def test_the_list_says_which_plan_a_copy_is_of(world, client):
    client.sign_in(world.members["ana"])
    taken(world, WorkbookKind.PLAN, world.plan.id)
    page = client.get("/copies").text

    assert world.plan.title in page[page.index("Copies taken offline") :]


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
    back = client.get(bring(client, book.saved()).location).text
    assert "You cannot bring this copy back yourself. Ask Ana" in back
    assert "Amina" not in back


def test_a_choice_that_is_no_choice_is_refused(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = bring(client, book.saved()).location

    answer = client.post(f"{back}/apply", data={"decision-987654321": "mine", "version": latest(Return).version})
    assert answer.status_code == 422
    assert "This choice is not offered for this change." in answer.text
    assert latest(Return).state is ReturnState.READY


@pytest.fixture
@recorded
def activation(world):
    """An exercise on which Rui is on duty."""
    with writing():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "on_duty": [world.members["rui"].id]}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    return made


def test_an_operator_on_duty_takes_the_checklist_offline_and_brings_it_back(world, client, activation):
    client.sign_in(world.members["rui"])
    page = client.get(f"/copies/activations/{activation.id}")
    assert "Checklist, Call list, Log" in page.text
    client.post(f"/copies/activations/{activation.id}", data={})
    copy = latest(Workbook)
    book = Copy(client.get(f"/copies/{copy.id}/file").data)
    task = activation.tasks[0]
    book.write("tasks", task.ref, state="done", note="Bridge opened")
    back = bring(client, book.saved(), "activation-1.xlsx").location

    assert "1 line done, 1 note" in client.get(back).text
    client.post(f"{back}/apply", data={"version": latest(Return).version})
    assert (task.state, task.done_by) == (TaskState.DONE, "Rui")


def test_an_operator_who_is_not_on_duty_has_no_copy_of_it(world, client, activation):
    copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id)
    with writing():
        duties.change(activation, [], by=world.ana)
        copy.made_by_id = world.members["rui"].id
        db.session.commit()
    client.sign_in(world.members["rui"])

    assert client.get(f"/copies/activations/{activation.id}").status_code == 404
    assert client.get(f"/copies/{copy.id}/file").status_code == 404
    assert "You cannot bring this copy back yourself" in client.get(bring(client, book.saved()).location).text


def test_who_no_longer_works_with_something_sees_nothing_of_what_they_brought_back(world, client, activation):
    """Rui was a planner and on duty; now he is neither."""
    rui = world.members["rui"]
    brought_back = []
    for kind, subject in ((ROSTER, None), (WorkbookKind.ACTIVATION, activation.id)):
        _copy, book = taken(world, kind, subject)
        brought_back.append(brought(world, book.saved()))
    with writing():
        duties.change(activation, [], by=world.ana)
        for each in brought_back:
            each.uploaded_by_id = rui.id
        db.session.commit()
    client.sign_in(rui)

    for each in brought_back:
        address = f"/copies/returns/{each.id}"
        answers = [client.get(address), client.post(f"{address}/apply", data={}), client.post(f"{address}/put-aside")]
        assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("name", ["a%00b.xlsx", "%ED%A0%80.xlsx", "..%2F..%2Fetc.xlsx", "x" * 3_000])
def test_a_file_may_be_called_anything(world, client, name):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    head = f"--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\n"
    body = head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + book.saved() + b"\r\n--b--\r\n"

    answer = client.post("/copies", data=body, content_type="multipart/form-data; boundary=b")

    assert answer.status_code == 302
    assert client.get(answer.location).status_code == 200


def test_a_planner_takes_a_plan_offline(world, client):
    client.sign_in(world.members["ana"])
    assert "Plan, Roles, Designations, Checklist" in client.get(f"/copies/plans/{world.plan.id}").text
    client.post(f"/copies/plans/{world.plan.id}", data={})

    assert Copy(client.get(f"/copies/{latest(Workbook).id}/file").data).sheet("roles")
    assert client.get("/copies/plans/987654").status_code == 404


def test_what_came_back_and_is_not_settled_waits(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought(world, book.saved())

    assert returns.waiting(world.agency) == [back]
    applied(world, back)
    assert returns.waiting(world.agency) == []


def test_a_changed_manifest_is_said_and_the_copy_still_known(world):
    _copy, book = taken(world, ROSTER)
    book.book["_preparedness"]["B4"].value = "999"
    back = brought(world, book.saved())

    assert any("was changed; it was recognised by its number" in sentence for sentence in back.notices)


def test_a_row_removed_offline_and_edited_here_can_be_kept_or_removed(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_rows(book.row("people", world.tomas.ref))
    with writing():
        people.change(world.tomas, {"city": "Lyon"}, version=None, by=world.ana)
        db.session.commit()
    back = bring(client, book.saved()).location
    page = client.get(back).text

    assert "Remove the row" in page
    assert "Keep the row" in page


def test_a_row_held_back_is_said_and_can_become_a_new_one(world, client):
    client.sign_in(world.members["ana"])
    _copy, book = taken(world, ROSTER)
    page = book.sheet("people")
    copied = [cell.value for cell in page[book.row("people", world.amina.ref)]]
    for place, value in enumerate(copied, start=1):
        page.cell(page.max_row if place > 1 else page.max_row + 1, place).value = value
    page.cell(page.max_row, book.place("people", "city")).value = "Laval"
    shown = client.get(bring(client, book.saved()).location).text

    assert shown.count("this Ref stands in more than one row") == 2
    assert "Make it a new row" in shown
