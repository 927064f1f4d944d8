"""What every page has: safe headers, words for values, and an error page that says what to do."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, abort, g, jsonify
from sqlalchemy.orm.exc import StaleDataError

from preparedness import create_app, pages
from preparedness.accounts.models import Access
from preparedness.accounts.permissions import public
from preparedness.database import db
from preparedness.errors import Missing, Refused
from tests import cast, house

pytestmark = pytest.mark.once


@pytest.fixture
def doors(standing_app: Flask, database_url: str, tmp_path: Path, app: Flask) -> Iterator[Flask]:
    """Another app on the same database, whose addresses fail in every way."""
    made = create_app(cast.settings(tmp_path, database_url))
    made.test_client_class = house.Client
    ways = {
        "missing": Missing(),
        "refused": Refused("A seat has one holder."),
        "raced": StaleDataError(),
        "unforeseen": ZeroDivisionError("the innermost detail"),
    }

    @made.get("/fails/<way>")
    @public
    def fails(way: str) -> Response:
        raise ways[way]

    @made.get("/aborts/<int:status>")
    @public
    def aborts(status: int) -> Response:
        abort(status)

    @made.get("/bounded/<id:row_id>")
    @public
    def bounded(row_id: int) -> Response:
        return jsonify(row_id)

    @made.post("/takes")
    @public
    def takes() -> Response:
        return Response("taken")

    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(doors: Flask) -> house.Client:
    return doors.test_client()


# --- Headers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/sign-in", "/nowhere", "/fails/refused", "/bounded/1"])
def test_every_answer_has_safe_headers(visitor, address):
    headers = visitor.get(address).headers

    assert headers["Content-Security-Policy"] == pages.CONTENT_POLICY
    assert "'unsafe" not in pages.CONTENT_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers or "Python" not in headers["Server"]


def test_a_secure_connection_stays_secure(visitor):
    assert "max-age" in visitor.get("/sign-in", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in visitor.get("/sign-in").headers


def test_a_host_we_are_not_is_refused(visitor):
    answer = visitor.get("/sign-in", base_url="http://evil.example")

    assert answer.status_code == 400
    assert answer.text == "This server does not answer to that name."
    assert "evil.example" not in str(answer.headers)


# --- Errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nowhere", 404, "not there"),
        ("/fails/missing", 404, "not there"),
        ("/fails/refused", 409, "A seat has one holder."),
        ("/fails/raced", 409, "at the same moment"),
        ("/fails/unforeseen", 500, "Nothing was saved"),
        ("/aborts/400", 400, ""),
        ("/aborts/401", 401, ""),
        ("/aborts/403", 403, ""),
        ("/aborts/418", 418, ""),
        ("/aborts/429", 429, ""),
        ("/takes", 405, ""),
    ],
)
def test_an_error_page_says_what_happened_and_has_a_number(visitor, address, status, said):
    answer = visitor.get(address)

    assert answer.status_code == status
    assert said in answer.text
    assert 'class="reference"' in answer.text
    assert 'href="/"' in answer.text


def test_what_went_wrong_inside_is_for_the_log_only(visitor, caplog):
    with caplog.at_level(logging.ERROR, "preparedness"):
        page = visitor.get("/fails/unforeseen").text

    reference = page.split('class="reference">')[1][:8]
    assert "innermost" not in page
    assert f"reference={reference}" in caplog.text
    assert "the innermost detail" in caplog.text


def test_an_error_is_said_in_the_reader_s_language(visitor):
    assert '<html lang="fr"' in visitor.get("/nowhere", headers={"Accept-Language": "fr-CA,fr;q=0.9"}).text


def test_a_member_keeps_the_frame_on_an_error_page(client, world):
    client.sign_in(world.members["ana"])

    page = client.get("/nowhere")

    assert page.status_code == 404
    assert "Sign out" in page.text


@pytest.mark.parametrize("number", ["0", "-1", "10000000000", "1" + "0" * 22, "1.5", "one"])
def test_a_number_no_row_can_have_is_not_there(visitor, number):
    assert visitor.get(f"/bounded/{number}").status_code == 404


def test_a_number_a_row_can_have_is_read(visitor):
    assert visitor.get("/bounded/987654321").json == 987_654_321


def test_a_form_that_is_too_large_is_refused(visitor):
    answer = visitor.post("/takes", data=b"x" * (22 * 1024 * 1024), content_type="application/octet-stream")

    assert answer.status_code == 413


def test_a_form_from_elsewhere_is_refused(visitor):
    visitor.form_token = False

    answer = visitor.post("/takes")

    assert answer.status_code == 400
    assert "Open it again" in answer.text


# --- Words for values -----------------------------------------------------------------------------------------------


def test_a_moment_is_written_in_the_reader_s_zone(app, world):
    at = datetime(2026, 1, 12, 21, 53, tzinfo=UTC)

    with app.test_request_context():
        g.member = world.members["ana"]
        assert pages.moment(at) == "Mon 12 Jan 2026, 16:53 (Port-au-Prince)"
        assert pages.moment(at, "Europe/Paris") == "Mon 12 Jan 2026, 22:53 (Paris)"
        assert pages.moment(None) == ""
        assert pages.day(date(2026, 1, 12)) == "12 Jan 2026"
        assert pages.day(None) == ""


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1, minutes=5), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=2, minutes=5), "2 days ago"),
        (timedelta(days=400), "400 days ago"),
    ],
)
def test_how_long_ago_is_said_in_one_measure(app, passed, said):
    with app.test_request_context():
        assert pages.ago(datetime.now(UTC) - passed) == said


def test_a_code_is_read_as_its_words(app):
    with app.test_request_context():
        assert str(pages.label(Access.OFFICIAL)) == "operator"
        assert pages.label("already words") == "already words"
        assert pages.ago(None) == ""
