"""What nobody means to send: every form of every page, field by field, with values that break careless programs."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask_security import hash_password

from preparedness.accounts.permissions import BY_LINK
from preparedness.contacts import links
from preparedness.contacts.models import LinkPurpose
from preparedness.database import now, transaction
from tests import asking, breadth
from tests.cast import World
from tests.house import Client
from tests.test_access import addresses, rows, say

NASTY = {
    "text": ["a\x00b\x0b\u202e=1+1\U0001f680", "x" * 60_000, b"\xed\xa0\x80\xff"],
    "number": ["9" * 30, "\u00b2"],
    "date": ["0001-01-01", "9999-12-31"],
    "datetime-local": ["0001-01-01T00:00", "9999-12-31T23:59"],
    "choice": ["9" * 30, "\u00b2"],
}
"""What is sent into a field of each kind."""

PLAIN = {"date": "2026-12-31", "datetime-local": "2026-12-31T10:00", "number": "1", "email": "who@example.org"}
PLAIN |= {"tel": "+33199001234", "url": "https://example.org"}
LAST = ("erase", "close", "cancel", "end", "remove", "archive", "leave-alone", "not-me", "new-link", "withdraw")
"""Acts after which other forms have nothing more to act upon."""


@dataclass
class Sheet(HTMLParser):
    """The fields of the forms of a page that post, each with its kind and what a careful reader would write."""

    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    select: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attributes}
        name, kind = known.get("name", ""), known.get("type", "text")
        if tag == "option" and self.select and ("selected" in known or not self.values.get(self.select)):
            self.values[self.select] = known.get("value", "")
        self.select = name if tag == "select" else self.select
        if tag not in {"input", "select", "textarea"} or not name or kind in {"file", "submit"}:
            return
        chosen = tag == "select" or kind in {"radio", "checkbox", "hidden"}
        self.kinds[name] = "choice" if chosen else kind if kind in NASTY else "text"
        if kind not in {"checkbox", "radio"} or "checked" in known or name == "sure" or name not in self.values:
            self.values[name] = known.get("value") or PLAIN.get(kind, "" if chosen else "Some words")

    def handle_endtag(self, tag: str) -> None:
        self.select = None if tag == "select" else self.select


def tries(page: str):
    """What is sent to a form: each field in turn with what it should never hold, the others as they should be."""
    sheet = Sheet()
    sheet.feed(page)
    kinds, values = {"version": "choice", **sheet.kinds}, sheet.values
    for name, kind in kinds.items():
        for nasty in NASTY[kind]:
            yield {**values, name: nasty}


def broken_by(client: Client, path: str, page: str) -> list[str]:
    """The tries that the product fell over."""
    found = []
    for sent in tries(page):
        client.application.testing = False
        try:
            answer = client.post(path, data=sent)
        finally:
            client.application.testing = True
        if answer.status_code >= 500:
            odd = {name: str(value)[:40] for name, value in sent.items() if name != "csrf_token"}
            found.append(f"POST {path}: {answer.status_code} for {odd}")
    return found


@pytest.fixture
def ada(app, world: World, client: Client):
    """An administrator with a password, at her pages."""
    world.members["ada"].password = hash_password("a long sentence of hers")
    client.sign_in(world.members["ada"])
    return breadth.of(world, own=True)


def test_no_value_of_a_field_breaks_a_page(app, client: Client, ada):
    broken = []
    posted = [each for each in addresses(app) if each.method == "POST" and each.label != BY_LINK]
    paths = {address.filled(rows(ada, address)) for address in posted if "sign-out" not in address.rule.rule}
    for path in sorted(paths, key=lambda path: (path.endswith(LAST), path)):
        page = client.get(path)
        broken += broken_by(client, path, page.text if page.status_code == 200 else "")

    say(broken, "what is sent is taken or refused")


def test_no_name_in_an_address_breaks_a_page(app, client: Client, ada):
    names = "page q sort state action since person organisation parent lang phase owner version country capability"
    broken = []
    for address in addresses(app):
        for nasty in ("9" * 30, "\u00b2", "a\x00b"):
            if address.method != "GET" or address.label == BY_LINK:
                continue
            path = address.filled(rows(ada, address))
            app.testing = False
            answer = client.get(path, query_string=dict.fromkeys(names.split(), nasty))
            app.testing = True
            if answer.status_code >= 500:
                broken.append(f"GET {path} with {nasty!r}: {answer.status_code}")

    say(broken, "what an address says is understood or left out")


ACTS = ("pause", "hand-over", "not-my-answer", "withdraw", "new-link", "erase", "not-me")


@pytest.mark.parametrize("purpose", list(LinkPurpose), ids=lambda purpose: purpose.value)
def test_no_value_of_a_field_breaks_a_page_behind_a_link(app, world: World, client: Client, purpose):
    breadth.of(world, own=True)
    with transaction():
        if purpose is LinkPurpose.DETAILS:
            links.issue(world.amina, purpose, world.amina, expires_at=now())
    broken = []
    for act in ("", *(f"/{each}" for each in ACTS)):
        path = asking.address(world.amina, purpose) + act
        page = client.get(path)
        broken += broken_by(client, path, page.text if page.status_code == 200 else "")

    say(broken, "what is sent is taken or refused")
