"""Workbooks as people's programs and hands leave them: 2, 15 to 19, 21 to 23, 28 and 30."""

import io
import unicodedata
import zipfile
from datetime import date, datetime
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from preparedness import refs
from preparedness.audit import Entry
from preparedness.contacts import people
from preparedness.contacts.models import Person
from preparedness.database import db, writing
from preparedness.exchange import moved, sheets, workbooks
from preparedness.exchange.models import Change, Return, ReturnState, WorkbookKind
from preparedness.exchange.moved import Retired
from preparedness.vocabulary import OrganisationKind
from tests.exchange import hostile
from tests.exchange.libreoffice import saved_again
from tests.exchange.offline import Copy, fresh, taken
from tests.exchange.scenarios.ways import latest, worked

ROSTER, PLAN = WorkbookKind.ROSTER, WorkbookKind.PLAN
LIVE = ["=1+1", "+33199001234", "-5", "@here", "\tafter a tab", "one\r\ntwo", "=cmd|' /C calc'!A1", "'=quoted"]
EXACT = ["1000000000000001", "0012", "1e5", "  padded  ", "non\xa0breaking", "31/12", "TRUE", "_x0041_", "أم سلمى"]


def with_odd_words(world):
    """People whose towns are what programs like to make something else of."""
    rows = [
        {"name": f"Person {number}", "source": "themselves", "language": "fr", "country": "FR", "city": city}
        for number, city in enumerate([*LIVE, *EXACT])
    ]
    with writing():
        people.add_many(world.agency, rows, by=world.ana)
        db.session.commit()


def entries():
    """What was written, apart from that files came and how a program signs in."""
    db.session.expire_all()
    return list(
        db.session.scalars(select(Entry.action).where(Entry.subject_kind.not_in(["brought_back", "api_token"])))
    )


def untouched(door, content):
    """Bring a file back that nobody edited: nothing is new, wrong or written."""
    said = door.bring_in(content)
    back = latest()
    assert (fresh(back), back.problems) == ([], [])
    assert back.state is ReturnState.APPLIED
    return said


def shown_and_applied(door, content):
    """Bring a file back, look at it, and apply it as it is; answers what was shown, and the copy."""
    said, back = door.bring(content), latest()
    assert back.state is ReturnState.READY
    found = back.id
    door.press("apply", back, version=back.version)
    db.session.expire_all()
    return said, db.session.get_one(Return, found)


# --- 2 and 23 ------------------------------------------------------------------------------------------------------


def test_scenario_02_and_23_an_untouched_file_saved_by_other_programs_changes_nothing(world, page, api):
    with_odd_words(world)
    copy, _book = taken(world, ROSTER, contacts=True, reason="field visit")
    ours = workbooks.file(copy, agency=world.agency)
    again = saved_again({"roster.xlsx": ours})["roster.xlsx"]
    opened = saved_again({"roster.xlsx": ours}, "ods")["roster.xlsx"]
    through = saved_again({"roster.ods": opened})["roster.ods"]
    versions = dict(db.session.execute(select(Person.id, Person.version)).all())

    for content in (ours, again, through, Copy(ours).saved(), opened):
        for door in (page, api):
            untouched(door, content)
    db.session.expire_all()
    assert dict(db.session.execute(select(Person.id, Person.version)).all()) == versions


def test_scenario_23_what_looks_like_a_formula_comes_back_as_it_was(world, door):
    with_odd_words(world)
    copy, book = taken(world, ROSTER)
    content = workbooks.file(copy, agency=world.agency)
    written = [cell.value for row in load_workbook(io.BytesIO(content))["People"].iter_rows(min_row=3) for cell in row]

    assert {"=1+1", "+33199001234", "-5", "@here", "=cmd|' /C calc'!A1"} <= set(written)
    assert b"<f>" not in content
    for ref in book.refs("people"):
        city = book.cell("people", ref, "city")
        if str(city.value).startswith(("=", "+", "-", "@")):
            city.value, city.data_type = f"'{city.value}", "s"  # as somebody types it who fears a formula
    untouched(door, book.saved())


# --- 15 to 17 ------------------------------------------------------------------------------------------------------


def rows_of(book, key="people"):
    """The rows of a sheet below its headings, each as its values."""
    page = book.sheet(key)
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]


def put(book, rows, key="people"):
    page = book.sheet(key)
    for number, row in enumerate(rows, start=3):
        for place, value in enumerate(row, start=1):
            cell = page.cell(number, place)
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type


