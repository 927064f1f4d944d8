"""The guard: what is no plain workbook is refused in words, before any reader touches it."""

import io
import struct
import zipfile

import pytest
from openpyxl import Workbook

from preparedness.errors import Refused
from preparedness.exchange import guard

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
        (zipped({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}), r"OpenDocument file \(\.ods\)"),
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


def test_a_part_larger_than_it_declares_is_refused(monkeypatch):
    monkeypatch.setattr(zipfile.ZipInfo, "file_size", 1, raising=False)

    assert guard._unpacked(io.BytesIO(b"abc"), b"abc", declared=2) == "bomb"
