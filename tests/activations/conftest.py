"""Activations begin with an approved plan whose seats are held: Amina leads, Salma stands by in Paris."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from preparedness.activations import running
from preparedness.database import db, writing
from preparedness.vocabulary import Level
from tests.activations import stage


@pytest.fixture
def held(world):
    """The plan approved, the essential seat and the one in Paris held; Montréal is vacant."""
    with writing():
        world.focal_points.from_level = Level.FULL
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma)
    return world


@pytest.fixture
def activation(held):
    """A real activation of that plan, at the partial level."""
    return running.start(held.plan, stage.AGREED, by=held.ana)


@pytest.fixture
def statements(app):
    """Counts what is asked of the database inside: `with statements() as asked: …; len(asked)`."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
