"""The client of the tests: each page it fetches is held against the house rules."""

import contextvars
import hashlib
import re
import time
from html.parser import HTMLParser
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from preparedness.accounts.models import SignIn, User
from preparedness.database import db, writing

FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}


class Client(FlaskClient):
    """Runs each request outside the test's own context, as a server does, and looks at the page that comes."""

    form_token = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request, in a context of its own; a form gets its token as a browser would send it."""
        if has_app_context():
            with writing():
                db.session.commit()
        if self.form_token and kwargs.get("method", "GET") not in {"GET", "HEAD"}:
            self._add_token(kwargs)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        assert str(response.headers).isascii(), "no server sends a header that is not ASCII"
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308}:
            check(response.get_data(as_text=True), response)
        return response

    def _add_token(self, kwargs: dict[str, Any]) -> None:
        headers = dict(kwargs.get("headers") or {})
        headers.setdefault("X-CSRFToken", self._token())
        kwargs["headers"] = headers

    def _token(self) -> str:
        def made() -> str:
            with self.application.test_request_context():
                from flask import session
                from flask_wtf.csrf import generate_csrf

                token = generate_csrf()
                raw = session["csrf_token"]
            with self.session_transaction() as kept:
                kept.setdefault("csrf_token", raw)
                if kept["csrf_token"] == raw:
                    return str(token)
                known = kept["csrf_token"]
            with self.application.test_request_context():
                from flask import session as fresh

                fresh["csrf_token"] = known
                return str(generate_csrf())

        return contextvars.Context().run(made)

    def sign_in(self, member: User, *, minutes_ago: int = 0) -> "Client":
        """Be this member, as after a good password."""
        key = f"key-{member.id}-{time.monotonic_ns()}"
        with writing():
            db.session.add(
                SignIn(
                    agency_id=member.agency_id, member_id=member.id, key_hash=hashlib.sha256(key.encode()).hexdigest()
                )
            )
            db.session.commit()
        unique = member.fs_uniquifier
        with self.session_transaction() as session:
            session.clear()
            session["_user_id"] = unique
            session["_fresh"] = True
            session["fs_cc"] = "set"
            session["fs_paa"] = time.time() - minutes_ago * 60
            session["sign_in"] = key
        return self


class _Page(HTMLParser):
    """What the rules ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.h1 = 0
        self.title = ""
        self.in_title = False
        self.labels: set[str] = set()
        self.label_depth = 0
        self.fields: list[tuple[str, dict[str, str | None], bool]] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.lang: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.inline += [f"{tag} {name}" for name in known if name == "style" or name.startswith("on")]
        if known.get("id"):
            self.ids.append(str(known["id"]))
        if tag == "html":
            self.lang = known.get("lang")
        if tag == "style" or (tag == "script" and not known.get("src")):
            self.inline.append(tag)
        self.h1 += tag == "h1"
        self.in_title = self.in_title or (tag == "title" and not self.title)
        if tag == "label":
            self.label_depth += 1
            if known.get("for"):
                self.labels.add(str(known["for"]))
        if tag == "form":
            self.forms.append({"method": (known.get("method") or "get").lower(), "token": False})
        if tag == "input" and known.get("name") == "csrf_token" and self.forms:
            self.forms[-1]["token"] = True
        if tag in FIELDS and known.get("type") not in UNLABELLED:
            self.fields.append((tag, known, self.label_depth > 0))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.label_depth -= 1
        if tag == "title":
            self.in_title = False

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data


def check(html: str, response: TestResponse) -> None:
    """Raises AssertionError with the rule that a page breaks."""
    if "<html" not in html:
        return
    page = _Page()
    page.feed(html)
    where = response.request.path
    assert page.title.strip(), f"{where}: a page has a title"
    assert page.h1 == 1, f"{where}: a page has one h1, this has {page.h1}"
    assert page.lang, f"{where}: a page says its language"
    assert not page.inline, f"{where}: nothing inline, but {page.inline}"
    doubled = {each for each in page.ids if page.ids.count(each) > 1}
    assert not doubled, f"{where}: an id stands once, but {doubled}"
    for tag, known, inside in page.fields:
        labelled = inside or known.get("aria-label") or known.get("aria-labelledby") or known.get("id") in page.labels
        assert labelled, f"{where}: {tag} {known.get('name')} has no label"
    if not where.startswith("/a/"):
        for form in page.forms:
            assert form["method"] != "post" or form["token"], f"{where}: a form that posts carries its token"
    raw = re.search(r"%\(\w+\)s|\{\{|Worded\.|<bound method|lazy_gettext|undefined", html)
    assert not raw, f"{where}: unfinished text {raw and raw[0]!r}"
    assert "Content-Security-Policy" in response.headers, f"{where}: every page has its policy"
