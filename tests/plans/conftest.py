"""What the tests of plans may ask for."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event

from preparedness.database import db


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Counts what is said to the database inside: `with statements() as said`."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
