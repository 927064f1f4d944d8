"""The log says what happened, in text or JSON, and never a link or an address."""

import json
import logging
from dataclasses import replace

import pytest

from preparedness import create_app, logs

TOKEN = "0123456789-0123456789_0123456789-0123456789"


@pytest.fixture
def logging_app(standing_app, tmp_path):
    """Makes an app that logs in the style asked for, on the tests' own database; afterwards nothing of it is left."""
    everybody, ours = logging.getLogger(), logging.getLogger("preparedness")
    handlers, level = list(everybody.handlers), ours.level

    def made(style):
        settings = standing_app.extensions["preparedness"]
        app = create_app(replace(settings, log=style))
        logs.install(app)
        return app

    yield made
    everybody.handlers[:] = handlers
    ours.setLevel(level)


@pytest.mark.once
def test_an_answer_is_a_line_with_the_name_of_its_page(logging_app, capsys):
    logging_app("text").test_client().get("/health")

    (line,) = capsys.readouterr().err.splitlines()
    assert " INFO preparedness.requests GET home.health 200 " in line
    assert line.endswith(" ms")


@pytest.mark.once
@pytest.mark.parametrize("style", ["text", "json"])
def test_a_link_that_was_opened_is_in_no_line(logging_app, world, capsys, style):
    answer = logging_app(style).test_client().get(f"/a/{TOKEN}")

    said = capsys.readouterr().err
    assert f"GET focal_points.show {answer.status_code}" in said
    assert TOKEN not in said


@pytest.mark.once
def test_json_lines_are_json(logging_app, capsys):
    client = logging_app("json").test_client()
    client.get("/health")
    client.get("/no-such-page")

    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first.keys() == {"at", "level", "logger", "message"}
    assert (first["level"], first["logger"]) == ("INFO", "preparedness.requests")
    assert first["message"].startswith("GET home.health 200 ")
    assert second["message"].startswith("GET - 404 ")


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"Exception while serving /a/{TOKEN}/pause", "Exception while serving /a/…/pause"),
        ("Exception while serving /reset/abc.def-ghi", "Exception while serving /reset/…"),
        ("refused: <amina@example.org>", "refused: <…@…>"),
        ("no answer from +1 (416) 555-0123 at all", "no answer from +… at all"),
        ("three of 12 threads still running", "three of 12 threads still running"),
    ],
)
def test_what_other_libraries_say_loses_links_and_addresses(logging_app, capsys, said, kept):
    logging_app("json")
    logging.getLogger("waitress").warning(said)

    assert json.loads(capsys.readouterr().err)["message"] == kept


@pytest.mark.once
@pytest.mark.parametrize("name", ["waitress", "sqlalchemy.engine", "apscheduler"])
def test_other_libraries_are_heard_from_warnings_up(logging_app, capsys, name):
    logging_app("text")
    logging.getLogger(name).info("a statement and its values")

    assert capsys.readouterr().err == ""


@pytest.mark.once
@pytest.mark.parametrize("style", ["text", "json"])
def test_an_error_is_logged_by_its_kind_and_place_without_its_text(logging_app, capsys, style):
    logging_app(style)
    address = "amina@" + "example.org"
    try:
        int(address)
    except ValueError:
        logging.getLogger("preparedness").exception("unforeseen reference=%s", "AB12CD34")

    said = capsys.readouterr().err
    assert "unforeseen reference=AB12CD34 kind=ValueError" in said
    assert "int(address)" in said, "the place"
    assert address not in said
    assert "invalid literal" not in said
