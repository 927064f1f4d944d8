"""Rows with which many tests begin: their verbs run once, and what they wrote is put back as it stood.

A recording belongs to the one it was made upon, the first of all to an empty database; where anybody else wrote
meanwhile, nothing is put back and the verbs run. Nor is it where a recording is older than a slow test would make it,
or the clock was moved: what tests call "now" stays now.
"""

import dataclasses
import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from preparedness.database import Model, db, now, writing

T = TypeVar("T")

GOOD_FOR = timedelta(seconds=20)
HARMLESS = ("SELECT", "PRAGMA", "BEGIN", "SET", "SAVEPOINT", "RELEASE", "ROLLBACK")

Writes = list[tuple[str, list[tuple[Any, ...]]]]
"""Statements, each with the rows that it inserts where they do not stand in the statement itself."""


@dataclasses.dataclass
class Recording:
    """Every row that stands after a build, what the build gave back, and what was built upon that."""

    made: datetime
    writes: Writes
    value: Any
    upon: dict[object, "Recording"] = dataclasses.field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether its rows are no older than a slow test would find them."""
        return timedelta(0) <= now() - self.made < GOOD_FOR


_empty: dict[str, Recording] = {}
_standing: dict[str, Recording | None] = {}
"""By engine: the recording that the database shows as it is, or none where somebody wrote since."""


def watch(engine: Engine) -> None:
    """Notice who writes: on rows that somebody touched nothing is put back."""
    _empty[engine.dialect.name] = Recording(now(), [], None)

    def note(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(HARMLESS):
            _standing[connection.dialect.name] = None

    event.listen(engine, "before_cursor_execute", note)


def recorded(build: Callable[..., T]) -> Callable[..., T]:
    """A fixture that does nothing but write rows, for others that do so too."""

    @functools.wraps(build)
    def put_back(**rows: Any) -> T:
        return kept(build, lambda: build(**rows))

    return put_back


def kept(key: object, build: Callable[[], T]) -> T:
    """What `build` gives, and writes the first time; `key` tells it from other builds upon the same rows."""
    engine = db.engine.dialect.name
    before = _standing.get(engine)
    if before is None or db.session.new or db.session.dirty or db.session.deleted:
        return build()
    known = before.upon.get(key)
    with writing():
        if known is None or not known.good:
            value = build()
            db.session.commit()
            known = before.upon[key] = Recording(now(), _written(), _names(value))
            db.session.rollback()
        else:
            db.session.rollback()
            _put_back(known.writes, anew=before is not _empty[engine])
            db.session.expire_all()
            value = cast(T, _rows(known.value))
    _standing[engine] = known
    return value


def empty() -> None:
    """Leave no row of anybody."""
    with writing():
        db.session.rollback()
        _put_back([], anew=True)
        db.session.remove()
    _standing[db.engine.dialect.name] = _empty.get(db.engine.dialect.name)


def _put_back(writes: Writes, *, anew: bool) -> None:
    """Write the rows in one go past SQLAlchemy, where a statement costs more than its rows; `anew` empties first."""
    connection = db.session.connection()
    cursor = cast(Any, connection.connection).cursor()
    deletes = [f"DELETE FROM {_quoted(table)}" for table in reversed(_tables())] if anew else []
    if connection.dialect.name == "sqlite":
        cursor.execute("PRAGMA defer_foreign_keys=ON")
        for statement in deletes:
            cursor.execute(statement)
        for statement, rows in writes:
            cursor.executemany(statement, rows)
    else:  # all in one go: each would be a journey of its own
        inserts = [statement for statement, _ in writes]
        unchecked = "SET session_replication_role = replica", *deletes, *inserts
        cursor.execute("; ".join([*unchecked, "SET session_replication_role = DEFAULT"]))
    cursor.close()
    db.session.commit()


def _written() -> Writes:
    """The statements that write every row as it stands now."""
    connection = db.session.connection()
    found: Writes = []
    for table in _tables():
        columns = [connection.dialect.identifier_preparer.quote(column.name) for column in table.columns]
        into = f"INSERT INTO {_quoted(table)} ({', '.join(columns)}) VALUES"
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {_quoted(table)}").all()
            if rows:
                found.append((f"{into} ({', '.join('?' * len(columns))})", [tuple(row) for row in rows]))
        else:
            literals = " || ',' || ".join(f"quote_nullable({column}::text)" for column in columns)
            rows = connection.exec_driver_sql(f"SELECT '(' || {literals} || ')' FROM {_quoted(table)}").all()
            if rows:
                found.append((f"{into} {', '.join(row[0] for row in rows)}", []))
    return found


def _tables() -> list[Table]:
    return Model.metadata.sorted_tables


def _quoted(table: Table) -> str:
    return db.engine.dialect.identifier_preparer.format_table(table)


@dataclasses.dataclass(frozen=True)
class _Named:
    """A row by its class and id, until it is asked for again."""

    model: type[Model]
    id: int


def _names(value: Any) -> Any:
    return _changed(value, lambda each: _Named(type(each), each.id) if isinstance(each, Model) else each)


def _rows(value: Any) -> Any:
    return _changed(value, lambda each: _row(each) if isinstance(each, _Named) else each)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same with each thing in it changed."""
    if isinstance(value, list | tuple):
        return type(value)(_changed(each, change) for each in value)
    if isinstance(value, dict):
        return {key: _changed(each, change) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, _Named | type):
        parts = {field.name: _changed(getattr(value, field.name), change) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    return change(value)


def _row(named: _Named) -> Model:
    """The row as after a commit: known by its id, and read when it is first looked at."""
    if known := db.session.identity_map.get(identity_key(named.model, named.id)):
        return cast(Model, known)
    row = cast(Model, named.model.__mapper__.class_manager.new_instance())
    set_committed_value(row, "id", named.id)
    make_transient_to_detached(row)
    db.session.add(row)
    return row
