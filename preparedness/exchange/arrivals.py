"""What came back, row by row: which row of ours each is, what its cells mean, and what cannot be taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from preparedness import refs
from preparedness.exchange import cells
from preparedness.exchange.cells import Place
from preparedness.exchange.cells import Trouble as Trouble
from preparedness.exchange.finds import SIGN as SIGN
from preparedness.exchange.finds import Arrival as Arrival
from preparedness.exchange.finds import Cell as Cell
from preparedness.exchange.finds import Numbered as Numbered
from preparedness.exchange.finds import found as found
from preparedness.exchange.finds import manifest_fields as manifest_fields
from preparedness.exchange.finds import written
from preparedness.exchange.merge import Returned, Row, Rows, fingerprint
from preparedness.exchange.sheets import Column, Editable, Surroundings
from preparedness.exchange.values import Value, plain_words
from preparedness.exchange.values import letters as letters
from preparedness.i18n import _, ngettext

SLOT_LENGTH = 24
SEVERAL = 3
"""So many rows do not lose their cross-check by a slip of the hand."""


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
        if column.editable is not Editable.NO and column.key not in arrival.columns and not arrival.foreign:
            arrival.notices.append(_missing_column(arrival, around.heading(column)))
    present = [
        Place(column, around.pattern(column), arrival.columns[column.key])
        for column in offered[1:]
        if column.key in arrival.columns
    ]
    looked_at = [(each.at, each.key, each.free, each.words, each) for each in present]
    fresh = [each for each in looked_at if each[-1].column.editable is not Editable.NO]
    for number, row in arrival.below:
        ref, trouble = _ref(arrival, number, row, base, created)
        if trouble:
            arrival.troubles.append(trouble)
        else:
            before = base.get(ref or "")
            if before is None:
                _keep(arrival, Returned(number, ref, _new_values(arrival, number, row, fresh)), row, fresh, created)
            else:
                arrival.rows.append(Returned(number, ref, _values(arrival, number, row, before, present, looked_at)))
    if _sorted_apart(arrival, base):
        arrival.notices.append(_ref_believed(arrival))
    if arrival.read_only:
        arrival.notices.append(_read_only_changed(arrival))


def _sorted_apart(arrival: Arrival, base: Rows) -> bool:
    """True where the hidden column says another row than the Ref in several: only what can be seen was sorted."""
    apart, check_at, ref_at = 0, arrival.columns.get("check", 0), arrival.columns.get("ref", 0)
    for _number, row in arrival.below:
        sealed, named = row.get(check_at), row.get(ref_at)
        if sealed is None or (named is not None and str(sealed[2]).startswith(f"{named[2]} ")):
            continue
        check = written(row, check_at).split(" ")[0]
        apart += check in base and check != written(row, ref_at)
        if apart >= SEVERAL:
            return True
    return False


def _ref_believed(arrival: Arrival) -> str:
    return str(
        _(
            "%(sheet)s was sorted without its hidden column. Each row was taken for the one that its Ref names.",
            sheet=arrival.name,
        )
    )


def new_words(arrival: Arrival, key: str, base: Rows) -> list[tuple[str, str]]:
    """What the new rows of a sheet say in one column, each with what names the row: its spare Ref or its number."""
    words = []
    for number, row in arrival.below:
        if _given_ref(arrival, row, base):
            continue
        ref = written(row, arrival.columns.get("ref"))
        if ref not in base and (text := written(row, arrival.columns.get(key))):
            words.append((row_name(arrival.sheet.key, ref, number), text))
    return words


def named(arrival: Arrival) -> list[tuple[int, str]]:
    """The rows of a sheet that say which row they are: number, and Ref or spare Ref."""
    words = ((number, written(row, arrival.columns.get("ref"))) for number, row in arrival.below)
    return [(number, refs.checked(text) or text) for number, text in words if text]


def row_name(sheet: str, ref: str | None, number: int) -> str:
    """What names a new row among all others of its file."""
    return ref or f"{SIGN}{sheet}:{number}"


NOTHING = cells.Understood()

Looked = tuple[int, str, bool, dict[Any, Value], Place]
"""Where a column stands, its key, whether it is free text, what the words in it mean, and the column itself."""


def _others(row: Mapping[int, Cell], before: Row, looked_at: Sequence[Looked]) -> list[Place]:
    """Where a row does not say in so many words what was given out: only there it is looked at closely."""
    others = []
    for at, key, free, words, place in looked_at:
        cell, given = row.get(at), before.get(key)
        if cell is None:
            if given is not None:
                others.append(place)
        elif cell[1] == "s":
            if (cell[2] if free else words.get(cell[2], NOTHING)) != given:
                others.append(place)
        elif free or words.get((cell[1], cell[2]), NOTHING) != given:
            others.append(place)
    return others


def _values(
    arrival: Arrival,
    number: int,
    row: Mapping[int, Cell],
    before: Row,
    present: Sequence[Place],
    looked_at: Sequence[Looked],
) -> Row:
    """The cells of a row that may be changed, understood. A row in which nothing differs is what was given out."""
    if not (others := _others(row, before, looked_at)):
        return before
    values = {place.key: before.get(place.key) for place in present}
    same = True
    for place in others:
        cell, given = row.get(place.at), values.pop(place.key)
        understood = place.understood(cell, given) if cell is not None else NOTHING
        same = _took(arrival, number, place, understood, given, values) and same
    if same:
        return before
    fixed = [place.key for place in present if place.fixed and place.key != arrival.sheet.named_by]
    return {key: value for key, value in values.items() if key not in fixed}


def _new_values(arrival: Arrival, number: int, row: Mapping[int, Cell], fresh: Sequence[Looked]) -> dict[str, Value]:
    """What the filled cells of a new row mean."""
    values: dict[str, Value] = {}
    for at, key, free, known, place in fresh:
        cell = row.get(at)
        if cell is None:
            continue
        if cell[1] == "s" and (free or cell[2] in known):
            value = plain_words(place.pattern.kind, cell[2]) if free else known[cell[2]]
        else:
            understood = place.understood(cell, None)
            value = understood.value
            _say(arrival, number, place, understood)
        if value is not None:
            values[key] = value
    return values


def _took(
    arrival: Arrival,
    number: int,
    place: Place,
    understood: cells.Understood,
    given: Value,
    values: dict[str, Value],
) -> bool:
    """Take what a cell of a known row means, or say what is wrong with it; True where it is as it was given out."""
    same = understood.problem is None and understood.value == given
    if place.fixed:
        arrival.read_only += not same
        if not understood.problem:
            values[place.key] = understood.value  # never written: it may tell that rows changed places
        return same or place.key != arrival.sheet.named_by
    if not understood.problem:
        values[place.key] = understood.value
    _say(arrival, number, place, understood)
    return same


def _say(arrival: Arrival, number: int, place: Place, understood: cells.Understood) -> None:
    """What is wrong with a cell, or what was forgiven."""
    if understood.problem:
        arrival.troubles.append(_trouble(arrival, number, place.key, understood.problem))
    if understood.notice:
        arrival.notices.append(f"{arrival.name} {arrival.address(place.key, number)}: {understood.notice}")


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
    return _("%(who)s: %(what)s", who=arrival.name, what=said)


def _keep(
    arrival: Arrival, new: Returned, row: Mapping[int, Cell], fresh: Sequence[Looked], created: Mapping[str, str]
) -> None:
    """Keep a row that says something new. It is known again by its number, or by what it says: then its empty cells say
    something too."""
    if new.ref is None or refs.is_spare(new.ref):
        if not new.cells:
            return
        slot = arrival.slots[new.number] = new.ref or _slot(arrival.sheet.key, new.cells)
        if slot in created:
            empty = {key: None for at, key, _free, _known, place in fresh if at not in row and not place.column.follows}
            new = Returned(new.number, created[slot], {**empty, **new.cells})
    arrival.rows.append(new)


def _slot(sheet: str, cells: Row) -> str:
    """What stands for a row without a Ref in the memory of what was created."""
    return fingerprint({SIGN: sheet, **cells})[:SLOT_LENGTH]


def _given_ref(arrival: Arrival, row: Mapping[int, Cell], base: Rows) -> str | None:
    """The Ref of a row where it stands as it was given out, told at a glance: so it does in nearly all."""
    cell = row.get(arrival.columns.get("ref", 0))
    return str(cell[2]) if cell is not None and cell[1] == "s" and cell[2] in base else None


def _ref(
    arrival: Arrival, number: int, row: Mapping[int, Cell], base: Rows, created: Mapping[str, str]
) -> tuple[str | None, Trouble | None]:
    """Which row it is: its Ref, read kindly; repaired by the cross-check beside it where it was damaged."""
    if given := _given_ref(arrival, row, base):
        return given, None
    text = written(row, arrival.columns.get("ref"))
    if text in base:
        return text, None
    check = written(row, arrival.columns.get("check")).split(" ")[0]
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
