"""Two readers behind one interface: whatever the quick one reads, the patient one reads alike, cell by cell."""

import io
import random
import warnings
import zipfile
from datetime import date, datetime, time
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from xlsxwriter import Workbook as Sharing

from preparedness.activations import running
from preparedness.activations.models import ActivationKind
from preparedness.database import db, writing
from preparedness.exchange import arrivals, bounds, guard, quick_reading, reading, uploads, workbooks
from preparedness.exchange.comparisons import base_rows
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.sheets import Scope
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.exchange.libreoffice import saved_again
from tests.exchange.offline import taken
from tests.exchange.test_uploads import saved, sheet, with_sheet
from tests.recordings import recorded


def both(content, folder):
    """What each of the two readers tells of a file."""
    file = folder / "book.xlsx"
    file.write_bytes(content)
    looked = guard.inspect(content)
    seen = {"form": looked.form, "plain": looked.plain, "hidden": looked.hidden}
    quick = quick_reading.told(str(file), seen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the child does
        return quick, reading.told(str(file), seen)


def alike(content, folder):
    """What both readers tell, after seeing that it is the same."""
    quick, patient = both(content, folder)
    assert quick == patient
    return quick


@pytest.fixture
@recorded
def exports(world):
    """A copy of each kind, taken offline today."""
    with writing():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "on_duty": [world.members["rui"].id]}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    subjects = {WorkbookKind.ROSTER: None, WorkbookKind.PLAN: world.plan.id, WorkbookKind.ACTIVATION: made.id}
    copies = {kind: taken(world, kind, subject)[0] for kind, subject in subjects.items()}
    return copies, {f"{kind}.xlsx": workbooks.file(copy, agency=world.agency) for kind, copy in copies.items()}


@pytest.mark.once
def test_our_own_files_are_read_alike_and_quickly(exports, tmp_path):
    for content in exports[1].values():
        assert alike(content, tmp_path)["sheets"]


def test_files_saved_by_libreoffice_are_read_alike_and_say_what_ours_say(world, exports, tmp_path):
    copies, files = exports
    for name, content in saved_again(files).items():
        copy = copies[WorkbookKind(name.removesuffix(".xlsx"))]
        ours, theirs = alike(files[name], tmp_path), alike(content, tmp_path)
        assert understood(world, copy, theirs) == understood(world, copy, ours)


def understood(world, copy, read):
    """The canonical rows of a copy that was read."""
    content = CONTENTS[copy.kind]
    here = content.snapshot(world.agency, copy.subject_id, Scope(copy.timezone, copy.made_at, True))
    bases = base_rows(copy, content)
    found = arrivals.found(read, content.sheets)
    for key, part in found.items():
        arrivals.take(part, bases[key], here.around, created={}, offered=part.sheet.offered(contacts=copy.contacts))
    assert all(part.troubles == [] for part in found.values())
    return {key: [(row.ref, row.cells) for row in part.rows] for key, part in found.items()}


ODD = [
    "plain",
    " padded ",
    "non\xa0breaking",
    "line\nbreak",
    "Élise",
    "E\u0301lise",
    "أم سلمى",
    "=1+1",
    "'=quoted",
    "_x0041_",
    "a_x000D_b",
    "<&>\"'",
    "x" * 33_000,
    "\u200bzero\u200b",
    0,
    -0.0,
    7,
    1.5,
    0.1 + 0.2,
    1e15,
    123456789012345,
    1234567890123456,
    1e300,
    -3,
    True,
    False,
    date(2026, 3, 4),
    datetime.fromisoformat("2026-03-04T14:30:59"),
    time(9, 5),
]


def test_all_kinds_of_values_are_read_alike(tmp_path):
    book = Workbook()
    for number, value in enumerate(ODD, start=1):
        cell = book.active.cell(number, 2, value)
        cell.data_type = "s" if isinstance(value, str) else cell.data_type

    assert len(alike(saved(book), tmp_path)["sheets"][0]["rows"]) == len(ODD)


def test_texts_that_stand_in_their_cells_are_read_alike(tmp_path):
    rows = "".join(
        f'<row r="{n}"><c r="C{n}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c></row>'
        for n, text in enumerate((each for each in ODD if isinstance(each, str)), start=1)
    )

    assert alike(with_sheet(sheet(rows)), tmp_path)["sheets"][0]["rows"]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_numbers_shown_as_dates_and_times_are_read_alike(tmp_path, epoch):
    shown = [
        "[h]:mm",
        "yyyy-mm-dd",
        "h:mm",
        "dd/mm/yyyy",
        "General",
        '0" days"',
        "[$-F800]dddd, mmmm dd",
        "@",
        "[Red]0",
    ]
    serials = [0.6, 1.5, -1, 0, 60, 61, 46085, 46085.604166, 2958466, 0.999999, 2958465.5]
    rng = random.Random(7)
    book = Workbook()
    if epoch:
        book.epoch = epoch
        serials.remove(-1)  # no program of that time knew a day before its first
    for column, number_format in enumerate(shown, start=1):
        for row, serial in enumerate([*serials, *(rng.uniform(1, 60_000) for _ in range(40))], start=1):
            book.active.cell(row, column, serial).number_format = number_format
    quick, patient = both(saved(book), tmp_path)

    assert [[rounded(cell) for cell in row[1]] for row in quick["sheets"][0]["rows"]] == [
        [rounded(cell) for cell in row[1]] for row in patient["sheets"][0]["rows"]
    ]


