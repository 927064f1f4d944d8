"""Channels: how a letter leaves this server. Each says in one of three ways that it did not."""

import hmac
import json
import os
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from preparedness.config import Config
from preparedness.database import now
from preparedness.notifications import letters, mailbox, outside
from preparedness.notifications.letters import Envelope
from preparedness.vocabulary import ChannelKind

STEP_LIMIT = 10
"""Seconds for one step of a dialogue with a server."""


class NotSent(Exception):  # noqa: N818 - it reads as a sentence
    """The letter did not leave. Keeps the code and the class of what went wrong, never an address or a link."""

    def __init__(self, said: str, code: int | None = None) -> None:
        super().__init__(said)
        self.said = said
        self.code = str(code) if code else None


class Permanent(NotSent):
    """It will never leave for this address."""


class Temporary(NotSent):
    """It may leave later."""


class Unreachable(NotSent):
    """The relay itself is out of order; the letter surely did not leave, and another relay may take it."""


class Channel(Protocol):
    """A way out for letters."""

    name: str

    def send(self, envelope: Any) -> str:
        """Hand a letter or a parcel over; returns the code it was taken with. Raises one of the three NotSent."""

    def close(self) -> None:
        """End the connection, if one is open."""


def routes(config: Config) -> dict[ChannelKind, list[Channel]]:
    """The ways out of this deployment by kind, the reserve last."""
    mails: list[Channel] = [
        Folder(config.mailbox) if url.startswith("folder:") else Email(url) for url in config.mail_urls
    ]
    return {ChannelKind.EMAIL: mails, ChannelKind.SMS: [Text(config.sms_url)] if config.sms_url else []}


class Folder:
    """Lays each mail as an .eml file into the mailbox folder: for a first look, and for tests."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope) -> str:
        """Write the mail; it appears whole or not at all, and a second copy takes the place of the first."""
        content = _mail(envelope).as_bytes()
        path = self.folder / mailbox.file_name(envelope)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(unfinished, "wb", opener=_private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            raise Unreachable(type(error).__name__, error.errno) from None
        return "250"

    def close(self) -> None:
        """Nothing is open."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _mail(envelope: Envelope) -> EmailMessage:
    try:
        return letters.mail(envelope)
    except (ValueError, IndexError, MessageError) as error:
        raise Permanent(type(error).__name__) from None


class Email:
    """A mail server, spoken to over TLS with verified certificates wherever it offers that; one connection a batch."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.encrypted = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password or "")
        self.port = parts.port or (465 if self.encrypted else 587 if self.user else 25)
        self.name = f"{parts.scheme}://{self.host}:{self.port}"
        self.connection: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> str:
        """Hand the mail to the server."""
        content = _mail(envelope)
        connection = self._connected()
        try:
            connection.send_message(content, from_addr=envelope.sender, to_addrs=[envelope.address])
        except smtplib.SMTPException as error:
            self.close()
            raise _judged(error) from None
        except (OSError, ValueError) as error:
            self.close()
            raise Temporary(type(error).__name__) from None
        return "250"

    def _connected(self) -> smtplib.SMTP:
        """The open connection if it still answers, else a new one."""
        if self.connection is not None and not _answers(self.connection):
            self.close()
        if self.connection is None:
            try:
                self.connection = self._opened()
            except OSError as error:
                raise Unreachable(type(error).__name__, getattr(error, "smtp_code", None)) from None
        return self.connection

    def _opened(self) -> smtplib.SMTP:
        verified = ssl.create_default_context()
        ourselves = socket.gethostname()
        if self.encrypted:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, ourselves, timeout=STEP_LIMIT, context=verified
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, ourselves, timeout=STEP_LIMIT)
        try:
            connection.ehlo_or_helo_if_needed()
            if not self.encrypted and connection.has_extn("starttls"):
                connection.starttls(context=verified)
            elif not self.encrypted and self.user:
                raise Unreachable("the server offers no TLS, so the password was not sent")
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Say good-bye to the server."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.quit()
            except OSError:
                connection.close()


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except OSError:
        return False


def _judged(error: smtplib.SMTPException) -> NotSent:
    """What a server's refusal means: for this address, for later, or for the whole server."""
    said, code = type(error).__name__, getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Permanent(said)
    if code == 421 or isinstance(error, smtplib.SMTPSenderRefused):
        return Unreachable(said, code)
    if code is not None and code >= 500:
        return Permanent(said, code)
    return Temporary(said, code)


class Text:
    """A webhook that sends text messages. The body is signed with the password in its address."""

    name = "sms"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.host, self.port = parts.hostname or "localhost", parts.port
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.secret = unquote(parts.password or "").encode()

    def send(self, envelope: Envelope) -> str:
        """Post one text; the identity lets the webhook know a copy when it sees one."""
        if envelope.letter.sms is None:
            raise Permanent("there is no short form of this letter")
        body = json.dumps({"id": envelope.identity, "to": envelope.address, "text": envelope.letter.sms}).encode()
        signature = hmac.new(self.secret, body, "sha256").hexdigest()
        headers = {"Content-Type": "application/json", "X-Signature": f"sha256={signature}"}
        connection = self.kind(self.host, self.port, timeout=STEP_LIMIT)
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable(type(error).__name__) from None
        try:
            connection.request("POST", self.path, body, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise Temporary(type(error).__name__) from None
        finally:
            connection.close()
        return _taken(status)

    def close(self) -> None:
        """Each text has a connection of its own."""


def _taken(status: int) -> str:
    """The code of a text that was taken. Raises what another code means."""
    if 200 <= status < 300:
        return str(status)
    if status in {401, 403, 404, 405}:
        raise Unreachable("the webhook refuses us", status)
    if status == 429 or status >= 500:
        raise Temporary("the webhook puts it off", status)
    raise Permanent("the webhook rejects it", status)


@dataclass(frozen=True)
class Parcel:
    """What a program is told, and where it listens."""

    url: str
    secret: str
    event: str
    delivery: int
    body: bytes


def signature(secret: str, moment: int, body: bytes) -> str:
    """What proves that a parcel is ours, and of this moment: its receiver refuses old ones."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    return f"t={moment},v1={signed}"


class Webhook:
    """What programs listen at: signed, sent outside only, and no way of one is in the way of another."""

    name = "webhook"

    def send(self, envelope: Parcel) -> str:
        """Post one parcel; the number of the delivery is the same on every copy."""
        headers = {
            "Content-Type": "application/json",
            "Preparedness-Event": envelope.event,
            "Preparedness-Delivery": str(envelope.delivery),
            "Preparedness-Signature": signature(envelope.secret, int(now().timestamp()), envelope.body),
        }
        try:
            status = outside.post(envelope.url, envelope.body, headers).status
        except outside.Barred as error:
            raise Permanent(error.said) from None
        except outside.Unheard as error:
            raise Temporary(error.said) from None
        if 200 <= status < 300:
            return str(status)
        if status == 410:
            raise Permanent("the program wants no more", status)
        raise Temporary("the program does not take it", status)

    def close(self) -> None:
        """Each parcel has a connection of its own."""
