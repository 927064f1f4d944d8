"""The example agency: loaded on the first run, thrown away and told anew on request."""

import os
import secrets
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from preparedness import config, past
from preparedness.accounts import agencies
from preparedness.accounts.models import Agency
from preparedness.contacts.models import Organisation
from preparedness.database import Model, db, now, transaction
from preparedness.example import MEMBERS

KEPT_IN = "example-members.txt"
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read for one another."""


def load_first() -> list[str]:
    """Load the example where there is no institution yet; says how its members sign in, or nothing."""
    with transaction():
        return [] if agencies.listed() else _loaded()


def reset() -> list[str]:
    """Throw the example away with all that belongs to it, and load it anew. Other institutions are left alone."""
    with transaction():
        for agency in agencies.listed():
            if agency.example:
                _remove(agency)
        return _loaded()


def _loaded() -> list[str]:
    """Load the example and keep its passwords where only the owner of the instance folder reads them."""
    passwords = {key: _password() for key in MEMBERS}
    lines = [
        f"{member.access.value:<14} {member.email:<28} {passwords[key]}"
        for key, member in past.tell(now(), passwords).members.items()
    ]
    path = config.current().instance / KEPT_IN
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    return lines


def _password() -> str:
    """Four groups of four signs: 79 bits, and easy to type."""
    return "-".join("".join(secrets.choice(SIGNS) for _sign in range(4)) for _group in range(4))


def _remove(agency: Agency) -> None:
    """Delete every row that belongs to an agency, those that hang on others first."""
    number = agency.id
    db.session.expunge_all()
    db.session.execute(update(Organisation).where(Organisation.agency_id == number).values(contact_person_id=None))
    for table in reversed(Model.metadata.sorted_tables):
        theirs = _belonging(table, number)
        if theirs is not None:
            db.session.execute(delete(table).where(theirs))


def _belonging(table: Table, agency_id: int) -> ColumnElement[bool] | None:
    """What tells an agency's rows of a table: its number in them, or the row they hang on; None for nobody's tables."""
    if table.name == Agency.__tablename__:
        return table.c.id == agency_id
    if "agency_id" in table.c:
        return table.c.agency_id == agency_id
    ties: list[ColumnElement[bool]] = []
    for key in table.foreign_keys:
        above: Any = _belonging(key.column.table, agency_id)
        if above is not None:
            ties.append(key.parent.in_(select(key.column).where(above)))
    return or_(*ties) if ties else None
