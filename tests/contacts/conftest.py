"""What the tests of the roster share: counting statements, and a crowd of rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from preparedness.database import db


@pytest.fixture
def counted(app) -> Callable[[], object]:
    """The statements that a block sends to the database: `with counted() as sent:`."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection, _cursor, statement, *_more):
            sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return count


@pytest.fixture
def crowd() -> Callable[[int], list[dict[str, object]]]:
    """New people, as many as wanted, each with two channels, two capabilities and two languages."""

    def made(count: int) -> list[dict[str, object]]:
        return [
            {
                "name": f"Person {number}",
                "source": "their_organisation",
                "language": "fr",
                "country": "FR",
                "city": "Lyon",
                "email": f"person{number}@crowd.example.org",
                "phone": f"+3319900{number:04d}",
                "capabilities": ["translation", "logistics"],
                "languages": ["fr", "ht"],
                "serves": [{"country": "HT", "place": "Ouest"}],
            }
            for number in range(count)
        ]

    return made
