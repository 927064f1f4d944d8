"""Reads a workbook's cells. Run by its path, as a child process with limits of its own, by `uploads.read`.

It imports nothing of the product, which would cost more than the reading; and the product never imports it, so that the
spreadsheet engine is loaded only where a hostile file can do no harm but to this child.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

try:
    import resource
except ImportError:  # Windows knows no such limits; the parent's clock holds there too
    resource = None  # type: ignore[assignment]

MOST_ROWS = 50_000
MOST_COLUMNS = 60
LONGEST_TEXT = 32_767
MOST_MEMORY = 1024**3
MOST_SECONDS_OF_WORK = 20
MOST_OUTPUT = 128 * 1024 * 1024
LARGEST_NUMBER = 1e300
DAMAGED = "damaged"

Cell = list[Any]
"""Column, kind, value. Kinds: `s` text, `n` number, `d` date and time, `t` time of day, `b` yes or no, `e` an error,
`f` a formula without a result, `m` covered by a merged cell, `l` text longer than a cell may hold;
`=` before a kind says that the value is a formula's result."""


class TooMuch(Exception):  # noqa: N818
    """A sheet beyond our own limits."""


def limit() -> None:
    """The child limits itself: memory, processor time, what it may write, and no picture of its memory left behind."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS_OF_WORK, MOST_SECONDS_OF_WORK + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT + 1, MOST_OUTPUT + 1))


def told(path: str) -> dict[str, Any]:
    """All that the workbook holds, or the cause why it cannot be told."""
    try:
        return _contents(path)
    except TooMuch as limit:
        return {"cause": str(limit)}
    except Exception:  # a hostile or broken file raises a dozen kinds; each means the same to its owner
        return {"cause": DAMAGED}


def _contents(path: str) -> dict[str, Any]:
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    properties = {each.name: str(each.value) for each in book.custom_doc_props.props}
    sheets = [
        {"name": sheet.title, "state": sheet.sheet_state, "rows": _rows(book, sheet)} for sheet in book.worksheets
    ]
    return {"properties": properties, "sheets": sheets}


def _rows(book: Any, sheet: Any) -> list[list[Any]]:
    """The rows that hold anything, each cell with its address as the file gives it."""
    rows: dict[int, dict[int, Cell]] = {}
    merged: list[str] = []
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        # The parser's own loop also builds validations, formats and links, which hostile files make endless.
        for _, element in iterparse(source):
            if element.tag == ROW_TAG:
                parser.row_counter = int(element.get("r", parser.row_counter + 1))
                parser.col_counter = 0
                _take(rows, _cells(parser, element))
                element.clear()
            elif element.tag == MERGE_TAG:
                merged = [each.get("ref", "") for each in element]
    for area in merged:
        _cover(rows, area)
    return [[number, [rows[number][column] for column in sorted(rows[number])]] for number in sorted(rows)]


def _cells(parser: Any, row: Any) -> Iterator[tuple[int, int, Cell]]:
    """A row's cells that hold anything: row, column, and the cell."""
    for element in row:
        formula = element.find(FORMULA_TAG) is not None
        read = parser.parse_cell(element)
        kind, value = _kind(read["data_type"], read["value"])
        if formula:
            empty_text = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            kind = "f" if value is None and not empty_text else "=" + kind
        if value not in (None, "") or kind == "f":
            yield read["row"], read["column"], [read["column"], kind, value]


def _take(rows: dict[int, dict[int, Cell]], cells: Iterator[tuple[int, int, Cell]]) -> None:
    for row, column, cell in cells:
        if row > MOST_ROWS:
            raise TooMuch("too_many_rows")
        if column > MOST_COLUMNS:
            raise TooMuch("too_many_columns")
        if column in rows.setdefault(row, {}):
            raise TooMuch(DAMAGED)  # two cells of one address: nobody can say which is meant
        rows[row][column] = cell


def _kind(data_type: str, value: Any) -> tuple[str, Any]:
    """A value as JSON can carry it, and what it was in the file."""
    match value:
        case None:
            return "s", None
        case bool():
            return "b", value
        case datetime():
            return "d", value.isoformat()
        case time():
            return "t", value.isoformat()
        case timedelta():
            within_a_day = timedelta(0) <= value < timedelta(days=1)
            return ("t", str(value)) if within_a_day else ("n", value / timedelta(days=1))
        case int() | float():
            return ("e", str(value)) if value != value or abs(value) > LARGEST_NUMBER else ("n", value)
        case _ if data_type == "e":
            return "e", str(value)
        case _:
            text = str(value)
            return ("l", text[:40]) if len(text) > LONGEST_TEXT else ("s", text)


def _cover(rows: dict[int, dict[int, Cell]], area: str) -> None:
    """Mark the cells that a merged cell covers: what stood in them is hidden from the one who edits."""
    left, top, right, bottom = range_boundaries(area)
    for number, cells in rows.items():
        if top <= number <= bottom:
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                if (number, column) != (top, left):
                    cells[column] = [column, "m", ""]


if __name__ == "__main__":
    limit()
    warnings.simplefilter("ignore")
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
        json.dump(told(sys.argv[1]), out, ensure_ascii=True, separators=(",", ":"), default=str)
