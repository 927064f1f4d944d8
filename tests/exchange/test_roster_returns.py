"""The roster goes out, is worked on offline, and comes back: the scenarios of the workbook's design, by number."""

from datetime import timedelta

import pytest
from openpyxl import Workbook as Plain
from sqlalchemy import func, select

from preparedness.audit import Entry
from preparedness.contacts import people
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, now, transaction, writing
from preparedness.errors import Refused
from preparedness.exchange import originals, settlements, workbooks
from preparedness.exchange.models import Change, ReturnState, WorkbookKind
from tests.exchange.offline import Copy, applied, brought, news, taken

ROSTER = WorkbookKind.ROSTER


def entries():
    return db.session.scalar(select(func.count()).select_from(Entry))


def changed(world, person, **data):
    """Ana changes somebody on their page meanwhile."""
    with writing():
        people.change(person, data, version=None, by=world.ana)
        db.session.commit()


def test_scenario_1_an_untouched_copy_changes_nothing(world):
    _copy, book = taken(world, ROSTER)
    version = world.amina.version
    back = brought(world, book.saved())
    before = entries()

    assert news(back) == []
    assert back.problems == []
    assert back.notices == []
    assert back.counts["unchanged"] == back.workbook.rows["people"] + back.workbook.rows["organisations"]
    assert applied(world, back)
    assert entries() == before + 1, "only that the copy was applied"
    assert world.amina.version == version


