"""Which column of somebody's table is which of ours: proposed, corrected, remembered, and used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.exchange import arrivals, foreign, guesses
from preparedness.exchange.foreign import Table, Understanding
from preparedness.exchange.guesses import Certainty, Guess
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import ColumnMapping
from preparedness.exchange.roster_sheets import SHEETS
from preparedness.exchange.sheets import Column, Sheet
from preparedness.exchange.written_dates import Order
from preparedness.i18n import _


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a table, and what is open."""

    table: Table
    sheet: Sheet
    understanding: Understanding
    guesses: Mapping[int, Guess]
    remembered: bool

    @property
    def lacking(self) -> list[Column]:
        """Columns without which nothing new can be taken, and that no column of theirs is, nor the same for all."""
        taken = {*self.understanding.columns.values(), *self.understanding.fixed}
        return [column for column in guesses.needed(self.sheet) if column.key not in taken]

    @property
    def undated(self) -> list[int]:
        """Columns of dates of which nobody said yet whether the day or the month comes first."""
        return [place for place, said in self.understanding.orders.items() if said is Order.ASK]

    @property
    def dates(self) -> Mapping[int, Order]:
        """What every column that may hold dates tells of itself."""
        return self.understanding.orders

    @property
    def certain(self) -> bool:
        """True where nothing is open and nothing was guessed but by words that are known."""
        sure = all(guess.certainty is Certainty.SURE for guess in self.guesses.values())
        return not self.lacking and not self.undated and (self.remembered or sure)


def tables(read: Mapping[str, Any]) -> list[Table]:
    """The tables of a file that is none of ours; none where it has our keys in it."""
    ours = any(arrivals.found(read, content.sheets) for content in CONTENTS.values())
    return [] if ours else foreign.tables(read, guesses.is_known)


def proposal(found: list[Table], agency: Agency, *, sheet: str | None = None, kind: str | None = None) -> Proposal:
    """What is proposed for one of the tables, as one of our sheets: as last time, or what its words say."""
    remembered = {table.fingerprint: kept for table in found if (kept := _remembered(table, agency))}
    table = next((each for each in found if each.sheet == sheet), None) or max(
        found, key=lambda each: (each.fingerprint in remembered, _known(each), len(each.rows))
    )
    kept = remembered.get(table.fingerprint)
    if kept and kind in (None, kept.sheet):
        return _dated(Proposal(table, guesses.by_key(kept.sheet), kept, {}, True))
    chosen = guesses.by_key(kind if kind in _kinds() else guesses.likeliest(table))
    guessed = guesses.columns(table, chosen)
    said = Understanding(chosen.key, {place: guess.key for place, guess in guessed.items()})
    return _dated(Proposal(table, chosen, said, guessed, False))


def settled(found: list[Table], agency: Agency) -> Proposal | None:
    """What may be used without asking anybody: what was said last time, or what is certain."""
    proposed = proposal(found, agency)
    return proposed if proposed.certain else None


def chosen(
    proposed: Proposal, columns: Mapping[int, str], fixed: Mapping[str, str], orders: Mapping[int, Order]
) -> Proposal:
    """What somebody said of a table. Raises Refused for what cannot be."""
    offered = {column.key: column for column in guesses.offered(proposed.sheet)}
    taken = {place: key for place, key in columns.items() if key in offered and place in proposed.table.headings}
    for place, key in taken.items():
        twice = [each for each, other in taken.items() if other == key]
        if len(twice) > 1 and key not in guesses.TOGETHER:
            raise Refused(
                _("Two columns cannot both be “%(column)s”. Leave one aside.", column=offered[key].heading),
                field=f"column-{place}",
            )
    same = {key: words for key, words in fixed.items() if key in offered and words and key not in taken.values()}
    understanding = Understanding(proposed.sheet.key, taken, same, orders)
    said = _dated(replace(proposed, understanding=understanding, guesses={}))
    _refuse_open(said)
    return said


def _refuse_open(said: Proposal) -> None:
    for column in said.lacking:
        words = _("Say which column is “%(column)s”, or what it is for all rows.", column=column.heading)
        raise Refused(words, field=f"fixed-{column.key}")
    for place in said.undated:
        words = _("Say whether the day or the month comes first in “%(column)s”.", column=said.table.headings[place])
        raise Refused(words, field=f"order-{place}")


def keep(said: Proposal, agency: Agency) -> None:
    """Remember what somebody said of a table, for the next one with the same headings."""
    row = _row(said.table, agency)
    if row is None:
        row = ColumnMapping(agency_id=agency.id, header_hash=said.table.fingerprint)
        db.session.add(row)
    row.columns = said.understanding.kept


def named(read: Mapping[str, Any], said: Proposal) -> tuple[dict[str, Any], list[str]]:
    """A file with its table told in our columns, and what is said about that."""
    sheet = foreign.as_ours(said.table, said.understanding, said.sheet)
    notices = [
        _("The column “%(column)s” was left aside.", column=heading)
        for heading in foreign.left_aside(said.table, said.understanding.columns)
    ]
    others = [part["name"] for part in read["sheets"] if part["rows"] and part["name"] != said.table.sheet]
    notices += [_("The sheet “%(sheet)s” was left aside.", sheet=name) for name in others]
    notices += [_order_said(said, place, order) for place, order in said.understanding.orders.items()]
    return {**read, "properties": {}, "sheets": [sheet]}, [notice for notice in notices if notice]


def _order_said(said: Proposal, place: int, order: Order) -> str:
    heading = said.table.headings[place]
    if order is Order.DAY:
        return _("The dates in “%(column)s” were read with the day first.", column=heading)
    return (
        _("The dates in “%(column)s” were read with the month first.", column=heading) if order is Order.MONTH else ""
    )


def said_of(found: list[Table], kept: Mapping[str, Any]) -> Proposal | None:
    """What somebody said of this very file; nothing where nobody did yet."""
    table = next((each for each in found if each.sheet == kept.get("table")), None)
    if table is None:
        return None
    said = Understanding.from_kept(kept)
    return Proposal(table, guesses.by_key(said.sheet), said, {}, True)


def kept(said: Proposal) -> dict[str, Any]:
    """What was said of a file, as it is kept with it."""
    return {**said.understanding.kept, "table": said.table.sheet}


def _dated(said: Proposal) -> Proposal:
    """The same, with what its columns of dates tell of themselves; where they do not, what was said of them before."""
    before = {place: each for place, each in said.understanding.orders.items() if each in (Order.DAY, Order.MONTH)}
    told = foreign.dates(said.table, said.understanding.columns, said.sheet)
    orders = {place: before.get(place, each) if each is Order.ASK else each for place, each in told.items()}
    return replace(said, understanding=replace(said.understanding, orders=orders))


def _known(table: Table) -> int:
    return sum(map(guesses.is_known, table.headings.values())) + len(table.tags)


def _kinds() -> set[str]:
    return {sheet.key for sheet in SHEETS}


def _remembered(table: Table, agency: Agency) -> Understanding | None:
    row = _row(table, agency)
    return Understanding.from_kept(row.columns) if row else None


def _row(table: Table, agency: Agency) -> ColumnMapping | None:
    query = select(ColumnMapping).where(
        ColumnMapping.agency_id == agency.id, ColumnMapping.header_hash == table.fingerprint
    )
    return db.session.scalar(query)
