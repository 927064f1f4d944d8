"""Reads a workbook with the quick engine, which sees neither errors nor formulas without a result.

So it reads what holds nothing of the kind: a sheet in which as many values stand as it found. Runs in `child`.
"""

import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from defusedxml.ElementTree import fromstring
from python_calamine import CalamineSheet, CalamineWorkbook

from preparedness.exchange import bounds
from preparedness.exchange.bounds import DAMAGED, FIRST_ROWS, IMPATIENT, LONGEST_TEXT, Cell, Row, TooMuch

LIST, LINKS, PROPERTIES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/custom.xml"
WIDEST = 16_384
"""No spreadsheet has more columns."""

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Looked = Mapping[str, Any]
"""What the guard saw of each sheet, by its part: in `plain` those without a formula with the number of their values,
in `hidden` how many rows are hidden."""


def told(path: str, looked: Looked) -> dict[str, Any]:
    """All that the workbook holds, or the cause why it cannot be told."""
    workbook = looked["form"] == "workbook"
    try:
        return _contents(path, looked["plain"], looked["hidden"]) if workbook else _opened(path)
    except TooMuch as limit:
        return limit.told
    except BaseException:  # a broken file raises a dozen kinds, and panics that are no ordinary exceptions
        return {"cause": IMPATIENT if workbook else DAMAGED}


def _contents(path: str, plain: Mapping[str, int], hidden: Mapping[str, int]) -> dict[str, Any]:
    parts, properties = _outline(path)
    sheets = []
    for place, sheet, page in _sheets(CalamineWorkbook.from_path(path)):
        if page is not None and not page.name.startswith(bounds.OWN):
            found = sum(len(cells) for _number, cells in sheet["rows"])
            if plain.get(parts[place]) != found or page.merged_cell_ranges:
                return {"cause": IMPATIENT}
        sheets.append({**sheet, "hidden": hidden.get(parts[place], 0)})
    return {"properties": properties, "sheets": sheets}


def _opened(path: str) -> dict[str, Any]:
    """An OpenDocument, of which the guard has seen that no formula and no merged cell stands in it."""
    sheets = [sheet for _place, sheet, _page in _sheets(CalamineWorkbook.from_path(path))]
    bounds.count(sheets)
    return {"properties": {}, "sheets": sheets}


def _sheets(book: CalamineWorkbook) -> Iterator[tuple[int, dict[str, Any], CalamineSheet | None]]:
    """The sheets in their order; with the page itself where it counts, and was read."""
    pages = [book.get_sheet_by_index(place) for place in range(len(book.sheet_names))]
    wanted = bounds.wanted([(page.name, _first_words(page)) for page in pages])
    for place, (page, about) in enumerate(zip(pages, book.sheets_metadata, strict=True)):
        counts = place in wanted
        state = str(about.visible).rsplit(".", 1)[-1]
        sheet = {"name": page.name, "state": state[:1].lower() + state[1:], "rows": _rows(page) if counts else []}
        yield place, sheet, page if counts else None


def _first_words(page: CalamineSheet) -> Iterator[str]:
    if page.width > WIDEST:
        return iter(())
    return (value for row in page.to_python(nrows=FIRST_ROWS) for value in row if type(value) is str and value)


def _rows(page: CalamineSheet) -> list[Row]:
    last_row, last_column = page.end or (0, 0)
    if last_row >= bounds.MOST_ROWS:
        raise TooMuch("too_many_rows")
    if last_column >= bounds.MOST_COLUMNS:
        raise TooMuch("too_many_columns")
    rows = []
    for number, values in enumerate(page.to_python(skip_empty_area=False), start=1):
        cells = [
            # Most of what there is: text, told at a glance.
            [column, "s", value] if type(value) is str and len(value) <= LONGEST_TEXT else _cell(column, value)
            for column, value in enumerate(values, start=1)
            if value != ""
        ]
        if cells:
            rows.append([number, cells])
    return rows


def _cell(column: int, value: Any) -> Cell:
    return [column, *bounds.kind(value)]


def _outline(path: str) -> tuple[list[str], dict[str, str]]:
    """The parts of the sheets in their order, and the workbook's own properties."""
    with zipfile.ZipFile(path) as archive:
        links = {each.get("Id"): each.get("Target", "") for each in fromstring(archive.read(LINKS))}
        targets = [links[each.get(LINK)] for each in fromstring(archive.read(LIST)).iter(SHEET)]
        known = fromstring(archive.read(PROPERTIES)) if PROPERTIES in archive.namelist() else ()
        properties = {str(each.get("name")): "".join(each.itertext()) or "None" for each in known}
    return [target[1:] if target.startswith("/") else f"xl/{target}" for target in targets], properties
