"""Messages, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.message_schemas import MessageRow, MessagesQuery
from preparedness.api.resources import Resource
from preparedness.contacts import people
from preparedness.database import Page
from preparedness.notifications import outbox
from preparedness.notifications.models import Message

resource = Resource("messages", "What was sent, and what became of it.")


def _message(message_id: int) -> Message:
    return outbox.get(message_id, agency=g.agency)


@resource.lists("/messages", Permission.MESSAGE_READ, MessageRow, MessagesQuery)
def messages(page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Message]:
    """The messages to people, newest first; a search means those to whom they go."""
    if q:
        filters["to"] = people.meant(g.agency, q)
    return outbox.listed(g.agency, None, page, per_page=per_page, filters=filters)


@resource.reads("/messages/<id:message_id>", Permission.MESSAGE_READ, _message, MessageRow)
def message(row: Message) -> Message:
    """One message."""
    return row
