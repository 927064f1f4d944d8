"""Many rows in one go: their numbers are known before they are written, and what is the same for all is done once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import JSON, Column, Dialect, Table, func, select, text
from sqlalchemy import insert as core_insert

from preparedness.database import Model, db
from preparedness.quiet import quiet

Row = Mapping[str, Any]


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
def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Insert rows that all say the same columns, and may say more; in the others stands what their default is now.

    SQLAlchemy looks at each value of each row by itself, which takes SQLite longer than to write it: here a column is
    looked at as a whole. PostgreSQL takes many rows in one statement, which SQLAlchemy makes where something is
    returned.
    """
    if not rows:
        return
    connection, table = db.session.connection(), cast(Table, model.__table__)
    if connection.dialect.name != "sqlite":
        connection.execute(core_insert(model).returning(model.id), rows)
        return
    said = rows[0].keys()
    columns = [each for each in table.columns if each.name in said or each.default is not None]
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.quote(each.name) for each in columns)
    marks = ", ".join("?" * len(columns))
    values = zip(*(_bound(each, rows, connection.dialect) for each in columns), strict=True)
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(values))  # noqa: S608


def _bound(column: Column[Any], rows: Sequence[Row], dialect: Dialect) -> Iterable[Any]:
    """The values of a column as the database takes them, row by row."""
    name, default = column.name, column.default
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    if name not in rows[0]:
        value: Any = default.arg(None) if default.is_callable else default.arg  # type: ignore[union-attr]
        return repeat(bind(value) if bind else value, len(rows))
    values = map(itemgetter(name), rows)
    if bind is None:
        return values
    return map(bind if isinstance(column.type, JSON) else _Known(bind).__getitem__, values)


class _Known(dict[Any, Any]):
    """What values are turned into, each once: the rows of a roster say much alike."""

    def __init__(self, bind: Callable[[Any], Any]) -> None:
        super().__init__()
        self.bind = bind

    def __missing__(self, value: Any) -> Any:
        bound = self[value] = self.bind(value)
        return bound
