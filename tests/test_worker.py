"""The worker: each job in its turn, by one worker at a time, and a child that ends with whoever started it."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from preparedness import timetable, worker
from preparedness.accounts import tokens, webhooks
from preparedness.accounts.models import Agency, Event, Idempotency, Throttle
from preparedness.database import at, db, now, transaction
from preparedness.notifications import outbox
from preparedness.notifications.models import Attempt, Message, MessageState
from preparedness.timetable import Lease
from preparedness.vocabulary import ChannelKind
from preparedness.worker import JOBS, Job

PATIENCE = 60


def wait_until(reached):
    """Wait for something another process does, without holding the database meanwhile."""
    until = time.monotonic() + PATIENCE
    while True:
        done = reached()
        db.session.rollback()
        if done:
            return
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def job(act, **more):
    return Job("test", timedelta(minutes=1), act, "What a test wants done.", **more)


def test_every_job_has_a_name_of_its_own_and_a_sentence():
    assert len({each.name for each in JOBS}) == len(JOBS)
    for each in JOBS:
        assert each.sentence.endswith(".")
        assert timedelta(seconds=1) <= each.every <= timedelta(days=1)


@pytest.mark.parametrize("each", JOBS, ids=lambda each: each.name)
def test_every_job_runs_where_nothing_is_due(app, world, each, caplog):
    worker.tick(app, each, "a")

    assert caplog.text == ""


def test_what_is_needed_for_a_time_is_forgotten_by_itself(app, world):
    webhook = webhooks.add(
        world.agency, {"url": "https://hooks.example.org/in", "events": [Event.PLAN_APPROVED]}, by=world.ada
    )
    token, _text = tokens.add(world.members["ana"], {"name": "map"}, by=world.ada)
    db.session.add(Idempotency(token_id=token.id, key="k", request_hash="", expires_at=now() - timedelta(minutes=1)))
    db.session.add(Throttle(scope="token", key_hash="x", window_start=now() - timedelta(days=2), count=1))
    with at(now() - timedelta(days=91)):
        webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id)
        webhooks.announce(Event.PLAN_APPROVED, world.plan, plan_id=world.plan.id)
    waits, sent = webhooks.deliveries(webhook).items
    sent.message.state = MessageState.HANDED_OVER
    db.session.add(Attempt(message_id=sent.message_id, relay="webhook"))
    db.session.commit()

    for each in JOBS:
        if each.name in {"tries", "repeats", "deliveries"}:
            worker.tick(app, each, "a")

    assert [each.id for each in webhooks.deliveries(webhook).items] == [waits.id]
    assert [db.session.scalars(select(kind)).all() for kind in (Idempotency, Throttle, Attempt)] == [[], [], []]


@pytest.fixture
def agency_id(world):
    """The agency's number, with no transaction left open that would keep a worker from writing."""
    number = world.agency.id
    db.session.rollback()
    return number


def test_what_a_job_does_is_kept(app, agency_id):
    def rename():
        db.session.get_one(Agency, agency_id).name = "Renamed"

    worker.tick(app, job(rename), "a")

    assert db.session.get_one(Agency, agency_id).name == "Renamed"


def test_a_job_is_done_by_one_worker_at_a_time(app):
    done = []

    for name in ("a", "b", "a"):
        worker.tick(app, job(lambda name=name: done.append(name)), name)

    assert done == ["a", "a"]


def test_a_shared_job_is_done_by_every_worker(app):
    done = []

    for name in ("a", "b"):
        worker.tick(app, job(lambda name=name: done.append(name), shared=True), name)

    assert done == ["a", "b"]


def test_a_job_that_fails_is_undone_and_logged_without_what_it_said(app, agency_id, caplog):
    def fail():
        db.session.get_one(Agency, agency_id).name = "Half done"
        db.session.flush()
        raise ValueError("amina" + "@example.org")

    worker.tick(app, job(fail), "a")

    assert db.session.get_one(Agency, agency_id).name == "Civil Protection"
    assert "ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert "amina@example.org" not in caplog.text


@pytest.fixture
def child(app):
    """A worker beside the test, ended with it whatever happens."""
    started = worker.start_child(app.extensions["preparedness"])
    yield started
    started.kill()
    started.communicate()


def test_a_worker_beside_sends_what_waits_and_ends_when_told(app, world, child):
    wait_until(lambda: timetable.alive(now()))
    with transaction():
        number = outbox.queue(
            agency_id=world.agency.id,
            key=outbox.key("test"),
            kind="account",
            channel=ChannelKind.EMAIL,
            template="reset_password",
            params={"member_id": world.members["ana"].id},
            language="en",
            subject=world.agency,
        ).id
    state = select(Message.state).where(Message.id == number)
    wait_until(lambda: db.session.scalar(state) is MessageState.HANDED_OVER)

    worker.stop_child(child)

    assert child.returncode == 0
    assert any(each.name.endswith(f"-m{number}.eml") for each in app.extensions["preparedness"].mailbox.iterdir())
    assert db.session.scalars(select(Lease)).all() == []


def test_a_worker_beside_ends_when_whoever_started_it_is_gone(app, child):
    wait_until(lambda: timetable.alive(now()))

    child.stdin.close()

    assert child.wait(PATIENCE) == 0


def test_a_worker_that_does_not_stop_is_ended(app, child, monkeypatch):
    monkeypatch.setattr(worker, "STOPS_WITHIN", 0)

    worker.stop_child(child)

    assert child.returncode is not None
