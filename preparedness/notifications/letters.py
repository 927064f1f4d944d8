"""Letters: what a message says, written at the moment it is sent, in the reader's language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from flask import current_app
from jinja2 import TemplateNotFound

from preparedness import i18n
from preparedness.database import now
from preparedness.i18n import speaking
from preparedness.notifications.models import Message

Context = dict[str, Any]

CONTEXTS: dict[str, Callable[[Message], Context | None]] = {}
"""What fills each template, filled by create_app; None where the message is no longer wanted.

A context holds at least `agency` (with `name`, `mail_from`, `contact_point`, `example`); further, where they apply,
`link`, `exercise` (said first and last), `discreet` (no name of agency or plan: safety.md S3) and `phrase`, the check
phrase. A template finds `recipient` (`name`, `zone`) beside them.
"""


@dataclass(frozen=True)
class Letter:
    """A message in words: for a mail, and in short for a phone."""

    subject: str
    text: str
    html: str | None
    sms: str | None


@dataclass(frozen=True)
class Envelope:
    """A letter with its addresses, ready for a channel."""

    message_id: int
    agency_id: int
    identity: str
    queued_at: datetime
    sender: str
    sender_name: str
    address: str
    name: str
    letter: Letter


def render(template: str, language: str, context: Context) -> Letter:
    """Write a letter from `templates/messages/<template>/`; its html and sms parts may be missing."""
    spoken = i18n.nearest(language)
    context = {**context, "language": spoken, "direction": i18n.direction(spoken), "now": now()}
    with speaking(spoken):
        subject = _part(template, "subject.txt", context)
        text = _part(template, "body.txt", context)
        if subject is None or text is None:
            raise TemplateNotFound(template)
        html = _part(template, "body.html", context)
        sms = _part(template, "sms.txt", context)
    return Letter(_in_one_line(subject), _tidy(text), html, None if sms is None else _in_one_line(sms))


def _part(template: str, part: str, context: Context) -> str | None:
    try:
        found = current_app.jinja_env.get_template(f"messages/{template}/{part}")
    except TemplateNotFound as missing:
        if missing.name != f"messages/{template}/{part}":
            raise
        return None
    return found.render(context)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """A plain part as a person would have typed it: no blanks at line ends, no gaps of several lines."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def mail(envelope: Envelope) -> EmailMessage:
    """The e-mail of a letter. Its Message-ID comes from the row, the same on every copy; nothing in it is tracked."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{envelope.identity}>"
    message["Date"] = format_datetime(now())
    message["From"] = _address(envelope.sender_name, envelope.sender)
    message["To"] = _address(envelope.name, envelope.address)
    message["Subject"] = envelope.letter.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(envelope.letter.text)
    if envelope.letter.html is not None:
        message.add_alternative(envelope.letter.html, subtype="html")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=_in_one_line(name), addr_spec=address)
