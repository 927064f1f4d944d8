"""Many programs at once, each on a thread of its own: one is heard, the others are told, nothing is lost."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from preparedness.accounts import tokens
from preparedness.audit import Action, Entry
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, transaction

AT_ONCE = 50
AGAIN = 6
"""How many try again until they are heard. Who is told was beaten by one who was heard: so many tries are enough."""
NEW = {"name": "Ifrah Ali", "language": "so", "source": "themselves", "country": "GB", "timezone": "Europe/London"}


@dataclass(frozen=True)
class Answer:
    """What one of many heard."""

    status: int
    etag: str | None
    json: Any


Ask = Callable[..., Answer]


@pytest.fixture
def ask(app: Flask, world) -> Iterator[Ask]:
    """Asks the app, on a port of its own, as Ana's program; from any thread."""
    with transaction():
        _token, text = tokens.add(world.members["ana"], {"name": "races"}, by=world.ana)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def asked(method: str, path: str, said: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        sent = {"Authorization": f"Bearer {text}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/api/v1{path}", None if said is None else json.dumps(said), sent)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, response.headers["ETag"], json.loads(body) if body else None)

    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def at_once(act: Callable[[int], Any], times: int = AT_ONCE) -> list[Any]:
    """What each of many heard who began at the same moment."""
    gate, heard = threading.Barrier(times), {}

    def one(number: int) -> None:
        gate.wait()
        heard[number] = act(number)

    db.session.rollback()  # no transaction of the test's own stands in their way
    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return [heard[number] for number in range(times)]


def recorded(action: Action, row: Any) -> int:
    """How often the audit says that this was done to a row."""
    query = select(func.count(Entry.id)).where(Entry.action == action, Entry.subject_id == row.id)
    return db.session.scalar(query) or 0


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_of_fifty_who_change_a_row_at_once_one_is_heard_and_the_others_are_told(ask, world, kind):
    model, number, action = {
        "people": (Person, world.amina.id, Action.PERSON_CHANGED),
        "organisations": (Organisation, world.federation.id, Action.ORGANISATION_CHANGED),
    }[kind]
    seen = db.session.get_one(model, number).version

    answers = at_once(lambda turn: ask("PATCH", f"/{kind}/{number}", {"city": f"City {turn}"}, If_Match=f'"{seen}"'))

    assert Counter(each.status for each in answers) == {200: 1, 412: AT_ONCE - 1}
    (heard,) = (each.json for each in answers if each.status == 200)
    row = db.session.get_one(model, number)
    assert (row.city, row.version) == (heard["city"], seen + 1)
    for each in answers:
        assert each.etag == f'"{seen + 1}"'
        if each.status == 412:
            assert (each.json["current"]["city"], each.json["current"]["version"]) == (heard["city"], seen + 1)
    assert recorded(action, row) == 1


def test_what_belongs_to_a_row_is_won_or_lost_with_it(ask, world):
    """Checks and channels are rows of their own: of all who add one to the same version, one does."""
    number, seen = world.amina.id, world.amina.version

    def said(turn: int) -> dict[str, Any]:
        if turn % 2:
            return {"vettings": [{"level": 3, "on": "2026-01-01", "by": f"Verifier {turn}"}]}
        return {"channels": [{"kind": "email", "address": f"amina{turn}@example.org"}]}

    answers = at_once(lambda turn: ask("PATCH", f"/people/{number}", said(turn), If_Match=f'"{seen}"'), 20)

    assert Counter(each.status for each in answers) == {200: 1, 412: 19}
    (heard,) = (each.json for each in answers if each.status == 200)
    amina = db.session.get_one(Person, number)
    assert (len(amina.channels), len(amina.vettings)) == (1, len(heard["vettings"]))
    assert amina.channels[0].address == heard["channels"][0]["address"]


def test_whoever_looks_again_and_tries_again_is_heard(ask, world):
    """A check is added by each; all of them are there in the end, and none twice."""
    number = world.amina.id

    def until_heard(turn: int) -> int:
        version = ask("GET", f"/people/{number}").json["version"]
        for tries in range(1, AGAIN + 1):
            check = {"level": 2, "on": "2026-01-01", "by": f"Verifier {turn}"}
            answer = ask("PATCH", f"/people/{number}", {"vettings": [check]}, If_Match=f'"{version}"')
            if answer.status == 200:
                return tries
            assert answer.status == 412
            version = answer.json["current"]["version"]
        return 0

    assert all(at_once(until_heard, AGAIN))
    verifiers = [each.by for each in db.session.get_one(Person, number).vettings if each.by.startswith("Verifier")]
    assert sorted(verifiers) == [f"Verifier {turn}" for turn in range(AGAIN)]


def test_of_many_who_archive_somebody_at_once_one_does(ask, world):
    number, seen = world.amina.id, world.amina.version

    answers = at_once(lambda _turn: ask("DELETE", f"/people/{number}", If_Match=f'"{seen}"'), 20)

    assert Counter(each.status for each in answers) == {204: 1, 412: 19}
    assert recorded(Action.PERSON_ARCHIVED, db.session.get_one(Person, number)) == 1


def test_one_key_sent_by_many_at_once_makes_one_row_and_one_answer(ask):
    answers = at_once(lambda _turn: ask("POST", "/people", NEW, Idempotency_Key="the-same"), 20)

    assert Counter(each.status for each in answers) == {201: 20}
    assert all(each.json == answers[0].json for each in answers)
    assert db.session.scalar(select(func.count(Person.id)).where(Person.name == NEW["name"])) == 1
