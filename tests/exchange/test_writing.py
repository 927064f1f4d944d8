"""A copy as people open it: its languages and signs, what cannot be typed into it, and how it prints."""

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook

from preparedness.activations import running
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.contacts.models import Organisation
from preparedness.database import db, now, writing
from preparedness.exchange import (
    activation_sheets,
    looks,
    roster_sheets,
    sheets,
    streams,
    validations,
    workbook,
    workbooks,
)
from preparedness.exchange.choices import Unknown
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.sheets import Column, Due, Editable, Line, Scope, Sheet, Surroundings
from preparedness.exchange.values import Kind, Pattern
from preparedness.i18n import WORKBOOK_LANGUAGES, direction, speaking
from preparedness.vocabulary import OrganisationKind, Phase
from tests.activations import stage
from tests.exchange import libreoffice
from tests.exchange.offline import taken
from tests.exchange.test_workbook import made, said
from tests.recordings import recorded

ROSTER, PLAN, ACTIVATION = WorkbookKind.ROSTER, WorkbookKind.PLAN, WorkbookKind.ACTIVATION
LATE = Sheet(
    key="tasks",
    title="Tasks",
    spare=2,
    due=Due("due_at", "state", (TaskState.DONE.value,)),
    columns=(
        sheets.ref_column(said("ref")),
        Column("due_at", "Due", Kind.DATETIME, 14, Editable.NO, said("due_at")),
        Column("state", "State", Kind.CHOICE, 11, Editable.YES, said("state"), "task_state", required=True),
    ),
)


@pytest.fixture
def around(app):
    return Surroundings("America/Port-au-Prince", now(), activation_sheets.lists())


@pytest.fixture
@recorded
def activation(world):
    """An exercise with Amina in the coordination seat."""
    with writing():
        stage.accepts(world.seat, world.amina)
        stage.approved(world)
        made = running.start(
            world.plan, {"kind": ActivationKind.EXERCISE, "level": world.items[1].from_level}, by=world.ana
        )
        db.session.commit()
    return made


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def cells(page):
    return [str(cell.value) for line in page.iter_rows() for cell in line if cell.value is not None]


@pytest.mark.parametrize("language", WORKBOOK_LANGUAGES)
def test_a_copy_is_written_in_the_language_that_was_chosen(world, language):
    _copy, book = taken(world, ROSTER, language=language)
    with speaking(language, among=WORKBOOK_LANGUAGES):
        title, heading, kind = str(roster_sheets.PEOPLE.title), "", str(OrganisationKind.UMBRELLA_NETWORK.words)
        heading = str(roster_sheets.PEOPLE.columns[3].heading)
    page = book.sheet("people")

    assert page.title == title
    assert page.cell(2, book.place("people", "function")).value == heading
    assert book.cell("organisations", world.federation.ref, "kind").value == kind
    assert page.sheet_view.rightToLeft is (True if direction(language) == "rtl" else None)


def test_a_copy_in_a_language_that_pages_are_not_spoken_in_may_still_be_read(world):
    with speaking("ar", among=WORKBOOK_LANGUAGES):
        words = str(Phase.RECOVERY.words)
    assert words != "Recovery"
    assert sheets.worded(Phase).code(words) == Phase.RECOVERY
    assert sheets.yes_or_no().code("نعم") == "yes"


def test_a_list_understands_its_words_in_every_language_of_a_workbook(app):
    for language in WORKBOOK_LANGUAGES:
        with speaking(language, among=WORKBOOK_LANGUAGES):
            words = {kind: str(kind.words) for kind in OrganisationKind}
        for kind, label in words.items():
            assert sheets.worded(OrganisationKind).code(label) == kind
    with pytest.raises(Unknown):
        sheets.worded(OrganisationKind).code("تنظيم")


def test_the_first_sheet_says_who_until_when_and_what_the_signs_mean(world, activation):
    copy, book = taken(world, ACTIVATION, activation.id, contacts=True, reason="Night shift")
    first = " ".join(cells(book.book.worksheets[0]))

    assert all(
        words in first
        for words in ("EXERCISE", "SENSITIVE", "Ana", f"no. {copy.number}", "Night shift", "Destroy by", "Late:", "Ref")
    )


def test_what_is_late_and_what_is_lacking_is_shown_by_a_sign_too(around):
    lines = [Line("T-79Y1-6", 1, {"due_at": "2020-03-04T14:30:00", "state": "open"})]
    page = load_workbook(io.BytesIO(made(around, lines, sheet=LATE)))["Tasks"]
    rules = {str(area.sqref): area.rules[0] for area in page.conditional_formatting}

    late, lacking = rules["B3:B505"], rules["C3:C505"]
    assert late.formula == ['AND(ISNUMBER($B3),$B3<NOW(),$C3<>"done")']
    assert late.dxf.numFmt.formatCode.startswith(f'"{looks.LATE} "')
    assert lacking.formula == ["AND(LEN(C3)=0,COUNTA($B3:$C3)>0)"]
    assert page["C2"].value == f"{looks.NEEDED} State"


