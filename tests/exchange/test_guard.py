"""The guard: what is no plain workbook is refused in words, before any reader touches it."""

import io
import random
import struct
import zipfile

import pytest
from openpyxl import Workbook

from preparedness.errors import Refused
from preparedness.exchange import guard
from preparedness.exchange.scans import Scan

PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def zipped(parts=None, **more):
    """A zip of the needed parts and some more."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts or {**PARTS, **more}).items():
            archive.writestr(name, content)
    return held.getvalue()


def saved_by_openpyxl():
    held = io.BytesIO()
    Workbook().save(held)
    return held.getvalue()


def encrypted():
    """A zip whose entries say that they are encrypted."""
    content = bytearray(zipped())
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, at + 8, 1)
    return bytes(content)


def overlapping():
    """A zip whose second entry lies where the first one does."""
    content = bytearray(zipped())
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    struct.pack_into("<I", content, second + 42, 0)
    return bytes(content)


def lying():
    """A zip whose entry declares fewer bytes than it holds."""
    content = bytearray(zipped(**{"xl/sheet.xml": b"<x>" + b"a" * 5000 + b"</x>"}))
    at = content.index(b"xl/sheet.xml", content.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", content, at + 24, 10)
    return bytes(content)


def open_document(content):
    """An OpenDocument whose content is the given text."""
    return zipped({"mimetype": guard.OPEN_DOCUMENT, "content.xml": content})


def noise(size):
    """Bytes that do not shrink much."""
    return random.Random(1).randbytes(size)


def twice():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(name, content)
    return held.getvalue()


def test_a_plain_workbook_may_be_opened(tmp_path):
    file = tmp_path / "plain.xlsx"
    file.write_bytes(saved_by_openpyxl())

    guard.inspect(file)
    guard.inspect(zipped())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Name,Country\nAna,HT\n", "no Excel workbook"),
        (b"<html><table></table></html>", "no Excel workbook"),
        (zipped({"readme.txt": b"hello"}), "no Excel workbook"),
        (zipped({"mimetype": b"application/vnd.oasis.text", "content.xml": b"<x/>"}), "an OpenDocument file"),
        (open_document(b"<x table:formula='of:=1'/>"), "formulas or merged cells"),
        (open_document(b"<table:covered-table-cell/>"), "formulas or merged cells"),
        (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}), r"binary Excel workbook \(\.xlsb\)"),
        (zipped(**{"xl/workbook.xml": f'<workbook xmlns="{guard.STRICT.decode()}"/>'.encode()}), "Strict Open XML"),
        (zipped(**{"xl/workbook.xml": noise(guard.LARGEST_LIST + 1)}), "unpacks to far more"),
        (guard.OLD_OFFICE_SIGN + b"Workbook", r"old Excel file \(\.xls\)"),
        (guard.OLD_OFFICE_SIGN + "EncryptedPackage".encode("utf-16-le"), "password"),
        (encrypted(), "password"),
        (zipped(**{"xl/vbaProject.bin": b"macro"}), "macros"),
        (b"PK\x03\x04" + b"\x00" * (guard.LARGEST_FILE + 1), "larger than 20 MB"),
        (zipped(**{"xl/sheet.xml": b" " * (2 * guard.MEBIBYTE)}), "unpacks to far more"),
        (zipped(**{f"xl/{number}.xml": b"<x/>" for number in range(guard.MOST_PARTS)}), "unpacks to far more"),
        (zipped()[:-30], "damaged"),
        (overlapping(), "damaged"),
        (lying(), "damaged"),
        (zipped(**{"../../etc/x": b"x"}), "damaged"),
        (zipped(**{"/etc/x": b"x"}), "damaged"),
        (zipped(**{"xl/a.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "damaged"),
        (zipped(**{"xl/a.xml": '<?xml version="1.0" encoding="UTF-16"?><x/>'.encode("utf-16")}), "damaged"),
        (zipped(**{"xl/a.xml": b'<?xml version="1.0" encoding="ISO-8859-1"?><x/>'}), "damaged"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_with_what_to_do(content, says):
    with pytest.raises(Refused, match=says) as refused:
        guard.inspect(content)

    assert refused.value.field == "file"


def test_two_parts_of_one_name_are_refused():
    with pytest.raises(Refused, match="damaged"):
        guard.inspect(twice())


def test_a_document_type_across_two_chunks_is_found():
    hidden = b"<!--" + b"x" * (guard.CHUNK - 8) + b"--><!DOCTYPE x><x/>"

    with pytest.raises(Refused, match="damaged"):
        guard.inspect(zipped(**{"xl/a.xml": hidden}))


def test_a_part_larger_than_it_declares_is_refused():
    with pytest.raises(guard._Odd, match="bomb"):
        guard._unpacked(io.BytesIO(b"abc"), b"abc", declared=2)


def test_a_text_file_may_be_opened_where_it_is_called_one():
    assert guard.inspect(b"Name,Country\nAna,HT\n", "people.CSV").form is guard.Form.TEXT
    assert guard.inspect("Name\nÉlise\n".encode("utf-16"), "people.txt").form is guard.Form.TEXT
    assert guard.inspect(zipped(), "really.csv").form is guard.Form.WORKBOOK


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" \n", "empty"),
        (b"GIF89a\x00\x01", "it is none"),
        (b"\xef\xbb\xbf <html><table></table></html>", "no Excel workbook"),
        (guard.OLD_OFFICE_SIGN + b"Workbook", r"old Excel file \(\.xls\)"),
    ],
)
def test_what_is_only_called_a_text_file_is_refused(content, says):
    with pytest.raises(Refused, match=says):
        guard.inspect(content, "people.csv")


SHEET = "xl/worksheets/sheet1.xml"


def noisy(many):
    """Numbers that do not shrink much."""
    rng = random.Random(1)
    return (rng.getrandbits(64) for _ in range(many))


def looked(rows):
    return guard.inspect(zipped(**{SHEET: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"}))


def test_the_values_of_a_plain_sheet_are_counted():
    rows = b'<row><c><v>1</v></c><c t="inlineStr"><is><t>a</t></is></c><c><v xml:space="preserve">2</v></c></row>'

    assert looked(rows).plain == {SHEET: 3}
    padded = b"".join(rows + b"<!--%d-->" % number for number in noisy(40_000))
    assert looked(padded).plain == {SHEET: 120_000}, "also across the pieces in which it is looked at"


@pytest.mark.parametrize("formula", [b"<f>1+1</f>", b'<f t="shared"/>', b"<f/>", b"<f\n>1</f>"])
def test_a_sheet_with_a_formula_is_not_plain(formula):
    assert looked(b"<row><c>" + formula + b"<v>2</v></c></row>").plain == {}
    for before in range(guard.CHUNK - 60, guard.CHUNK):
        padded = b"<!--" + b"x" * (before - 33) + b"-->" + formula
        assert looked(padded).plain == {}, f"also where a piece ends, {before}"


def test_a_sheet_that_calls_its_parts_otherwise_is_not_plain():
    assert guard.inspect(zipped(**{SHEET: b"<x:worksheet><x:sheetData/></x:worksheet>"})).plain == {}


def test_more_cells_than_are_read_at_once_are_refused_with_their_number(monkeypatch):
    monkeypatch.setattr(guard, "MOST_VALUES", 2_000)

    with pytest.raises(Refused, match=r"holds 2,001 filled cells"):
        looked(b"".join(b"<c><v>%d</v></c>" % number for number in noisy(2_001)))


def test_a_text_of_many_pieces_takes_no_longer_than_it_is_long():
    scan = Scan()
    for _piece in range(2_000):
        scan.take(b"<v>" + b"x" * 1_000)

    assert scan.values == 2_000
    assert len(scan._begun) <= 1_003


def test_hidden_rows_are_counted_where_something_stands_in_them():
    rows = b'<row r="1" hidden="1"><c><v>1</v></c></row><row r="2" hidden="1"/><row hidden="true" r="3"><c/></row>'

    assert looked(rows).hidden == {SHEET: 2}
