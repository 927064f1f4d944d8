"""Areas: which countries a warning is about, by the codes that services write, or by name in its words."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pycountry
from babel import Locale

from preparedness import vocabulary
from preparedness.contacts import search

CODES = frozenset({"country", "countrycode", "iso2", "iso3"})
"""What services call a parameter that holds a country; beside ISO 3166 and EMMA."""

OTHERWISE = {
    "CD": ("Congo", "DR Congo", "DRC", "RDC", "Democratic Republic of Congo", "République démocratique du Congo"),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "MM": ("Burma",),
    "PS": ("Palestine", "Gaza", "West Bank"),
    "SZ": ("Swaziland",),
    "TR": ("Turkey",),
}
"""What people write beside the names of the lists."""

LANGUAGES = ("en", "fr", "es", "pt", "ar")
LONGEST = 2_000
MOST = 300


def by_code(named_values: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The countries that codes mean: of two letters, of three, or of a place within one (HT-OU, FR433)."""
    return frozenset(country for name, value in named_values for country in _meant(name, value))


def _meant(name: str, value: str) -> Iterator[str]:
    kind = re.sub(r"[^a-z0-9]", "", name.casefold())
    if kind in CODES or kind.startswith(("iso3166", "emma")):
        yield from filter(None, map(_country, re.split(r"[\s,;]+", value[:LONGEST].upper())[:MOST]))


def _country(code: str) -> str | None:
    if re.fullmatch(r"[A-Z]{3}", code):
        found: Any = pycountry.countries.get(alpha_3=code)
        return str(found.alpha_2) if found else None
    begins = re.match(r"[A-Z]{2}(?![A-Z])", code)
    return begins[0] if begins and begins[0] in vocabulary.country_codes() else None


def by_name(text: str) -> frozenset[str]:
    """The countries that a text names; South Sudan is not Sudan."""
    names, pattern = _known()
    return frozenset(country for found in pattern.findall(_folded(text[:LONGEST])) for country in names[found])


@cache
def _known() -> tuple[dict[str, set[str]], re.Pattern[str]]:
    """Every name of a country, as it is searched by, the longest first."""
    names: dict[str, set[str]] = {}
    for code in vocabulary.country_codes():
        for said in _named(code):
            if folded := _folded(said).strip():
                names.setdefault(folded, set()).add(code)
    longest = sorted(names, key=len, reverse=True)
    return names, re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b")


def _named(code: str) -> Iterator[str]:
    yield from (str(Locale(language).territories.get(code, "")) for language in LANGUAGES)
    yield from OTHERWISE.get(code, ())
    entry: Any = pycountry.countries.get(alpha_2=code)
    yield from (getattr(entry, kind, "") or "" for kind in ("name", "common_name", "official_name") if entry)


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", search.fold(text))
