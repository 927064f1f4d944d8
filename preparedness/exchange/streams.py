"""Rows of a sheet as they stand in the file, one by one. Text is always text: what begins with = is not alive."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from preparedness import refs
from preparedness.exchange import looks
from preparedness.exchange.pens import Pen
from preparedness.exchange.sheets import Column, Line
from preparedness.exchange.values import LONGEST_TEXT, Kind, Pattern, Value, clean, written

ESCAPED = re.compile(r"_(x[0-9a-fA-F]{4}_)")
DAY_ZERO = date(1899, 12, 30).toordinal()
SECONDS_A_DAY = 86_400
WRAPPING = (Kind.TEXT, Kind.SET, Kind.CHOICE, Kind.PHONE)

Put = Callable[[Value, int], str]
"""Writes one cell of a column: its value and the number of its row."""


def cell_text(text: object) -> str:
    """Any text as a cell may hold it: without what no file may hold, and no longer than a cell may be."""
    plain = str(text)
    if plain.isascii() and plain.isprintable() and len(plain) <= LONGEST_TEXT:
        return plain
    return clean(plain)[:LONGEST_TEXT]


def rows(
    columns: Sequence[Column],
    patterns: Mapping[str, Pattern],
    lines: Sequence[Line] | Iterator[Line],
    seal: Callable[[Line], str],
    pen: Pen,
    *,
    first: int,
    spare: range,
) -> Iterator[str]:
    """The rows given out with their cross-checks, then those left empty for something new."""
    given = _Writer(columns, patterns, pen, spare=False)
    number = first
    for line in lines:
        yield given.row(number, line, seal(line))
        number += 1
    empty = _Writer(columns, patterns, pen, spare=True)
    for each in spare:
        yield empty.row(number, Line(refs.spare(each), 0, {}), "")
        number += 1


class _Writer:
    """Writes lines with these columns: what is the same in each row is made once."""

    def __init__(self, columns: Sequence[Column], patterns: Mapping[str, Pattern], pen: Pen, *, spare: bool) -> None:
        looked = [looks.cell(column, spare=spare, language=pen.language) for column in columns]
        self.put = [
            (column.key, _put(letter(place), patterns[column.key], pen, look))
            for place, (column, look) in enumerate(zip(columns, looked, strict=True))
        ]
        self.check = _text(letter(len(columns)), *[pen.number(**looks.HIDDEN)] * 2)
        self.wrapped = [
            (column.key, patterns[column.key], column.width)
            for column in columns
            if column.kind in WRAPPING and not looks.shrinks(column) and column.key != "ref"
        ]

    def row(self, number: int, line: Line, seal: str) -> str:
        """One row as it stands in the file."""
        cells = line.cells
        said = [put(line.ref if key == "ref" else cells.get(key), number) for key, put in self.put]
        sealed = self.check(seal, number) if seal else ""
        return f'<row r="{number}" ht="{self._height(cells)}">{"".join(said)}{sealed}</row>'

    def _height(self, cells: Mapping[str, Value]) -> float:
        lines = 1
        for key, pattern, width in self.wrapped:
            value = cells.get(key)
            if value is not None and (not isinstance(value, str) or pattern.choices or len(value) > width):
                lines = max(lines, looks.line_count(str(written(value, pattern)), width))
        return min(lines * looks.LINE_HEIGHT + looks.PADDING, looks.TALLEST)


def _put(column: str, pattern: Pattern, pen: Pen, look: looks.Look) -> Put:
    """How the cells of one column are written."""
    plain = pen.number(**look)
    text = _text(column, plain, pen.number(**look, quote_prefix=True))
    numbers = pattern.kind in (Kind.WHOLE, Kind.NUMBER)
    moments = pattern.kind in (Kind.DATE, Kind.DATETIME)
    worded = pattern.choices is not None or pattern.kind is Kind.YES_NO
    known: dict[Any, str] = {}

    def put(value: Value, row: int) -> str:
        if value is None:
            return f'<c r="{column}{row}" s="{plain}"/>'
        if numbers and isinstance(value, int | float) and not isinstance(value, bool):
            return f'<c r="{column}{row}" s="{plain}"><v>{value!r}</v></c>'
        if moments and isinstance(value, str):
            return f'<c r="{column}{row}" s="{plain}"><v>{_serial(value)!r}</v></c>'
        if not worded:
            return text(value, row)
        key = tuple(value) if isinstance(value, list) else value
        if key not in known:
            known[key] = str(written(value, pattern))
        return text(known[key], row)

    return put


def _text(column: str, plain: int, quoted: int) -> Callable[[Any, int], str]:
    """How text is written into a column: in two formats, the second for what looks like a formula."""

    def put(value: Any, row: int) -> str:
        said = cell_text("; ".join(value) if isinstance(value, list) else value)
        style = quoted if looks.looks_live(said) else plain
        return f'<c r="{column}{row}" s="{style}" t="inlineStr"><is><t>{escaped(said)}</t></is></c>'

    return put


def escaped(text: str) -> str:
    """Text as XML holds it; what a program would read as a sign in disguise is disguised once more."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ESCAPED.sub(r"_x005F_\1", text) if "_x" in text else text


def _serial(text: str) -> int | float:
    """A date or moment as the number that a workbook keeps."""
    moment = datetime.fromisoformat(text)
    days = moment.toordinal() - DAY_ZERO
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return days + seconds / SECONDS_A_DAY if seconds else days


def letter(place: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def prepare(columns: Sequence[Column], patterns: Mapping[str, Pattern], pen: Pen) -> None:
    """Make the formats of all rows to come: the book numbers its formats before its rows are streamed."""
    for spare in (False, True):
        _Writer(columns, patterns, pen, spare=spare)
