"""Activations begin with an approved plan whose seats are held: Amina leads, Salma stands by in Paris."""

import pytest

from preparedness.activations import running
from preparedness.database import writing
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
@recorded
def held(world):
    """The plan approved, the essential seat and the one in Paris held; Montréal is vacant."""
    with writing():
        world.focal_points.from_level = Level.FULL
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma)
    return world


@pytest.fixture
@recorded
def activation(held):
    """A real activation of that plan, at the partial level."""
    return running.start(held.plan, stage.AGREED, by=held.ana)
