"""Requests that may come twice: under one Idempotency-Key a program gets the same answer for a day."""

import hashlib
from datetime import timedelta
from typing import Any

from flask import g, request
from sqlalchemy import delete, select

from preparedness.accounts.models import ApiToken, Idempotency
from preparedness.api.problems import Invalid
from preparedness.database import changed, db, insert_missing, now
from preparedness.i18n import _

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LONGEST = 200


def begun(content: bytes | None = None) -> Idempotency | None:
    """The memory of this request: with a status where it was answered before, else to be filled; None without a key.

    A second request of the same key waits here for the first one's transaction. Raises Invalid where the key was used
    for another request. `content` is what tells it from another where its body was read as a form already, whose
    boundary differs each time.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST or not all("!" <= sign <= "~" for sign in key):
        raise Invalid({HEADER: [_("Send a key of 1 to 200 letters, digits and signs, without spaces.")]})
    token: ApiToken = g.token
    db.session.execute(
        delete(Idempotency).where(
            Idempotency.token_id == token.id, Idempotency.key == key, Idempotency.expires_at <= now()
        )
    )
    row = {"token_id": token.id, "key": key, "request_hash": _digest(content), "expires_at": now() + KEPT}
    insert_missing(Idempotency, [row], ["token_id", "key"])
    found = db.session.scalars(
        select(Idempotency).where(Idempotency.token_id == token.id, Idempotency.key == key)
    ).one()
    if found.request_hash != row["request_hash"]:
        raise Invalid({HEADER: [_("This key was used for another request: choose a new one.")]})
    return found


def keep(memory: Idempotency | None, status: int, row: Any, said: dict[str, Any] | None = None) -> None:
    """Remember what a request made: which row, and beside it numbers and codes alone."""
    if memory is not None:
        memory.status, memory.said = status, said
        memory.subject_kind, memory.subject_id = row.__tablename__, row.id


def sweep() -> int:
    """Forget what is older than a day; returns how many."""
    return changed(delete(Idempotency).where(Idempotency.expires_at <= now()))


def _digest(content: bytes | None) -> str:
    body = request.get_data(cache=True, parse_form_data=False) if content is None else content
    return hashlib.sha256(b"\0".join([request.method.encode(), request.full_path.encode(), body])).hexdigest()
