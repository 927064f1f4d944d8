"""Webhooks: who asked for it is told what happened, in the same transaction, signed, and never by name."""

import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from preparedness.accounts import webhooks
from preparedness.accounts.models import Event, Webhook, WebhookDelivery
from preparedness.activations import preparing, running, tasks
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.audit import Action, Entry
from preparedness.confirmations import answers
from preparedness.confirmations.models import Choice
from preparedness.database import at, db, now, transaction
from preparedness.errors import Missing, Refused, Stale
from preparedness.notifications import channels, jobs, outbox, outside
from preparedness.notifications.models import Carrier, Message, MessageState
from preparedness.notifications.outside import Answer, Barred, Unheard
from preparedness.vocabulary import ChannelKind, DeclineReason, Level
from tests import asking
from tests.activations import stage

URL = "https://hooks.example.org/in?key=5"


def add(world, *events, url=URL, agency=None):
    with transaction():
        wanted = {"url": url, "events": list(events or Event)}
        return webhooks.add(agency or world.agency, wanted, by=world.ada)


def told(webhook):
    """What was said to a program, the oldest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id).order_by(WebhookDelivery.id)
    return [(each.event.value, each.payload) for each in db.session.scalars(query)]


class Outside(list):
    """What went out, as (url, body, headers); `answers` holds what is answered next, then 200."""

    def __init__(self):
        super().__init__()
        self.answers = []

    def post(self, url, body, headers):
        assert not db.session().in_transaction(), "nothing is sent with a transaction open"
        self.append((url, body, headers))
        said = self.answers.pop(0) if self.answers else 200
        if isinstance(said, Exception):
            raise said
        return Answer(said, {}, b"")


@pytest.fixture
def posted(monkeypatch):
    found = Outside()
    monkeypatch.setattr(outside, "post", found.post)
    return found


def announce(world, **facts):
    with transaction():
        webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id, **facts)


@pytest.mark.once
def test_all_that_carries_letters_to_people_carries_messages_and_one_more(app):
    assert [str(each) for each in Carrier] == [*map(str, ChannelKind), "webhook"]


def test_a_webhook_keeps_its_secret_sealed(world):
    webhook = add(world)

    secret = webhooks.secret(webhook)
    assert secret.startswith("prepwh_")
    assert secret not in webhook.secret_sealed
    assert webhooks.secret(add(world, url="https://other.example.org/")) != secret


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://127.0.0.1/", "https://intranet/", "nowhere"])
def test_an_address_that_may_not_be_called_is_refused(world, url):
    with pytest.raises(Refused) as refused:
        add(world, url=url)

    assert refused.value.field == "url"


def test_an_address_is_told_once(world):
    webhook, other = add(world), add(world, url="https://other.example.org/")

    with pytest.raises(Refused, match="already"):
        add(world)
    with pytest.raises(Refused, match="already"), transaction():
        webhooks.change(other, {"url": webhook.url}, version=other.version, by=world.ada)
    add(world, agency=world.other_agency)


def test_there_are_never_so_many_that_a_change_tells_half_the_world(world, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST", 1)
    add(world)

    with pytest.raises(Refused, match="already"):
        add(world, url="https://other.example.org/")


def test_a_change_is_checked_against_what_was_seen(world):
    webhook = add(world)
    seen = webhook.version
    with transaction():
        webhooks.change(webhook, {"events": [Event.TASK_DONE]}, version=seen, by=world.ada)

    with pytest.raises(Stale):
        webhooks.change(webhook, {"events": [Event.PLAN_APPROVED]}, version=seen, by=world.ada)
    with pytest.raises(Refused, match="at least one"):
        webhooks.change(webhook, {"events": []}, version=None, by=world.ada)
    assert webhook.about == [Event.TASK_DONE]


def test_the_audit_says_that_an_address_changed_and_not_to_what(world):
    webhook = add(world)
    with transaction():
        webhooks.change(webhook, {"url": "https://new.example.org/secret"}, version=None, by=world.ada)

    entries = db.session.scalars(select(Entry).where(Entry.subject_kind == "webhook").order_by(Entry.id)).all()
    assert [each.action for each in entries] == [Action.WEBHOOK_ADDED, Action.WEBHOOK_CHANGED]
    assert "example.org" not in json.dumps([each.detail.after for each in entries])


def test_another_agencys_are_not_there(world):
    webhook = add(world)
    announce(world)
    (delivery,) = webhooks.deliveries(webhook).items

    with pytest.raises(Missing):
        webhooks.get(webhook.id, agency=world.other_agency)
    with pytest.raises(Missing):
        webhooks.delivery(delivery.id, agency=world.other_agency)
    assert webhooks.listed(world.other_agency).total == 0


# --- What is told --------------------------------------------------------------------------------------------------


def test_only_who_asked_for_it_is_told(world):
    mine, other, foreign = (
        add(world, Event.PLAN_APPROVED),
        add(world, Event.TASK_DONE, url="https://other.example.org/"),
        add(world, agency=world.other_agency),
    )

    announce(world)

    assert told(mine) == [("plan.approved", {"plan_id": world.plan.id})]
    assert told(other) == told(foreign) == []


def test_nothing_is_told_of_a_change_that_was_not_kept(world):
    webhook = add(world)

    def announce_and_fail():
        with transaction():
            webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        announce_and_fail()

    assert told(webhook) == []
    assert db.session.scalars(select(Message)).all() == []


def test_nobody_is_told_by_name_s4(world):
    """Whatever a verb hands over, what is no number, code, key or reference is left out."""
    webhook = add(world)

    announce(world, role_key="DIA-COORD", by="Amina Diallo", note="à Jacmel", where="rue 4, Jacmel", mail="a@b.org")

    ((_event, payload),) = told(webhook)
    assert payload == {
        "plan_id": world.plan.id,
        "role_key": "DIA-COORD",
        **dict.fromkeys(("by", "note", "where", "mail")),
    }


def test_an_approved_plan_is_announced(world):
    webhook = add(world, Event.PLAN_APPROVED)
    with transaction():
        stage.approved(world)

    assert told(webhook) == [("plan.approved", {"plan_id": world.plan.id, "plan_ref": "P-HTEQ-X", "number": 1})]


def test_an_answer_is_announced_by_its_role_once(world):
    webhook = add(world, Event.ASSIGNMENT_ANSWERED)
    assignment, request = asking.amina_asked(world)
    for _again in range(2):
        answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    db.session.commit()

    ((_event, payload),) = told(webhook)
    assert payload == {
        "assignment_id": assignment.id,
        "plan_id": world.plan.id,
        "role_key": "DIA-COORD",
        "seat_id": world.seat.id,
        "filled": True,
        "status": "accepted",
    }


def test_at_high_risk_a_refusal_is_a_vacancy_like_any_other_s4(world):
    webhook = add(world, Event.ASSIGNMENT_ANSWERED)
    assignment = asking.high_risk(world)
    request = asking.ask(world)
    said = {"choice": Choice.DECLINE, "reason": DeclineReason.SAFETY}
    answers.give(request, {assignment.id: said}, by=world.amina.actor)
    db.session.commit()

    ((_event, payload),) = told(webhook)
    assert (payload["filled"], payload["status"]) == (False, None)


def test_an_activation_is_announced_from_its_start_to_its_end(world):
    webhook = add(world, *(each for each in Event if each.value.startswith("activation")))
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        activation = running.start(world.plan, stage.AGREED, by=world.ana)
        running.stand_down(activation, "All are safe.", by=world.ana)
        running.close(activation, "Thank you.", by=world.ana)
        exercise = running.start(world.plan, {"kind": ActivationKind.EXERCISE, "level": Level.MONITOR}, by=world.ana)
        running.cancel(exercise, "Enough.", by=world.ana)

    said = told(webhook)
    assert [(event, payload["kind"], payload["state"]) for event, payload in said] == [
        ("activation.started", "real", "active"),
        ("activation.stood_down", "real", "recovery"),
        ("activation.closed", "real", "closed"),
        ("activation.started", "exercise", "active"),
        ("activation.cancelled", "exercise", "cancelled"),
    ]
    assert said[0][1]["level"] == "partial"
    assert "safe" not in json.dumps(said)


def test_a_done_task_is_announced_and_one_that_stays_done_is_not(world):
    webhook = add(world, Event.TASK_DONE)
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        (task, *_others) = preparing.of(world.plan)
        tasks.report(task, TaskState.DOING, None, version=None, by=world.ana)
        tasks.report(task, TaskState.DONE, None, version=None, by=world.ana)
        tasks.report(task, TaskState.DONE, "With Amina Diallo.", version=None, by=world.ana)

    ((_event, payload),) = told(webhook)
    assert (payload["task_id"], payload["item_key"], payload["role_key"], payload["activation_id"]) == (
        task.id,
        "earthquake.prep.01",
        "DIA-COORD",
        None,
    )
    assert "Amina" not in json.dumps(payload)


# --- How it leaves -------------------------------------------------------------------------------------------------


def test_what_is_told_is_signed_and_numbered(world, posted):
    webhook = add(world)
    announce(world)

    assert jobs.announce() == 1

    ((url, body, headers),) = posted
    (delivery,) = webhooks.deliveries(webhook).items
    assert url == URL
    said = json.loads(body)
    assert (said["id"], said["event"], said["data"]) == (delivery.id, "plan.approved", {"plan_id": world.plan.id})
    assert (headers["Preparedness-Event"], headers["Preparedness-Delivery"]) == ("plan.approved", str(delivery.id))
    moment, signed = (part.partition("=")[2] for part in headers["Preparedness-Signature"].split(","))
    expected = hmac.new(webhooks.secret(webhook).encode(), moment.encode() + b"." + body, "sha256").hexdigest()
    assert signed == expected
    assert abs(int(moment) - now().timestamp()) < 60
    assert delivery.message.state is MessageState.HANDED_OVER
    assert [(each.code, each.said) for each in delivery.tries] == [("200", None)]


def test_letters_and_news_leave_in_rounds_of_their_own(world, posted):
    """A program that hangs must not hold up anybody's alert."""
    add(world)
    announce(world)

    assert jobs.deliver() == 0
    assert posted == []
    assert jobs.announce() == 1


