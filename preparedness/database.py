"""The database: the base of every table, time kept in UTC, one transaction a request."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum as PythonEnum
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar, cast

from flask import Flask, Response, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Select,
    Table,
    UpdateBase,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.sql.compiler import InsertmanyvaluesSentinelOpts
from sqlalchemy.types import TypeDecorator

from preparedness import json_texts
from preparedness.errors import Difference, Stale
from preparedness.i18n import _

T = TypeVar("T")

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Moment(TypeDecorator[datetime]):
    """A moment: aware when it goes in, UTC when it comes out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _codes(members: type[PythonEnum]) -> list[str]:
    return [str(member.value) for member in members]


NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """The base of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: Moment(),
            StrEnum: Enum(StrEnum, native_enum=False, create_constraint=False, length=32, values_callable=_codes),
            dict[str, Any]: JSON(),
            list[str]: JSON(),
            list[int]: JSON(),
            list[dict[str, Any]]: JSON(),
        },
    )

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    """Fields that say something about a person: the audit keeps that they changed, never what they say."""

    id: Mapped[int] = mapped_column(primary_key=True)


class OfAgency:
    """A row that belongs to an agency; its fence is `agency=` in every query that loads it."""

    BY_AGENCY: ClassVar[bool] = True
    """False where an index of the agency would find nothing sooner: something unique begins with it, or rows are found
    by whom they belong to."""

    @declared_attr
    @classmethod
    def agency_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("agency.id"), index=cls.BY_AGENCY)


class Edited:
    """A row that people edit: its version is checked before a change and grows with it."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=lambda: now())
    updated_at: Mapped[datetime] = mapped_column(default=lambda: now())
    updated_by: Mapped[str | None]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def same_agency(column: str, table: str) -> ForeignKeyConstraint:
    """The constraint that a link never leads to another agency's row."""
    return ForeignKeyConstraint(["agency_id", column], [f"{table}.agency_id", f"{table}.id"])


def unique_where(name: str, *columns: str, where: str) -> Index:
    """A unique constraint over the rows that match a condition, the same on both engines."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, _metadata: MetaData) -> None:
    """SQLite would give the id of an erased row to the next one."""
    table.dialect_options["sqlite"]["autoincrement"] = True


db = SQLAlchemy(model_class=Model, session_options={"autoflush": True}, disable_autonaming=True)


_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The time now, aware, in UTC."""
    return _clock.get() or datetime.now(UTC)


def shared_now() -> datetime:
    """The time by the clock that all hosts share, the database's: for leases, which two hosts must not read apart."""
    if _clock.get() is None and db.engine.dialect.name == "postgresql":
        return cast(datetime, db.session.scalars(select(func.clock_timestamp())).one())
    return now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at a moment inside: the example's past goes through the same verbs as the present."""
    token = _clock.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _clock.reset(token)


def touch(row: Any, *, by: str | None = None) -> None:
    """Say that a row, or something that belongs to it, was changed: its version grows."""
    row.updated_at = now()
    row.updated_by = by


Changes = dict[str, tuple[Any, Any]]


def revise(row: Any, data: Mapping[str, Any], fields: Collection[str]) -> Changes:
    """Set the named fields that `data` holds and return those that changed: {field: (before, after)}."""
    changes: Changes = {}
    for name in fields:
        if name in data and getattr(row, name) != data[name]:
            changes[name] = (getattr(row, name), data[name])
            setattr(row, name, data[name])
    return changes


# --- One transaction a request -------------------------------------------------------------------------------------

_reading: ContextVar[bool | None] = ContextVar("reading", default=None)


def is_reading() -> bool:
    """True where nothing may be written: a GET, outside `writing()`."""
    chosen = _reading.get()
    if chosen is not None:
        return chosen
    return has_request_context() and request.method in SAFE_METHODS


