"""Files that come in: each cell with what it was, and no file takes the server with it."""

import io
import signal
import subprocess
import sys
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from preparedness.errors import Refused
from preparedness.exchange import bounds, quick_reading, reading, text_reading, uploads
from tests.exchange.test_guard import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book):
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def with_sheet(xml, **parts):
    """A one-sheet workbook whose sheet is the given text."""
    book = saved(Workbook())
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else parts.get(name, old.read(name)))
    return held.getvalue()


def sheet(rows, after=""):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def cells(content):
    return dict(uploads.read(content)["sheets"][0]["rows"])


def test_each_cell_is_told_with_its_address_and_kind():
    book = Workbook()
    book.active.append(["text", 7, 1.5, True, datetime.fromisoformat("2026-03-04T14:30"), time(9, 5), date(2026, 3, 4)])
    book.active["B3"] = "#REF!"

    assert cells(saved(book)) == {
        1: [
            [1, "s", "text"],
            [2, "n", 7],
            [3, "n", 1.5],
            [4, "b", True],
            [5, "d", "2026-03-04T14:30:00"],
            [6, "t", "09:05:00"],
            [7, "d", "2026-03-04T00:00:00"],
        ],
        3: [[2, "e", "#REF!"]],
    }


def test_a_formula_is_told_apart_from_its_result():
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'
    rows += '<c r="C1" t="str"><f>A1</f><v></v></c></row>'

    assert cells(with_sheet(sheet(rows))) == {1: [[1, "=n", 2], [2, "f", None]]}


def test_cells_covered_by_a_merged_cell_are_told():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="C2"><v>3</v></c></row>'
    merged = '<mergeCells count="1"><mergeCell ref="A1:B1048576"/></mergeCells>'

    assert cells(with_sheet(sheet(rows, merged))) == {
        1: [[1, "n", 1], [2, "m", ""]],
        2: [[1, "m", ""], [2, "m", ""], [3, "n", 3]],
    }


def test_a_sheet_that_lies_about_its_size_loses_no_row():
    xml = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="D9"><v>2</v></c></row>')
    xml = xml.replace("<sheetData>", '<dimension ref="A1:A1"/><sheetData>')

    assert cells(with_sheet(xml)) == {1: [[1, "n", 1]], 9: [[4, "n", 2]]}


def test_durations_odd_numbers_and_dates_out_of_range_are_told_as_what_they_are():
    book = Workbook()
    page = book.active
    page["A1"], page["B1"], page["C1"] = 0.6, 1.5, -1
    page["A1"].number_format = page["B1"].number_format = "[h]:mm"
    page["C1"].number_format = "yyyy-mm-dd"
    read = cells(saved(book))[1]

    assert read[:2] == [[1, "t", "14:24:00"], [2, "n", 1.5]]
    assert read[2][1] in ("d", "t")
    assert bounds.kind(float("inf")) == ("e", "inf")


def test_a_text_longer_than_a_cell_may_hold_is_told_as_such():
    rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'

    assert cells(with_sheet(sheet(rows))) == {1: [[1, "l", "x" * 40]]}


def test_the_workbooks_own_properties_and_hidden_sheets_are_told():
    book = Workbook()
    book.create_sheet("kept").sheet_state = "veryHidden"
    read = uploads.read(saved(book))

    assert read["properties"] == {}
    assert [(each["name"], each["state"]) for each in read["sheets"]] == [("Sheet", "visible"), ("kept", "veryHidden")]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ('<row r="50001"><c r="A50001"><v>1</v></c></row>', "more than 50,000 rows"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "more than 60 columns"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "same address"),
        ('<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>', "more than 60 columns"),
        ('<row r="1"><c r="A99999999999"><v>1</v></c></row>', "more than 50,000 rows"),
        ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1"><v>1</v>', "damaged"),
    ],
)
def test_a_sheet_beyond_reading_is_refused_in_words(rows, says):
    with pytest.raises(Refused, match=says):
        uploads.read(with_sheet(sheet(rows)))


def test_empty_formatted_cells_far_out_are_nothing():
    assert cells(with_sheet(sheet('<row r="1048576"><c r="XFD1048576" s="0"/></row>'))) == {}


def test_a_zip_that_only_looks_like_a_workbook_is_refused():
    with pytest.raises(Refused, match="damaged"):
        uploads.read(zipped())


def test_a_reader_that_hangs_is_ended(monkeypatch, tmp_path):
    hanging = tmp_path / "hanging.py"
    hanging.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(uploads, "CHILD", hanging)
    monkeypatch.setattr(uploads, "MOST_SECONDS", 0.05)

    with pytest.raises(Refused, match="too long to read"):
        uploads.read(saved(Workbook()))


@pytest.mark.parametrize(("number", "says"), [(signal.SIGXCPU, "too long to read"), (signal.SIGABRT, "damaged")])
def test_a_reader_that_dies_takes_nothing_with_it(monkeypatch, tmp_path, number, says):
    dying = tmp_path / "dying.py"
    dying.write_text(
        f"import os, resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nos.kill(os.getpid(), {number})"
    )
    monkeypatch.setattr(uploads, "CHILD", dying)

    with pytest.raises(Refused, match=says):
        uploads.read(saved(Workbook()))


def test_the_reader_limits_itself_and_loads_nothing_of_the_product(tmp_path):
    script = (
        "import runpy, sys, resource; here = runpy.run_path(sys.argv[1]); here['limit'](); here['bare']();"
        "import preparedness.exchange.quick_reading, preparedness.exchange.reading, preparedness.exchange.text_reading;"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0],"
        "resource.getrlimit(resource.RLIMIT_CORE)[0],"
        "*sorted(name for name in sys.modules if name.startswith(('preparedness.exchange.', 'flask', 'sqlalchemy'))))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-c", script, str(uploads.CHILD)], capture_output=True, text=True, check=True
    )
    names = "bounds", "quick_reading", "reading", "text_reading"

    assert told.stdout.split() == [str(1024**3), "20", "0", *(f"preparedness.exchange.{name}" for name in names)]


def test_each_reader_loads_its_own_engine_and_no_other(tmp_path):
    for reader, engine in ((quick_reading, "python_calamine"), (reading, "openpyxl"), (text_reading, "csv")):
        others = {"python_calamine", "openpyxl", "charset_normalizer"} - {engine}
        script = (
            "import runpy, sys; runpy.run_path(sys.argv[1])['bare']();"
            "__import__(sys.argv[2]); print(*sorted(set(sys.modules) & set(sys.argv[3:])))"
        )
        run = [sys.executable, "-I", "-c", script, str(uploads.CHILD), reader.__name__, engine, *sorted(others)]
        loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()

        assert loaded in ([engine], ["charset_normalizer", engine])


def test_what_cannot_be_read_at_all_is_damaged(tmp_path):
    assert reading.told(str(tmp_path / "missing.xlsx")) == {"cause": "damaged"}
    assert quick_reading.told(str(tmp_path / "missing.xlsx"), {"form": "workbook", "plain": {}, "hidden": {}}) == {
        "cause": "impatient"
    }
    assert quick_reading.told(str(tmp_path / "missing.ods"), {"form": "open_document"}) == {"cause": "damaged"}
    assert text_reading.told(str(tmp_path / "missing.csv")) == {"cause": "odd_text"}
