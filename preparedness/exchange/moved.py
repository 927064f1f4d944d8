"""What became of columns and codes since a copy was taken: an old file is understood as it was meant."""

from collections.abc import Mapping
from dataclasses import dataclass

from preparedness.exchange.choices import fold
from preparedness.exchange.values import Value

MOVED: dict[int, dict[str, dict[str, str | None]]] = {}
"""By the version of the sheets that brought it: what became of a column's key, sheet by sheet; None for one that went.

    MOVED = {2: {"people": {"zone": "timezone", "fax": None}}}
"""


@dataclass(frozen=True)
class Retired:
    """A code that is no longer used: what it became, and the words by which people knew it."""

    successor: str
    words: tuple[str, ...] = ()


RETIRED: dict[str, dict[str, Retired]] = {}
"""By list: the codes that went into others.

    RETIRED = {"organisation_kind": {"club": Retired("diaspora_association", ("club", "cercle"))}}
"""


def key(sheet: str, old: str, schema: int) -> str | None:
    """What a column of an older file is called now; None where it is gone."""
    current: str | None = old
    for version in sorted(MOVED):
        if version > schema and current is not None:
            current = MOVED[version].get(sheet, {}).get(current, current)
    return current


def cells(sheet: str, row: Mapping[str, Value], schema: int) -> dict[str, Value]:
    """A row of an older copy in the columns of today."""
    named = ((key(sheet, old, schema), value) for old, value in row.items())
    return {column: value for column, value in named if column is not None}


def successors(name: str | None) -> dict[str, str]:
    """What each retired word or code of a list means today."""
    retired = RETIRED.get(name or "", {})
    return {fold(said): each.successor for code, each in retired.items() for said in (code, *each.words)}


def successor(name: str | None, value: Value) -> Value:
    """A code, or several, as they are today."""
    retired = RETIRED.get(name or "")
    if not retired:
        return value
    if isinstance(value, list):
        return sorted({retired[code].successor if code in retired else code for code in value})
    return retired[value].successor if isinstance(value, str) and value in retired else value