@contextmanager
def writing() -> Iterator[None]:
    """Allow writing inside, whatever the request: for what must be kept beside it."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """One look outside a request: nothing can be written inside, and nobody who writes waits for it."""
    token = _reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction outside a request: kept if the block ends well, else undone."""
    with writing():
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def release() -> None:
    """End the transaction before slow work that needs no database. Refuses while there are unsaved changes."""
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("there are unsaved changes: settle them before slow work")
    db.session.rollback()


def afterwards(act: Callable[[], None]) -> None:
    """Keep this though the answer be a refusal (throttles, tries left, last seen): in a transaction of its own."""
    g.setdefault("_afterwards", []).append(act)


def settle(response: Response) -> Response:
    """Keep the request's changes if its answer is below 400, else undo them; then do what comes afterwards."""
    try:
        if response.status_code < 400 and not is_reading():
            db.session.commit()
        else:
            db.session.rollback()
    except BaseException:
        db.session.rollback()
        raise
    for act in g.pop("_afterwards", []):
        with transaction():
            act()
    return response


def settle_or(unavailable: Callable[[DBAPIError], Response]) -> Callable[[Response], Response]:
    """Settle each request; where the database cannot be written, answer with this instead."""

    def settled(response: Response) -> Response:
        try:
            return settle(response)
        except DBAPIError as error:
            if not is_unavailable(error):
                raise
            return unavailable(error)

    return settled


def is_unavailable(error: DBAPIError) -> bool:
    """True where the database could not be written (locked, crossed, disk full, gone), which is nobody's mistake."""
    said = str(error.orig).lower()
    return error.connection_invalidated or any(
        words in said
        for words in ("locked", "deadlock", "disk is full", "disk i/o", "no space", "could not extend", "connection")
    )


# --- The two engines -----------------------------------------------------------------------------------------------


def install(app: Flask) -> None:
    """Bind the database to the app, with the settings both engines need."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"json_serializer": _in_json, "json_deserializer": json_texts.read} | (
        {"connect_args": {"timeout": 15}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    )
    db.init_app(app)
    with app.app_context():
        _prepare(db.engine)


def _in_json(value: Any) -> str:
    """What a JSON column holds."""
    return json_texts.written(value).decode()


def _prepare(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        # Every table counts its ids upwards and a statement's rows are inserted in their order, so many rows may go in
        # one statement and still be told apart by their new ids; without this each would be a statement of its own.
        engine.dialect.insertmanyvalues_implicit_sentinel = InsertmanyvaluesSentinelOpts.ANY_AUTOINCREMENT
    event.listen(engine, "begin", _begin)


def _connect_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Durable, checked and patient: figures in docs/decisions/0002."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """A write takes its lock at once, or SQLite loses updates; a GET can write nothing at all."""
    reading = is_reading()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
    elif reading:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# --- What verbs need -----------------------------------------------------------------------------------------------


def expect(row: Any, version: int | None, data: Mapping[str, Any], fields: Collection[str]) -> None:
    """Refuse a change made from an older version of the row: raises Stale with both values of each field.

    Without a version (the worker, the command line) the row as it is now is meant.
    """
    if version is None or version == row.version:
        return
    differences = [
        Difference(name, data[name], getattr(row, name))
        for name in fields
        if name in data and getattr(row, name) != data[name]
    ]
    raise Stale(
        _("Somebody else saved this meanwhile. Look at both values, then save again."),
        differences,
        row.version,
        row.updated_by,
    )


def changed(statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE, and say how many rows it met."""
    return int(cast(CursorResult[Any], db.session.execute(statement)).rowcount)


def insert_missing(model: type[Model], rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Insert the rows whose unique key is not there yet, whoever else inserts at the same moment."""
    insert = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    if rows:
        db.session.execute(insert(model).on_conflict_do_nothing(index_elements=key), list(rows))


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are; one where there is nothing."""
        return max(1, -(-self.total // self.per_page))


def page_of(query: Select[Any], page: int, per_page: int = 50) -> Page[Any]:
    """The page of a query's rows, and how many there are in all."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = db.session.scalars(query.limit(per_page).offset((page - 1) * per_page)).unique().all()
    return Page(list(rows), total, page, per_page)
