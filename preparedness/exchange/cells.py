"""Cells that come in: what each means in its column. What cannot be understood is a problem, never an empty cell.

Nothing is guessed: a date that is no date, a word that is in no list and a program's error are each said by address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString

from preparedness.exchange.choices import WRITTEN_BETWEEN, Unknown, fold
from preparedness.exchange.dated_cells import FIRST_DATE as FIRST_DATE
from preparedness.exchange.dated_cells import Odd, as_date, as_datetime, as_time
from preparedness.exchange.sheets import Column, Editable
from preparedness.exchange.values import Kind, Pattern, Value, as_text, clean, fifteen_digits, plain_words
from preparedness.i18n import _, _l

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
        found = READERS[pattern.kind](value, kind, pattern)
        return Understood(found, notice=notice or _renamed(value, found, pattern, base))
    except Odd:
        read, asked = clean(str(value))[:80], wanted(pattern)
        sentence = _("“%(read)s” is not understood here. Wanted: %(wanted)s.", read=read, wanted=asked)
        return Understood(problem=Problem(read, asked, sentence))
    except Unknown as unknown:
        return Understood(problem=_not_in_list(unknown, pattern))


def _renamed(value: Any, found: Value, pattern: Pattern, base: Value) -> str | None:
    """That a word of the list is called otherwise today, where somebody chose it since."""
    if found == base or not pattern.successors or fold(as_text(value)) not in pattern.successors:
        return None
    now = pattern.choices.label(str(found)) if pattern.choices else str(found)
    return _("“%(read)s” is no longer in the list; it counts as “%(now)s”.", read=clean(as_text(value)), now=now)


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


def _phone(value: Any, _kind: str, pattern: Pattern) -> Value:
    return plain_words(pattern.kind, value)


def _phone_as_number(value: Any, base: Value) -> Understood:
    """A phone that a program turned into a number has lost its plus and zeros: unchanged where the digits agree."""
    read = clean(as_text(value))
    if isinstance(base, str) and _digits(read) and _digits(read) == _digits(base):
        return Understood(base, notice=_("The phone number lost its plus or its zeros; it counts as unchanged."))
    return Understood(read)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _whole(value: Any, _kind: str, _pattern: Pattern) -> Value:
    if isinstance(value, bool):
        raise Odd
    if isinstance(value, int | float):
        if not float(value).is_integer() or abs(value) >= LARGEST_WHOLE:
            raise Odd
        return int(value)
    text = clean(value).translate(SPACES)
    if not WHOLE.fullmatch(text):
        raise Odd
    return int(text)


def _number(value: Any, _kind: str, _pattern: Pattern) -> Value:
    if isinstance(value, bool):
        raise Odd
    if isinstance(value, str):
        text = clean(value).translate(SPACES)
        if not DECIMAL.fullmatch(text):
            raise Odd
        return fifteen_digits(float(text.replace(",", ".")))
    return fifteen_digits(value)


def _choice(value: Any, _kind: str, pattern: Pattern) -> Value:
    assert pattern.choices is not None
    return _today(clean(as_text(value)), pattern.choices.code, pattern)


def _set(value: Any, _kind: str, pattern: Pattern) -> Value:
    assert pattern.choices is not None
    return _today(clean(as_text(value)), pattern.choices.codes, pattern) or None


def _today(text: str, meaning: Callable[[str], Value], pattern: Pattern) -> Value:
    """What words of a list mean; those that are no longer in it mean what they became."""
    for _turn in range(len(pattern.successors)):
        try:
            return meaning(text)
        except Unknown as unknown:
            successor = pattern.successors.get(fold(unknown.text))
            if unknown.several or successor is None:
                raise
            text = text.replace(unknown.text, successor)
    return meaning(text)


def _yes_no(value: Any, _kind: str, _pattern: Pattern) -> Value:
    text = clean(as_text(value)).casefold()
    if text not in YES | NO:
        raise Odd
    return text in YES


READERS: dict[Kind, Callable[[Any, str, Pattern], Value]] = {
    Kind.TEXT: _text,
    Kind.PHONE: _phone,
    Kind.DATE: as_date,
    Kind.DATETIME: as_datetime,
    Kind.TIME: as_time,
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
        self.fixed = column.editable is not Editable.YES
        """True where the cells of rows that are known already are for reading only."""
        self.told: dict[tuple[str, Any], Understood] = {}
        self.words: dict[Any, Value] = {}
        """What cells mean of which there is nothing more to say: texts by themselves, others with their kind."""

    def understood(self, cell: list[Any], given: Value) -> Understood:
        """What a cell means; of a list, what the same words meant before."""
        if self.free:
            return understood(cell, self.pattern, base=given)
        said = (cell[1], cell[2])
        if said not in self.told:
            told = self.told[said] = understood(cell, self.pattern, base=given)
            if not told.problem and not told.notice:
                self.words[cell[2] if cell[1] == "s" else said] = told.value
        return self.told[said]
