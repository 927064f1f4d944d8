"""How a workbook looks: calm, thin lines, wrapped text. Nothing is said by colour alone."""

import textwrap
from collections.abc import Iterable
from typing import Any

from preparedness.exchange.sheets import Column, Editable
from preparedness.exchange.values import LIVE, Kind

INK, QUIET, ACCENT, RULE, PAPER = "#1F2933", "#52606D", "#0B5563", "#CBD2D9", "#F3F6F8"
BASE = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
NARROW = 9
LINE_HEIGHT, PADDING, TALLEST = 13.5, 3.0, 400.0
SIGNS_A_WIDTH = 1.1
FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "ddd dd/mm hh:mm", Kind.WHOLE: "0", Kind.NUMBER: "General"}
"""How numbers and dates are shown; all other kinds are text, or programs would turn them into numbers."""

Look = dict[str, Any]


def cell(column: Column, *, spare: bool = False, within: bool = True) -> Look:
    """A cell: black where it may be changed, grey where it is for reading, as its heading says in another way."""
    changes = column.editable is Editable.YES or (spare and column.editable is Editable.NEW)
    look: Look = {"num_format": _format(column), "font_color": INK if changes else QUIET}
    look["shrink" if shrinks(column) else "text_wrap"] = True
    if column.kind in FORMATS:
        look["align"] = "left"
    if within:
        look |= {"border": 1, "border_color": RULE}
    return look


def _format(column: Column) -> str:
    """A narrow column shows the time alone: a moment that does not fit would be a row of hashes."""
    narrow = column.kind is Kind.DATETIME and column.width <= NARROW
    return "hh:mm" if narrow else FORMATS.get(column.kind, "@")


def shrinks(column: Column) -> bool:
    """True for a narrow column of short words, which are better small than broken."""
    return column.width <= NARROW and column.kind in (Kind.CHOICE, Kind.TEXT)


def heading(column: Column) -> Look:
    """A heading: upright over what may be changed, slanted over what is for reading."""
    changes = column.editable is not Editable.NO
    return {
        "bold": changes,
        "italic": not changes,
        "font_color": ACCENT if changes else QUIET,
        "bg_color": PAPER,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": RULE,
        "bottom": 2,
        "bottom_color": ACCENT if changes else RULE,
    }


def quoted(text: str) -> Look:
    """The workbook's own form of a leading apostrophe, for text that looks like a formula."""
    return {"quote_prefix": True} if text.startswith((*LIVE, "'")) else {}


def height(texts: Iterable[tuple[str, float]]) -> float:
    """How high a row must be for texts in columns of these widths; programs do not measure wrapped text on opening."""
    lines = max((_lines(text, width) for text, width in texts), default=1)
    return min(lines * LINE_HEIGHT + PADDING, TALLEST)


def _lines(text: str, width: float) -> int:
    signs = max(int(width * SIGNS_A_WIDTH), 1)
    return sum(max(len(textwrap.wrap(paragraph, signs)), 1) for paragraph in text.split("\n"))
