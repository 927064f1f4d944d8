"""The client of docs/api.md does what the page says, against a real server, with nothing but `requests`."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from preparedness.accounts import tokens
from preparedness.activations.models import Task, TaskState
from preparedness.database import db, transaction

PAGE = Path(__file__).parents[2] / "docs/api.md"
LINES = 30
"""As short as the page promises, without its empty lines and imports."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def client() -> str:
    """The program on the page."""
    (found,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return found


def test_the_client_of_the_page_builds_asks_activates_and_ticks(world, address, tmp_path):
    with transaction():
        _token, text = tokens.add(world.members["ana"], {"name": "client"}, by=world.ana)
    program = tmp_path / "client.py"
    program.write_text(client())

    ran = subprocess.run(
        [sys.executable, "-I", str(program)],
        env={"PREPAREDNESS_ADDRESS": address, "PREPAREDNESS_TOKEN": text},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"\d+ asked; \S+ is done\n", ran.stdout)
    assert not ran.stdout.startswith("0 ")
    db.session.expire_all()
    assert [task.note for task in db.session.query(Task).filter_by(state=TaskState.DONE)] == ["By telephone."]


@pytest.mark.once
def test_the_client_is_as_short_as_promised():
    lines = [line for line in client().splitlines() if line.strip() and not line.startswith("import")]

    assert len(lines) <= LINES
