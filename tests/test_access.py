"""Every address for every access profile, with rows of one's own agency and of another: the labels say who may."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import Rule

from preparedness.accounts import permissions, tokens
from preparedness.accounts.models import Access, User
from preparedness.accounts.permissions import BY_LINK, PUBLIC, Label, Permission, is_for_programs, label_of
from preparedness.database import SAFE_METHODS, transaction
from tests import breadth
from tests.cast import World
from tests.house import Client

PROFILES = {None: None, Access.OFFICIAL: "rui", Access.PLANNER: "ana", Access.ADMINISTRATOR: "ada"}
"""Each access profile with who of the cast has it; nobody has none."""

MISSING = 987_654_321
CHANGING = re.compile(
    r'(?<=class="reference">)[0-9A-F]{8}|(?<=name="csrf_token" value=")[^"]+|(?<=nonce=")[^"]+|\d\d:\d\d(?= \()'
)
"""What differs between two answers to the same question: the reference number, the form token, the minute."""

PLAIN = {
    "act": "pause",
    "filename": "css/main.css",
    "form": "csv",
    "name": "page.css",
    "number": 1,
    "part": "items",
    "secret": "x" * 43,
    "template_key": "earthquake",
    "token": "x" * 43,
    "turn_name": "review",
}
"""Arguments that name no row of an agency."""


@dataclass(frozen=True)
class Address:
    """One way to ask: a rule with a method."""

    rule: Rule
    method: str
    label: Label
    for_programs: bool

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def rows(self) -> list[str]:
        """The arguments that name a row."""
        return sorted(self.rule.arguments - PLAIN.keys())

    def filled(self, values: dict[str, object]) -> str:
        """The address with its arguments in place."""
        _domain, path = self.rule.build({**PLAIN, **values}, append_unknown=False) or ("", "")
        return path

    def open_to(self, profile: Access | None) -> bool:
        """What the label says of this profile."""
        return not isinstance(self.label, Permission) or (profile is not None and profile.includes(self.label.profile))


def addresses(app: Flask) -> Iterator[Address]:
    for rule in app.url_map.iter_rules():
        label = label_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            assert label is not None
            yield Address(rule, method, label, is_for_programs(app, rule.endpoint))


def guarded(app: Flask) -> Iterator[Address]:
    return (each for each in addresses(app) if isinstance(each.label, Permission))


@pytest.fixture
def own(world: World) -> breadth.Rows:
    """A row of every kind that belongs to the agency of Ana, Ada and Rui."""
    return breadth.of(world, own=True)


@pytest.fixture
def foreign(world: World) -> breadth.Rows:
    """A row of every kind that belongs to Bo's agency."""
    return breadth.of(world, own=False)


def rows(known: breadth.Rows, address: Address) -> dict[str, object]:
    """What fills the arguments of an address."""
    return {name: known.get(f"{address.rule.endpoint}:{name}") or known[name] for name in address.rows}


def sent(client: Client, member: User | None, address: Address, values: dict[str, object]):
    """The answer to a member, or to nobody; programs come with a token of the member's."""
    if address.for_programs:
        return client.open(address.filled(values), method=address.method, **program(client, member, address))
    if member is not None:
        client.sign_in(member)
    else:
        with client.session_transaction() as session:
            session.clear()
    return client.open(address.filled(values), method=address.method)


def program(client: Client, member: User | None, address: Address) -> dict[str, object]:
    """What a member's program sends: its token, and as little as the address asks for."""
    headers = {"If-Match": '"1"'}
    if member is not None:
        headers["Authorization"] = f"Bearer {token_of(client, member)}"
    return {"headers": headers} if address.method in SAFE_METHODS | {"DELETE"} else {"headers": headers, "json": {}}


def token_of(client: Client, member: User) -> str:
    """A token of the member, made once for each client."""
    known: dict[int, str] = client.__dict__.setdefault("tokens", {})
    if member.id not in known:
        with transaction():
            _row, known[member.id] = tokens.add(member, {"name": "of the tests"}, by=member.actor)
    return known[member.id]


def say(broken: list[str], rule: str) -> None:
    assert not broken, f"{rule}\n" + "\n".join(broken)


