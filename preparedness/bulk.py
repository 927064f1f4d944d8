"""Many rows in one go: their numbers are known before they are written, and what is the same for all is done once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import JSON, Column, Dialect, Table, bindparam, func, select, text, update
from sqlalchemy import insert as core_insert

from preparedness.database import Model, db
from preparedness.quiet import quiet

Row = Mapping[str, Any]
Bind = Callable[[Any], Any]


def numbers(model: type[Model], count: int) -> list[int]:
    """The ids of rows that are about to be inserted in this transaction; nobody else gets them."""
    table = model.__tablename__
    if db.session.connection().dialect.name == "sqlite":  # a transaction that writes is alone
        said = {"table": table, "count": count}
        last = db.session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), said)
        if last is None:
            db.session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :count)"), said)
        else:
            db.session.execute(text("UPDATE sqlite_sequence SET seq = seq + :count WHERE name = :table"), said)
        return [(last or 0) + turn for turn in range(1, count + 1)]
    each = func.nextval(func.pg_get_serial_sequence(table, "id"))
    return list(db.session.scalars(select(each).select_from(func.generate_series(1, count))))


@quiet()
def insert(model: type[Model], rows: Sequence[Row], same: Row | None = None) -> None:
    """Insert rows that all say the same columns, and may say more; in the others stands what their default is now.

    `same` is what all of them say alike.

    SQLAlchemy looks at each value of each row by itself, which takes SQLite longer than to write it: here a column is
    looked at as a whole, and many rows go in one statement, as SQLAlchemy has it for PostgreSQL where something is
    returned.
    """
    if not rows:
        return
    connection, table, same = db.session.connection(), cast(Table, model.__table__), same or {}
    if connection.dialect.name != "sqlite":
        connection.execute(core_insert(model).returning(model.id), [{**row, **same} for row in rows])
        return
    fixed, told = _columns(table, rows, same, connection.dialect)
    values = list(zip(*told.values(), strict=True))
    together = max(1, (MOST_VALUES - len(fixed)) // len(told))
    pieces = [values[start : start + together] for start in range(0, len(values), together)]
    for count, some in groupby(pieces, key=len):  # all that are full, and what is left
        said = [(*fixed.values(), *chain.from_iterable(piece)) for piece in some]
        connection.exec_driver_sql(_insertion(table, fixed, told, count), said)


MOST_VALUES = 900
"""So many values every SQLite takes in a statement."""


def _columns(
    table: Table, rows: Sequence[Row], same: Row, dialect: Dialect
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """What all rows have alike, and what each has in the other columns, as the database takes it."""
    fixed: dict[str, Any] = {}
    told: dict[str, list[Any]] = {}
    for column in table.columns:
        bind = _bind(column, dialect)
        if column.name in rows[0]:
            told[column.name] = _bound(column, map(itemgetter(column.name), rows), bind)
        elif column.name in same or column.default is not None:
            value = same[column.name] if column.name in same else _default(column.default)
            fixed[column.name] = bind(value) if bind else value
    alike = [name for name, values in told.items() if values.count(values[0]) == len(values)]
    if len(alike) < len(told):
        fixed |= {name: told.pop(name)[0] for name in alike}
    return fixed, told


def _insertion(table: Table, fixed: Collection[str], told: Collection[str], count: int) -> str:
    """The statement for so many rows: what all have alike is bound once."""
    names = ", ".join(f'"{name}"' for name in (*fixed, *told))
    row = ", ".join([*(f"?{place}" for place in range(1, len(fixed) + 1)), *("?" * len(told))])
    return f'INSERT INTO "{table.name}" ({names}) VALUES {", ".join([f"({row})"] * count)}'  # noqa: S608


@quiet()
def write(model: type[Model], rows: Mapping[int, Row]) -> None:
    """Write the same few columns of many rows, each row by its number; what the session holds of them is read anew."""
    if not rows:
        return
    db.session.flush()
    for known in [each for each in db.session.identity_map.values() if isinstance(each, model)]:
        db.session.expire(known)
    connection, table = db.session.connection(), cast(Table, model.__table__)
    names = list(next(iter(rows.values())))
    if connection.dialect.name != "sqlite":
        one = update(table).where(table.c.id == bindparam("its_id"))
        said = [{"its_id": number, **{f"its_{name}": row[name] for name in names}} for number, row in rows.items()]
        connection.execute(one.values({name: bindparam(f"its_{name}") for name in names}), said)
        return
    columns = []
    for name in names:
        bind = _bind(table.c[name], connection.dialect)
        columns.append(_bound(table.c[name], (row[name] for row in rows.values()), bind))
    settings = ", ".join(f'"{name}" = ?' for name in names)
    statement = f'UPDATE "{table.name}" SET {settings} WHERE id = ?'  # noqa: S608
    connection.exec_driver_sql(statement, list(zip(*columns, rows, strict=True)))


def _bind(column: Column[Any], dialect: Dialect) -> Bind | None:
    """What turns a value of a column into what the database takes."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _bound(column: Column[Any], values: Iterable[Any], bind: Bind | None) -> list[Any]:
    """The values of a column as the database takes them, row by row."""
    if bind is None:
        return list(values)
    if isinstance(column.type, JSON):
        nothing = bind(None)
        return [nothing if value is None else bind(value) for value in values]
    return list(map(_Known(bind).__getitem__, values))


def _default(default: Any) -> Any:
    return default.arg(None) if default.is_callable else default.arg


class _Known(dict[Any, Any]):
    """What values are turned into, each once: the rows of a roster say much alike."""

    def __init__(self, bind: Bind) -> None:
        super().__init__()
        self.bind = bind

    def __missing__(self, value: Any) -> Any:
        bound = self[value] = self.bind(value)
        return bound
