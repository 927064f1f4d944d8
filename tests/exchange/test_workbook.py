"""Writing a workbook: what it holds, what it hides, and that nothing in it is alive."""

import io
import zipfile
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from preparedness.database import now
from preparedness.exchange import activation_sheets, looks, plan_sheets, roster_sheets, sheets, uploads, workbook
from preparedness.exchange.manifest import Manifest
from preparedness.exchange.sheets import Column, Editable, Line, Sheet, Surroundings
from preparedness.exchange.values import Kind
from preparedness.i18n import speaking

SECRET = "a secret of the tests, long enough to be one"
LIVE_TEXTS = ["=1+1", "+33199001234", "-5", "@here", "=cmd|' /C calc'!A1", "mailto:ana@example.org", "http://x.example"]


def said(key):
    return lambda row, _around: getattr(row, key, None)


TASKS = Sheet(
    key="tasks",
    title="Tasks",
    spare=3,
    columns=(
        sheets.ref_column(said("ref")),
        Column("text", "What to do", Kind.TEXT, 40, Editable.YES, said("text"), required=True),
        Column("state", "State ({zone})", Kind.CHOICE, 11, Editable.YES, said("state"), "task_state"),
        Column("due", "Due", Kind.DATETIME, 14, Editable.NO, said("due")),
        Column("day", "Day", Kind.DATE, 14, Editable.YES, said("day")),
        Column("hours", "Hours", Kind.WHOLE, 6, Editable.NEW, said("hours"), prints=False),
    ),
)


@pytest.fixture
def around(app):
    return Surroundings("America/Port-au-Prince", now(), activation_sheets.lists())


def made(around, lines, sheet=TASKS, banner=""):
    cover = workbook.Cover("A copy", [("Copy", "no. 1")], ["Leave Ref as it is."], "Copy no. 1 & only", banner)
    page = workbook.Page(sheet, sheet.columns, lines, lambda line: f"{line.ref} 1 abc")
    told = Manifest("ab12", "activation", 7, 1, around.at, around.zone, "en", {sheet.key: len(lines)})
    return workbook.write(cover, [page], around, told.fields(SECRET))


def row(ref="T-79Y1-6", **cells):
    return Line(ref, 1, cells)


def test_the_first_sheet_is_the_read_me_and_the_last_are_hidden(around):
    book = load_workbook(io.BytesIO(made(around, [row(text="Call", state="open")])))

    assert [(each.title, each.sheet_state) for each in book] == [
        ("Read me", "visible"),
        ("Tasks", "visible"),
        ("Lists", "hidden"),
        ("_preparedness", "veryHidden"),
    ]


def test_the_hidden_key_row_and_the_check_say_which_row_and_column_is_which(around):
    page = load_workbook(io.BytesIO(made(around, [row(text="Call")])))["Tasks"]
    keys = [cell.value for cell in page[1]]

    assert keys == ["#ref", "#text", "#state", "#due", "#day", "#hours", "#check", "#pp:tasks:1"]
    assert page.row_dimensions[1].hidden
    assert page.column_dimensions["G"].hidden
    assert [page.cell(3, 1).value, page.cell(3, 7).value] == ["T-79Y1-6", "T-79Y1-6 1 abc"]
    assert [page.cell(number, 1).value for number in (4, 5, 6)] == ["N-0001", "N-0002", "N-0003"]


def test_the_manifest_stands_twice(around):
    content = made(around, [row(text="Call")])
    read = uploads.read(content)
    sheet = next(each for each in read["sheets"] if each["name"] == "_preparedness")
    told = {cells[0][2]: cells[1][2] for _number, cells in sheet["rows"] if len(cells) > 1}

    assert told["export"] == "ab12"
    assert {name.removeprefix("preparedness_"): value for name, value in read["properties"].items() if value} == told


