"""Programs of the cast: a client that sends a member's token and JSON, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from preparedness.accounts import tokens
from preparedness.accounts.models import User
from preparedness.database import transaction
from tests.cast import World
from tests.house import Client
from tests.recordings import kept

ROOT = "/api/v1"


class Program:
    """Asks the API as one member's program."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self.client, self.token = client, token

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """One request; `path` below the root of the API, headers by names with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        body = {"json": json} if json is not None else {}
        return self.client.open(
            path if path.startswith("/") and path.startswith(ROOT) else ROOT + path, method=method, headers=sent, **body
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, {} if json is None else json, **headers)

    def patch(self, path: str, json: Any, version: int | None = None, **headers: str) -> TestResponse:
        seen = {} if version is None else {"If_Match": f'"{version}"'}
        return self.ask("PATCH", path, json, **seen, **headers)

    def delete(self, path: str, version: int | None = None, **headers: str) -> TestResponse:
        seen = {} if version is None else {"If_Match": f'"{version}"'}
        return self.ask("DELETE", path, **seen, **headers)


@pytest.fixture
def program(app: Flask, world: World) -> Callable[..., Program]:
    """A program that acts as a member of the cast, or as no one."""

    def of(member: User | None, *, read_only: bool = False) -> Program:
        client = app.test_client()
        assert isinstance(client, Client)
        client.form_token = False
        if member is None:
            return Program(client, None)

        def added() -> str:
            with transaction():
                data = {"name": f"of {member.name} {read_only}", "read_only": read_only}
                return tokens.add(member, data, by=member.actor)[1]

        return Program(client, kept((program, member.email, read_only), added))

    return of


@pytest.fixture
def ana(program: Callable[..., Program], world: World) -> Program:
    """Ana's program: what a planner may."""
    return program(world.members["ana"])


@pytest.fixture
def rui(program: Callable[..., Program], world: World) -> Program:
    """Rui's program: what an operator may."""
    return program(world.members["rui"])


@pytest.fixture
def bo(program: Callable[..., Program], world: World) -> Program:
    """Bo's program: of another institution."""
    return program(world.members["bo"])
