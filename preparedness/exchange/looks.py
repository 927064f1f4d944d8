"""How a workbook looks: calm, thin lines, wrapped text. Nothing is said by colour alone."""

import re
from collections.abc import Iterable
from typing import Any

from preparedness.exchange.sheets import Column, Editable
from preparedness.exchange.values import LIVE, Kind
from preparedness.i18n import direction

INK, QUIET, ACCENT, RULE, PAPER = "#1F2933", "#52606D", "#0B5563", "#CBD2D9", "#F3F6F8"
ALARM, LACKING = "#9B1C1C", "#FFF4CC"
BASE = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
NARROW, VERY_NARROW, ROOMY = 9, 6, 15
LINE_HEIGHT, PADDING, TALLEST = 13.5, 3.0, 400.0
SIGNS_A_WIDTH = 1.1
DAY, MOMENT, CLOCK, LATE_MOMENT = "yyyy-mm-dd", "ddd dd/mm hh:mm", "hh:mm", "dd/mm hh:mm"
FORMATS = {Kind.DATE: DAY, Kind.DATETIME: MOMENT, Kind.WHOLE: "0", Kind.NUMBER: "General"}
"""How numbers and dates are shown; all other kinds are text, or programs would turn them into numbers."""

LATE, NEEDED = "!", "?"
"""The signs that say in text what a colour says too: late, and not to be left empty."""

SPOKEN = {"en": "[$-409]", "fr": "[$-40C]", "ar": "[$-C01]"}
"""What makes a program name the day in the language of the workbook, whatever its own is."""

ARABIC = re.compile("[\u0600-\u06ff]")

Look = dict[str, Any]

HIDDEN: Look = {"num_format": ";;;", "shrink": True}
"""What is for programs alone: shown nowhere, and never spilling into the cell beside it."""


def cell(column: Column, *, spare: bool = False, within: bool = True, language: str = "en") -> Look:
    """A cell: black where it may be changed, grey where it is for reading, as its heading says in another way."""
    changes = column.editable is Editable.YES or (spare and column.editable is Editable.NEW)
    look: Look = {"num_format": number_format(column, language), "font_color": INK if changes else QUIET}
    look["shrink" if shrinks(column) else "text_wrap"] = True
    if column.kind in FORMATS and direction(language) == "ltr":
        look["align"] = "left"
    if within:
        look |= {"border": 1, "border_color": RULE}
    return look


def number_format(column: Column, language: str = "en") -> str:
    """How a column shows what it holds. A narrow one shows the time alone: a moment that does not fit would be a row
    of hashes."""
    if column.kind is Kind.DATETIME:
        return CLOCK if column.width <= NARROW else f"{SPOKEN.get(language, '')}{MOMENT}"
    return FORMATS.get(column.kind, "@")


def late() -> Look:
    """A moment that has passed: the sign before it, bold and dark red; the day's name makes room for the sign."""
    return {"bold": True, "font_color": ALARM, "num_format": f'"{LATE} "{LATE_MOMENT}'}


def lacking() -> Look:
    """A cell that must not stay empty: a pale ground within a strong line."""
    return {"bg_color": LACKING, "border": 1, "border_color": ALARM}


def shrinks(column: Column) -> bool:
    """True for what is better small than broken: a Ref, and the few signs of a very narrow column."""
    return column.key == "ref" or (column.width <= VERY_NARROW and column.editable is Editable.NO)


def wide(column: Column) -> int:
    """How wide a column is: what does not print takes the room that its heading needs."""
    return column.width if column.prints else max(column.width, ROOMY)


def heading(column: Column) -> Look:
    """A heading: upright over what may be changed, slanted over what is for reading."""
    changes = column.editable is not Editable.NO
    return {
        "font_size": 8 if wide(column) <= VERY_NARROW else 10,
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


def of_text(text: str) -> Look:
    """What a text needs beside its look: the workbook's own form of a leading apostrophe where it looks like a formula,
    and reading from right to left where its script does, or its full stop would stand at its head."""
    look: Look = {"quote_prefix": True} if looks_live(text) else {}
    return look | {"reading_order": 2} if ARABIC.search(text) else look


def looks_live(text: str) -> bool:
    """True for text that a program could take for a formula."""
    return text.startswith((*LIVE, "'"))


def height(texts: Iterable[tuple[str, float]]) -> float:
    """How high a row must be for texts in columns of these widths; programs do not measure wrapped text on opening."""
    lines = max((line_count(text, width) for text, width in texts), default=1)
    return min(lines * LINE_HEIGHT + PADDING, TALLEST)


def line_count(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    signs = max(int(width * SIGNS_A_WIDTH), 1)
    if len(text) <= signs and "\n" not in text:
        return 1
    return sum(_wrapped(paragraph, signs) for paragraph in text.split("\n"))


def _wrapped(paragraph: str, signs: int) -> int:
    lines, at = 1, 0
    for word in paragraph.split(" "):
        if at and at + 1 + len(word) > signs:
            lines, at = lines + 1, 0
        at += len(word) + (1 if at else 0)
        if at > signs:  # a word longer than the column breaks
            lines, at = lines + (at - 1) // signs, (at - 1) % signs + 1
    return lines
