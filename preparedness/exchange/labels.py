"""The headings of our sheets in every language of a workbook: what a sheet is known by that lost its hidden row."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from preparedness.exchange.choices import fold
from preparedness.exchange.sheets import Sheet
from preparedness.i18n import WORKBOOK_LANGUAGES, speaking

ZONE = re.compile(r"\([^()]*\)\s*$")
SIGNS = "?!* "
SHARE = 0.5
"""How many of a sheet's columns must be there."""


def places(row: Mapping[int, list[Any]], sheets: Sequence[Sheet]) -> tuple[Sheet, dict[str, int]] | None:
    """The sheet whose headings a row holds, with the place of each column; none where it is no row of headings."""
    best: tuple[Sheet, dict[str, int]] | None = None
    said = {place: str(cell[2]) for place, cell in row.items() if cell[1] == "s"}
    for sheet in sheets:
        known = _labels(sheet)
        found: dict[str, int] = {}
        for place, text in said.items():
            key = known.get(_plain(text)) or known.get(_plain(ZONE.sub("", text)))
            if key:
                found.setdefault(key, place)
        enough = "ref" in found and len(found) > SHARE * len(sheet.columns)
        if enough and (best is None or len(found) > len(best[1])):
            best = sheet, found
    return best


def _plain(text: str) -> str:
    return fold(text.lstrip(SIGNS))


@cache
def _labels(sheet: Sheet) -> dict[str, str]:
    """What each column is called, by its heading; where it names a time zone, without it."""
    known: dict[str, str] = {}
    for language in WORKBOOK_LANGUAGES:
        with speaking(language, among=WORKBOOK_LANGUAGES):
            for column in sheet.columns:
                known.setdefault(_plain(str(column.heading).replace("({zone})", "")), column.key)
    return known
