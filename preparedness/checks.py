"""Whether this deployment is fit to serve, and what to write where it is not."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from marshmallow import ValidationError
from sqlalchemy import select

from preparedness import config, migrating
from preparedness.accounts.models import Agency
from preparedness.accounts.schemas import NewMemberSchema, OwnAgencySchema, TokenSchema
from preparedness.config import Config
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.shapes import Shape, sentences

MENDED_SQLITE = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


@dataclass(frozen=True)
class Finding:
    """One thing to know, or to mend before others are served."""

    sentence: str
    serious: bool


def findings() -> list[Finding]:
    """Everything that is not as it should be, the serious first."""
    settings = config.current()
    found = [
        Finding(f"{name} is no setting of ours: likely a misspelling. See docs/operating.md.", True)
        for name in config.misspelt()
    ]
    found += _database()
    found += [] if settings.local else _for_others(settings)
    return sorted(found, key=lambda each: not each.serious)


def refuse_unready() -> None:
    """Raises Refused with the first serious finding."""
    for each in findings():
        if each.serious:
            raise Refused(each.sentence)


def agency(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed of an institution, checked. Raises Refused."""
    return _loaded(OwnAgencySchema(), data)


def member(data: Mapping[str, Any], password: str | None) -> dict[str, Any]:
    """What was typed of a member, checked, with the password's own rules. Raises Refused."""
    if password is not None:
        wrong, _normal = current_app.extensions["security"].password_util.validate(password, True)
        if wrong:
            raise Refused(" ".join(str(sentence) for sentence in wrong), field="password")
    return _loaded(NewMemberSchema(), data)


def token(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed of a token, checked. Raises Refused."""
    return _loaded(TokenSchema(only=tuple(data)), data)


def _loaded(shape: Shape, data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(shape.load(data))
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {' '.join(said)}" for name, said in sentences(error).items())
        raise Refused(wrong) from error


def _database() -> list[Finding]:
    if not migrating.is_current():
        return [Finding("The database has not the tables of this release: run `preparedness upgrade`.", True)]
    version = sqlite3.sqlite_version_info
    if db.engine.dialect.name == "sqlite" and not _mended(version):
        number = ".".join(map(str, version))
        return [Finding(f"SQLite {number} has a known fault with several writers: use 3.51.3, or PostgreSQL.", False)]
    return []


def _mended(version: tuple[int, int, int]) -> bool:
    """True for a release that holds the mend of the WAL fault of 3.7.0 to 3.51.2."""
    if version >= MENDED_SQLITE[-1]:
        return True
    return any(version[:2] == mended[:2] and version >= mended for mended in MENDED_SQLITE)


def _for_others(settings: Config) -> list[Finding]:
    """What only matters once others than this machine are served."""
    found = []
    if not settings.base_url.startswith("https://"):
        found.append(Finding("PREPAREDNESS_BASE_URL is not https: people's links would travel in the open.", True))
    if db.session.scalar(select(Agency.id).where(Agency.example.is_(True))) is not None:
        found.append(
            Finding("The example agency and its accounts are still here: run `preparedness agency add`.", True)
        )
    if settings.mail_urls[0].startswith("folder:"):
        found.append(Finding("PREPAREDNESS_MAIL_URL is folder: mail stays on this server.", False))
    return found
