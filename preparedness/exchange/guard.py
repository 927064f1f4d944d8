"""What may be opened at all: a file that comes in is looked at as bytes, before any reader touches it."""

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from flask_babel import LazyString

from preparedness.errors import Refused
from preparedness.i18n import _l

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
LARGEST_PART = 128 * MEBIBYTE
LARGEST_IN_ALL = 256 * MEBIBYTE
MOST_PARTS = 200
STEEPEST = 120
"""How many times larger than in the file a part above one MiB may become: ordinary sheets stay far below it."""

NEEDED_PARTS = ("[Content_Types].xml", "xl/workbook.xml")
ZIP_SIGN = b"PK\x03\x04"
OLD_OFFICE_SIGN = bytes.fromhex("D0CF11E0A1B11AE1")
ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
CHUNK = 64 * 1024
LOCAL_HEADER = 30

SENTENCES: dict[str, LazyString] = {
    "empty": _l("The file is empty. Choose the workbook you saved."),
    "too_large": _l(
        "The file is larger than 20 MB. Remove pictures and sheets that do not belong to it, and save it again."
    ),
    "no_workbook": _l(
        "This file is no Excel workbook. Open it in Excel or LibreOffice and save it as “Excel workbook (.xlsx)”."
    ),
    "old_format": _l("This is an old Excel file (.xls). Save it as “Excel workbook (.xlsx)” and bring that file in."),
    "open_document": _l(
        "This is an OpenDocument file (.ods). Save it as “Excel workbook (.xlsx)” and bring that file in."
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
    "too_slow": _l(
        "The workbook took too long to read. Remove sheets and formatting that do not belong to it, and save it again."
    ),
    "too_many_rows": _l("A sheet has more than 50,000 rows. Bring the rows in as several files."),
    "too_many_columns": _l("A sheet has more than 60 columns. Remove the columns that do not belong to it."),
}
"""One plain sentence a cause, each saying what to do: the class of an error helps nobody."""


def refusal(cause: str) -> Refused:
    """The refusal for a cause, of this guard or of the reader behind it."""
    return Refused(str(SENTENCES[cause]), field="file")


def inspect(file: Path | bytes) -> None:
    """Refuse what is no plain workbook, or what would hurt the reader; read no more than each part declares."""
    if (file.stat().st_size if isinstance(file, Path) else len(file)) > LARGEST_FILE:
        raise refusal("too_large")
    content = file.read_bytes() if isinstance(file, Path) else file
    if cause := _outside(content):
        raise refusal(cause)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            cause = _listing(archive, len(content)) or _parts(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, NotImplementedError):
        raise refusal("damaged") from None
    if cause:
        raise refusal(cause)


def _outside(content: bytes) -> str | None:
    """What the first bytes tell."""
    if not content:
        return "empty"
    if content.startswith(OLD_OFFICE_SIGN):
        return "password" if "EncryptedPackage".encode("utf-16-le") in content else "old_format"
    return None if content.startswith(ZIP_SIGN) else "no_workbook"


def _listing(archive: zipfile.ZipFile, size: int) -> str | None:
    """What the list of parts tells, without unpacking any."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if "mimetype" in names and "content.xml" in names:
        return "open_document"
    if any(entry.flag_bits & 0x1 for entry in entries):
        return "password"
    if not set(NEEDED_PARTS) <= set(names):
        return "no_workbook"
    if any(PurePosixPath(name.lower()).name == "vbaproject.bin" for name in names):
        return "macro"
    if len(names) > MOST_PARTS or _too_much(entries):
        return "bomb"
    return "damaged" if _odd(entries, size) else None


def _too_much(entries: list[zipfile.ZipInfo]) -> bool:
    steep = any(
        entry.file_size > LARGEST_PART
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


def _parts(archive: zipfile.ZipFile) -> str | None:
    """What the text of the parts tells: other encodings and document types are ways around a reader's care."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as part:
            head = part.read(CHUNK)
            named = ENCODING.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
            if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:200]:
                return "damaged"
            if named and named[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
                return "damaged"
            if cause := _unpacked(part, head, entry.file_size):
                return cause
    return None


def _unpacked(part: IO[bytes], head: bytes, declared: int) -> str | None:
    """Unpack a part to its end, so that its checksum is tried, and look for a document type on the way."""
    read, before, chunk = 0, b"", head
    while chunk:
        read += len(chunk)
        if read > declared:
            return "bomb"
        if b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk:
            return "damaged"
        before, chunk = chunk[-16:], part.read(CHUNK)
    return None
