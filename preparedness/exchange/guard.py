"""What may be opened at all: a file that comes in is looked at as bytes, before any reader touches it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from flask_babel import LazyString

from preparedness.errors import Refused
from preparedness.exchange.scans import Scan
from preparedness.i18n import _l, number

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
LARGEST_PART = 128 * MEBIBYTE
LARGEST_IN_ALL = 256 * MEBIBYTE
LARGEST_LIST = 4 * MEBIBYTE
"""The list of sheets and names: some hundreds of bytes a sheet. Hundreds of thousands of names choke a reader."""
MOST_VALUES = 600_000
MOST_PARTS = 200
STEEPEST = 120
"""How many times larger than in the file a part above one MiB may become: ordinary sheets stay far below it."""

NEEDED_PARTS = ("[Content_Types].xml", "xl/workbook.xml")
LIST_OF_SHEETS = "xl/workbook.xml"
SHEETS = "xl/worksheets/"
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
OPEN_CONTENT = "content.xml"
ZIP_SIGN = b"PK\x03\x04"
OLD_OFFICE_SIGN = bytes.fromhex("D0CF11E0A1B11AE1")
ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
CHUNK = 64 * 1024
LOCAL_HEADER = 30

TEXT_FILES = (".csv", ".tsv", ".tab", ".txt")
MARKS = (b"\xff\xfe", b"\xfe\xff")


class Form(StrEnum):
    """What a file is made of."""

    WORKBOOK = "workbook"
    OPEN_DOCUMENT = "open_document"
    TEXT = "text"


@dataclass(frozen=True)
class Looked:
    """What may be opened, and what the first look at it told."""

    form: Form
    plain: Mapping[str, int] = field(default_factory=dict)
    """The sheets in which no formula stands, by their part, each with the number of values in it."""
    hidden: Mapping[str, int] = field(default_factory=dict)
    """How many rows of each sheet are hidden."""


SENTENCES: dict[str, LazyString] = {
    "empty": _l("The file is empty. Choose the workbook you saved."),
    "too_large": _l(
        "The file is larger than 20 MB. Remove pictures and sheets that do not belong to it, and save it again."
    ),
    "no_workbook": _l(
        "This file is no Excel workbook. Open it in Excel or LibreOffice and save it as “Excel workbook (.xlsx)”."
    ),
    "no_text": _l(
        "This file says that it is a text file, but it is none. "
        "Open it in Excel or LibreOffice and save it as “Excel workbook (.xlsx)”."
    ),
    "odd_text": _l(
        "The columns of this text file cannot be told apart: a quotation mark may not be closed. "
        "Open it in Excel or LibreOffice and save it as “Excel workbook (.xlsx)”."
    ),
    "old_format": _l("This is an old Excel file (.xls). Save it as “Excel workbook (.xlsx)” and bring that file in."),
    "binary_format": _l(
        "This is a binary Excel workbook (.xlsb). Save it as “Excel workbook (.xlsx)” and bring that file in."
    ),
    "strict_format": _l(
        "This workbook is saved as “Strict Open XML”. Save it as the ordinary “Excel workbook (.xlsx)” "
        "and bring that file in."
    ),
    "open_document": _l("This is an OpenDocument file. Save it as “Excel workbook (.xlsx)” and bring that file in."),
    "open_formulas": _l(
        "This OpenDocument file holds formulas or merged cells. "
        "Save it as “Excel workbook (.xlsx)” and bring that file in."
    ),
    "password": _l("The workbook is protected by a password. Save it without one and bring that file in."),
    "macro": _l(
        "The workbook holds macros. Save it as “Excel workbook (.xlsx)”, which leaves them out, and bring that file in."
    ),
    "bomb": _l(
        "The workbook unpacks to far more than it should hold, so it was not opened. "
        "Copy its sheets into the copy you took offline."
    ),
    "damaged": _l(
        "The workbook is damaged and cannot be read. "
        "Open it in Excel or LibreOffice, save it again, and bring that file in."
    ),
    "doubled": _l(
        "Two cells of a sheet have the same address, so nobody can say which is meant. "
        "Open the workbook in Excel or LibreOffice, save it again, and bring that file in."
    ),
    "too_slow": _l(
        "The workbook took too long to read. Remove sheets and formatting that do not belong to it, and save it again."
    ),
    "too_many_rows": _l("A sheet has more than 50,000 rows. Bring the rows in as several files."),
    "too_many_columns": _l("A sheet has more than 60 columns. Remove the columns that do not belong to it."),
    "too_many_cells": _l(
        "The file holds %(number)s filled cells; 600,000 can be read at once. Bring the rows in as several files."
    ),
}
"""One plain sentence a cause, each saying what to do: the class of an error helps nobody."""


def refusal(cause: str, figure: int | None = None) -> Refused:
    """The refusal for a cause, of this guard or of the reader behind it."""
    sentence = str(SENTENCES[cause])
    return Refused(sentence if figure is None else sentence % {"number": number(figure)}, field="file")


def inspect(file: Path | bytes, filename: str = "") -> Looked:
    """Refuse what is no plain workbook, or what would hurt the reader; read no more than each part declares.

    A file that is called a text file may be one.
    """
    if (file.stat().st_size if isinstance(file, Path) else len(file)) > LARGEST_FILE:
        raise refusal("too_large")
    content = file.read_bytes() if isinstance(file, Path) else file
    if filename.lower().endswith(TEXT_FILES) and not content.startswith((ZIP_SIGN, OLD_OFFICE_SIGN)):
        return _text(content)
    if cause := _outside(content):
        raise refusal(cause)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            form = _form(archive)
            cause = _listing(archive, form, len(content))
            scans = {} if cause else dict(_scanned(archive))
    except _Odd as odd:
        raise refusal(str(odd)) from None
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, NotImplementedError):
        raise refusal("damaged") from None
    if cause := cause or _told(form, scans.values()):
        raise refusal(cause)
    if (values := sum(scan.values for scan in scans.values())) > MOST_VALUES:
        raise refusal("too_many_cells", values)
    plain = {part: scan.values for part, scan in scans.items() if scan.plain}
    return Looked(form, plain, {part: scan.hidden for part, scan in scans.items() if scan.hidden})


class _Odd(Exception):  # noqa: N818
    """What the text of a part tells against it."""


def _text(content: bytes) -> Looked:
    """A text file: any encoding, but no picture, program or page of the web."""
    if not content.strip():
        raise refusal("empty")
    if b"\x00" in content[:CHUNK] and not content.startswith(MARKS):
        raise refusal("no_text")
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise refusal("no_workbook")
    return Looked(Form.TEXT)


def _outside(content: bytes) -> str | None:
    """What the first bytes tell."""
    if not content:
        return "empty"
    if content.startswith(OLD_OFFICE_SIGN):
        return "password" if "EncryptedPackage".encode("utf-16-le") in content else "old_format"
    return None if content.startswith(ZIP_SIGN) else "no_workbook"


def _form(archive: zipfile.ZipFile) -> Form:
    """What the zip is: what says its own kind is an OpenDocument."""
    return Form.OPEN_DOCUMENT if {"mimetype", OPEN_CONTENT} <= set(archive.namelist()) else Form.WORKBOOK


def _listing(archive: zipfile.ZipFile, form: Form, size: int) -> str | None:
    """What the list of parts tells, without unpacking any but the kind."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 0x1 for entry in entries):
        return "password"
    if form is Form.WORKBOOK and not set(NEEDED_PARTS) <= names:
        return "binary_format" if "xl/workbook.bin" in names else "no_workbook"
    if any(PurePosixPath(name.lower()).name == "vbaproject.bin" for name in names):
        return "macro"
    if len(entries) > MOST_PARTS or _too_much(entries):
        return "bomb"
    if _odd(entries, size):
        return "damaged"
    opened = form is Form.OPEN_DOCUMENT and archive.read("mimetype").strip() != OPEN_DOCUMENT
    return "open_document" if opened else None


