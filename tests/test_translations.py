"""The French catalogue says all that the product says, as French is set; the Arabic one all that workbooks say."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from preparedness.activations.models import ActivationKind, LogKind, ReplyState, TaskState
from preparedness.exchange.models import WorkbookKind
from preparedness.plans.models import PlanState, Status
from preparedness.plans.schemas import Unit
from preparedness.vocabulary import (
    Anchor,
    Capability,
    ChannelKind,
    LedBy,
    Level,
    OrganisationKind,
    Phase,
    Reached,
    Source,
    Verification,
)

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "preparedness" / "translations"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
"""As in the Makefile's `translations`."""

PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
"""Filled when it is said, or (in braces) when a column of a workbook is headed."""
NARROW = "\u00a0\u202f"
UNSPACED = re.compile(rf"[^{NARROW}\s:;!?](?:[;!?]|:(?=\s|$))|[^{NARROW}]»|«[^{NARROW}]| [:;!?](?:\s|$)")
"""French marks of two parts stand after a space that does not break; guillemets have one inside."""


@cache
def said() -> dict[str | tuple[str, str], str]:
    """Every message of the product with the first place that says it."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str | tuple[str, str], str] = {}
    for path, line, message, _comments, _context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        key = message[:2] if isinstance(message, tuple) else message
        found.setdefault(key, f"{path}:{line}")
    return found


@cache
def french() -> Catalog:
    with (CATALOGUES / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def entries() -> list[Message]:
    """The messages of the French catalogue, but its head."""
    return [message for message in french() if message.id]


def texts(message: Message) -> list[tuple[str, str]]:
    """The English and the French of a message, each plural with the plural."""
    if not message.pluralizable:
        return [(str(message.id), str(message.string))]
    english = list(message.id)
    return [(english[min(form, 1)], text) for form, text in enumerate(message.string)]


def say(broken: list[str], rule: str) -> None:
    assert not broken, f"{rule}\n" + "\n".join(broken)


def test_the_extraction_reads_pages_letters_and_code():
    places = {place.split(":")[0] for place in said().values()}

    assert any(place.startswith("templates/") and place.endswith(".html") for place in places)
    assert any(place.startswith("templates/messages/") and place.endswith(".txt") for place in places)
    assert any(place.startswith("preparedness/") for place in places)
    assert not any(place.startswith((".venv", "tests", "bench")) for place in places)


def test_every_message_is_in_the_french_catalogue():
    known = {message.id[:2] if message.pluralizable else message.id for message in entries()}

    missing = [f"{place} {message!r}" for message, place in said().items() if message not in known]

    say(sorted(missing), "run `make translations`, then translate what is new")


def test_the_french_catalogue_holds_nothing_that_nobody_says():
    known = said()

    say(
        [repr(each.id) for each in entries() if (each.id[:2] if each.pluralizable else each.id) not in known],
        "run `make translations`: it drops what is gone",
    )


def test_every_message_is_translated():
    say([repr(each.id) for each in entries() if not all(text for _, text in texts(each))], "no message stays empty")


def test_no_translation_is_a_guess():
    say([repr(each.id) for each in entries() if each.fuzzy], "no message stays fuzzy")


def test_places_are_the_same_in_both_languages():
    broken = [
        f"{english!r} → {text!r}"
        for message in entries()
        for english, text in texts(message)
        if (set(PLACES.findall(text)) ^ set(PLACES.findall(english))) - {"%(num)s"}
        or re.search(r"%(?!\(\w+\)[sd]|%)", text.replace("\u00a0%", ""))
    ]

    say(broken, "a translation names the places of the original")


def test_messages_have_named_places_only():
    broken = []
    for message, place in said().items():
        for text in message if isinstance(message, tuple) else (message,):
            if re.search(r"%[sd]|\{\d*\}", text):
                broken.append(f"{place} {text!r}")

    say(broken, "a message names its places: %(name)s")


def test_french_is_set_as_french():
    broken = [repr(text) for message in entries() for _, text in texts(message) if UNSPACED.search(_bare(text))]

    say(broken, "a space that does not break stands before : ; ! ? and inside « »")


def test_what_runs_is_what_was_written():
    with (CATALOGUES / "fr" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = read_mo(file)

    differing = []
    for message in entries():
        found = compiled.get(message.id[0] if message.pluralizable else message.id)
        if found is None or texts(found) != texts(message):
            differing.append(repr(message.id))

    say(differing, "run `make translations`: the compiled catalogue is older than the written one")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Qui\u00a0?", False),
        ("Qui ?", True),
        ("Qui?", True),
        ("«\u00a0Oui\u00a0»", False),
        ("« Oui »", True),
        ("À 12:30, sur https://example.org", False),
        ("Rôle\u202f: titulaire", False),
        ("Rôle: titulaire", True),
        ("Quoi\u00a0?!", False),
    ],
)
def test_the_rule_of_spaces_is_right(text, wrong):
    assert bool(UNSPACED.search(_bare(text))) is wrong


def _bare(text: str) -> str:
    """A text without addresses, whose marks are not the sentence's."""
    return re.sub(r"https?://\S+", "", text)


