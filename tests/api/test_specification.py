"""The document says all there is to say, and changes only where somebody looked."""

from pathlib import Path

import pytest

from preparedness.accounts.permissions import is_for_programs
from preparedness.api import specification
from tests.api.openapi import written

KEPT = Path(__file__).parents[2] / "docs/openapi.json"

pytestmark = pytest.mark.once


@pytest.fixture
def operations(app):
    """Each operation of the document by its method and address."""
    paths = specification.document(app)["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, item in paths.items()
        for method, operation in item.items()
        if method in {"get", "post", "patch", "delete"}
    }


def test_the_kept_document_is_the_one_that_is_given(app):
    assert KEPT.read_text(encoding="utf-8") == written(app), "make openapi, and look at the difference"


def test_anybody_may_read_the_document_and_the_page_to_try_it(client):
    assert client.get("/api/v1/openapi.json").json["openapi"].startswith("3.1")
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "/api/v1/openapi.json" in page.text


def test_every_address_for_programs_is_in_the_document(app, operations):
    rules = [rule for rule in app.url_map.iter_rules() if is_for_programs(app, rule.endpoint)]

    assert len(operations) == len(rules) > 0


def test_every_operation_says_what_it_does_and_what_may_come(operations):
    for name, operation in operations.items():
        assert operation["summary"].endswith("."), f"{name} says in one sentence what it does"
        assert {"401", "403", "429"} <= operation["responses"].keys(), f"{name} says how it refuses"
        assert any(status.startswith("2") for status in operation["responses"]), f"{name} says what it answers"


def test_a_change_of_a_row_asks_for_its_version(operations):
    for name, operation in operations.items():
        if name.startswith(("PATCH", "DELETE")):
            headers = {each["name"]: each for each in operation["parameters"] if each.get("in") == "header"}
            assert headers["If-Match"]["required"], f"{name} needs If-Match"
            assert {"412", "428"} <= operation["responses"].keys()
