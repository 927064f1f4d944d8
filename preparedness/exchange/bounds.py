"""What the readers of files have in common: how much they read, which sheets count, and what a value is called."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_ROWS = 50_000
MOST_COLUMNS = 60
MOST_CELLS = 600_000
LONGEST_TEXT = 32_767
LARGEST_NUMBER = 1e300
LARGEST_WHOLE = 10**15
FIRST_YEAR = 1900
MIDNIGHT = datetime.fromisoformat("2000-01-01")
FIRST_ROWS = 20
"""Within these rows a sheet of ours says so."""

DAMAGED = "damaged"
IMPATIENT = "impatient"
"""What the quick reader had better not read."""

OWN = "_"
"""How the name of the sheet begins that says which copy it is. It is read whatever stands in it, for it is sealed."""

SIGNS = ("#ref", "#pp:")
REF = re.compile(r"[A-Z]-(?:[0-9A-HJKMNP-TV-Z]{4,}-[0-9A-HJKMNP-TV-Z]|\d{4})")

Cell = list[Any]
"""Column, kind, value. Kinds: `s` text, `n` number, `d` date and time, `t` time of day, `b` yes or no, `e` an error,
`f` a formula without a result, `m` covered by a merged cell, `l` text longer than a cell may hold;
`=` before a kind says that the value is a formula's result."""

Row = list[Any]
"""A row's number and its cells."""


class TooMuch(Exception):  # noqa: N818
    """A sheet beyond our own limits: the cause, and the figure where it is known."""

    @property
    def told(self) -> dict[str, Any]:
        """What the parent process hears."""
        cause, *figures = self.args
        return {"cause": cause, "figure": figures[0] if figures else None}


def wanted(pages: Sequence[tuple[str, Iterable[str]]]) -> set[int]:
    """The places of the sheets that count: where one bears our signs, those that do, or hold Refs; else all.

    Each page comes with its name and the words of its first rows.
    """
    said = [(name, set(words)) for name, words in pages]
    signed = {place for place, (_name, words) in enumerate(said) if any(word.startswith(SIGNS) for word in words)}
    if not signed:
        return set(range(len(pages)))
    others = {
        place for place, (name, words) in enumerate(said) if name.startswith(OWN) or any(map(REF.fullmatch, words))
    }
    return signed | others


def count(sheets: Iterable[dict[str, Any]]) -> None:
    """Refuse more filled cells than are read at once."""
    filled = sum(len(cells) for sheet in sheets for _number, cells in sheet["rows"])
    if filled > MOST_CELLS:
        raise TooMuch("too_many_cells", filled)


def kind(value: Any, data_type: str = "") -> tuple[str, Any]:
    """A value as JSON can carry it, and what it was in the file."""
    match value:
        case None:
            return "s", None
        case bool():
            return "b", value
        case datetime() if value.year < FIRST_YEAR:
            return "t", value.time().isoformat()  # a number below one, shown as a date: there was no such day
        case datetime():
            return "d", value.isoformat()
        case date():
            return "d", datetime.combine(value, time()).isoformat()
        case time():
            return "t", value.isoformat()
        case timedelta():
            if timedelta(0) <= value < timedelta(days=1):
                return "t", (MIDNIGHT + value).time().isoformat()
            return "n", _plain(value / timedelta(days=1))
        case int() | float():
            beyond = value != value or abs(value) > LARGEST_NUMBER
            return ("e", str(value)) if beyond else ("n", _plain(value))
        case _ if data_type == "e":
            return "e", str(value)
        case _:
            text = str(value)
            return ("l", text[:40]) if len(text) > LONGEST_TEXT else ("s", text)


def _plain(value: float) -> float:
    """A number as every program keeps it: whole where it is, up to fifteen digits."""
    if abs(value) >= LARGEST_WHOLE:
        return float(value)
    return int(value) if value == int(value) else value
