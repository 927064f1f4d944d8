"""Reads a workbook with the patient engine, which tells errors, formulas and merged cells for what they are.

It steps through a sheet's rows with the engine's row parser instead of the whole sheet's: validations, formats and
links, which hostile files make endless, are never built. Of a part that the guard looked through, the quick parser of
Python is enough: it holds no document type, so nothing in it can grow or lead elsewhere. Runs in `child`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from preparedness.exchange import bounds
from preparedness.exchange.bounds import DAMAGED, FIRST_ROWS, MOST_COLUMNS, MOST_ROWS, Cell, Row, TooMuch

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
STRING, WORDS = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"


def told(path: str, looked: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All that the workbook holds, or the cause why it cannot be told."""
    try:
        with open(path, "rb") as file:
            return _contents(file, (looked or {}).get("hidden", {}))
    except TooMuch as limit:
        return limit.told
    except Exception:  # a hostile or broken file raises a dozen kinds; each means the same to its owner
        return {"cause": DAMAGED}


class _Reader(ExcelReader):
    """The engine, but for the texts: it drops some of the escapes in them, and leaves others."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(_looked_through(part.PartName[1:])) as source:
            for _event, element in iterparse(source):  # noqa: S314
                if element.tag == STRING:
                    self.shared_strings.append(_unescaped(_words(element)))
                    element.clear()


def _looked_through(part: str) -> str:
    """The name of a part, if the guard looked through it: it knows them by how their names end."""
    if not part.lower().endswith(".xml"):
        raise ValueError(part)
    return part


def _contents(file: BinaryIO, hidden: Mapping[str, int]) -> dict[str, Any]:
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    book = reader.wb
    pages = book.worksheets
    wanted = bounds.wanted([(page.title, _first_words(book, page)) for page in pages])
    sheets = [
        {
            "name": page.title,
            "state": page.sheet_state,
            "rows": _rows(book, page) if place in wanted else [],
            "hidden": hidden.get(page._worksheet_path, 0),
        }
        for place, page in enumerate(pages)
    ]
    bounds.count(sheets)
    return {"properties": {each.name: str(each.value) for each in book.custom_doc_props.props}, "sheets": sheets}


def _first_words(book: Any, page: Any) -> Iterator[str]:
    last: int | None = None
    for part in _parts(book, page):
        if isinstance(part, str):
            continue
        number = part[0][0]
        last = number + FIRST_ROWS if last is None else last
        if number >= last:
            return
        yield from (cell[2] for _row, _column, cell in part if type(cell[2]) is str)


def _rows(book: Any, page: Any) -> list[Row]:
    """The rows that hold anything, each cell with its address as the file gives it."""
    rows: dict[int, dict[int, Cell]] = {}
    merged: list[str] = []
    for part in _parts(book, page):
        if isinstance(part, str):
            merged.append(part)
        else:
            _take(rows, part)
    for area in merged:
        _cover(rows, area)
    return [[number, [rows[number][column] for column in sorted(rows[number])]] for number in sorted(rows)]


def _parts(book: Any, page: Any) -> Iterator[list[tuple[int, int, Cell]] | str]:
    """The rows of a sheet that hold anything, cell by cell, and the areas of its merged cells."""
    _looked_through(page._worksheet_path)
    with page._get_source() as source:
        parser = WorkSheetParser(
            source,
            page._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        # The parser's own loop also builds validations, formats and links, which hostile files make endless.
        for _event, element in iterparse(source):  # noqa: S314
            if element.tag == ROW_TAG:
                parser.row_counter = int(element.get("r", parser.row_counter + 1))
                parser.col_counter = 0
                if cells := list(_cells(parser, element)):
                    yield cells
                element.clear()
            elif element.tag == MERGE_TAG:
                yield from (each.get("ref", "") for each in element)


def _cells(parser: Any, row: Any) -> Iterator[tuple[int, int, Cell]]:
    """A row's cells that hold anything: row, column, and the cell."""
    for element in row:
        number, column = _address(parser, element)
        if element.get("t") == "inlineStr" and len(element) == 1 and element[0].tag == INLINE_STRING:
            kind, value = bounds.kind(_unescaped(_words(element[0])))
        else:
            kind, value = _value(parser, element)
        if value not in (None, "") or kind == "f":
            yield number, column, [column, kind, value]


def _value(parser: Any, element: Any) -> tuple[str, Any]:
    """What a cell holds, as the engine understands it. What says that it is a number and is none is text."""
    said = str(element.findtext(VALUE_TAG) or "")
    number = element.get("t", "n") == "n" and said != ""
    try:
        read = parser.parse_cell(element)
        shared = element.get("t") == "s"  # its signs were put right when it was read
        kind, value = bounds.kind(read["value"] if shared else _unescaped(read["value"]), read["data_type"])
        if kind == "e" and number and read["data_type"] == "e":
            kind, value = bounds.kind(float(said))  # a date beyond all dates: the number, not an error of nobody's
    except ValueError:
        if not number:
            raise
        kind, value = bounds.kind(said)
    if element.find(FORMULA_TAG) is not None:
        empty_text = element.get("t") == "str" and element.find(VALUE_TAG) is not None
        kind = "f" if value is None and not empty_text else "=" + kind
    return kind, value


def _words(element: Any) -> str:
    """The text of a string, which may be in pieces of several looks; how it is spoken is left out."""
    if len(element) == 1 and element[0].tag == WORDS:
        return element[0].text or ""  # most of what there is, and a tenth of the work
    return str(Text.from_tree(element).content)


def _address(parser: Any, element: Any) -> tuple[int, int]:
    """Where a cell stands: as it says, or beside the one before it."""
    said = element.get("r")
    row, column = coordinate_to_tuple(said) if said else (parser.row_counter, parser.col_counter + 1)
    parser.col_counter = column
    return row, column


def _unescaped(value: Any) -> Any:
    """A text with the signs that its file wrote by their numbers."""
    if type(value) is str and "_x" in value:
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def _take(rows: dict[int, dict[int, Cell]], cells: list[tuple[int, int, Cell]]) -> None:
    for row, column, cell in cells:
        if row > MOST_ROWS:
            raise TooMuch("too_many_rows")
        if column > MOST_COLUMNS:
            raise TooMuch("too_many_columns")
        if column in rows.setdefault(row, {}):
            raise TooMuch("doubled")  # nobody can say which is meant
        rows[row][column] = cell


def _cover(rows: dict[int, dict[int, Cell]], area: str) -> None:
    """Mark the cells that a merged cell covers: what stood in them is hidden from the one who edits."""
    left, top, right, bottom = range_boundaries(area)
    for number, cells in rows.items():
        if top <= number <= bottom:
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                if (number, column) != (top, left):
                    cells[column] = [column, "m", ""]
