"""Letters to send: what these tests share."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from preparedness.accounts.models import Agency
from preparedness.database import db, transaction
from preparedness.notifications import letters, outbox
from preparedness.notifications.models import Message
from preparedness.vocabulary import ChannelKind
from tests.cast import World

LINK = "http://localhost/a/0123456789-0123456789-0123456789-0123456789"

Say = Callable[..., int]


@pytest.fixture
def mailbox(app: Flask) -> Path:
    """The mailbox folder, empty for each test."""
    folder: Path = app.extensions["preparedness"].mailbox
    return folder


@pytest.fixture
def say(world: World, mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Queue and keep a letter to Amina with a link in it; returns its number."""

    def context(message: Message) -> dict[str, Any]:
        agency = db.session.get_one(Agency, message.agency_id)
        return {"agency": agency, "name": "Amina", "link": LINK, "discreet": False}

    monkeypatch.setitem(letters.CONTEXTS, "new_link", context)

    def queue(about: str = "one", *, person: Any = world.amina, not_before: datetime | None = None, **more: Any) -> int:
        draft = {
            "agency_id": world.agency.id,
            "key": outbox.key("test", about),
            "kind": "link",
            "channel": ChannelKind.EMAIL,
            "template": "new_link",
            "params": {},
            "language": "en",
            "subject": world.plan,
            "person_id": person.id,
        }
        with transaction():
            return outbox.queue(**{**draft, **more}, not_before=not_before).id

    return queue


@pytest.fixture
def post(app: Flask) -> Callable[[int], Message]:
    """A message as the database has it now."""

    def read(number: int) -> Message:
        return db.session.get_one(Message, number, populate_existing=True)

    return read
