"""Migrations make, on both databases, exactly the tables the models speak of; and they can be taken back."""

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, UniqueConstraint, inspect, text

from preparedness import create_app, migrating
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.database import Model, db, transaction, writing
from preparedness.exchange import workbooks
from preparedness.exchange.models import Workbook, WorkbookKind
from tests import cast, postgres

FIRST = "0001"


def address(engine: str, tmp_path: Path, name: str) -> str:
    if engine == "sqlite":
        return f"sqlite:///{tmp_path}/{name}.sqlite"
    url = postgres.fresh_database(postgres.server(), f"test_{name}")
    return url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database with nothing in it, inside its context."""
    app = create_app(cast.settings(tmp_path / "instance", address(engine, tmp_path, "migrations")))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def modelled(engine: str, tmp_path: Path) -> Iterator[Engine]:
    """Another database, with the tables as the models make them."""
    app = create_app(cast.settings(tmp_path / "instance", address(engine, tmp_path, "models")))
    with app.app_context(), writing():
        # Once PostgreSQL's tables were made, SQLAlchemy leaves the key that closes a circle out of SQLite's.
        for table in Model.metadata.tables.values():
            for constraint in table.foreign_key_constraints:
                constraint._create_rule = None
        db.create_all()
        yield db.engine
        db.engine.dispose()


def dump(engine: Engine) -> list[str]:
    """What lies in a database, as text without its order: tables, columns, constraints, indexes."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != 'alembic_version'"
            found = [_parts(sql) for sql in connection.exec_driver_sql(query).scalars()]
        return sorted(part for parts in found for part in parts)
    return sorted(_described(engine))


def _parts(sql: str) -> list[str]:
    """The statement that made a table, a line a part; its columns may stand in another order.

    SQLite writes columns that were added later behind the last one, in the same line.
    """
    lines = re.sub(r", (?=\"?\w+\"? [A-Z])", ",\n", re.sub(r"[ \t]+", " ", sql)).splitlines()
    first, *rest = [line.strip().rstrip(",") for line in lines if line.strip()]
    return [first.replace('"', "")] + [f"{first} {line}".replace('"', "") for line in rest]


def _described(engine: Engine) -> Iterator[str]:
    queries = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype != 'n'"
        " AND connamespace = 'public'::regnamespace",
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    with engine.connect() as connection:
        for query in queries:
            for row in connection.exec_driver_sql(query):
                if "alembic_version" not in str(row[0]):
                    yield " ".join(map(str, row))


def test_migrations_make_the_tables_of_the_models(empty, modelled):
    with empty.app_context():
        migrating.upgrade()

        assert migrating.differences() == []
        assert migrating.is_current()
        assert dump(db.engine) == dump(modelled)


def test_no_index_is_what_another_begins_with():
    begun = []
    for table in Model.metadata.tables.values():
        unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        several = [*unique, *(each for each in table.indexes if len(each.columns) > 1)]
        first = {next(iter(each.columns)).name for each in several if len(each.columns) > 1}
        alone = [each for each in table.indexes if len(each.columns) == 1 and not each.unique]
        begun += [each.name for each in alone if next(iter(each.columns)).name in first]

    assert begun == []


def test_ids_of_erased_rows_are_never_given_again(empty):
    migrating.upgrade()

    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            made = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).all()
        assert {name for name, sql in made if "AUTOINCREMENT" not in sql} == {"alembic_version"}
    else:
        with transaction():
            insert = text("INSERT INTO lease (name, holder, until) VALUES (:name, 'x', now()) RETURNING id")
            first = db.session.execute(insert, {"name": "a"}).scalar_one()
            db.session.execute(text("DELETE FROM lease"))
            assert db.session.execute(insert, {"name": "b"}).scalar_one() > first


def test_the_way_back_leaves_nothing_and_the_way_forward_is_open_again(empty):
    migrating.upgrade()
    migrating.downgrade("base")

    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    assert not migrating.is_current()

    migrating.upgrade()

    assert migrating.is_current()
    assert migrating.differences() == []


def test_migrating_keeps_every_row(empty):
    migrating.upgrade()
    world = cast.assembled()
    kept = world.amina.name
    db.session.rollback()

    migrating.upgrade()

    assert db.session.get(type(world.amina), world.amina.id).name == kept


def test_an_empty_database_is_not_current(empty):
    assert not migrating.is_current()


def test_foreign_keys_hold_after_a_migration(empty):
    migrating.upgrade()

    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    else:
        unchecked = text("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        assert db.session.scalar(unchecked) == 0


def test_a_migration_that_fails_leaves_nothing_behind(empty, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", _break)
        broken.setattr("alembic.operations.BatchOperations.create_index", _break)
        with pytest.raises(RuntimeError, match="power cut"):
            migrating.upgrade()

    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    migrating.upgrade()

    assert migrating.is_current()


def _break(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("power cut")


@pytest.mark.once
def test_a_new_migration_holds_what_the_models_say_more(empty, tmp_path, monkeypatch):
    migrating.upgrade()
    versions = migrating.FOLDER / "versions"
    before = set(versions.glob("*.py"))
    with writing():
        db.session.execute(text("DROP TABLE lease"))
        db.session.commit()

    try:
        migrating.write("a table was missing")
        written = next(iter(set(versions.glob("*.py")) - before))
        said = written.read_text()
    finally:
        for path in set(versions.glob("*.py")) - before:
            path.unlink()

    assert written.name == f"{len(before) + 1:04d}_a_table_was_missing.py"
    assert "op.create_table(\n" in said or "op.create_table('lease'" in said
    assert "sa.DateTime(timezone=True)" in said
    assert "###" not in said


def test_every_module_with_tables_is_migrated():
    modules = {mapper.class_.__module__ for mapper in Model.registry.mappers}

    assert modules == {module.__name__ for module in migrating.TABLES}


def test_every_table_has_its_model(empty):
    migrating.upgrade()

    assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == set(Model.metadata.tables)


def test_copies_taken_before_are_read_as_they_were_given_out_and_so_they_are_on_the_way_back(empty):
    migrating.upgrade()
    world = cast.assembled()
    with transaction():
        copy = workbooks.take(
            WorkbookKind.ROSTER, None, agency=world.agency, member=None, by=CONSOLE, contacts=True, reason="A test"
        )
        number, given = copy.id, workbooks.base_of(copy)
    as_text = {
        sheet: {ref: [line.id, line.version, dict(line.cells)] for ref, line in rows.items()}
        for sheet, rows in given.items()
    }
    db.session.remove()

    migrating.downgrade("0002")

    kept = db.session.execute(text("SELECT base FROM workbook")).scalar_one()
    assert json.loads(zlib.decompress(kept)) == as_text
    assert as_text["people"]
    db.session.remove()

    migrating.upgrade()

    again = db.session.get(Workbook, number)
    assert workbooks.base_of(again) == given
    assert workbooks.file(again, agency=db.session.get(Agency, again.agency_id)).startswith(b"PK")
