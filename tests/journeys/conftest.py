"""A server of its own with its worker, as `python3 run.py` starts them, and a walker in a real browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import postgres, programs
from tests.journeys.walking import Walker

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


READY = "ready"
"""Lies in the folder with the example once it is whole."""


@dataclass(frozen=True)
class Server:
    """A running product: its address, its folder, and how to sign in."""

    address: str
    instance: Path

    def sign_in(self, access: str) -> tuple[str, str]:
        """E-mail and password of the example's member of an access profile."""
        kept = (self.instance / "example-members.txt").read_text()
        line = next(each for each in kept.splitlines() if access in each.casefold())
        found = re.search(r"(\S+@\S+)\s+(\S+)", line)
        assert found is not None
        return found[1], found[2]

    def mails(self) -> list[Path]:
        """The mails in the mailbox folder, oldest first."""
        return sorted((self.instance / "mailbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)

    def waited_for(self, wanted: Callable[[], object], seconds: int = 40) -> object:
        """What `wanted` returns once it returns something; the worker needs a moment."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := wanted():
                return found
            time.sleep(0.2)
        raise AssertionError("it did not come in time")


@pytest.fixture(scope="session")
def example(shared: Path) -> Path:
    """The folder of a product that was started once and holds the example, made by whichever worker is first."""
    folder = shared / "example"
    try:
        folder.mkdir()
    except FileExistsError:
        Server("", folder).waited_for((folder / READY).exists, seconds=90)
    else:
        _server, process = _started(folder)
        _end(process)
        (folder / READY).touch()
    return folder


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Iterator[Callable[[str], Server]]:
    """Start a product of its own on a database, with the example in it; ends with the run."""
    running: list[subprocess.Popen[bytes]] = []

    def started(engine: str) -> Server:
        instance = tmp_path_factory.mktemp(f"journey-{engine}")
        database = None
        if engine == "sqlite":
            shutil.copytree(example, instance, dirs_exist_ok=True)
        else:
            database = postgres.fresh_database(postgres.server(), f"journey_{instance.name}")
        server, process = _started(instance, database)
        running.append(process)
        return server

    yield started
    for process in running:
        _end(process)


def _started(instance: Path, database: str | None = None) -> tuple[Server, subprocess.Popen[bytes]]:
    """Start a product in a folder, and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREPAREDNESS_")}
    environment |= {
        "PREPAREDNESS_INSTANCE": str(instance),
        "PREPAREDNESS_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore",
    }
    if database:
        environment["PREPAREDNESS_DATABASE_URL"] = database
    command = [sys.executable, "-m", "preparedness.commands", "serve", "--prepare", "--port", str(port)]
    with (instance / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", instance)
    try:
        _wait_until_it_answers(server, process)
    except BaseException:
        _end(process)
        raise
    return server, process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=20)


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError((server.instance / "said.txt").read_text()[-2000:])
        try:
            with urllib.request.urlopen(f"{server.address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer within a minute")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file: a worker that went on to other tests could open no second beside it."""
    path = programs.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def walk(chromium: Browser) -> Iterator[Callable[..., Walker]]:
    """A walker on a screen of a width, in a language; what the browser said is looked at when the walk ends."""
    walkers: list[Walker] = []

    def begin(server: Server, *, width: int, language: str) -> Walker:
        context = chromium.new_context(
            viewport={"width": width, "height": 800 if width > 500 else 720}, locale=language, accept_downloads=True
        )
        context.set_default_timeout(10_000)
        walkers.append(Walker(context.new_page(), server.address, language))
        return walkers[-1]

    yield begin
    for walker in walkers:
        walker.page.context.close()
    for walker in walkers:
        walker.said_nothing_wrong()
