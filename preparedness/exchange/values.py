"""Values in one form: what a cell means, the same whether it comes from the base, the workbook or the server."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum, StrEnum
from typing import Any

from preparedness.exchange.choices import WRITTEN_BETWEEN, Choices
from preparedness.i18n import _

Value = str | int | float | bool | list[str] | None
"""Text, a number, yes or no, the codes of a set, or nothing. Dates and times are ISO text."""

LONGEST_TEXT = 32_767
DIGITS_KEPT = 15
LARGEST_WHOLE = 10**15
ESCAPED_RETURN = re.compile(r"_x000[Dd]_")
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
LINE_ENDS = re.compile(r"\r\n|\r|\x85|\u2028|\u2029")
BETWEEN_DIGITS = re.compile(r"[\s().\-\u2010-\u2013/]")
DIGITS = re.compile(r"\+?\d{4,}")
SPACES = dict.fromkeys(map(ord, "\xa0\t"), " ")
LIVE = ("=", "+", "-", "@")
ODD_ENDS = {" ", "'"}
AT_THE_ENDS = " \t\n\u200b\u200c\u200d\u2060\ufeff"


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    PHONE = "phone"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    WHOLE = "whole"
    NUMBER = "number"
    CHOICE = "choice"
    SET = "set"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Pattern:
    """What one column's cells may hold. `since` dates a time of day that was written without its day."""

    kind: Kind
    choices: Choices | None = None
    since: datetime | None = None
    successors: Mapping[str, str] = field(default_factory=dict)
    """What words that are no longer in the list mean today."""


def canonical(kind: Kind, value: Any) -> Value:
    """A value of the server in the one form, as it will be written and compared."""
    if type(value) is str:  # most of what there is, told at a glance
        return plain_words(kind, value)
    match value:
        case None:
            return None
        case bool():
            return value
        case Enum():
            return canonical(kind, value.value)
        case datetime():
            return value.replace(tzinfo=None, microsecond=0).isoformat()
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case float() if kind is Kind.NUMBER:
            return fifteen_digits(value)
        case int() | float() if kind in (Kind.WHOLE, Kind.NUMBER):
            return value
        case list() | tuple() | set() | frozenset():
            return sorted({clean(str(getattr(each, "value", each))) for each in value}) or None
    return plain_words(kind, str(value))


def plain_words(kind: Kind, said: str) -> str | None:
    """Words in the one form: of a number only its signs."""
    text = clean(said)
    return (dialled(text) if kind is Kind.PHONE else text) or None


def clean(text: str) -> str:
    """Text as it is kept: composed, plain line ends, nothing invisible at the ends, no longer than a cell may be."""
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_TEXT and not ODD_ENDS & {text[:1], text[-1:]}:
        return ESCAPED_RETURN.sub("", text) if "_x000" in text else text  # most of what there is, told at a glance
    text = LINE_ENDS.sub("\n", ESCAPED_RETURN.sub("", text)).translate(SPACES)
    text = unicodedata.normalize("NFC", FORBIDDEN.sub("", text)).strip(AT_THE_ENDS)
    bare = text.lstrip("'")
    if bare.startswith(LIVE):
        text = bare  # the apostrophe that some programs put before what looks like a formula
    return text[:LONGEST_TEXT].rstrip(AT_THE_ENDS)


def written(value: Value, pattern: Pattern) -> Any:
    """A canonical value as people read it in a cell or on a page."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list():
            return WRITTEN_BETWEEN.join(pattern.choices.label(code) if pattern.choices else code for code in value)
        case str() if pattern.choices:
            return pattern.choices.label(value)
    return value


def as_text(value: Any) -> str:
    """A cell's value as the text a person would have typed."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < LARGEST_WHOLE else f"{value:.{DIGITS_KEPT}g}"
    return str(value)


def dialled(text: str) -> str:
    """A phone number without what people put between its digits; other words stay as they are."""
    packed = BETWEEN_DIGITS.sub("", text)
    return packed if DIGITS.fullmatch(packed) else text


def fifteen_digits(value: float) -> int | float:
    """A number as every program keeps it: fifteen digits, and whole ones as such."""
    kept = float(f"{value:.{DIGITS_KEPT}g}")
    return int(kept) if kept.is_integer() and abs(kept) < LARGEST_WHOLE else kept


def letters(number: int) -> str:
    """A column's letters: 1 is A, 27 is AA."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
