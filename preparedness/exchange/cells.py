"""Cells that come in: what each means in its column. What cannot be understood is a problem, never an empty cell.

Nothing is guessed: a date that is no date, a word that is in no list and a program's error are each said by address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import LazyString

from preparedness.exchange.choices import WRITTEN_BETWEEN, Unknown
from preparedness.exchange.sheets import Column, Editable
from preparedness.exchange.values import Kind, Pattern, Value, as_text, clean, dialled, fifteen_digits
from preparedness.i18n import _, _l

FIRST_DATE = date(1900, 3, 1)
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
CLOCK = re.compile(r"(\d{1,2}) ?[:hH] ?(\d{2})?(?::\d{2}(?:\.\d+)?)?")
WHOLE = re.compile(r"[+-]?\d{1,15}")
DECIMAL = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?")
SPACES = dict.fromkeys(map(ord, " \u202f\u2009"))
LARGEST_WHOLE = 10**15
FEW = 8
"""Lists up to this length are named in full where a word is not in them."""

YES = {"yes", "y", "oui", "o", "true", "vrai", "1", "x", "✓", "✔", "نعم"}
NO = {"no", "n", "non", "false", "faux", "0", "لا"}


@dataclass(frozen=True)
class Problem:
    """Why a cell cannot be taken: what was read, what is wanted, and the two in a sentence."""

    read: str
    wanted: str
    sentence: str


@dataclass(frozen=True)
class Understood:
    """What a cell means, or its problem; a notice where something was forgiven."""

    value: Value = None
    problem: Problem | None = None
    notice: str | None = None


@dataclass
class Trouble:
    """A cell that cannot be taken, by its address, with what was read and what is wanted."""

    sheet: str
    cell: str
    row: int
    column: str
    read: str
    wanted: str
    sentence: str


class _Odd(Exception):  # noqa: N818
    """A value that this kind of column does not understand."""


def understood(cell: list[Any] | None, pattern: Pattern, *, base: Value = None) -> Understood:
    """What a cell of a workbook means in a column of this pattern. No cell is an empty one."""
    if cell is None:
        return Understood()
    kind, value = cell[1].lstrip("="), cell[2]
    if kind in UNREADABLE:
        sentence: str = UNREADABLE[kind] % {"read": value}
        return Understood(problem=Problem(clean(str(value or "")), wanted(pattern), sentence))
    if isinstance(value, str) and not clean(value):
        return Understood()
    notice = _("A formula was replaced by its result.") if cell[1].startswith("=") else None
    try:
        if pattern.kind is Kind.PHONE and not isinstance(value, str):
            return _phone_as_number(value, base)
        return Understood(READERS[pattern.kind](value, kind, pattern), notice=notice)
    except _Odd:
        read, asked = clean(str(value))[:80], wanted(pattern)
        sentence = _("“%(read)s” is not understood here. Wanted: %(wanted)s.", read=read, wanted=asked)
        return Understood(problem=Problem(read, asked, sentence))
    except Unknown as unknown:
        return Understood(problem=_not_in_list(unknown, pattern))


def wanted(pattern: Pattern) -> str:
    """What a column takes, in a few words."""
    offered = pattern.choices.labels if pattern.choices else []
    if 0 < len(offered) <= FEW and pattern.kind is Kind.CHOICE:
        return str(_("one of: %(choices)s", choices=WRITTEN_BETWEEN.join(offered)))
    return str(WANTED[pattern.kind])


WANTED: dict[Kind, LazyString] = {
    Kind.TEXT: _l("text"),
    Kind.PHONE: _l("a phone number with its country, such as +509 3400 0000"),
    Kind.DATE: _l("a date such as 2026-03-04 (year-month-day)"),
    Kind.DATETIME: _l("a date and time such as 2026-03-04 14:30, or a time such as 14:30"),
    Kind.TIME: _l("a time such as 14:30"),
    Kind.WHOLE: _l("a whole number"),
    Kind.NUMBER: _l("a number"),
    Kind.CHOICE: _l("one of the list"),
    Kind.SET: _l("words of the list, with ; between them"),
    Kind.YES_NO: _l("yes or no"),
}

UNREADABLE: dict[str, LazyString] = {
    "e": _l("This cell holds an error (%(read)s), not a value."),
    "f": _l("This cell holds a formula without a result. Write the value itself."),
    "m": _l("This cell is covered by a merged cell. Undo the merging and write the value again."),
    "l": _l("This text is longer than 32,767 characters. Shorten it."),
}
"""What no column can take, by the kind of cell."""


def _not_in_list(unknown: Unknown, pattern: Pattern) -> Problem:
    asked = wanted(pattern)
    if unknown.several:
        sentence = _("“%(read)s” means more than one line of the list. Write its Ref.", read=unknown.text)
    elif pattern.kind is Kind.CHOICE and asked != str(WANTED[Kind.CHOICE]):
        sentence = _("“%(read)s” is not in the list. Wanted: %(wanted)s.", read=unknown.text, wanted=asked)
    else:
        sentence = _("“%(read)s” is not in the list of this column. Choose from the list.", read=unknown.text)
    return Problem(unknown.text, asked, sentence)


def _text(value: Any, _kind: str, _pattern: Pattern) -> Value:
    return clean(as_text(value))


def _phone(value: Any, _kind: str, _pattern: Pattern) -> Value:
    return dialled(clean(value))


def _phone_as_number(value: Any, base: Value) -> Understood:
    """A phone that a program turned into a number has lost its plus and zeros: unchanged where the digits agree."""
    read = clean(as_text(value))
    if isinstance(base, str) and _digits(read) and _digits(read) == _digits(base):
        return Understood(base, notice=_("The phone number lost its plus or its zeros; it counts as unchanged."))
    return Understood(read)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _date(value: Any, kind: str, _pattern: Pattern) -> Value:
    if kind == "d":
        moment = datetime.fromisoformat(value)
        if moment.time() != time(0):
            raise _Odd
        return _in_range(moment.date()).isoformat()
    return _in_range(_iso_date(clean(as_text(value)))).isoformat()


def _iso_date(text: str) -> date:
    found = ISO_DATE.fullmatch(text)
    if not found:
        raise _Odd
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise _Odd from None


def _in_range(day: date) -> date:
    if day < FIRST_DATE:
        raise _Odd
    return day


def _datetime(value: Any, kind: str, pattern: Pattern) -> Value:
    if kind == "d":
        moment = datetime.fromisoformat(value) + timedelta(milliseconds=500)
        _in_range(moment.date())
        return moment.replace(microsecond=0).isoformat()
    if kind not in "st":
        raise _Odd
    text = clean(value).replace("T", " ")
    day, _space, clock = text.partition(" ") if ISO_DATE.match(text) else ("", "", text)
    if day:
        return datetime.combine(_in_range(_iso_date(day)), _clock(clock)).isoformat()
    return _first_after(pattern.since, _clock(clock)).isoformat()


def _first_after(since: datetime | None, clock: time) -> datetime:
    """A time of day without its day means the first such time after the copy was taken offline."""
    if since is None:
        raise _Odd
    moment = datetime.combine(since.date(), clock)
    return moment if moment >= since.replace(tzinfo=None, second=0, microsecond=0) else moment + timedelta(days=1)


def _time(value: Any, kind: str, _pattern: Pattern) -> Value:
    if kind == "d":
        return datetime.fromisoformat(value).strftime("%H:%M")
    if kind not in "st":
        raise _Odd
    return _clock(clean(value)).strftime("%H:%M")


def _clock(text: str) -> time:
    found = CLOCK.fullmatch(text.strip())
    if not found:
        raise _Odd
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        raise _Odd from None


def _whole(value: Any, _kind: str, _pattern: Pattern) -> Value:
    if isinstance(value, bool):
        raise _Odd
    if isinstance(value, int | float):
        if not float(value).is_integer() or abs(value) >= LARGEST_WHOLE:
            raise _Odd
        return int(value)
    text = clean(value).translate(SPACES)
    if not WHOLE.fullmatch(text):
        raise _Odd
    return int(text)


def _number(value: Any, _kind: str, _pattern: Pattern) -> Value:
    if isinstance(value, bool):
        raise _Odd
    if isinstance(value, str):
        text = clean(value).translate(SPACES)
        if not DECIMAL.fullmatch(text):
            raise _Odd
        return fifteen_digits(float(text.replace(",", ".")))
    return fifteen_digits(value)


def _choice(value: Any, _kind: str, pattern: Pattern) -> Value:
    assert pattern.choices is not None
    return pattern.choices.code(clean(as_text(value)))


def _set(value: Any, _kind: str, pattern: Pattern) -> Value:
    assert pattern.choices is not None
    return pattern.choices.codes(clean(as_text(value))) or None


def _yes_no(value: Any, _kind: str, _pattern: Pattern) -> Value:
    text = clean(as_text(value)).casefold()
    if text not in YES | NO:
        raise _Odd
    return text in YES


READERS: dict[Kind, Callable[[Any, str, Pattern], Value]] = {
    Kind.TEXT: _text,
    Kind.PHONE: _phone,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.TIME: _time,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.SET: _set,
    Kind.YES_NO: _yes_no,
}
"""How each kind of column reads a cell."""


class Place:
    """A column where it stands in a sheet. What many cells say alike is understood once."""

    def __init__(self, column: Column, pattern: Pattern, at: int) -> None:
        self.column, self.key, self.pattern, self.at = column, column.key, pattern, at
        self.free = pattern.kind in (Kind.TEXT, Kind.PHONE)
        self.told: dict[tuple[str, Any], Understood] = {}

    def understood(self, cell: list[Any], given: Value) -> Understood:
        """What a cell means; of a list, what the same words meant before."""
        if self.free:
            return understood(cell, self.pattern, base=given)
        said = (cell[1], cell[2])
        if said not in self.told:
            self.told[said] = understood(cell, self.pattern, base=given)
        return self.told[said]

    def fixed(self, *, known: bool) -> bool:
        """True where the cells of rows that are, or are not, known already are for reading only."""
        return self.column.editable is Editable.NO or (known and self.column.editable is Editable.NEW)
