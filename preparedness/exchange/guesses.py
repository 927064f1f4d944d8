"""What the columns of somebody's table may be: proposed by their words in several languages, and by HXL hashtags."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

from preparedness.exchange.choices import fold
from preparedness.exchange.foreign import Table
from preparedness.exchange.roster_sheets import SHEETS
from preparedness.exchange.sheets import Column, Editable, Sheet
from preparedness.exchange.synonyms import TAGS, WORDS
from preparedness.i18n import WORKBOOK_LANGUAGES, speaking

ALIKE = 0.84
"""How much a word must look like one that is known."""

TOGETHER = frozenset({"name", "capabilities", "languages", "covers"})
"""Columns that may be put together of several: first and last name, two columns of skills."""


class Certainty(StrEnum):
    """How sure a proposal is."""

    SURE = "sure"
    LIKELY = "likely"


@dataclass(frozen=True)
class Guess:
    """What one column of theirs seems to be."""

    key: str
    certainty: Certainty


def by_key(key: str) -> Sheet:
    """A sheet of the roster by its key."""
    return next(sheet for sheet in SHEETS if sheet.key == key)


def offered(sheet: Sheet) -> list[Column]:
    """The columns that somebody's table may fill."""
    return [column for column in sheet.columns if column.editable is not Editable.NO]


def needed(sheet: Sheet) -> list[Column]:
    """The columns without which nothing new can be taken."""
    return [column for column in offered(sheet) if column.required and not column.follows]


def is_known(words: str) -> bool:
    """True for words that some column of ours is called by."""
    return any(plain(words) in _words(sheet.key) for sheet in SHEETS)


def likeliest(table: Table) -> str:
    """The sheet of ours that a table seems to be: one that it names, and that more of its columns are known in."""

    def score(sheet: Sheet) -> tuple[bool, float, bool]:
        found = columns(table, sheet).values()
        sure = sum(guess.certainty is Certainty.SURE for guess in found)
        named = any(guess.key == sheet.named_by for guess in found)
        return named, sure + (len(found) - sure) / 2, sheet.key == "people"

    return max(SHEETS, key=score).key


def columns(table: Table, sheet: Sheet) -> dict[int, Guess]:
    """What each column seems to be, each of ours at most once, but for those that may be put together."""
    found: dict[int, Guess] = {}
    for certainty in Certainty:
        for place, heading in sorted(table.headings.items()):
            key = _key(table.tags.get(place), heading, sheet.key, certainty)
            taken = {guess.key for guess in found.values()} - (TOGETHER if certainty is Certainty.SURE else set())
            if place not in found and key and key not in taken:
                found[place] = Guess(key, certainty)
    return _not_said_twice(table, found)


def _not_said_twice(table: Table, found: Mapping[int, Guess]) -> dict[int, Guess]:
    """Of several names only parts are put together: who has a whole name needs no first name beside it."""
    named = [place for place, guess in found.items() if guess.key == "name"]
    whole = [place for place in named if plain(table.headings[place]) not in PARTS]
    extra = set(named) - {whole[0]} if whole else set()
    return {place: guess for place, guess in sorted(found.items()) if place not in extra}


def _key(tag: str | None, heading: str, sheet: str, certainty: Certainty) -> str | None:
    if certainty is Certainty.SURE:
        return (_tagged(tag, sheet) if tag else None) or _words(sheet).get(plain(heading))
    close = get_close_matches(plain(heading), _words(sheet), n=1, cutoff=ALIKE) if not tag else []
    return _words(sheet)[close[0]] if close else None


def _tagged(tag: str, sheet: str) -> str | None:
    """The column that a hashtag names: the one most of whose attributes it has."""
    name, *attributes = tag.replace(" ", "").split("+")
    best: tuple[int, str | None] = (-1, None)
    for key, tags in TAGS[sheet].items():
        for each in tags:
            wanted_name, *wanted = each.split("+")
            if wanted_name == name and set(wanted) <= set(attributes) and len(wanted) > best[0]:
                best = len(wanted), key
    return best[1]


@cache
def _words(sheet: str) -> dict[str, str]:
    """What each column of a sheet is called by, in our own headings and by other people."""
    words: dict[str, str] = {}
    for column in offered(by_key(sheet)):
        for language in WORKBOOK_LANGUAGES:
            with speaking(language, among=WORKBOOK_LANGUAGES):
                words.setdefault(plain(str(column.heading)), column.key)
        words.setdefault(plain(column.key), column.key)
    for key, more in WORDS[sheet].items():
        for each in more:
            words.setdefault(plain(each), key)
    return words


def plain(words: str) -> str:
    """A heading as it is compared: no case, no accents, nothing but words."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(words)).split())


PARTS = frozenset(
    plain(words)
    for words in (
        *("first name", "last name", "surname", "given name", "family name", "first names", "forename"),
        *("prénom", "prénoms", "nom", "nom de famille", "nombre", "apellido", "apellidos"),
        *("اللقب", "الاسم الأول", "اسم العائلة"),
    )
)
"""Words for a part of a name; the rest of it stands in another column, if there is one."""
