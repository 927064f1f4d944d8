"""Cells of dates and times: what each means, to the day, the second or the minute."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from preparedness.exchange.values import Pattern, Value, as_text, clean

FIRST_DATE = date(1900, 3, 1)
LAST_MOMENT = datetime.fromisoformat("9999-12-31T23:59:59")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
CLOCK = re.compile(r"(\d{1,2}) ?[:hH] ?(\d{2})?(?::\d{2}(?:\.\d+)?)?")


class Odd(Exception):  # noqa: N818
    """A value that this kind of column does not understand."""


def as_date(value: Any, kind: str, _pattern: Pattern) -> Value:
    """A day; a time of day beside it is more than a day, and no answer."""
    if kind == "d":
        moment = datetime.fromisoformat(value)
        if moment.time() != time(0):
            raise Odd
        return _in_range(moment.date()).isoformat()
    return _in_range(_iso_date(clean(as_text(value)))).isoformat()


def _iso_date(text: str) -> date:
    found = ISO_DATE.fullmatch(text)
    if not found:
        raise Odd
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise Odd from None


def _in_range(day: date) -> date:
    if day < FIRST_DATE:
        raise Odd
    return day


def as_datetime(value: Any, kind: str, pattern: Pattern) -> Value:
    """A moment to the second; a time of day alone means the first such time after the copy was taken."""
    if kind == "d":
        moment = datetime.fromisoformat(value)
        _in_range(moment.date())
        if moment.replace(tzinfo=None) < LAST_MOMENT:
            moment += timedelta(milliseconds=500)
        return moment.replace(microsecond=0).isoformat()
    if kind not in "st":
        raise Odd
    text = clean(value).replace("T", " ")
    day, _space, clock = text.partition(" ") if ISO_DATE.match(text) else ("", "", text)
    if day:
        return datetime.combine(_in_range(_iso_date(day)), _clock(clock)).isoformat()
    return _first_after(pattern.since, _clock(clock)).isoformat()


def _first_after(since: datetime | None, clock: time) -> datetime:
    """A time of day without its day means the first such time after the copy was taken offline."""
    if since is None:
        raise Odd
    moment = datetime.combine(since.date(), clock)
    return moment if moment >= since.replace(tzinfo=None, second=0, microsecond=0) else moment + timedelta(days=1)


def as_time(value: Any, kind: str, _pattern: Pattern) -> Value:
    """A time of day, to the minute."""
    if kind == "d":
        return datetime.fromisoformat(value).strftime("%H:%M")
    if kind not in "st":
        raise Odd
    return _clock(clean(value)).strftime("%H:%M")


def _clock(text: str) -> time:
    found = CLOCK.fullmatch(text.strip())
    if not found:
        raise Odd
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        raise Odd from None
