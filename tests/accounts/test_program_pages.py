"""The pages about programs: tokens are shown once and revoked with a look; webhooks are added, paused, removed."""

import re

import pytest
from sqlalchemy import select

from preparedness.accounts import tokens, webhooks
from preparedness.accounts.models import ApiToken, Event, Webhook
from preparedness.database import db, now, transaction
from preparedness.notifications import jobs, outside
from preparedness.notifications.outside import Answer
from tests.recordings import recorded

URL = "https://hooks.example.org/in?key=5"


@pytest.fixture
def ada(client, world):
    return client.sign_in(world.members["ada"])


@pytest.fixture
@recorded
def token(world):
    with transaction():
        return tokens.add(world.members["ana"], {"name": "the map"}, by=world.ada)[0]


@pytest.fixture
@recorded
def webhook(world):
    with transaction():
        return webhooks.add(world.agency, {"url": URL, "events": [Event.PLAN_APPROVED]}, by=world.ada)


def asked(world, **more):
    return {"name": "the map", "member_id": world.members["ana"].id, "reach": "read", "days": "30", **more}


def test_a_new_token_is_shown_on_the_page_that_answers_and_never_again(ada, world):
    page = ada.post("/settings/tokens/new", data=asked(world))

    (text,) = re.findall(r'id="token"[^>]*>(prep_[\w-]{43})<', page.text)
    token = tokens.recognised(text)
    assert (token.member.name, token.read_only, (token.expires_at - now()).days) == ("Ana", True, 29)
    assert 'data-copy="#token"' in page.text
    listed = ada.get("/settings/tokens").text
    assert text not in listed
    assert token.prefix in listed
    assert "planner" in listed


def test_a_token_may_write_where_that_was_chosen(ada, world):
    ada.post("/settings/tokens/new", data=asked(world, reach="write"))

    assert db.session.scalars(select(ApiToken.read_only)).all() == [False]


@pytest.mark.parametrize("wrong", ["name", "member_id", "reach", "days"])
def test_a_token_needs_each_of_its_answers(ada, world, wrong):
    page = ada.post("/settings/tokens/new", data=asked(world, **{wrong: ""}))

    assert page.status_code == 422
    assert f'href="#field-{wrong}"' in page.text
    assert db.session.scalars(select(ApiToken)).all() == []


@pytest.mark.parametrize("days", ["0", "3651", "-1", "x", "1e9"])
def test_a_token_lasts_from_a_day_to_ten_years(ada, world, days):
    assert ada.post("/settings/tokens/new", data=asked(world, days=days)).status_code == 422


@pytest.mark.parametrize("who", ["bo", None])
def test_a_token_acts_as_a_member_of_the_institution_alone(ada, world, who):
    number = world.members[who].id if who else 987_654_321

    assert ada.post("/settings/tokens/new", data=asked(world, member_id=number)).status_code == 422


def test_a_name_that_is_in_use_is_said_beside_its_field(ada, world, token):
    page = ada.post("/settings/tokens/new", data=asked(world))

    assert page.status_code == 422
    assert "has a token of that name" in page.text


@pytest.mark.parametrize("page", ["/settings/tokens/new", "/settings/webhooks/new"])
def test_who_signed_in_long_ago_says_the_password_again_first(client, world, page):
    client.sign_in(world.members["ada"], minutes_ago=30)

    for answer in (client.get(page), client.post(page, data=asked(world, url=URL, events=["task.done"]))):
        assert (answer.status_code, "/sign-in/again?next=" in answer.location) == (302, True)
    assert db.session.scalars(select(ApiToken)).all() == db.session.scalars(select(Webhook)).all() == []


def test_a_token_is_revoked_after_a_look_at_what_that_means(ada, token):
    address = f"/settings/tokens/{token.id}/revoke"
    assert "next request" in ada.get(address).text
    assert token.revoked_at is None

    assert ada.post(address).location == "/settings/tokens"

    assert token.revoked_at is not None
    page = ada.get("/settings/tokens").text
    assert "revoked" in page
    assert address not in page


def test_the_settings_lead_to_tokens_and_webhooks(ada):
    page = ada.get("/settings/agency").text

    assert 'href="/settings/tokens"' in page
    assert 'href="/settings/webhooks"' in page


def test_with_nothing_there_yet_the_pages_say_what_they_are_for(ada):
    assert "No token yet" in ada.get("/settings/tokens").text
    assert "No webhook yet" in ada.get("/settings/webhooks").text


def test_a_new_webhook_shows_its_secret_once(ada, world):
    page = ada.post("/settings/webhooks/new", data={"url": URL, "events": ["task.done", "plan.approved"]})

    webhook = db.session.scalars(select(Webhook)).one()
    secret = webhooks.secret(webhook)
    assert (page.status_code, webhook.events) == (200, ["plan.approved", "task.done"])
    assert secret in page.text
    for address in ("/settings/webhooks", f"/settings/webhooks/{webhook.id}"):
        assert secret not in ada.get(address).text


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"url": "http://hooks.example.org/", "events": ["task.done"]}, "url"),
        ({"url": "https://192.168.0.1/", "events": ["task.done"]}, "url"),
        ({"url": "", "events": ["task.done"]}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["task.gone"]}, "events"),
    ],
)
def test_what_is_no_webhook_is_said_beside_its_field(ada, sent, wrong):
    page = ada.post("/settings/webhooks/new", data=sent)

    assert page.status_code == 422
    assert f'href="#field-{wrong}"' in page.text


def test_a_webhook_is_changed_at_the_version_that_was_seen(ada, webhook):
    address, seen = f"/settings/webhooks/{webhook.id}", webhook.version
    changed = {"url": URL, "events": ["task.done"], "version": seen}

    assert ada.post(address, data=changed).location == address
    late = ada.post(address, data={**changed, "events": ["plan.approved"]})

    assert webhook.events == ["task.done"]
    assert late.status_code == 409
    assert "Someone else saved this first" in late.text


def test_a_webhook_is_paused_and_goes_on(ada, webhook):
    address = f"/settings/webhooks/{webhook.id}"

    ada.post(f"{address}/pause")
    assert not webhook.active
    assert "paused" in ada.get("/settings/webhooks").text
    assert f"{address}/resume" in ada.get(address).text

    ada.post(f"{address}/resume")
    assert webhook.active


def test_a_webhook_is_removed_after_a_look_at_what_that_means(ada, webhook):
    address = f"/settings/webhooks/{webhook.id}/remove"
    assert "cannot be taken back" in ada.get(address).text

    assert ada.post(address, data={"version": webhook.version}).location == "/settings/webhooks"
    assert db.session.scalars(select(Webhook)).all() == []


def test_what_was_told_stands_below_and_can_be_told_again(ada, world, webhook, monkeypatch):
    address = f"/settings/webhooks/{webhook.id}"
    said = [503, 204, 200]
    monkeypatch.setattr(outside, "post", lambda *_args: Answer(said.pop(0), {}, b""))
    with transaction():
        webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id, number=3)
    (delivery,) = webhooks.deliveries(webhook).items
    replay = f"/settings/deliveries/{delivery.id}/replay"
    assert replay not in ada.get(address).text
    assert ada.post(replay).status_code == 409

    jobs.announce()
    assert ": 503" in ada.get(address).text
    with transaction():
        delivery.message.next_at = now()
    jobs.announce()
    page = ada.get(address).text
    assert ": 204" in page
    assert "number: 3" in page
    assert replay in page

    assert ada.post(replay).location == address
    assert jobs.announce() == 1
