"""Dates as people write them: 05/12/2025 is two dates, and which of them is meant is never guessed."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache

from babel import Locale

from preparedness.exchange.choices import fold

NUMBERS = re.compile(r"(\d{1,4})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{1,4})\.?")
WITH_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|er|º)?[\s\-.]+(?:de\s+)?([^\W\d]+)\.?|([^\W\d]+)\.?\s+(\d{1,2}),?)[\s\-,.]+(?:de\s+)?(\d{4})"
)
WRITTEN_IN = ("en", "fr", "es", "ar")


class Order(StrEnum):
    """Which of the two numbers before the year is the day."""

    CLEAR = "clear"
    DAY = "day"
    MONTH = "month"
    ASK = "ask"


def order(texts: Iterable[str]) -> Order:
    """What a column of dates tells of itself: nothing is open, or one that can only be read one way says how."""
    pairs = [both(text) for text in texts]
    open_ = any(day and month and day != month for day, month in pairs)
    only_day = any(day and not month for day, month in pairs)
    only_month = any(month and not day for day, month in pairs)
    if not open_:
        return Order.CLEAR
    if only_day == only_month:
        return Order.ASK
    return Order.DAY if only_day else Order.MONTH


def understood(text: str, asked: Order) -> str | None:
    """A written date as ISO text; None where it is none, or where it is two."""
    day, month = both(text)
    two = day is not None and month is not None and day != month
    chosen = {Order.DAY: day, Order.MONTH: month}.get(asked) if two else day or month
    return chosen.isoformat() if chosen else None


def both(text: str) -> tuple[date | None, date | None]:
    """The date that a text is with the day first, and the one with the month first. A year has four digits."""
    plain = fold(text)
    if found := NUMBERS.fullmatch(plain):
        first, second, third = found.groups()
        if len(first) == 4 and len(third) <= 2:
            same = _date(first, second, third)
            return same, same
        if len(third) == 4 and len(first) <= 2:
            return _date(third, second, first), _date(third, first, second)
    elif found := WITH_MONTH.fullmatch(plain):
        number, name = found[1] or found[4], found[2] or found[3]
        same = _date(found[5], str(_months().get(name, 0)), number)
        return same, same
    return None, None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """The names of the months, whole and short, in the languages that lists are written in."""
    names: dict[str, int] = {}
    for language in WRITTEN_IN:
        months = Locale(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names |= {fold(name).rstrip("."): number for number, name in months[use][width].items()}
    return names
