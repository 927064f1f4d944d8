"""How often a token may ask: said with each answer, and a 429 that says when to come back."""

import pytest

from preparedness.accounts import permissions
from preparedness.api import specification


@pytest.fixture
def twice(monkeypatch):
    """Two requests an hour; a token of its own is counted for itself."""
    monkeypatch.setattr(specification, "RATE", "2 per hour")


def test_each_answer_says_how_often_the_token_may_still_ask(ana, twice):
    answer = ana.get("/people")

    assert answer.status_code == 200
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert int(answer.headers["X-RateLimit-Reset"]) > 0


def test_who_asks_too_often_is_told_when_to_come_back(ana, twice):
    answers = [ana.get("/people") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    last = answers[-1]
    assert (last.mimetype, last.json["status"]) == ("application/problem+json", 429)
    assert "Retry-After" in last.json["detail"]
    assert 0 < int(last.headers["Retry-After"]) <= 3600
    assert last.headers["X-RateLimit-Remaining"] == "0"


def test_each_token_is_counted_for_itself(ana, bo, twice):
    for _turn in range(3):
        ana.get("/people")

    assert bo.get("/people").status_code == 200


def test_pages_are_not_counted(client, world, twice):
    client.sign_in(world.members["ana"])

    assert {client.get("/").status_code for _turn in range(4)} == {200}


def test_who_guesses_tokens_is_stopped_and_who_sends_none_is_asked_for_one(program, ana, monkeypatch):
    monkeypatch.setattr(permissions, "MOST_GUESSES", 3)
    nobody = program(None)
    assert {nobody.get("/people").status_code for _turn in range(5)} == {401}

    guesses = [nobody.get("/people", Authorization=f"Bearer prep_{turn}") for turn in range(5)]

    assert [each.status_code for each in guesses] == [401, 401, 401, 429, 429]
    assert guesses[-1].mimetype == "application/problem+json"
    assert guesses[-1].headers["Retry-After"] == "600"
    assert ana.get("/people").status_code == 200, "a program with a good token pays for no other at its address"


@pytest.mark.once
def test_the_document_names_the_headers(app):
    written = specification.document(app)

    assert set(written["components"]["headers"]) == set(specification.RATE_HEADERS)
    responses = written["paths"]["/api/v1/people"]["get"]["responses"]
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= responses["200"]["headers"].keys()
    assert "Retry-After" in responses["429"]["headers"]