@pytest.mark.once
def test_every_argument_of_an_address_has_a_row_to_try(app, own):
    unknown = {name for address in addresses(app) for name in address.rows} - own.keys()

    say(sorted(unknown), "say in breadth.py which row it names, or in PLAIN a value")


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.value if profile else "nobody")
def test_an_address_answers_as_its_label_says(app, world, client, own, profile, monkeypatch):
    """Refused requests change nothing, so one world serves them all."""
    monkeypatch.setattr(permissions, "MOST_GUESSES", 10_000)  # nobody comes without a token once for each address
    member = world.members[PROFILES[profile]] if profile else None
    broken = []
    for address in guarded(app):
        if address.open_to(profile):
            continue
        answer = sent(client, member, address, rows(own, address))
        asked_in = 302 if address.method in SAFE_METHODS and not address.for_programs else 401
        wanted = 403 if member is not None else asked_in
        if answer.status_code != wanted:
            broken.append(f"{address}: {answer.status_code}, not {wanted}")
        if wanted == 302 and not answer.location.startswith("/sign-in?next="):
            broken.append(f"{address} leads to {answer.location}")

    say(broken, "who may not is sent to sign in, or refused")


@pytest.mark.parametrize("profile", list(Access), ids=lambda profile: profile.value)
def test_who_may_read_reads(app, world, client, own, profile):
    member = world.members[PROFILES[profile]]
    broken = []
    for address in guarded(app):
        if address.method == "GET" and address.open_to(profile):
            answer = sent(client, member, address, rows(own, address))
            if answer.status_code not in {200, 302, 303}:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "who may read a page of the own agency is shown it")


@pytest.mark.parametrize("profile", list(Access), ids=lambda profile: profile.value)
def test_who_may_write_is_not_held_up_by_the_guard(app, world, client, own, profile):
    broken = []
    for address in guarded(app):
        if address.method != "GET" and address.open_to(profile):
            answer = sent(client, world.members[PROFILES[profile]], address, rows(own, address))
            if answer.status_code in {401, 403} or answer.status_code >= 500:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "who may write is let through to the form")


def test_a_row_of_another_agency_is_as_if_it_were_not_there(app, world, client, own, foreign):
    """Each argument alone, and all of them, byte for byte but for the reference number, the minute and the token."""
    broken = []
    for address in guarded(app):
        ours, theirs = rows(own, address), rows(foreign, address)
        tries = [{**ours, name: theirs[name]} for name in theirs] + ([theirs] if len(theirs) > 1 else [])
        for values in tries:
            strange = {name for name in values if values[name] == theirs[name]}
            missing = {name: MISSING if name in strange else value for name, value in values.items()}
            answers = [sent(client, world.members["ada"], address, each) for each in (values, missing)]
            said = [CHANGING.sub("", answer.text) for answer in answers]
            if [answer.status_code for answer in answers] != [404, 404]:
                broken.append(f"{address} with foreign {sorted(strange)}: {[each.status_code for each in answers]}")
            elif said[0] != said[1]:
                broken.append(f"{address} with foreign {sorted(strange)}: another page than for a missing row")

    say(broken, "another agency's row is a 404, the same as a missing one")


def test_a_form_without_its_token_is_refused(app, world, client, own):
    client.form_token = False
    broken = []
    for address in addresses(app):
        if address.method in SAFE_METHODS or address.label == BY_LINK or address.for_programs:
            continue
        answer = sent(client, world.members["ada"], address, rows(own, address))
        if answer.status_code != 400:
            broken.append(f"{address}: {answer.status_code}")

    say(broken, "what another site sends in a member's name is refused")


def test_what_is_public_asks_for_nobody(app, world, client, own):
    broken = []
    for address in addresses(app):
        if address.label == PUBLIC and address.method == "GET":
            answer = sent(client, None, address, rows(own, address))
            if answer.status_code in {401, 403} or answer.status_code >= 500:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "a public page is for everybody")


def test_a_link_that_is_not_ours_leads_nowhere(app, world, client, own):
    broken = []
    for address in addresses(app):
        if address.label == BY_LINK:
            answer = sent(client, None, address, {})
            if answer.status_code != 404:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "an unknown link is a 404, whatever is sent to it")


@pytest.mark.once
def test_no_address_goes_without_a_label(app):
    assert None not in {label_of(app, endpoint) for endpoint in app.view_functions}