def test_words_in_a_condition_cannot_end_it(around):
    with_quote = Pattern(Kind.CHOICE, sheets.Choices([sheets.Choice("done", 'the "end"')]))
    patterns = {"state": with_quote, "due_at": Pattern(Kind.DATETIME), "ref": Pattern(Kind.TEXT)}
    [(_area, condition)] = validations.late(LATE, LATE.columns, patterns, 2, 5)

    assert '$C3<>"the ""end"""' in condition


def test_a_list_to_which_the_same_file_may_add_warns_and_no_other_does(world):
    _copy, book = taken(world, ROSTER)
    page = book.sheet("people")
    rules = {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}
    organisation = rules[page.cell(3, book.place("people", "organisation")).coordinate]
    country = rules[page.cell(3, book.place("people", "country")).coordinate]

    assert (organisation.type, organisation.errorStyle) == ("list", "warning")
    assert (country.type, country.errorStyle, country.showErrorMessage) == ("list", None, True)


@pytest.mark.once
def test_the_first_sheet_of_a_checklist_prints_on_one_page_with_all_its_lines(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id, contacts=True, reason="Night shift")
    for page in book.book.worksheets[1:]:
        del book.book[page.title]
    printed = libreoffice.saved_again({"copy.xlsx": book.saved()}, "pdf")["copy.xlsx"]

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert not book.book.worksheets[0].sheet_properties.pageSetUpPr.fitToPage, "or LibreOffice leaves out a line"


@pytest.mark.parametrize("kind", WorkbookKind)
def test_every_list_offers_the_words_of_its_own_column_and_no_others(world, activation, kind):
    """A task and somebody's answer both have a state: each column has a list of its own."""
    subject = {ROSTER: None, ACTIVATION: activation.id}.get(kind, world.plan.id)
    copy, book = taken(world, kind, subject, contacts=True, reason="Night shift")
    around = CONTENTS[kind].around(world.agency, subject, Scope(copy.timezone, copy.made_at, copy.contacts))
    wanted, offered = {}, {}
    for sheet in CONTENTS[kind].sheets:
        for place, column in enumerate(sheet.columns, start=1):
            if column.kind in (Kind.CHOICE, Kind.YES_NO) and column.editable is not Editable.NO:
                wanted[sheet.key, column.key] = around.lists[column.choices].labels
                offered[sheet.key, column.key] = listed(book, sheet.key, place)

    assert offered == wanted
    assert bool(wanted) is (kind is not WorkbookKind.CONTACTS), "what is for reading alone offers nothing"


def listed(book, key, place):
    """The words of the list that a column offers, and nothing where it offers none."""
    page = book.sheet(key)
    for rule in page.data_validations.dataValidation:
        if rule.type == "list" and next(iter(rule.sqref.ranges)).min_col == place:
            [(title, area)] = book.book.defined_names[rule.formula1].destinations
            return [row[0].value for row in book.book[title][area.replace("$", "")]]
    return None


def test_a_date_beyond_reckoning_cannot_be_typed(world):
    _copy, book = taken(world, ROSTER)
    page = book.sheet("people")
    told_on = next(
        rule
        for rule in page.data_validations.dataValidation
        if str(rule.sqref).startswith(page.cell(3, book.place("people", "told_on")).coordinate)
    )

    assert (told_on.type, told_on.operator, told_on.showErrorMessage) == ("date", None, True)
    assert int(told_on.formula1) > 0


@pytest.mark.parametrize("kind", [ROSTER, PLAN])
def test_no_file_holds_a_formula(world, kind):
    with writing():
        world.federation.name = "=cmd|' /C calc'!A1"
        world.plan.situation = "@SUM(1+1)"
        db.session.commit()
    copy, _book = taken(world, kind, None if kind is ROSTER else world.plan.id)
    content = workbooks.file(copy, agency=world.agency)

    assert not any("<f>" in text or "<f " in text for name, text in parts(content).items() if "worksheets" in name)


def test_scenario_23_live_text_leaves_as_text_with_a_quote_prefix(around):
    texts = ["=1+1", "+33199001234", "-5", "@here", "'tis"]
    lines = [Line(f"T-000{number}-0", 1, {"text": text}) for number, text in enumerate(texts)]
    page = load_workbook(io.BytesIO(made(around, lines)))["Tasks"]

    assert [page.cell(3 + place, 2).value for place in range(len(texts))] == texts
    assert all(page.cell(3 + place, 2).quotePrefix for place in range(len(texts)))
    assert all(page.cell(3 + place, 2).data_type == "s" for place in range(len(texts)))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("_x0041_", "_x0041_"),
        ("a & <b>", "a & <b>"),
        ("two\nlines", "two\nlines"),
        ("\x08bell", "bell"),
        ("é" * 3, "ééé"),
    ],
)
def test_any_text_is_written_so_that_it_is_read_as_it_was(around, text, kept):
    content = made(around, [Line("T-79Y1-6", 1, {"text": text})])
    raw = re.search(r'<c r="B3"[^>]*><is><t>(.*?)</t>', parts(content)["xl/worksheets/sheet2.xml"], re.DOTALL)

    assert raw is not None
    unescaped = raw[1].replace("_x005F_", "_").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped == kept


