"""What the scripts share: an app on a database of its own, many people in it, and CPU seconds."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import event

from preparedness import create_app, migrating
from preparedness.config import Config
from preparedness.database import db


@contextmanager
def stage() -> Iterator[Flask]:
    """An app on an empty SQLite database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="preparedness-bench-") as folder:
        path = Path(folder)
        config = Config(
            instance=path,
            database_url=f"sqlite:///{path / 'bench.sqlite'}",
            secret_key="a secret of the bench, long enough to be one",
            base_url="http://localhost",
            mail_urls=("folder:",),
            mail_from="bench@example.org",
            sms_url="",
            trusted_hosts=("localhost",),
            proxies=0,
            log="text",
            worker="outside",
        )
        app = create_app(config)
        with app.app_context():
            migrating.upgrade()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def cpu(act: Callable[[], object], times: int) -> float:
    """CPU seconds of one act: the median of several after a warm-up."""
    act()
    found = []
    for _ in range(times):
        begun = time.process_time()
        act()
        found.append(time.process_time() - begun)
    return median(found)


def paired(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[float, float, float]:
    """CPU seconds of two acts in turn, and the median of their ratios: a drift of the machine counts for both."""
    one(), other()
    ones, others = [], []
    for _ in range(times):
        ones.append(cpu(one, 1))
        others.append(cpu(other, 1))
    return median(ones), median(others), median(a / b for a, b in zip(ones, others, strict=True))
