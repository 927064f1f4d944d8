"""Sheets that are made to be printed and read: role cards and the forms of the incident command system. Nothing of them
is read back."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from preparedness.exchange import looks
from preparedness.exchange.looks import ACCENT, ALARM, PAPER, QUIET, RULE
from preparedness.exchange.pens import Page, Pen
from preparedness.exchange.streams import cell_text

LINED = {"border": 1, "border_color": RULE, "text_wrap": True}
STYLES: dict[str, looks.Look] = {
    "kicker": {"font_color": QUIET, "font_size": 9, "bold": True},
    "title": {"font_size": 18, "bold": True},
    "subtitle": {"font_size": 13, "font_color": ACCENT, "bold": True},
    "alarm": {"bold": True, "font_color": ALARM, "font_size": 11},
    "plain": {"text_wrap": True},
    "label": {**LINED, "font_color": QUIET},
    "text": LINED,
    "strong": {**LINED, "bold": True},
    "heading": {**LINED, "bold": True, "font_color": ACCENT, "bg_color": PAPER, "bottom": 2, "bottom_color": ACCENT},
    "box": {**LINED, "font_size": 13, "align": "center"},
}
SPILLING = {"kicker", "title", "subtitle", "alarm"}
"""Styles of one line, which is as wide as the sheet."""

HEIGHTS = {"title": 32.0, "subtitle": 22.0, "alarm": 20.0}
PICTURE_HEIGHT = 66.0
PICTURE_BELOW = 4  # or it would lie over the last line of the page before


@dataclass(frozen=True)
class Cell:
    """Some text in one of the styles, over one column or several."""

    text: str
    style: str = "text"
    span: int = 1


@dataclass(frozen=True)
class Row:
    """One row; a picture stands in its last column. `new_page` begins another page with it."""

    cells: tuple[Cell | None, ...] = ()
    new_page: bool = False
    picture: bytes | None = None


@dataclass(frozen=True)
class Printed:
    """A sheet to print: its columns' widths and its rows. The row `repeated` stands at the head of each page."""

    title: str
    widths: tuple[float, ...]
    rows: Sequence[Row] = field(default_factory=list)
    upright: bool = False
    repeated: int | None = None
    warned: bool = False
    """Whether the head of each page warns of the numbers on it."""


def row(*texts: str, style: str = "text", new_page: bool = False) -> Row:
    """A row whose cells are all of one style."""
    return Row(tuple(Cell(text, style) for text in texts), new_page)


def write(page: Page, pen: Pen, sheet: Printed) -> None:
    """Write a sheet to print; how it lies on its paper is said by whoever makes the book."""
    page.hide_gridlines(2)
    for place, width in enumerate(sheet.widths):
        page.set_column(place, place, width + 0.7)
    breaks = [number for number, each in enumerate(sheet.rows) if each.new_page and number]
    for number, each in enumerate(sheet.rows):
        page.set_row(number, _height(each, sheet.widths))
        for place, cell in enumerate(each.cells):
            if cell is not None:
                _write_cell(page, pen, number, place, _spread(each, cell, len(sheet.widths)))
        if each.picture is not None:
            options: dict[str, Any] = {"image_data": io.BytesIO(each.picture), "object_position": 1, "decorative": True}
            options["y_offset"] = PICTURE_BELOW
            page.insert_image(number, len(sheet.widths) - 1, "code.png", options)
    page.set_h_pagebreaks(breaks)
    if sheet.repeated is not None:
        page.repeat_rows(sheet.repeated)
    page.print_area(0, 0, max(len(sheet.rows) - 1, 0), len(sheet.widths) - 1)


def _spread(row: Row, cell: Cell, columns: int) -> Cell:
    """A line that stands alone takes the whole width: what merely runs over is broken where two scripts meet."""
    return replace(cell, span=columns) if cell.style in SPILLING and len(row.cells) == 1 else cell


def _write_cell(page: Page, pen: Pen, number: int, place: int, cell: Cell) -> None:
    text = cell_text(cell.text)
    look = pen(num_format="@", **STYLES[cell.style], **looks.of_text(text))
    if cell.span > 1:
        page.merge_range(number, place, number, place + cell.span - 1, "", look)
    if text:
        page.write_string(number, place, text, look)
    else:
        page.write_blank(number, place, None, look)


def _height(row: Row, widths: Sequence[float]) -> float:
    """As high as its text; a row with a picture is as high as the picture."""
    if row.picture is not None:
        return PICTURE_HEIGHT
    cells = [(cell, sum(widths[place : place + cell.span])) for place, cell in enumerate(row.cells) if cell is not None]
    least = max((HEIGHTS.get(cell.style, 0.0) for cell, _width in cells), default=0.0)
    return max(looks.height((cell.text, width) for cell, width in cells if cell.style not in SPILLING), least)
