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

A context holds at least `agency` (with `name`, `mail_from`, `example`); `discreet` keeps its name out of the sender
(safety.md S3). A template finds `recipient` (`name`, `zone`) beside what its context holds.
"""


@dataclass(frozen=True)
class Letter:
    """A message in words: for a mail, and in short for a phone."""

    subject: str
    text: str
    html: str
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
    """Write a letter from `templates/messages/<template>/`: subject, body, and where there is one its short form."""
    spoken = i18n.nearest(language)
    context = {**context, "language": spoken, "direction": i18n.direction(spoken)}
    with speaking(spoken):
        subject = _in_one_line(_filled(f"{template}/subject.txt", context))
        body = _filled(f"{template}/body.txt", context)
        text = _tidy(_filled("layout.txt", {**context, "body": body}))
        html = _filled("layout.html", {**context, "subject": subject, "text": text})
        sms = _in_one_line(_filled(f"{template}/sms.txt", context)) if _exists(f"{template}/sms.txt") else None
    return Letter(subject, text, html, sms)


def _filled(name: str, context: Context) -> str:
    return current_app.jinja_env.get_template(f"messages/{name}").render(context)


def _exists(name: str) -> bool:
    try:
        current_app.jinja_env.get_template(f"messages/{name}")
    except TemplateNotFound:
        return False
    return True


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
    message.add_alternative(envelope.letter.html, subtype="html")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=_in_one_line(name), addr_spec=address)
