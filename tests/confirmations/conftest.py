"""What the tests of confirmations may ask for besides."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from preparedness.database import db

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(app: Any) -> Counting:
    """Counts what the database is asked: `with statements() as sent: …`."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counted