@pytest.mark.parametrize("text", LIVE_TEXTS)
def test_no_text_of_anybody_becomes_a_formula_or_a_link(around, text):
    content = made(around, [row(text=text)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()

    assert "<f>" not in sheet.split("<dataValidations")[0]
    assert "hyperlink" not in sheet
    assert load_workbook(io.BytesIO(content))["Tasks"]["B3"].value == text


def test_values_come_out_as_the_kind_they_are(around):
    line = row(text="Call", state="done", due="2026-03-04T14:30:00", day="2026-03-04", hours=7)
    page = load_workbook(io.BytesIO(made(around, [line])))["Tasks"]

    assert [str(page.cell(3, place).value) for place in range(2, 7)] == [
        "Call",
        "done",
        "2026-03-04 14:30:00",
        "2026-03-04 00:00:00",
        "7",
    ]
    assert page["B3"].number_format == "@"


def test_headings_name_the_zone_of_the_file(around):
    assert load_workbook(io.BytesIO(made(around, [])))["Tasks"]["C2"].value == "State (Port-au-Prince)"


def test_lists_refuse_what_is_not_in_them_and_ref_only_warns(around):
    page = load_workbook(io.BytesIO(made(around, [row(text="Call")])))["Tasks"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}

    assert (rules["C3"].type, rules["C3"].showErrorMessage, rules["C3"].formula1) == ("list", True, "list_task_state")
    assert rules["C3"].errorStyle in (None, "stop")
    assert (rules["A3"].type, rules["A3"].errorStyle) == ("custom", "warning")
    assert rules["B3"].prompt == "Needed: text"
    assert rules["E3"].type == "date"
    assert rules["F4"].type == "whole", "a column of new rows only begins below those given out"
    assert "D3" not in rules


def test_the_paper_is_a4_on_its_side_and_says_which_copy_it_is(around):
    page = load_workbook(io.BytesIO(made(around, [row(text="Call")], banner="EXERCISE")))["Tasks"]

    assert (page.page_setup.orientation, str(page.page_setup.paperSize)) == ("landscape", "9")
    assert page.print_title_rows == "$2:$2"
    assert page.print_area == "'Tasks'!$A$1:$E$8"
    assert page.freeze_panes == "B3"
    assert "Copy no. 1 && only" in page.oddFooter.left.text
    assert page.oddFooter.left.text.startswith("EXERCISE") or "EXERCISE" in page.oddFooter.left.text
    assert "EXERCISE" in page.oddFooter.right.text
    assert "EXERCISE" in page.oddHeader.center.text


def test_rows_are_as_high_as_their_text_and_still_grow(around):
    content = made(around, [row(text="A long sentence about what is to be done. " * 5), row("T-V2VP-R", text="Short")])
    page = load_workbook(io.BytesIO(content))["Tasks"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = archive.read("xl/worksheets/sheet2.xml").decode().split("<sheetData>")[1]

    assert page.row_dimensions[3].height > 2 * page.row_dimensions[4].height
    assert "customHeight" not in rows


def test_a_row_is_never_higher_than_a_page():
    assert looks.height([("word " * 5000, 10)]) == looks.TALLEST
    assert looks.height([]) == looks.LINE_HEIGHT + looks.PADDING


def test_lists_are_written_in_the_language_spoken_and_understood_in_all(app):
    with speaking("fr"):
        places = sheets.country_choices()
        tongues = sheets.language_choices()

    assert places.label("HT") == "Haïti"
    assert places.code("Haiti") == "HT"
    assert tongues.code("Haitian Creole") == "ht"
    assert tongues.code("créole haïtien") == "ht"


def test_contact_details_leave_only_where_they_are_asked_for():
    with_them = {column.key for column in roster_sheets.PEOPLE.offered(contacts=True)}
    without = {column.key for column in roster_sheets.PEOPLE.offered(contacts=False)}

    assert with_them - without == {"email", "phone"}


@pytest.mark.parametrize(
    "sheet", [*roster_sheets.SHEETS, *plan_sheets.SHEETS, *activation_sheets.SHEETS], ids=lambda sheet: sheet.key
)
def test_what_prints_fits_on_a4_and_no_key_stands_twice(sheet):
    printed = sum(column.width for column in sheet.columns if column.prints)
    keys = [column.key for column in sheet.columns]

    assert printed <= 135
    assert len(keys) == len(set(keys))
    assert keys[0] == "ref"


@pytest.mark.parametrize(
    ("sheet", "key"),
    [
        (roster_sheets.ORGANISATIONS, "verification"),
        (roster_sheets.PEOPLE, "agreed"),
        (roster_sheets.PEOPLE, "confirmed_at"),
        (plan_sheets.DESIGNATIONS, "state"),
        (plan_sheets.ROLES, "state"),
    ],
)
def test_status_consent_and_verification_are_for_reading_only(sheet, key):
    column = next(each for each in sheet.columns if each.key == key)

    assert column.editable is Editable.NO


def test_a_line_takes_its_cells_in_the_one_form(around):
    task = SimpleNamespace(ref="T-79Y1-6", version=4, text=" Call\r\nback ", state="open", hours=2)
    (line,) = sheets.lines([task], TASKS.columns, around)

    assert (line.ref, line.version) == ("T-79Y1-6", 4)
    assert line.cells == {"text": "Call\nback", "state": "open", "due": None, "day": None, "hours": 2}


def test_times_are_told_in_the_zone_of_the_file_and_read_back_from_it(around):
    local = around.local(around.at).replace(microsecond=0)

    assert around.moment(local.replace(tzinfo=None).isoformat()) == around.at.replace(microsecond=0)
    assert around.local(None) is None
    assert around.day(around.at) == local.date()
    assert around.day(None) is None


def test_a_moment_in_a_narrow_column_shows_its_time_and_no_row_of_hashes():
    narrow = Column("called_at", "Called at", Kind.DATETIME, 9, Editable.YES, lambda row, _: None)
    wide = Column("done_at", "Done at", Kind.DATETIME, 14, Editable.YES, lambda row, _: None)

    assert looks.cell(narrow)["num_format"] == "hh:mm"
    assert "dd/mm" in looks.cell(wide)["num_format"]
