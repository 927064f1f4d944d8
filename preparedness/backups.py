"""A backup is one file with the whole database; whoever was erased since stays erased when it is brought back."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO, cast

from sqlalchemy import Date, LargeBinary, Table, func, insert, select, text, update
from sqlalchemy.engine import Row

from preparedness import migrating
from preparedness.database import Model, Moment, db
from preparedness.errors import Refused

FORMAT = "preparedness-backup-1"
BATCH = 500


def back_up(path: Path) -> int:
    """Write every row of every table to a new file that only its owner can read; returns how many."""
    if path.exists():
        raise Refused(f"{path} is already there: choose another name.")
    partial = path.with_name(path.name + ".part")
    rows = 0
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as text_in_it:
        file = cast(TextIO, text_in_it)
        file.write(json.dumps({"format": FORMAT}) + "\n")
        for table in Model.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                file.write(json.dumps([table.name, _written(row)], ensure_ascii=False) + "\n")
                rows += 1
    partial.replace(path)
    return rows


def bring_back(path: Path) -> int:
    """Read a backup into an empty database of this release; returns how many rows.

    Raises Refused for a file that is no backup, or a database that is not empty.
    """
    if not migrating.is_current():
        migrating.upgrade()
    if _rows() > 0:
        raise Refused("This database is not empty: a backup is brought back into an empty one.")
    tables = {table.name: table for table in Model.metadata.sorted_tables}
    later = {name: _leading_on(table, list(tables)) for name, table in tables.items()}
    rows, links = 0, list[tuple[Table, int, dict[str, Any]]]()
    for name, batch in _batches(path):
        read = [_read(tables[name], row) for row in batch]
        for row in read:
            held = {column: row[column] for column in later[name] if row[column] is not None}
            if held:
                links.append((tables[name], row["id"], held))
                row |= dict.fromkeys(held)
        db.session.execute(insert(tables[name]), read)
        rows += len(read)
    for table, number, held in links:
        db.session.execute(update(table).where(table.c.id == number).values(**held))
    _count_on(tables)
    return rows


def _leading_on(table: Table, order: list[str]) -> list[str]:
    """The columns that lead to rows which come back later: of the same table, or of one that leads here itself."""
    here = order.index(table.name)
    leading = {key.parent for key in table.foreign_keys if order.index(key.column.table.name) >= here}
    return [column.name for column in leading if column.nullable]


def _rows() -> int:
    """How many institutions the database holds: none means that it is empty."""
    return db.session.scalar(select(func.count()).select_from(Model.metadata.tables["agency"])) or 0


def _batches(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    """The rows of a backup, table by table, a few hundred at a time."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            if json.loads(file.readline() or "{}").get("format") != FORMAT:
                raise Refused(f"{path} is no backup of this product.")
            name, batch = "", list[list[Any]]()
            for line in file:
                table, row = json.loads(line)
                if batch and (table != name or len(batch) == BATCH):
                    yield name, batch
                    batch = []
                name = table
                batch.append(row)
            if batch:
                yield name, batch
    except (OSError, EOFError, json.JSONDecodeError) as error:
        raise Refused(f"{path} cannot be read as a backup: it is missing or damaged.") from error


def _written(row: Row[Any]) -> list[Any]:
    return [_text(value) for value in row]


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(table: Table, row: list[Any]) -> dict[str, Any]:
    return {column.name: _value(column.type, value) for column, value in zip(table.columns, row, strict=True)}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value)
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _count_on(tables: dict[str, Table]) -> None:
    """PostgreSQL counts ids apart from the rows: let it go on after the last one."""
    if db.engine.dialect.name != "postgresql":
        return
    for name in tables:
        last = f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), coalesce(max(id), 1)) FROM \"{name}\""  # noqa: S608
        db.session.execute(text(last))
