"""A member with a password, and a hand that fills in the sign-in page."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from preparedness.accounts import members
from preparedness.accounts.models import Access, User
from preparedness.database import transaction
from tests.cast import World
from tests.house import Client
from tests.recordings import recorded

PASSWORD = "a quiet harbour before the rain"


@pytest.fixture
@recorded
def paula(world: World) -> User:
    """A planner who signs in with a password, as people do."""
    with transaction():
        data = {"email": "Paula@agency.example.org", "name": "Paula", "access": Access.PLANNER}
        return members.add(world.agency, data, by=world.ada, password=PASSWORD)


@pytest.fixture
def enter(client: Client) -> Callable[..., TestResponse]:
    """Fill in the sign-in page."""

    def fill_in(email: str = "paula@agency.example.org", password: str = PASSWORD, **more: str) -> TestResponse:
        return client.post("/sign-in", data={"email": email, "password": password}, **more)

    return fill_in