def _too_much(entries: list[zipfile.ZipInfo]) -> bool:
    steep = any(
        entry.file_size > (LARGEST_LIST if entry.filename == LIST_OF_SHEETS else LARGEST_PART)
        or (entry.file_size > MEBIBYTE and entry.file_size > STEEPEST * max(entry.compress_size, 1))
        for entry in entries
    )
    return steep or sum(entry.file_size for entry in entries) > LARGEST_IN_ALL


def _odd(entries: list[zipfile.ZipInfo], size: int) -> bool:
    """Parts of one name, parts that lie over each other, paths that lead outside, packings no workbook uses."""
    names = {entry.filename.lower() for entry in entries}
    paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
    end, overlapping = 0, False
    for entry in sorted(entries, key=lambda each: each.header_offset):
        overlapping |= entry.header_offset < end
        end = entry.header_offset + LOCAL_HEADER + len(entry.filename.encode()) + entry.compress_size
    return (
        len(names) < len(entries)
        or overlapping
        or end > size
        or any(path.is_absolute() or ".." in path.parts for path in paths)
        or any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries)
    )


def _scanned(archive: zipfile.ZipFile) -> Iterator[tuple[str, Scan]]:
    """What the text of the parts tells: other encodings and document types are ways around a reader's care."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        scan = Scan() if entry.filename.startswith(SHEETS) or entry.filename == OPEN_CONTENT else None
        with archive.open(entry) as part:
            head = part.read(CHUNK)
            _encoded(head)
            _unpacked(part, head, entry.file_size, scan)
        if scan:
            scan.end()
            yield entry.filename, scan


def _encoded(head: bytes) -> None:
    named = ENCODING.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if head.startswith(MARKS) or b"\x00" in head[:200]:
        raise _Odd("damaged")
    if named and named[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise _Odd("damaged")
    if STRICT in head:
        raise _Odd("strict_format")


def _unpacked(part: IO[bytes], head: bytes, declared: int, scan: Scan | None = None) -> None:
    """Unpack a part to its end, so that its checksum is tried, and look for a document type on the way."""
    read, before, chunk = 0, b"", head
    while chunk:
        read += len(chunk)
        if read > declared:
            raise _Odd("bomb")
        joined = before + chunk
        if b"<!DOCTYPE" in joined or b"<!ENTITY" in joined:
            raise _Odd("damaged")
        if scan:
            scan.take(chunk)
        before, chunk = chunk[-16:], part.read(CHUNK)


def _told(form: Form, scans: Iterable[Scan]) -> str | None:
    """What the sheets tell: the reader of OpenDocuments sees neither a formula nor a cell that a merged one covers."""
    odd = form is Form.OPEN_DOCUMENT and any(scan.formulas or scan.covered for scan in scans)
    return "open_formulas" if odd else None