# --- Arabic: what workbooks say, and no more -------------------------------------------------------------------------

EXCHANGE = ROOT / "preparedness" / "exchange"
OF_WORKBOOKS = (
    *("organisation_sheet", "people_sheet", "roster_sheets", "roster_rows", "plan_sheets", "activation_sheets"),
    *("contact_sheets", "contact_copies", "sheets", "covers", "workbook", "validations", "cells", "role_cards"),
    *("ics_forms", "calling_orders", "disclosures", "prints"),
)
"""The modules of `exchange` all of whose messages may stand in a workbook."""

LISTS = (
    *(Anchor, Capability, ChannelKind, LedBy, Level, OrganisationKind, Phase, Reached, Source, Verification),
    *(ActivationKind, LogKind, PlanState, ReplyState, Status, TaskState, Unit, WorkbookKind),
)
"""The standard lists of which a workbook holds a word."""


@cache
def arabic() -> Catalog:
    with (CATALOGUES / "ar" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="ar")


def said_in_workbooks() -> set[str]:
    """The English of all that a workbook may say of itself; plurals by their first form."""
    words = {str(getattr(member.words, "_args", [member.words])[0]) for members in LISTS for member in members}
    for name in OF_WORKBOOKS:
        for _line, message, *_more in extract_from_file("python", EXCHANGE / f"{name}.py", keywords=KEYWORDS):
            words.add(message[0] if isinstance(message, tuple) else message)
    return words


def test_arabic_says_all_that_workbooks_say():
    assert {"Recovery", "umbrella network", "Read me"} <= said_in_workbooks()
    say(
        sorted(repr(english) for english in said_in_workbooks() if not _in_arabic(english)),
        "write it into preparedness/translations/ar by hand, then compile",
    )


def _in_arabic(english: str) -> bool:
    found = arabic().get(english)
    return found is not None and all(text for _english, text in texts(found)) and not found.fuzzy


def test_arabic_holds_nothing_that_nobody_says():
    known = {key[0] if isinstance(key, tuple) else key for key in said()}
    english = {message.id[0] if message.pluralizable else message.id for message in arabic() if message.id}

    say(sorted(repr(each) for each in english - known), "take out of preparedness/translations/ar what is gone")


def test_places_are_the_same_in_arabic():
    broken = [
        f"{message.id!r}"
        for message in arabic()
        if message.id
        and not message.pluralizable
        and set(PLACES.findall(message.string)) ^ set(PLACES.findall(message.id))
    ]

    say(broken, "a translation names the places of the original")


def test_an_association_is_no_organisation_that_recruits():
    """The glossary: جمعية, never تنظيم; and no word of conscription."""
    written = " ".join(text for message in arabic() if message.id for _english, text in texts(message))

    assert "جمعية" in written
    assert not any(word in written for word in ("تنظيم", "تجنيد", "تعبئة"))


def test_the_arabic_that_runs_is_what_was_written():
    with (CATALOGUES / "ar" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = read_mo(file)

    keys = [message.id[0] if message.pluralizable else message.id for message in arabic() if message.id]
    say(
        [repr(key) for key in keys if not compiled.get(key) or texts(compiled.get(key)) != texts(arabic().get(key))],
        "run `make translations`: the compiled catalogue is older than the written one",
    )