def test_scenario_4_three_edited_cells_are_three_changes_and_touch_their_rows_alone(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", function="Secretary")
    book.write("organisations", world.federation.ref, city="Ottawa")
    versions = (world.amina.version, world.federation.version, world.tomas.version)
    back = brought(world, book.saved())

    assert news(back) == [
        ("update", world.federation.ref, "city"),
        ("update", world.amina.ref, "function"),
        ("update", world.amina.ref, "city"),
    ]
    assert applied(world, back)
    assert (world.amina.city, world.amina.function, world.federation.city) == ("Gatineau", "Secretary", "Ottawa")
    assert (world.amina.version, world.federation.version, world.tomas.version) == (
        versions[0] + 1,
        versions[1] + 1,
        versions[2],
    )


def test_scenario_6_two_different_entries_keep_the_server_unless_somebody_decides(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", function="Secretary")
    changed(world, world.amina, city="Laval")
    back = brought(world, book.saved())
    conflict = next(change for change in back.changes if change.column == "city")

    assert (conflict.outcome.value, conflict.base, conflict.mine, conflict.server) == (
        "conflict",
        None,
        "Gatineau",
        "Laval",
    )
    assert conflict.server_by == world.ana.label
    assert applied(world, back)
    assert (world.amina.city, world.amina.function) == ("Laval", "Secretary")


def test_scenario_6_a_decision_for_the_file_is_written_and_audited(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    back = brought(world, book.saved())
    with writing():
        settlements.decide(back, {back.changes[0].id: "mine"}, by=world.ana)
        db.session.commit()

    assert applied(world, back)
    assert world.amina.city == "Gatineau"
    assert "return_decided" in {entry.action.value for entry in db.session.scalars(select(Entry))}


def test_scenario_7_the_same_entry_on_both_sides_needs_nothing(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Gatineau")
    version = world.amina.version
    back = brought(world, book.saved())

    assert news(back) == [("same", world.amina.ref, "city")]
    assert applied(world, back)
    assert world.amina.version == version


def filled_blank(world):
    """A blank roster with an organisation and a person in spare rows, and one person typed below."""
    copy, book = taken(world, ROSTER, blank=True)
    book.write(
        "organisations", "N-0001", name="Nurses of Boston", kind="professional association", country="United States"
    )
    book.write(
        "people",
        "N-0051",
        name="Lucie Pierre",
        organisation="Nurses of Boston",
        language="French",
        email="lucie@example.org",
        phone="+1 617 555 0142",
        channel="WhatsApp",
        source="a colleague",
        capabilities="clinical care; translation and interpreting",
    )
    book.append("people", name="Moïse Étienne", source="themselves", email="moise@example.org")
    return copy, book


def person_named(name):
    return db.session.scalar(select(Person).where(Person.name == name))


def test_scenario_13_new_rows_are_added_once_however_often_the_file_comes(world):
    _copy, book = filled_blank(world)
    content = book.saved()
    back = brought(world, content)

    assert [change.outcome.value for change in back.changes] == ["create"] * 3
    assert back.problems == []
    assert applied(world, back)
    lucie, moise = person_named("Lucie Pierre"), person_named("Moïse Étienne")
    assert lucie.organisation.name == "Nurses of Boston"
    assert (lucie.language, lucie.country, lucie.source.value) == ("fr", "US", "colleague")
    assert [(each.kind.value, each.address) for each in lucie.channels] == [
        ("whatsapp", "+16175550142"),
        ("email", "lucie@example.org"),
    ]
    assert {each.code.value for each in lucie.capabilities} == {"health_clinical", "translation"}
    assert (moise.country, moise.language) == (world.agency.country, "en")

    again = brought(world, content)
    assert news(again) == []
    assert again.problems == []
    assert any("already brought in" in sentence for sentence in again.notices)


def test_scenario_29_a_row_typed_below_shows_its_empty_cells_too_once_nobody_knows_what_was_given_out(world):
    copy, book = filled_blank(world)
    applied(world, brought(world, book.saved()))
    changed(world, person_named("Moïse Étienne"), city="Paris")
    with transaction():
        copy.expires_at = now() - timedelta(days=1)
    back = brought(world, book.saved())

    assert ("conflict", person_named("Moïse Étienne").ref, "city") in news(back)
    typed = next(change.row for change in back.changes if change.ref == person_named("Moïse Étienne").ref)
    assert typed not in {problem["row"] for problem in back.problems}


def test_a_new_organisation_is_reached_by_the_number_or_the_mailbox_of_its_contact(world):
    _copy, book = taken(world, ROSTER, blank=True)
    said = {"kind": "professional association", "country": "United States"}
    book.write("organisations", "N-0001", name="Nurses of Boston", contact="+1 617 555 0142", **said)
    book.write("organisations", "N-0002", name="Nurses of Lowell", contact="nurses@example.org", **said)
    back = brought(world, book.saved())

    assert back.problems == []
    assert applied(world, back)
    rows = db.session.scalars(select(Organisation).where(Organisation.name.startswith("Nurses of")))
    reached = {row.name: [each.address for each in row.channels] for row in rows}
    assert reached == {"Nurses of Boston": ["+16175550142"], "Nurses of Lowell": ["nurses@example.org"]}


def test_what_is_wrong_with_a_row_is_said_in_the_order_of_its_columns(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="x" * 300, city="y" * 300, email="nobody", phone="12", source="a colleague")
    back = brought(world, book.saved())

    assert [problem["column"] for problem in back.problems] == ["name", "city", "email", "phone"]


def test_scenario_13_a_row_that_was_added_can_be_edited_in_the_same_file(world):
    _copy, book = filled_blank(world)
    applied(world, brought(world, book.saved()))
    book.write("people", "N-0051", city="Boston")
    back = brought(world, book.saved())

    assert ("update", person_named("Lucie Pierre").ref, "city") in news(back)
    assert applied(world, back)
    assert person_named("Lucie Pierre").city == "Boston"


def test_scenario_14_somebody_like_one_who_is_here_is_not_added_unless_said_so(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="A. Diallo", source="themselves", email="amina@example.org")
    back = brought(world, book.saved())

    assert back.changes[0].twin == world.amina.ref
    with writing():
        settlements.decide(back, {back.changes[0].id: "add"}, by=world.ana)
        db.session.commit()
    assert applied(world, back)
    assert person_named("A. Diallo")


def test_scenario_14_a_likely_twin_stays_out_by_itself(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="A. Diallo", source="themselves", email="amina@example.org")

    assert applied(world, brought(world, book.saved()))
    assert person_named("A. Diallo") is None


def test_scenario_18_columns_moved_renamed_and_added_are_found_and_sheets_too(world):
    _copy, book = taken(world, ROSTER)
    page = book.sheet("people")
    page.insert_cols(3)
    page["C2"] = "My remarks"
    page.cell(2, book.place("people", "city")).value = "Town"
    page.title = "Everybody"
    book.book.move_sheet(page, -2)
    book.book.active = 0
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought(world, book.saved())

    assert news(back) == [("update", world.amina.ref, "city")]
    assert [sentence for sentence in back.notices if "My remarks" in sentence]
    assert back.changes[0].cell == f"G{book.row('people', world.amina.ref)}"


def test_scenario_19_a_deleted_column_and_a_deleted_sheet_clear_nothing(world):
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_cols(book.place("people", "function"))
    del book.book["Organisations"]
    back = brought(world, book.saved())

    assert news(back) == []
    assert any("Function there" in sentence for sentence in back.notices)
    assert any("“Organisations” is missing" in sentence for sentence in back.notices)


def test_scenario_20_a_column_that_was_emptied_is_held(world):
    with writing():
        people.add_many(
            world.agency,
            [{"name": f"Person {n}", "source": "themselves", "city": "Lyon", "language": "fr"} for n in range(6)],
            by=world.ana,
        )
        db.session.commit()
    _copy, book = taken(world, ROSTER)
    page, place = book.sheet("people"), book.place("people", "city")
    for number in range(3, page.max_row + 1):
        page.cell(number, place).value = None
    back = brought(world, book.saved())

    assert {change.outcome.value for change in back.changes} == {"held"}
    assert applied(world, back)
    assert person_named("Person 1").city == "Lyon"


def test_scenario_21_bad_cells_are_named_by_address_and_the_rest_goes_on(world):
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    ref = world.amina.ref
    book.write("people", ref, told_on="31/02/2026", country="Atlantis", city="x" * 300, name="y" * 300)
    book.write("people", ref, function="Treasurer", email="no address", channel="#REF!", language="=VLOOKUP(1,A1:B2,2)")
    book.cell("people", ref, "channel").data_type = "e"
    page, row = book.sheet("people"), book.row("people", ref)
    page.merge_cells(start_row=row, end_row=row, start_column=book.place("people", "capabilities"), end_column=10)
    back = brought(world, book.saved())
    problems = {problem["column"]: problem for problem in back.problems}

    assert set(problems) == {"told_on", "country", "city", "name", "email", "channel", "language"}
    assert problems["told_on"]["cell"] == page.cell(row, book.place("people", "told_on")).coordinate
    assert problems["told_on"]["read"] == "31/02/2026"
    assert "a date such as 2026-03-04" in problems["told_on"]["sentence"]
    assert "Atlantis" in problems["country"]["sentence"]
    assert "too long" in problems["city"]["sentence"]
    assert "too long" in problems["name"]["sentence"]
    assert "e-mail address" in problems["email"]["sentence"]
    assert "#REF!" in problems["channel"]["sentence"]
    assert "formula without a result" in problems["language"]["sentence"]
    assert news(back) == [("update", ref, "function")]
    assert applied(world, back)
    assert world.amina.function == "Treasurer"


def test_scenario_21_a_new_row_without_what_it_needs_is_left_out_and_said(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="Lucie Pierre")
    book.write("people", "N-0052", name="Marc Paul", source="the moon")
    book.write("organisations", "N-0001", name="Nurses of Boston")
    back = brought(world, book.saved())

    assert news(back) == []
    assert {(problem["sheet"], problem["column"]) for problem in back.problems} == {
        ("People", "source"),
        ("Organisations", "kind"),
        ("Organisations", "country"),
    }


def test_scenario_24_a_row_that_moved_after_the_preview_is_shown_again_and_nothing_is_written(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", function="Secretary")
    back = brought(world, book.saved())
    changed(world, world.amina, city="Laval")

    assert not applied(world, back)
    assert world.amina.function is None
    assert news(back) == [
        ("update", world.amina.ref, "function"),
        ("conflict", world.amina.ref, "city"),
    ]
    assert back.state is ReturnState.READY
    assert applied(world, back)
    assert (world.amina.city, world.amina.function) == ("Laval", "Secretary")


def test_scenario_25_a_decision_for_the_server_is_remembered(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    content = book.saved()
    applied(world, brought(world, content))

    assert news(brought(world, content)) == []


def test_a_row_deleted_offline_stays_unless_somebody_ticks_it(world):
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_rows(book.row("people", world.tomas.ref))
    back = brought(world, book.saved())

    assert news(back) == [("removal", world.tomas.ref, "")]
    with writing():
        settlements.decide(back, {back.changes[0].id: "mine"}, by=world.ana)
        db.session.commit()
    assert applied(world, back)
    assert world.tomas.state.value == "archived"


def test_status_consent_and_verification_are_never_taken_from_a_file(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, agreed="yes, 1 March 2026", source="themselves", roles_held=9)
    book.write("organisations", world.federation.ref, verification="commitments signed")
    back = brought(world, book.saved())

    assert news(back) == []
    assert any("for reading only" in sentence for sentence in back.notices)


def test_a_sensitive_person_leaves_and_comes_back_by_working_name(world):
    _copy, book = taken(world, ROSTER)
    assert book.cell("people", world.salma.ref, "name").value == "Rose"
    book.write("people", world.salma.ref, name="Iris")

    assert applied(world, brought(world, book.saved()))
    assert (world.salma.name, world.salma.alias) == ("Salma Idris", "Iris")


def test_contact_details_need_a_reason_and_leave_only_then(world):
    with pytest.raises(Refused, match="Say why"):
        taken(world, ROSTER, contacts=True)
    _copy, without = taken(world, ROSTER)
    _copy, with_them = taken(world, ROSTER, contacts=True, reason="field visit")

    assert "#email" not in [cell.value for cell in without.sheet("people")[1]]
    assert with_them.cell("people", world.amina.ref, "email").value == "amina@example.org"


def test_another_agencys_copy_is_not_known_here(world):
    _copy, book = taken(world, ROSTER)
    world.agency = world.other_agency

    with pytest.raises(Refused, match="not taken offline here"):
        brought(world, book.saved())


def test_a_ref_of_somewhere_else_is_refused_and_a_damaged_one_repaired(world):
    _copy, book = taken(world, ROSTER)
    book.cell("people", world.amina.ref, "city").value = "Gatineau"
    row = book.row("people", world.amina.ref)
    book.sheet("people").cell(row, 1).value = "C-AMNA?"
    tomas = book.row("people", world.tomas.ref)
    book.sheet("people").cell(tomas, 1).value = "C-79Y1-Z"
    book.sheet("people").cell(tomas, book.place("people", "check")).value = None
    back = brought(world, book.saved())

    assert ("update", world.amina.ref, "city") in news(back)
    assert any("was damaged; the row is" in sentence for sentence in back.notices)
    assert [problem["column"] for problem in back.problems] == ["ref"]


def test_a_workbook_that_says_nothing_of_itself_and_holds_no_row_of_ours_can_only_add(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.forget_which_copy()
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves")
    back = brought(world, book.saved())

    assert [change.outcome.value for change in back.changes] == ["create"]
    assert any("does not say which copy" in sentence for sentence in back.notices)
    assert applied(world, back)
    assert person_named("Lucie Pierre")


def test_a_workbook_of_somebody_elses_making_is_refused(world):
    made = Copy.__new__(Copy)
    made.book = Plain()

    with pytest.raises(Refused, match="none of ours"):
        brought(world, made.saved())


def test_who_may_not_is_told_whom_to_ask_and_the_file_is_kept(world):
    _copy, book = taken(world, ROSTER)
    saved = book.saved()
    back = brought(world, saved, member=world.members["rui"])

    assert back.state is ReturnState.REFUSED
    assert "Ask Ana: your file is kept here for them." in back.refusal
    assert originals.of(back.id) == saved


def test_a_settled_copy_is_settled(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought(world, book.saved())
    applied(world, back)

    assert applied(world, back), "applying again changes nothing"
    assert back.rows == {}
    with pytest.raises(Refused, match="settled already"):
        settlements.decide(back, {}, by=world.ana)


def test_a_choice_that_is_not_offered_is_refused(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought(world, book.saved())

    with pytest.raises(Refused, match="not offered"):
        settlements.decide(back, {back.changes[0].id: "add"}, by=world.ana)
    with pytest.raises(Refused, match="not offered"):
        settlements.decide(back, {10**6: "mine"}, by=world.ana)


def test_the_statements_of_an_import_do_not_grow_with_its_rows(world, statements):
    def counted(rows):
        _copy, book = taken(world, ROSTER, blank=True)
        for number in range(rows):
            book.write("people", f"N-{51 + number:04d}", name=f"Lucie {rows} {number}", source="themselves")
        content = book.saved()
        with statements() as few:
            back = brought(world, content)
            applied(world, back)
        return len(few)

    assert counted(40) <= counted(4) + 2


def test_the_base_is_what_was_written_and_holds_no_more(world):
    copy, _book = taken(world, ROSTER)
    line = workbooks.base_of(copy)["people"][world.amina.ref]

    assert line.cells["name"] == "Amina Diallo"
    assert "email" not in line.cells
    assert db.session.scalar(select(func.count()).select_from(Change)) == 0
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 2
