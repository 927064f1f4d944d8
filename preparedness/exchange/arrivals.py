"""What came back: sheets, columns and rows, found by their hidden keys whatever was moved, renamed or sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preparedness import refs
from preparedness.exchange import cells
from preparedness.exchange.cells import Place
from preparedness.exchange.cells import Trouble as Trouble
from preparedness.exchange.merge import Returned, Row, Rows, fingerprint
from preparedness.exchange.sheets import Column, Editable, Sheet, Surroundings
from preparedness.exchange.values import Value, as_text, clean
from preparedness.exchange.values import letters as letters
from preparedness.i18n import _, ngettext

SIGN = "#"
TAG = "#pp:"
FIRST_ROWS = 20
SLOT_LENGTH = 24
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
        if keys_at is None:
            continue
        number, keys = rows[keys_at]
        columns = {str(cell[2])[1:]: place for place, cell in keys.items() if str(cell[2]).startswith(SIGN)}
        sheet = _sheet_of(columns, sheets)
        if sheet is not None and sheet.key not in known:
            below = [(at, row) for at, row in rows[keys_at + 1 :] if at != number + 1 or _holds_data(row, columns)]
            arrival = known[sheet.key] = Arrival(sheet, part["name"], columns, below)
            arrival.notices += _unknown_columns(dict(rows).get(number + 1, {}), columns, part["name"])
    return known


def take(
    arrival: Arrival,
    base: Rows,
    around: Surroundings,
    *,
    created: Mapping[str, str],
    offered: Sequence[Column],
) -> None:
    """Understand the rows of a sheet: its Refs, its cells, and what cannot be taken."""
    for column in offered:
        if column.editable is not Editable.NO and column.key not in arrival.columns:
            arrival.notices.append(_missing_column(arrival, around.heading(column)))
    present = [
        Place(column, around.pattern(column), arrival.columns[column.key])
        for column in offered[1:]
        if column.key in arrival.columns
    ]
    for number, row in arrival.below:
        ref, trouble = _ref(arrival, number, row, base, created)
        if trouble:
            arrival.troubles.append(trouble)
        else:
            values = _values(arrival, number, row, base.get(ref or ""), present)
            _keep(arrival, Returned(number, ref, values), created)
    if arrival.read_only:
        arrival.notices.append(_read_only_changed(arrival))


def new_words(arrival: Arrival, key: str, base: Rows) -> list[tuple[str, str]]:
    """What the new rows of a sheet say in one column, each with what names the row: its spare Ref or its number."""
    words = []
    for number, row in arrival.below:
        ref = _said(row, arrival.columns.get("ref"))
        if ref not in base and (text := _said(row, arrival.columns.get(key))):
            words.append((row_name(arrival.sheet.key, ref, number), text))
    return words


def named(arrival: Arrival) -> list[tuple[int, str]]:
    """The rows of a sheet that say which row they are: number, and Ref or spare Ref."""
    said = ((number, _said(row, arrival.columns.get("ref"))) for number, row in arrival.below)
    return [(number, refs.checked(text) or text) for number, text in said if text]


def row_name(sheet: str, ref: str | None, number: int) -> str:
    """What names a new row among all others of its file."""
    return ref or f"{SIGN}{sheet}:{number}"


NOTHING = cells.Understood()


def _values(
    arrival: Arrival, number: int, row: Mapping[int, Cell], before: Row | None, present: Sequence[Place]
) -> Row:
    """The cells of a row that may be changed, understood. A row in which nothing differs is what was given out."""
    values: dict[str, Value] = {}
    same = before is not None
    for place in present:
        key, cell = place.key, row.get(place.at)
        given = before.get(key) if before is not None else None
        if cell is None and given is None:
            values[key] = None
        elif same and place.free and cell is not None and cell[2] == given and cell[1] == "s":
            values[key] = given  # a text as it was given out, which is most of what there is
        else:
            understood = place.understood(cell, given) if cell is not None else NOTHING
            same = _took(arrival, number, place, understood, given, values, before is not None) and same
    if same and before is not None:
        return before
    fixed = [
        place.key for place in present if place.fixed(known=before is not None) and place.key != arrival.sheet.named_by
    ]
    return {key: value for key, value in values.items() if key not in fixed}


def _took(
    arrival: Arrival,
    number: int,
    place: Place,
    understood: cells.Understood,
    given: Value,
    values: dict[str, Value],
    known: bool,
) -> bool:
    """Take what a cell means, or say what is wrong with it; True where it is as it was given out."""
    same = understood.problem is None and understood.value == given
    if place.fixed(known=known):
        arrival.read_only += known and not same
        if known and not understood.problem:
            values[place.key] = understood.value  # never written: it may tell that rows changed places
        return same or place.key != arrival.sheet.named_by
    if understood.problem:
        arrival.troubles.append(_trouble(arrival, number, place.key, understood.problem))
    else:
        values[place.key] = understood.value
    if understood.notice:
        arrival.notices.append(f"{arrival.name} {arrival.address(place.key, number)}: {understood.notice}")
    return same


def _missing_column(arrival: Arrival, heading: str) -> str:
    return str(
        _(
            "%(sheet)s: the column “%(column)s” is missing, so nothing in it was changed.",
            sheet=arrival.name,
            column=heading,
        )
    )


def _read_only_changed(arrival: Arrival) -> str:
    said = ngettext(
        "%(num)s cell that is for reading only was changed; it stays as it was.",
        "%(num)s cells that are for reading only were changed; they stay as they were.",
        arrival.read_only,
    )
    return f"{arrival.name}: {said}"


def _keep(arrival: Arrival, row: Returned, created: Mapping[str, str]) -> None:
    """Keep a row that says something. A new one is known again by its number, or by what it says."""
    new = row.ref is None or refs.is_spare(row.ref)
    if new:
        filled = {key: value for key, value in row.cells.items() if value is not None}
        if not filled:
            return
        slot = row.ref or fingerprint({arrival.sheet.key: fingerprint(filled)})[:SLOT_LENGTH]
        if slot in created:
            row = Returned(row.number, created[slot], row.cells)
        arrival.slots[row.number] = slot
    arrival.rows.append(row)


def _ref(
    arrival: Arrival, number: int, row: Mapping[int, Cell], base: Rows, created: Mapping[str, str]
) -> tuple[str | None, Trouble | None]:
    """Which row it is: its Ref, read kindly; repaired by the cross-check beside it where it was damaged."""
    text = _said(row, arrival.columns.get("ref"))
    if text in base:
        return text, None
    check = _said(row, arrival.columns.get("check")).split(" ")[0]
    if not text:
        return (check if check in base else None), None
    for each in (text, refs.checked(text) or text.upper()):
        if each in base or refs.is_spare(each):
            return created.get(each, each), None
    if check in base and refs.checked(text) is None:
        arrival.notices.append(_repaired(arrival, number, text, check))
        return check, None
    return None, _trouble(arrival, number, "ref", _no_row_of_ours(text))


def _repaired(arrival: Arrival, number: int, text: str, ref: str) -> str:
    return str(
        _(
            "%(sheet)s, row %(row)s: the Ref “%(read)s” was damaged; the row is %(ref)s.",
            sheet=arrival.name,
            row=number,
            read=text,
            ref=ref,
        )
    )


def _no_row_of_ours(text: str) -> cells.Problem:
    wanted = _("a Ref of this copy, or an empty cell for something new")
    if refs.checked(text):
        sentence = _("“%(read)s” is not a row of this copy, so nothing of it was taken.", read=text)
    else:
        sentence = _("“%(read)s” is no Ref: one of its signs is wrong, so nothing of the row was taken.", read=text)
    return cells.Problem(text, wanted, sentence)


def _trouble(arrival: Arrival, number: int, key: str, problem: cells.Problem) -> Trouble:
    return Trouble(
        arrival.name, arrival.address(key, number), number, key, problem.read, problem.wanted, problem.sentence
    )


def _rows(part: Mapping[str, Any]) -> list[Numbered]:
    return [(number, {cell[0]: cell for cell in row}) for number, row in part["rows"]]


def _is_key_row(row: Mapping[int, Cell]) -> bool:
    return any(cell[2] == f"{SIGN}ref" or str(cell[2]).startswith(TAG) for cell in row.values())


def _holds_data(row: Mapping[int, Cell], columns: Mapping[str, int]) -> bool:
    """True for the row below the keys where it is no heading: somebody deleted the headings."""
    text = _said(row, columns.get("ref"))
    return refs.checked(text) is not None or refs.is_spare(text) or text.isdecimal()


def _said(row: Mapping[int, Cell], place: int | None) -> str:
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
