"""What the scenarios share: the page, a program and the command as the ways by which a file comes back."""

from pathlib import Path

import click.testing
import pytest
from flask import Flask

from preparedness import commands, config
from preparedness.database import db
from tests.cast import World
from tests.exchange.scenarios.ways import Api, Command, Page, Run
from tests.house import Client


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command against the app of the tests, as another process would."""
    monkeypatch.setattr(commands, "create_app", lambda _config: app)
    monkeypatch.setattr(config, "load", lambda: app.extensions["preparedness"])

    def typed(*words: str) -> click.testing.Result:
        db.session.commit()
        result = click.testing.CliRunner().invoke(commands.main, list(words))
        db.session.expire_all()
        return result

    return typed


@pytest.fixture
def page(world: World, client: Client) -> Page:
    """The page of copies."""
    return Page(world, client)


@pytest.fixture
def command(world: World, run: Run, tmp_path: Path) -> Command:
    """The command."""
    return Command(world, run, tmp_path)


@pytest.fixture
def api(world: World, app: Flask) -> Api:
    """A program, which has no cookie and no form token."""
    client = app.test_client()
    assert isinstance(client, Client)
    client.form_token = False
    return Api(world, client)


@pytest.fixture(params=["page", "api"])
def door(request: pytest.FixtureRequest) -> Page | Api:
    """The page, where people look at a file before they apply it, and the API, where programs do."""
    chosen: Page | Api = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(params=["page", "command"])
def way(request: pytest.FixtureRequest) -> Page | Command:
    """Either way."""
    chosen: Page | Command = request.getfixturevalue(request.param)
    return chosen
