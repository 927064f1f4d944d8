"""What every test may ask for: the app on both databases, the cast, and a client that checks the house rules."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from preparedness import config, create_app
from preparedness.accounts import signin
from preparedness.database import db, writing
from tests import cast, house, postgres, recordings

ENGINES = ("sqlite", "postgresql")
QUICKLY_HASHED = {"argon2__memory_cost": 8, "argon2__time_cost": 1, "argon2__parallelism": 1}
"""Nobody guesses at the passwords of the tests; the product takes a hundred times as long over one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=(*ENGINES, "both"), default="both", help="the database to run on")


def pytest_configure(config: pytest.Config) -> None:
    # Looking for circles takes a tenth of a run where so much stays alive; it is done all the same, a little later.
    gc.set_threshold(50_000, 20, 50)
    if config.getoption("--engine") != "sqlite":
        postgres.reserve()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--engine")
        once = metafunc.definition.get_closest_marker("once")
        engines = ENGINES if wanted == "both" else (wanted,)
        metafunc.parametrize("engine", engines[:1] if once else engines, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys: they are long and wait for a browser, so nothing else is left to do beside the last."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run for what its workers need not each make anew."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Callable[[str], Flask]]:
    """The app on each engine, made when it is first asked for: a run goes from one to the other with every file."""
    made: dict[str, Flask] = {}

    def on(engine: str) -> Flask:
        if engine not in made:
            made[engine] = _made(engine, tmp_path_factory, shared)
        return made[engine]

    yield on
    for app in made.values():
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    for leftover in Path("/dev/shm").glob(f"preparedness-test-{os.getpid()}.sqlite*"):
        leftover.unlink()


def _made(engine: str, tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Flask:
    """An app on an empty database of its own, as each worker of the run has one an engine."""
    instance = tmp_path_factory.mktemp("instance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(signin.SETTINGS, "PASSWORD_HASH_PASSLIB_OPTIONS", QUICKLY_HASHED)
        app = create_app(cast.settings(instance, _database(engine, tmp_path_factory)))
    app.testing = True
    app.test_client_class = house.Client
    templates = shared / "templates"
    templates.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    with app.app_context(), writing():
        db.create_all()
        db.session.commit()
        recordings.watch(db.engine)
        recordings.empty()
    return app


def _database(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    if engine == "sqlite":
        shared = Path("/dev/shm")
        folder = shared if shared.is_dir() else tmp_path_factory.mktemp("sqlite")
        return f"sqlite:///{folder}/preparedness-test-{os.getpid()}.sqlite"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    address = postgres.fresh_database(postgres.server(), f"test_{worker}")
    return address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def standing_app(engine: str, apps: Callable[[str], Flask]) -> Flask:
    """The app on this engine."""
    return apps(engine)


@pytest.fixture(scope="session")
def database_url(standing_app: Flask) -> str:
    """Where its database is, for a second app beside it."""
    return str(standing_app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.fixture
def app(standing_app: Flask) -> Iterator[Flask]:
    """The app on an empty database with an empty mailbox, inside its context; the client's requests run outside."""
    with standing_app.app_context():
        yield standing_app
        db.session.remove()
        recordings.empty()
        for limiter in standing_app.extensions["limiter"]:
            limiter.reset()  # the next test's programs may have the same ids
        shutil.rmtree(config.current().mailbox, ignore_errors=True)


@pytest.fixture
def world(app: Flask) -> cast.World:
    """The cast on an empty database; its own sentence stands in cast.py."""
    return recordings.kept(cast.assembled, cast.assembled)


@pytest.fixture
def client(app: Flask) -> house.Client:
    """A browser that is nobody yet: `client.sign_in(world.members["ana"])`."""
    made = app.test_client()
    assert isinstance(made, house.Client)
    return made


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Counts what is said to the database inside: `with statements() as said: …; len(said)`."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counted