@pytest.mark.parametrize("failure", [500, 404, 302, 429, Unheard("TimeoutError")])
def test_what_is_not_taken_is_sent_again_with_the_same_number_and_bytes(world, posted, failure):
    webhook = add(world)
    announce(world)
    posted.answers.append(failure)

    assert jobs.announce() == 0
    assert jobs.announce() == 0, "not before its turn"
    with at(now() + timedelta(hours=2)):
        assert jobs.announce() == 1

    first, second = posted
    assert first[1] == second[1]
    assert first[2]["Preparedness-Delivery"] == second[2]["Preparedness-Delivery"]
    assert first[2]["Preparedness-Signature"] != second[2]["Preparedness-Signature"], "each try has its own time"
    (delivery,) = webhooks.deliveries(webhook).items
    assert [each.code for each in delivery.tries] == [str(failure) if isinstance(failure, int) else None, "200"]


@pytest.mark.parametrize("failure", [410, Barred("the address leads inside a network")])
def test_what_will_never_be_taken_is_not_sent_again(world, posted, failure):
    webhook = add(world)
    announce(world)
    posted.answers.append(failure)

    jobs.announce()
    with at(now() + timedelta(hours=2)):
        jobs.announce()

    assert len(posted) == 1
    assert webhooks.deliveries(webhook).items[0].message.state is MessageState.FAILED