def test_scenario_15_sorted_filtered_and_moved_rows_change_nothing(world, door):
    with_odd_words(world)
    _copy, book = taken(world, ROSTER)
    rows = sorted(rows_of(book), key=lambda row: str(row[1] or "~"), reverse=True)
    put(book, [rows[-1], *rows[:-1]])
    for number in range(4, 9):
        book.sheet("people").row_dimensions[number].hidden = True

    assert "5 hidden rows were read like the others" in untouched(door, book.saved())


def test_scenario_16_a_sheet_sorted_without_its_hidden_column_is_read_by_its_refs(world, door):
    with_odd_words(world)
    _copy, book = taken(world, ROSTER)
    check = book.place("people", "check")
    rows = rows_of(book)
    seals = [row[check - 1] for row in rows]
    apart = sorted(rows, key=lambda row: str(row[1] or "~"), reverse=True)
    put(book, [[*row[: check - 1], seal, *row[check:]] for row, seal in zip(apart, seals, strict=True)])
    said = untouched(door, book.saved())

    assert "sorted without its hidden column" in said


def test_scenario_16_two_refs_swapped_by_hand_are_held(world, door):
    with_odd_words(world)
    _copy, book = taken(world, ROSTER)
    one, other = (person_named(f"Person {number}").ref for number in (1, 2))
    first, second = book.row("people", one), book.row("people", other)
    sheet = book.sheet("people")
    sheet.cell(first, 1).value, sheet.cell(second, 1).value = other, one
    said, back = shown_and_applied(door, book.saved())

    assert {(change.outcome.value, change.why and change.why.value) for change in back.changes} == {("held", "moved")}
    assert door.shows(said, "changed places")
    assert [person.city for person in named(one, other)] == ["+33199001234", "-5"]


def person_named(name):
    return db.session.scalar(select(Person).where(Person.name == name))


def named(*refs):
    db.session.expire_all()
    return [db.session.scalar(select(Person).where(Person.ref == ref)) for ref in refs]


def test_scenario_17_a_ref_that_is_altered_foreign_or_gone_never_means_another_row(world, door):
    with_odd_words(world)
    with writing():
        world.foreign_person.ref = refs.make(refs.PERSON)
        db.session.commit()
    _copy, book = taken(world, ROSTER)
    typo, foreign, erased, torn = (person_named(f"Person {number}").ref for number in range(4))
    sheet, check = book.sheet("people"), book.place("people", "check")
    swapped = typo[:2] + typo[3] + typo[2] + typo[4:]
    for ref in (typo, foreign, erased, torn):
        book.write("people", ref, function="Secretary")
    sheet.cell(book.row("people", torn), check).value = None
    sheet.cell(book.row("people", typo), 1).value = swapped if swapped != typo else f"{typo[:-1]}?"
    sheet.cell(book.row("people", foreign), 1).value = world.foreign_person.ref
    row = book.row("people", erased)
    sheet.cell(row, 1).value = None
    sheet.cell(book.row("people", torn), 1).value = "C-79Y1-Z"
    said, back = shown_and_applied(door, book.saved())

    assert "was damaged; the row is" in said
    assert "is not a row of this copy" in said
    assert "is no Ref: one of its signs is wrong" in said
    assert [person.function for person in named(typo, foreign, erased, torn)] == ["Secretary", None, "Secretary", None]
    assert [problem["column"] for problem in back.problems] == ["ref", "ref"]
    db.session.refresh(world.foreign_person)
    assert world.foreign_person.function != "Secretary"


# --- 18 and 19 -----------------------------------------------------------------------------------------------------


def test_scenario_18_columns_and_sheets_are_found_wherever_they_went(world, door):
    _copy, book = taken(world, ROSTER)
    sheet = book.sheet("people")
    sheet.insert_cols(3)
    sheet["C2"] = "My remarks"
    sheet["C5"] = "to be called again"
    sheet.move_range(f"E1:E{sheet.max_row}", cols=30)
    sheet.cell(2, book.place("people", "city")).value = "Town"
    sheet.title = "Everybody"
    book.book.move_sheet(sheet, -2)
    book.book.active = 0
    book.write("people", world.amina.ref, city="Gatineau")
    said = door.bring_in(book.saved())

    assert fresh(latest()) == [("update", world.amina.ref, "city")]
    assert "“My remarks” is not part of this copy" in said
    assert [person.city for person in named(world.amina.ref)] == ["Gatineau"]


