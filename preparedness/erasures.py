"""Who was erased, kept beside the database by Ref alone, so that a backup which comes back does not undo it."""

import json
import os
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from preparedness import config
from preparedness.audit import CONSOLE
from preparedness.contacts import people
from preparedness.contacts.models import ContactState, ErasureReason, Person
from preparedness.database import db


def keep(person: Person) -> dict[str, int]:
    """Keep that somebody is erased beside the database too, by Ref alone: a backup that comes back must not undo it."""
    line = json.dumps({"agency_id": person.agency_id, "person_ref": person.ref})

    @event.listens_for(db.session(), "after_commit", once=True)
    def _kept(_session: Session) -> None:
        descriptor = os.open(_erased(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write(line + "\n")

    return {}


def apply_again() -> int:
    """Erase anew whoever was erased after the backup was made; returns how many."""
    count = 0
    lines = _erased().read_text().splitlines() if _erased().exists() else []
    for agency_id, ref in sorted({(row["agency_id"], row["person_ref"]) for row in map(json.loads, lines)}):
        query = select(Person).where(Person.agency_id == agency_id, Person.ref == ref)
        person = db.session.scalar(query.where(Person.state != ContactState.ERASED))
        if person is not None:
            people.erase(person, by=CONSOLE, reason=ErasureReason.THEIR_WISH)
            count += 1
    return count


def _erased() -> Path:
    return config.current().instance / "erased.jsonl"