def test_one_failure_lets_all_that_goes_the_same_way_wait(world, posted, monkeypatch):
    add(world)
    good = add(world, url="https://good.example.org/")
    monkeypatch.setattr(jobs, "BATCH", 1)
    for _each in range(3):
        announce(world)
    posted.answers.append(503)

    jobs.announce()

    assert [url for url, *_rest in posted] == [URL] + [good.url] * 3


def test_a_paused_webhook_is_told_nothing_not_even_what_waited(world, posted):
    webhook = add(world)
    announce(world)
    with transaction():
        webhooks.pause(webhook, by=world.ada)
    announce(world)

    jobs.announce()

    assert posted == []
    (delivery,) = webhooks.deliveries(webhook).items
    assert delivery.message.state is MessageState.CANCELLED
    with pytest.raises(Refused, match="paused"):
        webhooks.replay(delivery, by=world.ada)
    with transaction():
        webhooks.resume(webhook, by=world.ada)
        webhooks.replay(delivery, by=world.ada)
    assert jobs.announce() == 1


def test_a_removed_webhook_is_forgotten(world, posted):
    webhook = add(world)
    announce(world)
    with transaction():
        webhooks.remove(webhook, by=world.ada)

    jobs.announce()

    assert posted == []
    assert db.session.scalars(select(Webhook)).all() == db.session.scalars(select(WebhookDelivery)).all() == []
    assert [each.state for each in db.session.scalars(select(Message))] == [MessageState.CANCELLED]