def test_scenario_19_a_deleted_column_and_a_deleted_sheet_clear_nothing(world, door):
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_cols(book.place("people", "city"))
    del book.book["Organisations"]
    said = door.bring_in(book.saved())

    assert fresh(latest()) == []
    assert "the column “City” is missing" in said
    assert "The sheet “Organisations” is missing" in said


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_scenario_19_without_its_hidden_row_a_sheet_is_found_by_its_headings(world, door, language):
    _copy, book = taken(world, ROSTER, language=language)
    city = book.place("people", "city")
    row = book.row("people", world.amina.ref)
    for key in ("people", "organisations"):
        sheet = book.sheet(key)
        sheet.delete_rows(1)
        if key == "people":
            sheet.cell(row - 1, city).value = "Gatineau"
    said = door.bring_in(book.saved())

    assert fresh(latest()) == [("update", world.amina.ref, "city")]
    assert "the columns were found by their headings" in said


def test_scenario_19_a_sheet_without_keys_and_headings_is_asked_about_column_by_column(world, page):
    _copy, book = taken(world, ROSTER)
    book.forget_which_copy()
    del book.book["Organisations"]
    sheet = book.sheet("people")
    sheet.delete_rows(1)
    for place, words in enumerate(("Nr", "Nombre completo", "Grupo", "Rolle", "País"), start=1):
        sheet.cell(1, place).value = words
    for place in range(6, 30):
        sheet.cell(1, place).value = None
    said = page.bring(book.saved())

    assert "Which column is which?" in said
    assert "Nombre completo" in said
    assert latest().changes == []


# --- 21 and 22 -----------------------------------------------------------------------------------------------------


