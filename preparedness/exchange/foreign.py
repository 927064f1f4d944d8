"""Sheets of somebody else's making: where their table begins, and how it is told in our columns."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preparedness.exchange.arrivals import SIGN, Cell, Numbered
from preparedness.exchange.choices import fold
from preparedness.exchange.sheets import Sheet
from preparedness.exchange.values import Kind, as_text, clean
from preparedness.exchange.written_dates import Order, order, understood

FIRST_ROWS = 25
"""A table begins within these rows, or is none."""

FEWEST = 2
SAMPLES = 3


@dataclass(frozen=True)
class Table:
    """A table on somebody's sheet: its headings and HXL hashtags by column, and the rows below them."""

    sheet: str
    header: int
    headings: Mapping[int, str]
    tags: Mapping[int, str]
    rows: Sequence[Numbered]

    @property
    def fingerprint(self) -> str:
        """What the table is known by next time: its headings in their order, whatever stands below them."""
        words = [f"{place} {fold(said)} {self.tags.get(place, '')}" for place, said in sorted(self.headings.items())]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()

    def words(self, column: int) -> list[str]:
        """What stands in a column, as text; what programs keep as dates is left out, for it is clear."""
        cells = (row.get(column) for _number, row in self.rows)
        return [clean(as_text(cell[2])) for cell in cells if cell and cell[1] == "s"]

    def samples(self, column: int) -> list[str]:
        """A few different things that stand in a column."""
        cells = (row.get(column) for _number, row in self.rows)
        said = dict.fromkeys(clean(as_text(cell[2]))[:60] for cell in cells if cell and cell[2] not in (None, ""))
        return list(said)[:SAMPLES]


@dataclass(frozen=True)
class Understanding:
    """Which column of ours each of theirs is, what is the same for all rows, and how their dates are written."""

    sheet: str
    columns: Mapping[int, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[int, Order] = field(default_factory=dict)

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "sheet": self.sheet,
            "columns": {str(place): key for place, key in self.columns.items()},
            "fixed": dict(self.fixed),
            "orders": {str(place): order.value for place, order in self.orders.items()},
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "Understanding":
        """What was kept, as it was."""
        return cls(
            kept["sheet"],
            {int(place): key for place, key in kept["columns"].items()},
            kept["fixed"],
            {int(place): Order(said) for place, said in kept["orders"].items()},
        )


def tables(read: Mapping[str, Any], known: Callable[[str], bool]) -> list[Table]:
    """The tables of a file, one a sheet. `known` says whether some words are what a column is called."""
    found = (_table(part, known) for part in read["sheets"] if part["state"] == "visible")
    return [table for table in found if table]


def _table(part: Mapping[str, Any], known: Callable[[str], bool]) -> Table | None:
    rows: list[Numbered] = [(number, {cell[0]: cell for cell in row}) for number, row in part["rows"]]
    first = [(number, row) for number, row in rows[:FIRST_ROWS] if len(_said(row)) >= FEWEST]
    if not first or len(rows) < FEWEST:
        return None
    tagged = next((number for number, row in first if all(said.startswith(SIGN) for said in _said(row).values())), None)
    if tagged is None:
        header = max(first, key=lambda each: (sum(map(known, _said(each[1]).values())), len(_said(each[1])), -each[0]))[
            0
        ]
    else:
        header = max((number for number, _row in first if number < tagged), default=tagged)
    by_number = dict(rows)
    below = [(number, row) for number, row in rows if number > (tagged or header)]
    tags = {place: said.lower() for place, said in _said(by_number[tagged]).items()} if tagged else {}
    headings = _said(by_number[header]) if header != tagged else {}
    named = {place: headings.get(place) or tags[place] for place in sorted({*headings, *tags})}
    return Table(part["name"], header, named, tags, below) if below else None


def _said(row: Mapping[int, Cell]) -> dict[int, str]:
    """The words of a row, by column."""
    return {place: text for place, cell in row.items() if cell[1] == "s" and (text := clean(cell[2]))}


def dates(table: Table, columns: Mapping[int, str], sheet: Sheet) -> dict[int, Order]:
    """How each column of dates is written, as far as it tells itself."""
    kinds = {column.key: column.kind for column in sheet.columns}
    return {place: order(table.words(place)) for place, key in columns.items() if kinds[key] is Kind.DATE}


def as_ours(table: Table, said: Understanding, sheet: Sheet) -> dict[str, Any]:
    """A table as a sheet of ours would have come back: our keys above it, and nothing of the columns left aside."""
    kinds = {column.key: column.kind for column in sheet.columns}
    places = _places(said)
    last = max(table.headings, default=0)
    extra = {key: last + number for number, key in enumerate(said.fixed, start=1)}
    keys = [
        [place, "s", f"{SIGN}{key}"] for key, place in sorted({**places, **extra}.items(), key=lambda each: each[1])
    ]
    rows = [[table.header - 1, [*keys, [last + len(extra) + 1, "s", sheet.tag]]]]
    for number, row in table.rows:
        cells = _cells(row, said, places, kinds)
        if cells:
            cells += [[place, "s", said.fixed[key]] for key, place in extra.items()]
            rows.append([number, cells])
    return {"name": table.sheet, "state": "visible", "rows": rows, "foreign": True}


def _places(said: Understanding) -> dict[str, int]:
    """Where each column of ours stands: the first where several are put together."""
    places: dict[str, int] = {}
    for place, key in sorted(said.columns.items()):
        places.setdefault(key, place)
    return places


def _cells(
    row: Mapping[int, Cell], said: Understanding, places: Mapping[str, int], kinds: Mapping[str, Kind]
) -> list[Cell]:
    """The cells of a row that are taken; what stands in several columns is put together."""
    cells: dict[str, Cell] = {}
    for place, key in sorted(said.columns.items()):
        cell = row.get(place)
        if cell is None or (cell[2] in (None, "") and cell[1] != "f"):
            continue
        if kinds[key] is Kind.DATE:
            cell = _dated(cell, said.orders.get(place, Order.CLEAR))
        before = cells.get(key)
        between = "; " if kinds[key] is Kind.SET else " "
        joined = before and before[1] == cell[1] == "s"
        cells[key] = (
            [places[key], "s", f"{before[2]}{between}{cell[2]}"] if before and joined else [places[key], *cell[1:]]
        )
    return list(cells.values())


def _dated(cell: Cell, asked: Order) -> Cell:
    """A date as the column writes it; what is none, or two, stays as it is and is a problem."""
    text = understood(clean(cell[2]), asked) if cell[1] == "s" else None
    return [cell[0], "s", text] if text else cell


def left_aside(table: Table, columns: Iterable[int]) -> list[str]:
    """The headings of the columns that are not taken."""
    taken = set(columns)
    return [said for place, said in table.headings.items() if place not in taken]