def test_what_was_taken_can_be_sent_again_under_its_number(world, posted):
    webhook = add(world)
    announce(world)
    (delivery,) = webhooks.deliveries(webhook).items
    with pytest.raises(Refused, match="waiting"):
        webhooks.replay(delivery, by=world.ada)
    jobs.announce()
    with transaction():
        webhooks.replay(delivery, by=world.ada)

    assert jobs.announce() == 1
    assert posted[0][1] == posted[1][1]
    assert [each.code for each in webhooks.deliveries(webhook).items[0].tries] == ["200", "200"]


def test_a_secret_that_cannot_be_opened_is_a_fault_of_ours_and_holds_up_nobody(world, posted, caplog):
    webhook, good = add(world), add(world, url="https://good.example.org/")
    with transaction():
        webhook.secret_sealed = "sealed by another server"
    announce(world)

    assert jobs.announce() == 1
    assert [url for url, *_rest in posted] == [good.url]
    assert "unwritten" in caplog.text


def test_what_programs_are_told_is_no_message_of_the_list(world, posted):
    """What became of it stands with each webhook, for administrators; planners look for letters to people."""
    add(world)
    announce(world)
    with at(now() + timedelta(hours=1)):
        assert outbox.waiting(world.agency) == []
    posted.answers.append(410)
    jobs.announce()

    (message,) = db.session.scalars(select(Message))
    assert outbox.failures(world.agency) == outbox.listed(world.agency, None, 1).items == []
    with pytest.raises(Missing):
        outbox.get(message.id, agency=world.agency)


@pytest.mark.once
def test_a_signature_is_over_the_moment_and_the_body(app):
    assert channels.signature("s", 1, b"{}") == "t=1,v1=" + hmac.new(b"s", b"1.{}", "sha256").hexdigest()
    assert channels.signature("s", 2, b"{}") != channels.signature("s", 1, b"{}")


def test_the_list_of_deliveries_costs_the_same_however_long_it_is(world, posted, statements):
    webhook = add(world)
    counts = []
    for _turn in range(2):
        for _each in range(3):
            announce(world)
        jobs.announce()
        db.session.expire_all()
        with statements() as said:
            for delivery in webhooks.deliveries(webhook).items:
                assert delivery.message.state is MessageState.HANDED_OVER
                assert delivery.tries
        counts.append(len(said))

    assert counts[0] == counts[1]


@pytest.mark.once
def test_the_fifteen_lines_of_the_documentation_know_what_is_ours(app):
    page = (Path(__file__).parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")
    lines = page.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in lines.splitlines() if line.strip()]) <= 15
    known: dict[str, Any] = {}
    exec(lines, known)
    moment = int(now().timestamp())
    header = channels.signature("the secret", moment, b"{}")

    assert known["is_ours"]("the secret", header, b"{}")
    assert not known["is_ours"]("the secret", header, b"{ }")
    assert not known["is_ours"]("another", header, b"{}")
    assert not known["is_ours"]("the secret", channels.signature("the secret", moment - 301, b"{}"), b"{}")
    assert not known["is_ours"]("the secret", f"t={moment - 301},{header.partition(',')[2]}", b"{}")
    assert not any(known["is_ours"]("the secret", wrong, b"{}") for wrong in ("", "t=,v1=", "t=x", "v1=é", "t=1,t=²"))


@pytest.mark.once
def test_the_documentation_names_every_event_and_every_header(app):
    page = (Path(__file__).parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")

    assert [each.value for each in Event if f"| `{each.value}` |" not in page] == []
    assert all(f"Preparedness-{each}" in page for each in ("Event", "Delivery", "Signature"))
