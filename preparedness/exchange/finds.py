"""Where the sheets of ours are in a file: found by their hidden keys, whatever was moved, renamed or sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preparedness import refs
from preparedness.exchange import labels, moved
from preparedness.exchange.cells import Trouble
from preparedness.exchange.places import Returned
from preparedness.exchange.sheets import Sheet
from preparedness.exchange.values import as_text, clean, letters
from preparedness.i18n import _, ngettext

SIGN = "#"
TAG = "#pp:"
FIRST_ROWS = 20
Cell = list[Any]
Numbered = tuple[int, dict[int, Cell]]
"""A row's number and its cells by column."""


@dataclass
class Arrival:
    """One sheet as it came back."""

    sheet: Sheet
    name: str
    columns: dict[str, int]
    """Where each column stands now, by its key."""
    below: list[Numbered] = field(default_factory=list)
    """The rows below the keys, as they were read."""
    rows: list[Returned] = field(default_factory=list)
    """The rows that say something, understood."""
    troubles: list[Trouble] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    read_only: int = 0
    slots: dict[int, str] = field(default_factory=dict)
    """What stands for a new row in the memory of what was created, by its row number."""
    foreign: bool = False
    """True for a list of somebody else's making, which never had all our columns."""

    def address(self, column: str, row: int) -> str:
        """A cell as people name it: F12."""
        return f"{letters(self.columns[column])}{row}" if column in self.columns else str(row)


def manifest_fields(read: Mapping[str, Any], sheet_name: str, prefix: str) -> dict[str, str]:
    """What the workbook says about itself: its hidden sheet, or its own properties where that was lost."""
    for sheet in read["sheets"]:
        if sheet["name"] == sheet_name:
            pairs = [(found.get(1), found.get(2)) for _number, found in _rows(sheet)]
            told = {str(name[2]): as_text(value[2]) for name, value in pairs if name and value}
            return {"subject": "", **told}
    kept = {name.removeprefix(prefix): value for name, value in read["properties"].items() if name.startswith(prefix)}
    return {"subject": "", **{name: "" if value == "None" else value for name, value in kept.items()}} if kept else {}


def found(read: Mapping[str, Any], sheets: Sequence[Sheet]) -> dict[str, Arrival]:
    """The sheets of this kind that the workbook holds, each with the rows below its keys."""
    known: dict[str, Arrival] = {}
    for part in read["sheets"]:
        rows = _rows(part)
        keys_at = next((place for place, (_at, row) in enumerate(rows[:FIRST_ROWS]) if _is_key_row(row)), None)
        arrival = _labelled(part, rows, sheets) if keys_at is None else _keyed(part, rows, keys_at, sheets)
        if arrival is not None and arrival.sheet.key not in known:
            known[arrival.sheet.key] = arrival
    return known


def _keyed(part: Mapping[str, Any], rows: list[Numbered], keys_at: int, sheets: Sequence[Sheet]) -> Arrival | None:
    """A sheet found by the keys in its hidden row, whatever its columns are called."""
    number, keys = rows[keys_at]
    columns = {str(cell[2])[1:]: place for place, cell in keys.items() if str(cell[2]).startswith(SIGN)}
    sheet = _sheet_of(columns, sheets)
    if sheet is None:
        return None
    places = _places_today(columns, sheet)
    below = [(at, row) for at, row in rows[keys_at + 1 :] if at != number + 1 or _holds_data(row, places)]
    arrival = Arrival(sheet, part["name"], places, below, foreign=part.get("foreign", False))
    arrival.notices += _hidden_rows(part)
    arrival.notices += _unknown_columns(dict(rows).get(number + 1, {}), columns, part["name"])
    return arrival


def _hidden_rows(part: Mapping[str, Any]) -> list[str]:
    """That rows which a filter hides were read too; the row of keys is hidden anyway."""
    hidden = part.get("hidden", 0) - 1
    if hidden < 1:
        return []
    said = ngettext(
        "%(num)s hidden row was read like the others.", "%(num)s hidden rows were read like the others.", hidden
    )
    return [_("%(who)s: %(what)s", who=part["name"], what=said)]


def _places_today(columns: Mapping[str, int], sheet: Sheet) -> dict[str, int]:
    """Where each column stands, by what its key became since the file was made."""
    schema = next((key.rsplit(":", 1)[-1] for key in columns if key.startswith(TAG[1:])), "")
    if not schema.isdecimal():
        return dict(columns)
    named = ((moved.key(sheet.key, key, int(schema)), place) for key, place in columns.items())
    return {key: place for key, place in named if key is not None}


def _labelled(part: Mapping[str, Any], rows: list[Numbered], sheets: Sequence[Sheet]) -> Arrival | None:
    """A sheet that lost its hidden row, found by its headings where Refs of ours stand below them."""
    for place, (_number, row) in enumerate(rows[:FIRST_ROWS]):
        found = labels.places(row, sheets)
        if found is None:
            continue
        sheet, columns = found
        below = rows[place + 1 :]
        if any(_holds_data(each, columns) for _at, each in below):
            arrival = Arrival(sheet, part["name"], columns, below)
            arrival.notices.append(_without_keys(part["name"]))
            arrival.notices += _unknown_columns(row, columns, part["name"])
            return arrival
    return None


def _without_keys(name: str) -> str:
    return _("%(sheet)s: the hidden first row is missing; the columns were found by their headings.", sheet=name)


def _rows(part: Mapping[str, Any]) -> list[Numbered]:
    return [(number, {cell[0]: cell for cell in row}) for number, row in part["rows"]]


def _is_key_row(row: Mapping[int, Cell]) -> bool:
    return any(cell[2] == f"{SIGN}ref" or str(cell[2]).startswith(TAG) for cell in row.values())


def _holds_data(row: Mapping[int, Cell], columns: Mapping[str, int]) -> bool:
    """True for the row below the keys where it is no heading: somebody deleted the headings."""
    text = written(row, columns.get("ref"))
    return refs.checked(text) is not None or refs.is_spare(text) or text.isdecimal()


def written(row: Mapping[int, Cell], place: int | None) -> str:
    """What a cell of a row says, as text."""
    cell = row.get(place) if place else None
    if cell and cell[1] == "s" and cell[2].isascii() and cell[2].replace("-", "").isalnum():
        return str(cell[2])
    return clean(as_text(cell[2])) if cell and cell[2] is not None else ""


def _sheet_of(columns: Mapping[str, int], sheets: Sequence[Sheet]) -> Sheet | None:
    """The sheet that the tag names, or the one that most of the keys belong to."""
    tag = next((key for key in columns if key.startswith(TAG[1:])), None)
    if tag:
        return next((sheet for sheet in sheets if sheet.key == tag.split(":")[1]), None)
    shared = {sheet.key: len({column.key for column in sheet.columns} & set(columns)) for sheet in sheets}
    best = max(sheets, key=lambda sheet: shared[sheet.key])
    return best if shared[best.key] * 2 > len(best.columns) else None


def _unknown_columns(headings: Mapping[int, Cell], columns: Mapping[str, int], name: str) -> list[str]:
    """Columns that somebody added: named, and left aside."""
    added = [str(cell[2]) for place, cell in headings.items() if place not in columns.values() and cell[2]]
    return [
        _("%(sheet)s: the column “%(column)s” is not part of this copy and was left aside.", sheet=name, column=each)
        for each in added
    ]
