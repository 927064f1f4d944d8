"""The mailbox: the mails that the folder channel laid down, for the eyes of the agency that sent them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import select

from preparedness.config import current
from preparedness.database import Page, db
from preparedness.errors import Missing
from preparedness.notifications.letters import Envelope
from preparedness.notifications.models import Message

PER_PAGE = 50


@dataclass(frozen=True)
class Mail:
    """One mail of the folder, as its reader gets it."""

    name: str
    subject: str
    sender: str
    to: str
    at: datetime
    text: str


def file_name(envelope: Envelope) -> str:
    """The file of a letter: when it was queued, whose it is and its number. The same for every copy."""
    return f"{envelope.queued_at.astimezone(UTC):%Y%m%d-%H%M%S}-a{envelope.agency_id}-m{envelope.message_id}.eml"


def in_use() -> bool:
    """True while mail is laid into the folder instead of leaving."""
    return any(url.startswith("folder:") for url in current().mail_urls)


def listed(agency_id: int, *, member_id: int, page: int) -> Page[Mail]:
    """The mails of an agency, newest first, without what is for another member's eyes, such as a sign-in address."""
    paths = _paths(agency_id, member_id)
    shown = paths[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Page([_read(path) for path in shown], len(paths), page, PER_PAGE)


def get(name: str, agency_id: int, *, member_id: int) -> Mail:
    """One mail of the agency. Raises Missing."""
    found = next((path for path in _paths(agency_id, member_id) if path.name == name), None)
    if found is None:
        raise Missing
    return _read(found)


def forget(agency_id: int, message_ids: Iterable[int]) -> int:
    """Delete the files of these messages; returns how many there were."""
    wanted = set(message_ids)
    files = [path for path in _of(agency_id) if _number(path) in wanted]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def _of(agency_id: int) -> list[Path]:
    named = re.compile(rf"\d{{8}}-\d{{6}}-a{agency_id}-m\d+\.eml")
    folder = current().mailbox
    return [path for path in folder.iterdir() if named.fullmatch(path.name)] if folder.is_dir() else []


def _number(path: Path) -> int:
    return int(path.stem.rsplit("-m", 1)[1])


def _paths(agency_id: int, member_id: int) -> list[Path]:
    """The files of an agency that a member may read, newest first."""
    to_members = select(Message.id, Message.params).where(Message.agency_id == agency_id, Message.person_id.is_(None))
    private = {each for each, params in db.session.execute(to_members) if params.get("member_id") != member_id}
    mine = [path for path in _of(agency_id) if _number(path) not in private]
    return sorted(mine, key=lambda path: (path.name[:15], _number(path)), reverse=True)


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=default)
    plain = message.get_body(("plain",))
    return Mail(
        name=path.name,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        to=str(message["To"]),
        at=message["Date"].datetime,
        text=plain.get_content() if isinstance(plain, EmailMessage) else "",
    )
