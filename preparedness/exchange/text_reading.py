"""Reads a text file with columns: which encoding and which delimiter it has is found out, and said. Runs in `child`."""

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from preparedness.exchange import bounds
from preparedness.exchange.bounds import Row, TooMuch

DELIMITERS = ",;\t|"
LOOKED_AT = 64 * 1024
LINES_LOOKED_AT = 50
USUAL = "cp1252"
OTHERS = ["cp1252", "cp1250", "cp1251", "cp1254", "cp1256", "mac_roman", "utf_16_le", "utf_16_be"]
"""What old programs write, in the languages our planners work in."""

BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def told(path: str, _looked: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All that the file holds with how it was read, or the cause why it cannot be told."""
    try:
        return _contents(Path(path).read_bytes())
    except TooMuch as limit:
        return limit.told
    except Exception:  # an encoding that breaks off, a quotation mark that is never closed
        return {"cause": "odd_text"}


def _contents(content: bytes) -> dict[str, Any]:
    encoding = _encoding(content)
    text = content.decode(encoding)
    delimiter, text = _told_delimiter(text)
    delimiter = delimiter or _delimiter(text)
    sheets = [{"name": "", "state": "visible", "rows": _rows(text, delimiter)}]
    bounds.count(sheets)
    name = encoding.removesuffix("-sig").replace("_", "-")
    return {"properties": {}, "sheets": sheets, "text": {"encoding": name, "delimiter": delimiter}}


def _encoding(content: bytes) -> str:
    """The encoding: as the file says, or UTF-8 where it can be nothing else, or the likeliest of the old ones."""
    for mark, encoding in BOMS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(content[:LOOKED_AT], cp_isolation=OTHERS).best()
        return USUAL if best is None or _says_the_same(content, best.encoding) else best.encoding
    return "utf-8"


def _says_the_same(content: bytes, encoding: str) -> bool:
    """True where the usual encoding of the West reads the very same signs: then it is that one."""
    return content.decode(USUAL, "replace") == content.decode(encoding, "replace")


def _told_delimiter(text: str) -> tuple[str | None, str]:
    """The delimiter that the first line names, as some programs write it."""
    first, _end, rest = text.partition("\n")
    said = first.strip().removeprefix("sep=") if first.startswith("sep=") else ""
    return (said, rest) if len(said) == 1 else (None, text)


def _delimiter(text: str) -> str:
    """The sign that cuts most lines into the same number of columns, the more the better."""
    lines = text[:LOOKED_AT].splitlines(keepends=True)[:LINES_LOOKED_AT]

    def evenness(delimiter: str) -> float:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, often = widths.most_common(1)[0] if widths else (1, 0)
        return (width - 1) * often / max(sum(widths.values()), 1)

    return max(DELIMITERS, key=evenness)


def _rows(text: str, delimiter: str) -> list[Row]:
    rows = []
    for number, values in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True), 1):
        cells = [[column, *bounds.kind(value)] for column, value in enumerate(values, 1) if value.strip()]
        if not cells:
            continue
        if number > bounds.MOST_ROWS:
            raise TooMuch("too_many_rows")
        if cells[-1][0] > bounds.MOST_COLUMNS:
            raise TooMuch("too_many_columns")
        rows.append([number, cells])
    return rows
