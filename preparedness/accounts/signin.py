"""Signing in, by Flask-Security: long passwords, argon2id, a second factor offered, and a throttle on guessing."""

import base64
import hashlib
import unicodedata
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, g, has_request_context, request, session
from flask_security import MailUtil, PasswordUtil, Security, SQLAlchemyUserDatastore

from preparedness.accounts import signins, throttle
from preparedness.accounts.models import User
from preparedness.config import Config
from preparedness.database import db, now, release
from preparedness.i18n import _
from preparedness.notifications import outbox
from preparedness.vocabulary import ChannelKind

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT, TRIES_PER_NETWORK = 10, 60
GUESSED = {
    "security.login",
    "security.verify",
    "security.change_password",
    "security.forgot_password",
    "security.two_factor_token_validation",
    "security.mf_recovery",
}
"""Where a secret can be guessed, or somebody's mailbox filled."""

BY_ADDRESS = {"security.login", "security.forgot_password"}
"""Where the address that is typed says whose account it is."""

Address = str | tuple[str, str]

SETTINGS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    # OWASP's argon2id profile: 19 MiB, two passes; the library's default takes ten times as long.
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__memory_cost": 19_456,
        "argon2__time_cost": 2,
        "argon2__parallelism": 1,
    },
    "PASSWORD_LENGTH_MIN": 12,
    "PASSWORD_COMPLEXITY_CHECKER": "zxcvbn",
    "JOIN_USER_ROLES": False,
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "RETURN_GENERIC_RESPONSES": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_RESCUE_EMAIL": False,
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "TOTP_ISSUER": "Preparedness",
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "LOGOUT_METHODS": ["POST"],
    "RESET_URL": "/reset",
    "RESET_PASSWORD_WITHIN": timedelta(days=1),
    "CHANGE_URL": "/settings/password",
    "VERIFY_URL": "/sign-in/again",
    "TWO_FACTOR_SETUP_URL": "/settings/second-factor",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/code/lost",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/settings/recovery-codes",
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/sign-in",
    "POST_CHANGE_VIEW": "/settings",
    "POST_RESET_VIEW": "/",
    "SEND_PASSWORD_CHANGE_EMAIL": False,
    "SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "DEFAULT_REMEMBER_ME": False,
    # Every page of ours says no-store by itself, and in the right form.
    "CACHE_CONTROL": None,
}


class Passwords(PasswordUtil):
    """Says in the reader's language that a password is easy to guess; the checker itself speaks English only."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong with a password, and the password in its one form."""
        wrong, normal = super().validate(password, is_register, **kwargs)
        if wrong and len(normal) >= SETTINGS["PASSWORD_LENGTH_MIN"]:
            wrong = [_("This password is easy to guess. Take a short sentence that only you would say.")]
        return wrong, normal


class Unhurried:
    """Hashes passwords of those who sign in with no transaction open, or whoever writes would wait for it."""

    def __init__(self, hashing: Any) -> None:
        self._hashing = hashing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hashing, name)

    def verify(self, secret: str | bytes, hashed: str) -> bool:
        """True where the password is the one that was hashed."""
        _let_go()
        return bool(self._hashing.verify(secret, hashed))

    def hash(self, secret: str | bytes, **options: Any) -> str:
        """A password as it is kept."""
        _let_go()
        return str(self._hashing.hash(secret, **options))


def _let_go() -> None:
    """At sign-in nothing was written before the password is looked at, so there is nothing to lose."""
    if has_request_context() and request.endpoint in {"security.login", "security.verify"}:
        release()


class Mail(MailUtil):
    """Lets Flask-Security's mails leave by the outbox: the link is derived when it is sent."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Address,
        sender: Address,
        body: str | None = None,
        html: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Queue the letter of ours that stands for a template of theirs."""
        user: User = kwargs["user"]
        outbox.queue(
            agency_id=user.agency_id,
            key=outbox.key(template, user.id, now().isoformat(timespec="minutes")),
            kind="account",
            channel=ChannelKind.EMAIL,
            template="reset_password",
            params={"member_id": user.id},
            language=user.language,
            subject=user,
            priority=1,
            expires_at=now() + timedelta(days=1),
        )


def install(app: Flask, config: Config) -> None:
    """Give the app sign-in and sign-out, and keep a row for each sign-in."""
    app.config |= {f"SECURITY_{name}": value for name, value in SETTINGS.items()}
    app.config["SECURITY_PASSWORD_SALT"] = config.secret_key
    app.config["SECURITY_TOTP_SECRETS"] = {"1": config.secret_key}
    app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS"] = [_sealing_key(config.secret_key)]
    app.config["SECURITY_EMAIL_SENDER"] = config.mail_from
    datastore = SQLAlchemyUserDatastore(db, User, None)  # type: ignore[arg-type]  # no table of roles
    security = Security(app, datastore, mail_util_cls=Mail, password_util_cls=Passwords, register_blueprint=True)
    security.pwd_context = Unhurried(security.pwd_context)
    signins.install(app)
    app.before_request(_refuse_guessing)
    app.after_request(_count_failures)


def _sealing_key(secret: str) -> bytes:
    """The key under which recovery codes are kept, so that a stolen database opens no account."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"recovery codes|{secret}".encode()).digest())


def _guessed() -> str | None:
    """Whose secret this request tries, where it tries one: by the address typed, or who is half-way in.

    What is typed counts only where it is what opens the account, or a guesser would name somebody else each time.
    """
    if request.method != "POST" or request.endpoint not in GUESSED:
        return None
    member: User | None = g.get("member")
    if request.endpoint in BY_ADDRESS:
        return " ".join(unicodedata.normalize("NFKC", request.form.get("email", "")).split()) or "-"
    return session.get("tf_user_id") or (member.email if member else "-")


def _refuse_guessing() -> None:
    """Too many wrong secrets for one account, or from one network: wait."""
    account = _guessed()
    if account is None:
        return
    network = signins.network(request.remote_addr)
    if throttle.too_often("sign-in", account, most=TRIES_PER_ACCOUNT, window=WINDOW) or throttle.too_often(
        "sign-in-network", network, most=TRIES_PER_NETWORK, window=WINDOW
    ):
        abort(429)


def _count_failures(response: Response) -> Response:
    """Flask-Security answers a wrong secret with 200; whoever gets on is sent on. Each letter asked for counts."""
    account = _guessed()
    if account is None or response.status_code == 429:
        return response
    if response.status_code == 200:
        throttle.count("sign-in", account, window=WINDOW)
        throttle.count("sign-in-network", signins.network(request.remote_addr), window=WINDOW)
    else:
        throttle.clear("sign-in", account)
    return response
