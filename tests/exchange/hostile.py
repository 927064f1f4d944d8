"""Files that nobody should have to fear: each made when it is asked for, and none of them kept."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from xlsxwriter import Workbook as Sharing

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, TYPES, LINKS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
MEBIBYTE = 1024 * 1024
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"


@dataclass(frozen=True)
class Repeated:
    """A part that says one thing very many times, packed without ever being whole."""

    before: str
    unit: str
    times: int
    after: str

    def packed(self) -> tuple[int, int, bytes]:
        """Its checksum, its length, and its packed bytes."""
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        many = max(1, MEBIBYTE // len(self.unit))
        block, rounds = (self.unit * many).encode(), max(1, self.times // many)
        start = packer.compress(self.before.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
        repeated = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
        end = packer.compress(self.after.encode()) + packer.flush()
        crc = zlib.crc32(self.before.encode())
        for _round in range(rounds):
            crc = zlib.crc32(block, crc)
        length = len(self.before.encode()) + rounds * len(block) + len(self.after.encode())
        return zlib.crc32(self.after.encode(), crc), length, start + repeated * rounds + end


Part = bytes | str | Repeated


def archive(parts: Iterable[tuple[str, Part]], declared: Mapping[str, int] | None = None, flag: int = 0) -> bytes:
    """A zip of these parts in their order, even where two have one name; `declared` lies about lengths."""
    held, index, many = io.BytesIO(), io.BytesIO(), 0
    for name, part in parts:
        if isinstance(part, Repeated):
            crc, length, packed = part.packed()
        else:
            content = part.encode() if isinstance(part, str) else part
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            crc, length, packed = zlib.crc32(content), len(content), packer.compress(content) + packer.flush()
        length = (declared or {}).get(name, length)
        about = struct.pack("<HHHHHIIIHH", 20, flag, 8, 0, 33, crc, len(packed), length, len(name.encode()), 0)
        index.write(b"PK\x01\x02\x14\x00" + about + struct.pack("<HHHII", 0, 0, 0, 0, held.tell()) + name.encode())
        held.write(b"PK\x03\x04" + about + name.encode() + packed)
        many += 1
    start, listed = held.tell(), index.getvalue()
    end = struct.pack("<HHHHIIH", 0, 0, many, many, len(listed), start, 0)
    return held.getvalue() + listed + b"PK\x05\x06" + end


def plain() -> dict[str, bytes]:
    """The parts of an honest workbook with one text in it."""
    held = io.BytesIO()
    book = Sharing(held)
    book.add_worksheet().write_string(0, 0, "hello")
    book.close()
    with zipfile.ZipFile(held) as made:
        return {name: made.read(name) for name in made.namelist()}


def workbook(more: Mapping[str, Part], **lies: object) -> bytes:
    """An honest workbook with some parts replaced or added."""
    return archive({**plain(), **more}.items(), **lies)  # type: ignore[arg-type]


def cells(rows: str, before: str = "", after: str = "") -> bytes:
    """An honest workbook whose only sheet holds these rows."""
    xml = HEAD.replace("<sheetData>", f"{before}<sheetData>") + rows + TAIL.replace("</work", f"{after}</work")
    return workbook({SHEET: xml})


def strings(text: str) -> bytes:
    """An honest workbook whose shared strings are the given text."""
    return workbook({STRINGS: text})


def bomb(part: str, unit: str, mebibytes: int, around: tuple[str, str] = (HEAD, TAIL)) -> bytes:
    """A part that unpacks to so much of one thing."""
    return workbook({part: Repeated(around[0], unit, mebibytes * MEBIBYTE // len(unit), around[1])})


def declared(text: str, part: str) -> bytes:
    """A part with a document type of its own."""
    return workbook({part: plain()[part].replace(b"?>", f"?>{text}".encode(), 1)})


def renamed(text: str, part: str) -> bytes:
    """A part with a document type of its own, under a name by which nobody would look through it."""
    other = part.replace(".xml", ".dat")
    parts = {name.replace(part, other): content for name, content in plain().items()}
    parts[other] = parts[other].replace(b"?>", f"?>{text}".encode(), 1)
    short, called = part.rsplit("/", 1)[1].encode(), other.rsplit("/", 1)[1].encode()
    for listing in (TYPES, LINKS):
        parts[listing] = parts[listing].replace(short, called)
    return archive(parts.items())


SST = f'<sst xmlns="{MAIN}"'
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
OLD = bytes.fromhex("D0CF11E0A1B11AE1")
OPEN = "application/vnd.oasis.opendocument.spreadsheet"
OPENED = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="One">%s</table:table></office:spreadsheet></office:body></office:document-content>'
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    f'manifest:full-path="/" manifest:media-type="{OPEN}"/></manifest:manifest>'
)
OPEN_CELL = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'


def open_document(rows: str) -> bytes:
    """An OpenDocument sheet with these rows."""
    return archive([("mimetype", OPEN), ("META-INF/manifest.xml", MANIFEST), ("content.xml", OPENED % rows)])


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not shrink."""
    return random.Random(seed).randbytes(size)


