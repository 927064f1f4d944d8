"""Webhooks for programs: added with their secret once, changed, paused, removed; what was told can be told again."""

import pytest
from sqlalchemy import select

from preparedness.accounts import webhooks
from preparedness.accounts.models import Event, Webhook
from preparedness.database import db, transaction
from preparedness.notifications import jobs, outside
from preparedness.notifications.outside import Answer

NEW = {"url": "https://hooks.example.org/in", "events": ["task.done", "plan.approved"]}


@pytest.fixture
def ada(program, world):
    return program(world.members["ada"])


@pytest.fixture
def row(ada):
    """A webhook as the API shows it, without its secret."""
    made = ada.post("/webhooks", NEW).json
    made.pop("secret")
    return made


def announced(world, row):
    """A delivery to a webhook that is still waiting."""
    with transaction():
        webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id)
    return webhooks.deliveries(db.session.get_one(Webhook, row["id"])).items[0]


def test_a_new_webhook_comes_with_its_secret_this_once(ada, world):
    answer = ada.post("/webhooks", NEW)

    assert answer.status_code == 201
    webhook = webhooks.get(answer.json["id"], agency=world.agency)
    assert answer.json["secret"] == webhooks.secret(webhook)
    assert answer.json["events"] == ["plan.approved", "task.done"]
    assert answer.json["active"] is True
    shown = ada.get(answer.headers["Location"]).json
    assert shown == {name: value for name, value in answer.json.items() if name != "secret"}
    assert ada.get("/webhooks").json["items"] == [shown]


def test_a_repeated_request_gets_the_same_secret(ada):
    first, second = (ada.post("/webhooks", NEW, Idempotency_Key="once") for _ in range(2))

    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert ada.get("/webhooks").json["total"] == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"url": "http://hooks.example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://hooks.example.org/\x07"}, "url"),
        ({"url": ""}, "url"),
        ({"url": None}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": ["task.gone"]}, "events"),
        ({"events": [None]}, "events"),
        ({"events": "task.done"}, "events"),
        ({"active": "no"}, "active"),
        ({"active": None}, "active"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_is_no_webhook_is_refused_by_its_field(ada, row, sent, field):
    added = ada.post("/webhooks", {**NEW, "url": "https://other.example.org/", **sent})
    changed = ada.patch(f"/webhooks/{row['id']}", sent, version=row["version"])

    assert [(each.status_code, list(each.json["errors"])) for each in (added, changed)] == [(422, [field])] * 2


@pytest.mark.parametrize("missing", ["url", "events"])
def test_what_is_needed_is_asked_for(ada, missing):
    answer = ada.post("/webhooks", {name: value for name, value in NEW.items() if name != missing})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [missing])


def test_an_address_that_is_known_already_is_refused_by_the_rule(ada, row):
    assert ada.post("/webhooks", NEW).status_code == 409


def test_a_webhook_is_paused_and_changed_at_the_version_that_was_seen(ada, row):
    address = f"/webhooks/{row['id']}"
    assert ada.patch(address, {"active": False}).status_code == 428
    paused = ada.patch(address, {"active": False}, version=row["version"])
    late = ada.patch(address, {"events": ["task.done"]}, version=row["version"])

    assert (paused.status_code, paused.json["active"], paused.json["url"]) == (200, False, NEW["url"])
    assert (late.status_code, late.json["current"]["version"]) == (412, paused.json["version"])


def test_a_removed_webhook_is_gone(ada, row):
    address = f"/webhooks/{row['id']}"
    assert ada.delete(address, version=9).status_code == 412
    assert ada.delete(address, version=row["version"]).status_code == 204

    assert ada.get(address).status_code == 404


def test_what_was_told_stands_with_each_try(ada, world, row, monkeypatch):
    delivery = announced(world, row)
    (waiting,) = ada.get(f"/webhooks/{row['id']}/deliveries").json["items"]
    assert (waiting["id"], waiting["event"], waiting["state"]) == (delivery.id, "plan.approved", "queued")
    assert (waiting["data"], waiting["tries"]) == ({"plan_id": world.plan.id}, [])
    assert waiting["next_at"] is not None

    monkeypatch.setattr(outside, "post", lambda *_args: Answer(204, {}, b""))
    jobs.announce()

    (taken,) = ada.get(f"/webhooks/{row['id']}/deliveries").json["items"]
    assert (taken["state"], taken["next_at"]) == ("handed_over", None)
    assert [each["code"] for each in taken["tries"]] == ["204"]
    assert taken["handed_over_at"].endswith("Z")


def test_what_was_told_can_be_told_again(ada, world, row, monkeypatch):
    monkeypatch.setattr(outside, "post", lambda *_args: Answer(204, {}, b""))
    delivery = announced(world, row)
    waiting = ada.post(f"/deliveries/{delivery.id}/replay")
    jobs.announce()
    again = ada.post(f"/deliveries/{delivery.id}/replay")

    assert (waiting.status_code, again.status_code, again.json["state"]) == (409, 200, "queued")
    assert jobs.announce() == 1


def test_only_an_administrators_program_sees_and_changes_webhooks(ana, rui, ada, bo, world, row):
    delivery = announced(world, row)
    for one in (ana, rui):
        assert one.get("/webhooks").status_code == 403
        assert one.post("/webhooks", NEW).status_code == 403
        assert one.post(f"/deliveries/{delivery.id}/replay").status_code == 403
    assert bo.get("/webhooks").json["total"] == 0
    for answer in (
        bo.get(f"/webhooks/{row['id']}"),
        bo.get(f"/webhooks/{row['id']}/deliveries"),
        bo.patch(f"/webhooks/{row['id']}", {"active": False}, version=row["version"]),
        bo.delete(f"/webhooks/{row['id']}", version=row["version"]),
        bo.post(f"/deliveries/{delivery.id}/replay"),
    ):
        assert answer.status_code == 404
    assert db.session.scalars(select(Webhook.active)).all() == [True]
