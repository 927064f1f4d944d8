"""Senders are killed while they send: no message is lost, and each kill costs one copy more at most."""

import dataclasses
import multiprocessing
import random
import time

import pytest
from sqlalchemy import func, select

from preparedness.database import db, transaction
from preparedness.notifications import outbox
from preparedness.notifications.models import Message, MessageState
from preparedness.notifications.outbox import Draft
from preparedness.vocabulary import ChannelKind
from tests.notifications import sender
from tests.notifications.servers import MailServer

SENDERS = 2
PATIENCE = 150


@pytest.fixture(scope="module")
def processes():
    """Real processes, forked from one that has read the product already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.notifications.sender"])
    return context


def start(processes, config):
    process = processes.Process(target=sender.work, args=(config,))
    process.start()
    return process


def wait_until(reached, pause):
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(pause)


def queue(world, messages):
    with transaction():
        outbox.queue_many(
            [
                Draft(
                    agency_id=world.agency.id,
                    key=outbox.key("kill", each),
                    kind="link",
                    channel=ChannelKind.EMAIL,
                    template="new_link",
                    params={},
                    language="en",
                    subject=world.plan,
                    person_id=world.amina.id,
                )
                for each in range(messages)
            ]
        )


def left():
    unsent = select(func.count()).select_from(Message).where(Message.state != MessageState.HANDED_OVER)
    number = db.session.scalar(unsent)
    db.session.rollback()
    return number


def kill_while_sending(app, world, processes, *, messages, kills):
    """Send so many messages by two senders, so many of which are killed on the way; returns what arrived."""
    queue(world, messages)
    moments = sorted(random.sample(range(1, messages - 20), kills))
    with MailServer(pause=0.005) as server:
        config = dataclasses.replace(app.extensions["preparedness"], mail_urls=(server.url,))
        senders = [start(processes, config) for _each in range(SENDERS)]
        try:
            for moment in moments:
                wait_until(lambda moment=moment: len(server.mails) >= moment, pause=0.002)
                time.sleep(random.random() * 0.01)
                victim = senders.pop(random.randrange(SENDERS))
                victim.kill()
                victim.join()
                senders.append(start(processes, config))
            wait_until(lambda: left() == 0, pause=0.2)
        finally:
            for each in senders:
                each.terminate()
            for each in senders:
                each.join(20)
    return server


def test_thirty_kills_while_sending_500_messages_lose_none(app, world, processes):
    server = kill_while_sending(app, world, processes, messages=500, kills=30)

    assert len(server.copies) == 500, "each message has one Message-ID, on whichever copy"
    assert sum(server.copies.values()) <= 500 + 30


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_three_hundred_kills_while_sending_5000_messages_lose_none(app, world, processes, monkeypatch):
    monkeypatch.setattr("tests.notifications.test_kills.PATIENCE", 1500)
    server = kill_while_sending(app, world, processes, messages=5000, kills=300)

    assert len(server.copies) == 5000
    assert sum(server.copies.values()) <= 5000 + 300