def truncated() -> bytes:
    content = workbook({})
    return content[: len(content) // 2]


def grid(rows: int, columns: int) -> bytes:
    """A sheet full of different numbers, so that it does not shrink like a bomb."""
    rng = random.Random(1)
    row = "".join(f"<c><v>{n}%s</v></c>" for n in range(columns))
    return cells("".join(f"<row>{row % ((rng.getrandbits(32),) * columns)}</row>" for _row in range(rows)))


def names() -> bytes:
    """A workbook with hundreds of thousands of defined names."""
    listed = "".join(f'<definedName name="n{n:x}">Sheet1!$A${n % 999 + 1}</definedName>' for n in range(300_000))
    return workbook(
        {BOOK: plain()[BOOK].replace(b"</sheets>", f"</sheets><definedNames>{listed}</definedNames>".encode())}
    )


def ranges() -> bytes:
    """A validation over hundreds of thousands of ranges."""
    areas = " ".join(f"B{n}" for n in range(1, 400_001))
    rule = f'<dataValidation type="whole" sqref="{areas}"><formula1>1</formula1></dataValidation>'
    return cells(ONE, after=f'<dataValidations count="1">{rule}</dataValidations>')


def long_string_many_times() -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 12_001))
    text = noise(MEBIBYTE // 2).hex()
    return workbook({SHEET: HEAD + rows + TAIL, STRINGS: f"{SST}><si><t>{text}</t></si></sst>"})


def many_strings() -> bytes:
    text = "".join(f"<si><t>{n:x}</t></si>" for n in range(1_500_000))
    return strings(f"{SST}>{text}</sst>")


def strict() -> bytes:
    other = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    return workbook({name: part.replace(MAIN.encode(), other) for name, part in plain().items()})


def linked() -> bytes:
    """A formula that would call a program, and a link to a file elsewhere."""
    outer = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    outer += 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
    outer += 'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    rows = '<row r="1"><c r="A1" t="str"><f>cmd|\'/c calc\'!A1</f><v>done</v></c></row>'
    return workbook({SHEET: HEAD + rows + TAIL, "xl/externalLinks/_rels/externalLink1.xml.rels": outer})


def macro() -> bytes:
    return workbook({"xl/vbaProject.bin": b"macro"})


def overlapping() -> bytes:
    content = bytearray(workbook({}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", content, second + 42, 0)
    return bytes(content)


def nested() -> str:
    return "<a>" * 400_000 + "</a>" * 400_000


READ, DAMAGED, BOMB = "", "is damaged", "unpacks to far more"
WIDE, LONG = "more than 60 columns", "more than 50,000 rows"
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "256 MiB of blanks": (lambda: bomb(SHEET, " " * 64, 256), BOMB),
    "100 MiB of blanks": (lambda: bomb(SHEET, " " * 64, 100), BOMB),
    "256 MiB of empty cells": (lambda: bomb(SHEET, "<c/>", 256), BOMB),
    "two million rows without numbers": (lambda: bomb(SHEET, "<row><c><v>1</v></c></row>", 54), BOMB),
    "one shared string of 256 MiB": (lambda: bomb(STRINGS, "x" * 64, 256, (f"{SST}><si><t>", "</t></si></sst>")), BOMB),
    "millions of shared strings, all alike": (
        lambda: bomb(STRINGS, "<si><t>a</t></si>", 100, (f"{SST}>", "</sst>")),
        BOMB,
    ),
    "a million and a half shared strings": (many_strings, READ),
    "millions of cell styles": (lambda: bomb(STYLES, "<xf/>", 50, ("<styleSheet>", "</styleSheet>")), BOMB),
    "a long string used by 12,000 cells": (long_string_many_times, READ),
    "four billion strings announced": (
        lambda: strings(f'{SST} count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'),
        READ,
    ),
    "a dimension of the whole sheet": (lambda: cells(ONE, '<dimension ref="A1:XFD1048576"/>'), READ),
    "a cell in the last corner": (lambda: cells(FAR), LONG),
    "a cell in the last corner, denied": (lambda: cells(FAR, '<dimension ref="A1:B2"/>'), LONG),
    "a cell in the last column": (
        lambda: cells('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'),
        WIDE,
    ),
    "a row beyond all rows": (lambda: cells('<row r="1"><c r="A99999999999"><v>1</v></c></row>'), LONG),
    "a column beyond all columns": (lambda: cells('<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>'), WIDE),
    "a corner written by its numbers": (lambda: cells('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>'), WIDE),
    "one merged cell over the whole sheet": (
        lambda: cells(ONE, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        READ,
    ),
    "a merged cell of no area": (lambda: cells(ONE, after='<mergeCells><mergeCell ref="A1"/></mergeCells>'), READ),
    "a merged cell of nonsense": (lambda: cells(ONE, after='<mergeCells><mergeCell ref="?"/></mergeCells>'), DAMAGED),
    "one link over the whole sheet": (
        lambda: cells(ONE, after='<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'),
        READ,
    ),
    "300,000 defined names": (names, BOMB),
    "a validation over 400,000 ranges": (ranges, READ),
    "nested 400,000 deep": (lambda: cells(nested()), BOMB),
    "nested 100,000 deep": (lambda: cells("<a>" * 100_000 + "</a>" * 100_000), READ),
    "laughs in the strings": (lambda: declared(LAUGHS, STRINGS), DAMAGED),
    "laughs in the sheet": (lambda: declared(LAUGHS, SHEET), DAMAGED),
    "laughs in strings of another name": (lambda: renamed(LAUGHS, STRINGS), DAMAGED),
    "laughs in a sheet of another name": (lambda: renamed(LAUGHS, SHEET), DAMAGED),
    "laughs in the list of sheets": (lambda: declared(LAUGHS, BOOK), DAMAGED),
    "one long entity many times": (lambda: declared(f'<!DOCTYPE x [<!ENTITY a "{"h" * 9999}">]>', STRINGS), DAMAGED),
    "a file from outside in the strings": (lambda: declared(OUTSIDE, STRINGS), DAMAGED),
    "a file from outside in the sheet": (lambda: declared(OUTSIDE, SHEET), DAMAGED),
    "a file from outside in the list of sheets": (lambda: declared(OUTSIDE, BOOK), DAMAGED),
    "a file from outside in the kinds of parts": (lambda: declared(OUTSIDE, TYPES), DAMAGED),
    "a file from outside in UTF-16": (
        lambda: workbook({SHEET: f'<?xml version="1.0" encoding="UTF-16"?>{OUTSIDE}<x/>'.encode("utf-16")}),
        DAMAGED,
    ),
    "a part that says it is smaller": (
        lambda: workbook({SHEET: Repeated(HEAD, " " * 64, MEBIBYTE, TAIL)}, declared={SHEET: 100}),
        DAMAGED,
    ),
    "two parts of one name": (lambda: archive([*plain().items(), (SHEET, HEAD + TAIL)]), DAMAGED),
    "a part that leads outside": (lambda: workbook({"../../../../etc/x": "x"}), DAMAGED),
    "a part with a path of its own": (lambda: workbook({"/etc/x": "x"}), DAMAGED),
    "parts that lie over each other": (overlapping, DAMAGED),
    "more parts than anybody needs": (lambda: workbook({f"xl/{n}.xml": "<x/>" for n in range(250)}), BOMB),
    "cut in half": (truncated, DAMAGED),
    "nothing at all": (lambda: b"", "is empty"),
    "21 MB": (lambda: b"PK\x03\x04" + noise(21 * MEBIBYTE), "larger than 20 MB"),
    "a list with commas, renamed": (lambda: b"Name,Country\nAna,HT\n", "no Excel workbook"),
    "a page of the web, renamed": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "no Excel workbook"),
    "encrypted": (lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "password"),
    "a zip with a password": (lambda: workbook({}, flag=1), "password"),
    "some other zip": (lambda: archive([("readme.txt", "hello")]), "no Excel workbook"),
    "a text document, renamed": (
        lambda: archive([("mimetype", OPEN.replace("spreadsheet", "text")), ("content.xml", "<x/>")]),
        "an OpenDocument file",
    ),
    "an OpenDocument sheet, renamed": (lambda: open_document(f"<table:table-row>{OPEN_CELL}</table:table-row>"), READ),
    "an OpenDocument with a billion rows": (
        lambda: open_document(
            f'<table:table-row table:number-rows-repeated="1000000000">{OPEN_CELL}</table:table-row>'
        ),
        LONG,
    ),
    "an OpenDocument with a formula": (
        lambda: open_document('<table:table-row><table:table-cell table:formula="of:=1"/></table:table-row>'),
        "formulas or merged cells",
    ),
    "an old workbook": (lambda: OLD + b"Workbook", "old Excel file"),
    "a binary workbook": (lambda: archive([(TYPES, "<Types/>"), ("xl/workbook.bin", b"x")]), "binary Excel workbook"),
    "macros": (macro, "holds macros"),
    "a formula that calls a program": (linked, READ),
    "a string that is not there": (lambda: cells('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), DAMAGED),
    "a string of a negative number": (lambda: cells('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'), READ),
    "a number that is none": (lambda: cells('<row r="1"><c r="A1"><v>abc</v></c></row>'), READ),
    "a look that is not there": (lambda: cells('<row r="1"><c r="A1" s="999"><v>1</v></c></row>'), READ),
    "a yes that is none": (lambda: cells('<row r="1"><c r="A1" t="b"><v>perhaps</v></c></row>'), DAMAGED),
    "a row of no number": (lambda: cells('<row r="x"><c><v>1</v></c></row>'), DAMAGED),
    "Strict Open XML": (strict, "Strict Open XML"),
    "no list of where the sheets are": (lambda: archive((n, p) for n, p in plain().items() if n != LINKS), DAMAGED),
    "no sheet at all": (lambda: archive((n, p) for n, p in plain().items() if n != SHEET), READ),
    "700,000 cells": (lambda: grid(14_000, 50), "700,000 filled cells"),
    "51,000 rows": (lambda: grid(51_000, 2), LONG),
    "61 columns": (lambda: grid(3, 61), WIDE),
}
"""What each is, how it is made, and what is said of it: nothing where it is read."""