def rounded(cell):
    """A cell as a column of dates and times understands it: to the second."""
    column, kind, value = cell
    if kind == "d":
        return [column, kind, round(datetime.fromisoformat(value + "+00:00").timestamp())]
    if kind == "t":
        moment = time.fromisoformat(value)
        return [column, kind, round(moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6)]
    return [column, kind, round(value, 6)] if kind == "n" else cell


STRINGS = (
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<si><t>_x0041_</t></si><si><t>_x005F_x0041_</t></si><si><t>a_x000D_\nb</t></si>"
    '<si><r><t xml:space="preserve">in </t></r><r><rPr><b/></rPr><t>pieces</t></r>'
    '<rPh sb="0" eb="1"><t>spoken</t></rPh></si>'
    '<si><t xml:space="preserve">  padded  </t></si><si/></sst>'
)


def with_strings(rows, strings=STRINGS):
    """A workbook with the strings above, as programs write them that share strings."""
    made, held = io.BytesIO(), io.BytesIO()
    book = Sharing(made)
    book.add_worksheet().write_string(0, 0, "shared")
    book.close()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {"xl/worksheets/sheet1.xml": sheet(rows), "xl/sharedStrings.xml": strings}
        for name in old.namelist():
            new.writestr(name, parts.get(name) or old.read(name))
    return held.getvalue()


@pytest.mark.parametrize(
    "rows",
    [
        "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(5)),
        '<row r="1"><c r="A1" t="inlineStr"><is><t>_x0041_</t></is></c><c r="B1" t="str"><v>_x0042_</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2026-03-04T10:00:00</v></c><c r="B1" t="d"><v>2026-03-04</v></c></row>',
        '<row><c t="inlineStr"><is><t>x</t></is></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>',
        '<row r="3"><c r="C3"><v>3</v></c></row><row r="1"><c r="B1"><v>2</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>abc</v></c><c r="B1"><v>7.0</v></c><c r="C1"><v>1E3</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a&#13;&#10;b&#160;&amp;lt;</t></is></c></row>',
        '<row r="5" hidden="1"><c r="B5" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
    ],
)
def test_odd_but_honest_sheets_are_read_alike(rows, tmp_path):
    assert alike(with_strings(rows), tmp_path)["sheets"][0]["rows"]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><f>1+1</f></c></row>',
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>5</v></c></row>',
    ],
)
def test_what_the_quick_reader_does_not_see_it_leaves_to_the_patient_one(rows, tmp_path):
    quick, patient = both(with_strings(rows), tmp_path)

    assert quick == {"cause": "impatient"}
    assert patient != quick


def test_merged_cells_are_left_to_the_patient_reader(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    merged = with_sheet(sheet(rows, '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'))

    assert both(merged, tmp_path)[0] == {"cause": "impatient"}
    assert uploads.read(merged)["sheets"][0]["rows"] == [[1, [[1, "n", 1], [2, "m", ""]]]]


def test_what_stands_on_sheets_that_do_not_count_slows_nobody_down(world, tmp_path):
    _copy, book = taken(world, WorkbookKind.ROSTER)
    page = book.book.create_sheet("My sums", 0)
    page["A1"], page["A2"] = "=1+1", "#REF!"
    page.merge_cells("B1:C1")
    read = alike(book.saved(), tmp_path)

    assert read["sheets"][0] == {"name": "My sums", "state": "visible", "rows": [], "hidden": 0}


def test_a_quick_reader_that_dies_is_followed_by_the_patient_one():
    lying = STRINGS.replace("<sst ", '<sst uniqueCount="4294967295" count="4294967295" ', 1)
    content = with_strings('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', lying)

    assert uploads.read(content)["sheets"][0]["rows"] == [[1, [[1, "s", "A"]]]]


def test_only_where_a_sheet_bears_our_signs_are_others_left_unread():
    ours, refs, list_, hidden = ("A", ["#ref", "x"]), ("B", ["C-7K3M-Q"]), ("C", ["Name"]), ("_preparedness", ["kind"])

    assert bounds.wanted([ours, refs, list_, hidden]) == {0, 1, 3}
    assert bounds.wanted([refs, list_]) == {0, 1}, "what only looks like a Ref keeps no list from being read"
    assert bounds.wanted([list_, ("D", ["#pp:people:1"])]) == {1}