def test_no_cell_holds_more_than_a_cell_may(around):
    page = load_workbook(io.BytesIO(made(around, [Line("T-79Y1-6", 1, {"text": "é" * 40_000})])))["Tasks"]

    assert len(page["B3"].value) == 32_767
    assert len(streams.cell_text("x" * 40_000)) == 32_767


def test_rows_are_streamed_one_by_one(around):
    """The writer asks for a row only when it writes it: however many there are, few are in memory at once."""
    alive, most = 0, 0

    class Rows:
        def __len__(self):
            return 5_000

        def __iter__(self):
            nonlocal alive, most
            for number in range(5_000):
                alive += 1
                most = max(most, alive)
                yield Line(f"T-{number:04d}-0", 1, {"text": f"Task {number}"})
                alive -= 1

    content = made(around, Rows())

    assert most == 1
    assert load_workbook(io.BytesIO(content))["Tasks"].cell(5_002, 2).value == "Task 4999"


def test_the_cross_check_is_sorted_with_its_row_and_never_seen(around):
    page = load_workbook(io.BytesIO(made(around, [Line("T-79Y1-6", 1, {"text": "Call"})])))["Tasks"]

    assert page.auto_filter.ref == "A2:G6"
    assert (page["G3"].number_format, page["G3"].alignment.shrinkToFit) == (";;;", True)


@pytest.mark.parametrize(("language", "format_"), [("en", "[$-409]"), ("fr", "[$-40C]"), ("ar", "[$-C01]")])
def test_days_are_named_in_the_language_of_the_workbook(language, format_):
    column = Column("due_at", "Due", Kind.DATETIME, 14, Editable.NO, said("due_at"))

    assert looks.number_format(column, language).startswith(format_)


@pytest.mark.parametrize("sheet", [*roster_sheets.SHEETS, *activation_sheets.SHEETS], ids=lambda sheet: sheet.key)
def test_no_sheet_prints_smaller_than_nine_tenths(sheet):
    assert sum(column.width + 0.7 for column in sheet.columns if column.prints) <= 135 / 0.9
    assert sheet.frozen <= 3


def test_a_row_is_counted_in_lines_as_a_program_breaks_them():
    assert looks.line_count("short", 20) == 1
    assert looks.line_count("one two three four five six seven eight", 10) == 4
    assert looks.line_count("x" * 50, 10) == 5
    assert looks.line_count("a\nb\nc", 40) == 3


def test_two_organisations_of_one_name_are_told_apart(world):
    with writing():
        twin = Organisation(
            agency_id=world.agency.id,
            ref="O-TWIN-X",
            name=world.federation.name,
            name_fold=world.federation.name_fold,
            kind=OrganisationKind.MEDIA,
            country="FR",
        )
        db.session.add(twin)
        db.session.commit()
    _copy, book = taken(world, ROSTER)

    assert (
        book.cell("people", world.amina.ref, "organisation").value
        == f"{world.federation.name} ({world.federation.ref})"
    )


def test_a_longer_list_than_anybody_chooses_from_is_left_out(around, monkeypatch):
    monkeypatch.setattr(workbook, "LONGEST_LIST", 2)
    page = load_workbook(io.BytesIO(made(around, [])))["Tasks"]

    assert not any(rule.type == "list" for rule in page.data_validations.dataValidation)


def test_words_of_a_list_that_takes_several_stand_on_the_first_sheet(world):
    _copy, book = taken(world, ROSTER)

    assert "coordination; translation and interpreting" in " ".join(cells(book.book.worksheets[0]))


def test_the_sheets_to_print_lie_beside_those_that_come_back(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    assert [page.title for page in book.book][1:6] == ["Checklist", "Call list", "Log", "ICS 205A", "Role cards"]

    _copy, book = taken(world, PLAN, world.plan.id)
    assert "ICS 203" in [page.title for page in book.book]


def test_a_long_first_sheet_is_printed_smaller_and_never_too_small_to_read():
    scales = [workbook._cover_scale([("Plan", "Earthquake, Haiti")] * lines) for lines in (5, 25, 500)]

    assert scales == [workbook.COVER_SCALE, scales[1], workbook.SMALLEST_COVER]
    assert workbook.SMALLEST_COVER < scales[1] < workbook.COVER_SCALE


def test_a_column_that_is_on_the_screen_only_has_room_for_its_heading():
    narrow = Column("parent", "Belongs to", Kind.TEXT, 9, Editable.YES, said("parent"), prints=False)
    printed = Column("parent", "Belongs to", Kind.TEXT, 9, Editable.YES, said("parent"))

    assert looks.wide(narrow) > looks.wide(printed) == 9
