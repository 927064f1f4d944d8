"""What the scripts share: an app on a database of its own, many people in it, and CPU seconds."""

import cProfile
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from preparedness import create_app, migrating
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.config import Config
from preparedness.contacts import organisations, people
from preparedness.contacts.models import Organisation, Person
from preparedness.database import Model, db, transaction
from preparedness.vocabulary import Capability, OrganisationKind, Source

PEOPLE, ORGANISATIONS, BATCH = 10_000, 1_000, 1_000
LANDS = (("CA", "America/Toronto"), ("FR", "Europe/Paris"), ("US", "America/New_York"))
HELP = (Capability.HEALTH_CLINICAL, Capability.TRANSLATION, Capability.COORDINATION)


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


PARTS = {
    "sqlite3.": "the database itself",
    "sqlalchemy": "SQLAlchemy",
    "json": "JSON",
    "zlib": "packing",
    "phonenumbers": "phone numbers",
    "marshmallow": "marshmallow",
    "preparedness": "our own lines",
}


def made_of(act: Callable[[], object]) -> str:
    """What an act spends its time on, in parts of the whole as a profile has them, the greatest first."""
    profile = cProfile.Profile()
    profile.runcall(act)
    spent: Counter[str] = Counter()
    for (path, _line, name), (_calls, _own, seconds, *_rest) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        place = name if path == "~" else path.partition("site-packages/")[2] or path
        spent[next((part for sign, part in PARTS.items() if sign in place), "Python's own")] += seconds
    whole = sum(spent.values())
    return ", ".join(f"{part} {seconds / whole:.0%}" for part, seconds in spent.most_common())


def size(model: type[Model]) -> int:
    """How many rows there are."""
    return db.session.scalars(select(func.count()).select_from(model)).one()


def grow(many: int = PEOPLE) -> None:
    """Let the roster of the example hold many people and organisations."""
    agency = db.session.scalars(select(Agency)).one()
    for rows in batches(_association, size(Organisation), ORGANISATIONS):
        with transaction():
            organisations.add_many(agency, rows, by=CONSOLE)
    for rows in batches(_person, size(Person), many):
        with transaction():
            people.add_many(agency, rows, by=CONSOLE)


def batches(row: Callable[[int], dict[str, Any]], begin: int, end: int) -> Iterator[list[dict[str, Any]]]:
    """Rows by the thousand."""
    for number in range(begin, end, BATCH):
        yield [row(each) for each in range(number, min(number + BATCH, end))]


def _association(number: int) -> dict[str, Any]:
    land, _zone = LANDS[number % len(LANDS)]
    kind = OrganisationKind.HOMETOWN_ASSOCIATION
    return {"name": f"Association {number:05d}", "country": land, "city": "Town", "kind": kind}


def _person(number: int) -> dict[str, Any]:
    land, zone = LANDS[number % len(LANDS)]
    return {
        "name": f"Person {number:05d}",
        "country": land,
        "city": "Town",
        "timezone": zone,
        "language": "fr",
        "source": Source.THEMSELVES,
        "email": f"person{number}@example.org",
        "capabilities": [HELP[number % len(HELP)]],
    }