def replaced(content, words, others):
    """A workbook in which some words are others, longer than the program that saved it would have let them be."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(words, others))
    return held.getvalue()


def test_scenario_21_each_bad_cell_is_named_and_the_rest_of_the_file_applies(world, door):
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    ref, sheet = world.amina.ref, book.sheet("people")
    book.write("people", ref, told_on="31/02/2026", country="Atlantis", name="y" * 300, city="TOO LONG")
    book.write("people", ref, function="Treasurer", channel="#REF!", language="=VLOOKUP(1,A1:B2,2)", email="nobody")
    book.cell("people", ref, "channel").data_type = "e"
    row, first = book.row("people", ref), book.place("people", "capabilities")
    sheet.merge_cells(start_row=row, end_row=row, start_column=first - 1, end_column=first)
    book.write("people", world.tomas.ref, function="Secretary", told_on=0.5, timezone=12)
    said, back = shown_and_applied(door, replaced(book.saved(), b"TOO LONG", b"x" * 40_000))
    problems = {(each["row"], each["column"]): each for each in back.problems}
    wrong = {
        "told_on": ("31/02/2026", "a date such as 2026-03-04"),
        "country": ("Atlantis", "is not in the list"),
        "name": ("y" * 80, "too long"),
        "city": ("x" * 40, "longer than 32,767"),
        "channel": ("#REF!", "holds an error (#REF!)"),
        "language": ("", "formula without a result"),
        "email": ("nobody", "e-mail address"),
        "capabilities": ("", "covered by a merged cell"),
    }

    for column, (read, sentence) in wrong.items():
        told = problems.pop((row, column))
        assert told["cell"] == sheet.cell(row, book.place("people", column)).coordinate
        assert (told["sheet"], told["read"]) == ("People", read)
        assert sentence in told["sentence"]
        assert told["cell"] in said
    assert {column for _row, column in problems} == {"told_on", "timezone"}
    assert [person.function for person in named(ref, world.tomas.ref)] == ["Treasurer", "Secretary"]
    assert [person.country for person in named(ref)] == ["CA"], "what cannot be read clears nothing"


def test_scenario_22_phones_dates_and_names_that_programs_rewrote_are_no_changes(world, door):
    with writing():
        people.add_many(
            world.agency,
            [
                {
                    "name": "Élise Nguyễn",
                    "source": "themselves",
                    "told_on": date(2026, 3, 4),
                    "city": "Saint Denis",
                    "language": "fr",
                    "country": "FR",
                    "channels": [{"kind": "phone", "address": "+33199001234"}],
                }
            ],
            by=world.ana,
        )
        db.session.commit()
    elise = person_named("Élise Nguyễn")
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    phone = book.cell("people", elise.ref, "phone")
    phone.value = int(phone.value.lstrip("+"))
    phone.number_format = "General"
    told_on = book.cell("people", elise.ref, "told_on")
    assert told_on.value == datetime.fromisoformat("2026-03-04")
    told_on.value, told_on.number_format = "2026-03-04", "@"
    book.write(
        "people", elise.ref, name=unicodedata.normalize("NFD", "Élise Nguyễn") + "\u200b", city="Saint\xa0Denis "
    )
    said = untouched(door, book.saved())

    assert "it counts as unchanged" in said


# --- 28 ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def move_on(monkeypatch):
    """Let the sheets move on: *town* became *city*, *fax* went, and so did the kind of organisation *club*."""
    return lambda: _moved_on(monkeypatch)


def _moved_on(monkeypatch):
    monkeypatch.setattr(sheets, "SCHEMA", 2)
    monkeypatch.setattr(workbooks, "SCHEMA", 2)
    monkeypatch.setattr(moved, "MOVED", {2: {"people": {"town": "city", "fax": None}}})
    retired = {"organisation_kind": {"club": Retired("professional_association", ("Club", "Cercle"))}}
    monkeypatch.setattr(moved, "RETIRED", retired)


def made_older(copy, book):
    """A copy as it was before the sheets moved on: its base and its keys of then."""
    base = workbooks.base_of(copy)
    for line in base["people"].values():
        line.cells["town"] = line.cells.pop("city")
        line.cells["fax"] = None
    for line in base["organisations"].values():
        line.cells["kind"] = "club"
    with writing():
        copy.base = workbooks.pressed(base)
        db.session.commit()
    sheet = book.sheet("people")
    sheet.cell(1, book.place("people", "city")).value = "#town"
    sheet.insert_cols(5)
    sheet.cell(1, 5).value, sheet.cell(2, 5).value = "#fax", "Fax"
    kinds = book.sheet("organisations")
    for ref in book.refs("organisations"):
        kinds.cell(book.row("organisations", ref), book.place("organisations", "kind")).value = "Club"


def test_scenario_28_a_copy_of_older_columns_and_codes_is_understood_as_it_was_meant(world, door, move_on):
    with writing():
        world.federation.kind = OrganisationKind.PROFESSIONAL_ASSOCIATION
        db.session.commit()
    copy, book = taken(world, ROSTER)
    made_older(copy, book)
    move_on()
    book.cell("people", world.amina.ref, "town").value = "Gatineau"
    said = door.bring_in(book.saved())

    assert fresh(latest()) == [("update", world.amina.ref, "city")]
    assert "is not part of this copy" not in said
    assert [person.city for person in named(world.amina.ref)] == ["Gatineau"]


def test_scenario_28_a_code_that_is_no_longer_used_counts_as_what_it_became(world, door, move_on):
    with writing():
        world.federation.kind = OrganisationKind.HOMETOWN_ASSOCIATION
        db.session.commit()
    _copy, book = taken(world, ROSTER)
    move_on()
    book.write("organisations", world.federation.ref, kind="cercle")
    said = door.bring_in(book.saved())

    assert fresh(latest()) == [("update", world.federation.ref, "kind")]
    assert "“cercle” is no longer in the list" in said
    db.session.refresh(world.federation)
    assert world.federation.kind is OrganisationKind.PROFESSIONAL_ASSOCIATION


# --- 30 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "256 MiB of blanks",
        "a cell in the last corner",
        "four billion strings announced",
        "laughs in the strings",
        "a file from outside in the sheet",
        "cut in half",
        "nothing at all",
        "encrypted",
        "an old workbook",
        "macros",
    ],
)
def test_scenario_30_a_hostile_file_is_refused_in_words_and_the_server_goes_on(world, door, client, name):
    make, says = hostile.FILES[name]
    client.sign_in(world.members["ana"])
    said = door.bring(make())
    if worked():  # a large file is read beside the request
        said = unescape(client.get(f"/copies/returns/{latest().id}").text)

    assert (says or "is none of ours") in said
    assert db.session.scalar(select(func.count()).select_from(Change)) == 0
    assert entries() == [], "nothing but that it came, and was refused"
    assert client.get("/copies").status_code == 200


def test_scenario_30_a_file_of_21_mb_is_refused_before_it_is_read(world, page):
    page.client.sign_in(world.members["ana"])
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="back.xlsx"\r\n\r\n'
    sent = head + hostile.FILES["21 MB"][0]() + b"\r\n--cut--\r\n"
    answer = page.client.post("/copies", data=sent, content_type="multipart/form-data; boundary=cut")

    assert answer.status_code == 413
    assert "too large" in answer.text
    assert latest() is None
