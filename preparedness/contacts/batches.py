"""Additions and changes of people and organisations, one or a thousand, in the same few statements."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import selectinload

from preparedness import bulk, refs
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, ActorKind, record_many
from preparedness.contacts.models import ChannelState, ContactState, Organisation, Person
from preparedness.contacts.parts import CHANNELS, Data, Difference, Part, Row, difference, said
from preparedness.contacts.search import fold
from preparedness.database import Changes, db, now
from preparedness.errors import Missing
from preparedness.notifications import suppressions

T = TypeVar("T")

CHUNK = 500
"""Rows asked for by their numbers at once; both engines take that many."""

Change = tuple[int, int | None, Data]
"""The number of a row, the version it was changed from (None: as it is now), and what is said of it."""


@dataclass(frozen=True)
class Roster:
    """What people and organisations have in common when they are written."""

    model: type[Person] | type[Organisation]
    prefix: str
    owner: str
    fields: tuple[str, ...]
    links: Mapping[str, type[Person] | type[Organisation]]
    parts: tuple[Part, ...]
    added: Action
    changed: Action
    blank: Mapping[str, Any]
    """What columns hold that are never empty."""
    derived: Callable[[Data, Mapping[str, Any]], Row]
    """Columns that follow from what is said under other names, given the columns as they are."""
    refuse: Callable[[Mapping[str, Any]], None]
    """Raises Refused where the columns, as they would be, break a rule."""

    def columns(self, data: Data, before: Mapping[str, Any]) -> Row:
        """What a change says, as columns."""
        said = {name: data[name] for name in self.empty.keys() & data.keys()} | self.derived(data, before)
        return {name: self.blank.get(name) if value is None else value for name, value in said.items()}

    @cached_property
    def empty(self) -> Row:
        """The columns where nothing is said."""
        return {name: self.blank.get(name) for name in self.fields}


@dataclass
class _Plan:
    """What one change means for the row it is about."""

    row: Any
    columns: Row = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)


# --- Adding --------------------------------------------------------------------------------------------------------


def add(roster: Roster, agency: Agency, rows: Sequence[Data], *, by: Actor) -> list[int]:
    """Add rows, each with a Ref of its own; their numbers in the order given."""
    if not rows:
        return []
    db.session.flush()
    _refuse_strangers(roster, agency.id, rows)
    fresh = _fresh_refs(roster, agency.id, len(rows))
    ids, moment = bulk.numbers(roster.model, len(rows)), now()
    same = {"agency_id": agency.id, "created_at": moment, "updated_at": moment, "updated_by": by.label}
    new = zip(ids, fresh, rows, strict=True)
    bulk.insert(roster.model, [{"id": number, "ref": ref, **_new(roster, row)} for number, ref, row in new], same)
    named = {name for row in rows for name in row}
    for part in roster.parts:
        if part.speaks(named):
            _insert_children(part, _children(roster, part, ids, rows), agency.id, by)
    subjects = [_Added(roster.model, agency.id, number, ref) for number, ref in zip(ids, fresh, strict=True)]
    sources = {row.get("source") for row in rows}
    facts = {source: {"source": source} if source else {} for source in sources}
    nothing: Changes = {}
    lines = [(each, nothing, facts[row.get("source")]) for each, row in zip(subjects, rows, strict=True)]
    record_many(roster.added, lines, by=by)
    return ids


class _Added:
    """A row that was just added, as far as the audit asks: making the row itself costs more than writing it."""

    def __init__(self, model: type[Any], agency_id: int, number: int, ref: str) -> None:
        self.PERSONAL, self.__tablename__ = model.PERSONAL, model.__tablename__
        self.agency_id, self.id, self.ref = agency_id, number, ref


def _new(roster: Roster, data: Data) -> Row:
    columns = {**roster.empty, **roster.columns(data, {})}
    roster.refuse(columns)
    return columns | _folds(columns)


def _folds(columns: Mapping[str, Any]) -> Row:
    """The names as they are searched and sorted by."""
    also = [columns[name] for name in ("name_local", "alias") if columns.get(name)]
    return {"name_fold": fold(columns["name"]), "also_fold": fold(" ".join(also)) or None}


def _children(roster: Roster, part: Part, ids: Sequence[int], rows: Sequence[Data]) -> list[Row]:
    """What belongs to new rows, each with the number of its row."""
    children: list[Row] = []
    for number, row in zip(ids, rows, strict=True):
        for child in part.after(row, []) or ():
            child[roster.owner] = number  # each was made for this row
            children.append(child)
    return children


def _fresh_refs(roster: Roster, agency_id: int, count: int) -> list[str]:
    """As many new Refs, none of which the agency has."""
    fresh: dict[str, None] = {}
    while len(fresh) < count:
        tried = refs.some(roster.prefix, count - len(fresh)) - fresh.keys()
        for some in _chunks(sorted(tried)):
            taken = select(roster.model.ref).where(roster.model.agency_id == agency_id, roster.model.ref.in_(some))
            tried -= set(db.session.scalars(taken))
        fresh |= dict.fromkeys(tried)
    return list(fresh)


def _refuse_strangers(roster: Roster, agency_id: int, rows: Sequence[Data]) -> None:
    """Raises Missing where a row points to another that this agency does not have."""
    for name, model in roster.links.items():
        wanted = {row[name] for row in rows if row.get(name) is not None}
        for some in _chunks(sorted(wanted)):
            known = select(model.id).where(model.agency_id == agency_id, model.id.in_(some))
            known = known.where(model.state != ContactState.ERASED)
            if set(some) - set(db.session.scalars(known)):
                raise Missing(field=name)


# --- Changing ------------------------------------------------------------------------------------------------------


def change(roster: Roster, agency_id: int, changes: Sequence[Change], *, by: Actor) -> list[int]:
    """Change rows, each from the version it was seen at; the numbers of those that moved and stayed."""
    if not changes:
        return []
    db.session.flush()
    _refuse_strangers(roster, agency_id, [data for _number, _version, data in changes])
    named = {name for _number, _version, data in changes for name in data}
    parts = [part for part in roster.parts if part.speaks(named)]
    rows = _loaded(roster, agency_id, parts, [number for number, _version, _data in changes])
    moved = [
        number
        for number, version, _data in changes
        if number not in rows or version not in (None, rows[number].version)
    ]
    plans = [_planned(roster, parts, rows[number], data) for number, _version, data in changes if number not in moved]
    plans = [plan for plan in plans if plan.changes]
    raced = _write_columns(roster, plans, by)
    plans = [plan for plan in plans if plan.row.id not in raced]
    for part in parts:
        _write_children(roster, agency_id, part, plans, by)
    record_many(roster.changed, [(plan.row, plan.changes, {}) for plan in plans], by=by)
    for row in rows.values():
        db.session.expire(row)
    return moved + sorted(raced)


def archive(roster: Roster, agency_id: int, ids: Sequence[int], archived: Action, *, by: Actor) -> dict[int, Any]:
    """Take rows out of the lists, in a few statements however many; those that were in them, by their numbers."""
    db.session.flush()
    table, moment = _table(roster.model), now()
    found: dict[int, Any] = {}
    for some in _chunks(ids):
        query = select(roster.model).where(roster.model.agency_id == agency_id, roster.model.id.in_(some))
        rows = list(db.session.scalars(query.where(roster.model.state == ContactState.ACTIVE)))
        gone = update(table).where(table.c.id.in_([row.id for row in rows]))
        values = {"state": ContactState.ARCHIVED, "version": table.c.version + 1}
        db.session.execute(gone.values({**values, "updated_at": moment, "updated_by": by.label}))
        found |= {row.id: row for row in rows}
    changes: Changes = {"state": (ContactState.ACTIVE, ContactState.ARCHIVED)}
    record_many(archived, [(row, changes, {"reason": None}) for row in found.values()], by=by)
    for row in found.values():
        db.session.expire(row)
    return found


def said_of(roster: Roster, row: Any) -> dict[str, Any]:
    """All that is said of a row now, in the words a change is made in."""
    held: dict[str, Any] = {name: getattr(row, name) for name in roster.fields} | said(roster.parts, row)
    return held | (held.get("capacity") or {})


def _loaded(roster: Roster, agency_id: int, parts: Sequence[Part], ids: Sequence[int]) -> dict[int, Any]:
    """The rows with these parts of what belongs to them, as they are in the database now."""
    model = roster.model
    children = [selectinload(getattr(model, part.attribute)) for part in parts]
    found: dict[int, Any] = {}
    for some in _chunks(ids):
        query = select(model).where(model.agency_id == agency_id, model.id.in_(some))
        query = query.where(model.state != ContactState.ERASED).options(*children)
        found |= {row.id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}
    return found


def _planned(roster: Roster, parts: Sequence[Part], row: Any, data: Data) -> _Plan:
    before = {name: getattr(row, name) for name in roster.fields}
    after = {**before, **roster.columns(data, before)}
    changes: Changes = {name: (before[name], after[name]) for name in roster.fields if before[name] != after[name]}
    if changes:
        roster.refuse(after)
    plan = _Plan(row, {**after, **_folds(after)}, changes=changes)
    for part in parts:
        found = difference(part, data, getattr(row, part.attribute))
        if found:
            plan.differences.append(found)
            plan.changes[part.name] = (part.brief(found.before), part.brief(found.after))
    return plan


def _write_columns(roster: Roster, plans: Sequence[_Plan], by: Actor) -> set[int]:
    """Write the rows themselves, each only at the version it was read at; the numbers of those not written."""
    if not plans:
        return set()
    table, moment = _table(roster.model), now()
    written: dict[str, Any] = {name: bindparam(f"to_{name}") for name in (*roster.fields, "name_fold", "also_fold")}
    statement = (
        update(table)
        .where(table.c.id == bindparam("row"), table.c.version == bindparam("seen"))
        .values({**written, "version": table.c.version + 1, "updated_at": moment, "updated_by": by.label})
    )
    values = [
        {"row": plan.row.id, "seen": plan.row.version, **{f"to_{name}": plan.columns[name] for name in written}}
        for plan in plans
    ]
    result: Any = db.session.execute(statement, values)
    if result.rowcount == len(plans):
        return set()
    ours: set[int] = set()
    for some in _chunks([plan.row.id for plan in plans]):
        ours |= set(db.session.scalars(select(table.c.id).where(table.c.id.in_(some), table.c.updated_at == moment)))
    return {plan.row.id for plan in plans} - ours


def _write_children(roster: Roster, agency_id: int, part: Part, plans: Sequence[_Plan], by: Actor) -> None:
    """Write what belongs to the rows: what goes, then what is new, then what says something else."""
    table = _table(part.model)
    found = [(plan.row.id, each) for plan in plans for each in plan.differences if each.part is part]
    for some in _chunks([number for _owner, each in found for number in each.gone]):
        db.session.execute(delete(table).where(table.c.id.in_(some)))
    new = [{**row, roster.owner: owner} for owner, each in found for row in each.new]
    _insert_children(part, new, agency_id, by)
    others = [row for _owner, each in found for row in each.other]
    if others:
        told: dict[str, Any] = {name: bindparam(f"to_{name}") for name in part.said}
        values = [{"row": row["row"], **{f"to_{name}": row[name] for name in part.said}} for row in others]
        db.session.execute(update(table).where(table.c.id == bindparam("row")).values(told), values)


def _insert_children(part: Part, rows: list[Row], agency_id: int, by: Actor) -> None:
    if part is CHANNELS and by.kind is not ActorKind.PERSON:
        _bar(rows, agency_id)
    bulk.insert(part.model, rows, {"agency_id": agency_id})


def _bar(channels: list[Row], agency_id: int) -> None:
    """Mark the addresses that somebody asked us not to use; only they themselves can give them again."""
    barred = suppressions.among(agency_id, [(row["kind"], row["address_fold"]) for row in channels])
    for row in channels:
        no = (row["kind"], row["address_fold"]) in barred
        row["state"] = ChannelState.OPTED_OUT if no else ChannelState.UNVERIFIED


def _table(model: type[Any]) -> Any:
    return model.__table__


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
