"""Every setting: its environment name, its default, and one sentence of reason."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env
from flask import current_app

from preparedness.errors import Refused

PREFIX = "PREPAREDNESS_"


@dataclass(frozen=True)
class Setting:
    """One line of the settings table."""

    name: str
    default: str
    reason: str

    @property
    def variable(self) -> str:
        """The name in the environment and in `config.env`."""
        return PREFIX + self.name


SETTINGS = (
    Setting("DATABASE_URL", "", "Where the data lie: SQLite in the instance folder unless a postgresql:// address."),
    Setting("SECRET_KEY", "", "Signs sessions and links: made in the instance folder on the first run."),
    Setting("BASE_URL", "http://127.0.0.1:5000", "The address people reach: links in messages come from here only."),
    Setting(
        "MAIL_URL",
        "folder:",
        "How mail leaves: folder:, smtp://user:pass@host:port, smtps://…; a second one is the reserve.",
    ),
    Setting("MAIL_FROM", "preparedness@localhost", "The sender that people see and answer to."),
    Setting("SMS_URL", "", "A webhook that sends text messages; empty for none."),
    Setting(
        "TRUSTED_HOSTS", "", "Host names this server answers to, with spaces; the base address' own is always one."
    ),
    Setting("PROXIES", "0", "How many reverse proxies stand in front and may be believed."),
    Setting("INSTANCE", "", "The folder of this deployment's own files."),
    Setting("LOG", "text", "Log lines as text or json."),
    Setting("WORKER", "inside", "inside: serve starts a worker of its own; outside: you run `preparedness worker`."),
)
"""In the order of the documents; `preparedness check` and docs/operating.md list them from here."""


@dataclass(frozen=True)
class Config:
    """The settings of this deployment, checked."""

    instance: Path
    database_url: str
    secret_key: str
    base_url: str
    mail_urls: tuple[str, ...]
    mail_from: str
    sms_url: str
    trusted_hosts: tuple[str, ...]
    proxies: int
    log: str
    worker: str

    @property
    def local(self) -> bool:
        """True where only this machine is served: the set-up of a first look."""
        return urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def mailbox(self) -> Path:
        """Where the folder channel lays its mails."""
        return self.instance / "mailbox"


def load(instance: Path | None = None) -> Config:
    """Read the settings from the environment and `config.env`.

    Raises Refused with one sentence that says which setting is wrong and what to write.
    """
    folder = instance or Path(os.environ.get(PREFIX + "INSTANCE") or Path(__file__).parent.parent / "instance")
    folder.mkdir(parents=True, exist_ok=True)
    env = Env(prefix=PREFIX)
    env.read_env(str(folder / "config.env"), recurse=False)
    text = {setting.name: env.str(setting.name, "") or setting.default for setting in SETTINGS}
    return Config(
        instance=folder.resolve(),
        database_url=_database_url(text["DATABASE_URL"], folder),
        secret_key=_secret_key(text["SECRET_KEY"], folder),
        base_url=_base_url(text["BASE_URL"]),
        mail_urls=_mail_urls(text["MAIL_URL"]),
        mail_from=text["MAIL_FROM"],
        sms_url=text["SMS_URL"],
        trusted_hosts=_trusted_hosts(text["TRUSTED_HOSTS"], text["BASE_URL"]),
        proxies=_whole(text["PROXIES"]),
        log=_one_of("LOG", text["LOG"], ("text", "json")),
        worker=_one_of("WORKER", text["WORKER"], ("inside", "outside")),
    )


def misspelt() -> list[str]:
    """Variables that begin as ours do and are none of ours: likely misspellings."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _database_url(text: str, folder: Path) -> str:
    if not text:
        return f"sqlite:///{folder.resolve() / 'preparedness.sqlite'}"
    if text.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if text.startswith(("postgresql+psycopg://", "sqlite:///")):
        return text
    raise Refused(
        f"{PREFIX}DATABASE_URL is not understood: write postgresql://user:password@host/name, or leave it out."
    )


def _secret_key(text: str, folder: Path) -> str:
    if text:
        if len(text) < 32:
            raise Refused(f"{PREFIX}SECRET_KEY is too short: write 32 characters or more, or leave it out.")
        return text
    kept = folder / "secret_key"
    if not kept.exists():
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return kept.read_text().strip()


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(f"{PREFIX}BASE_URL is no address: write https:// and the host name people will open.")
    return text.rstrip("/")


def _mail_urls(text: str) -> tuple[str, ...]:
    urls = tuple(text.split())
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in {"folder", "smtp", "smtps"} or (parts.scheme != "folder" and not parts.hostname):
            raise Refused(f"{PREFIX}MAIL_URL is not understood: write folder: or smtp://user:password@host:port.")
    return urls


def _trusted_hosts(text: str, base_url: str) -> tuple[str, ...]:
    own = urlsplit(base_url).hostname or "localhost"
    local = ("127.0.0.1", "localhost") if own in {"127.0.0.1", "localhost"} else ()
    return tuple(dict.fromkeys([own, *local, *text.split()]))


def _whole(text: str) -> int:
    if not text.isdigit():
        raise Refused(f"{PREFIX}PROXIES is no whole number: write how many proxies stand in front, 0 for none.")
    return int(text)


def _one_of(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise Refused(f"{PREFIX}{name} is not understood: write {' or '.join(choices)}.")
    return text


def for_flask(config: Config) -> dict[str, Any]:
    """What Flask and its extensions want to hear."""
    secure = config.base_url.startswith("https://")
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "TRUSTED_HOSTS": list(config.trusted_hosts),
        "MAX_CONTENT_LENGTH": 21 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5_000,
        "SESSION_COOKIE_NAME": "__Host-preparedness" if secure else "preparedness",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
    }


def current() -> Config:
    """The settings of the app at work."""
    settings: Config = current_app.extensions["preparedness"]
    return settings
