"""The plan templates are whole, consistent and well set in both languages."""

import re
from dataclasses import astuple, replace
from typing import Any

import pytest

from preparedness.errors import Missing
from preparedness.i18n import LANGUAGES
from preparedness.plans import library
from preparedness.vocabulary import Anchor, Level, Phase, Risk

KEYS = [template.key for template in library.templates()]


def texts(part: Any) -> list[str]:
    """Every text a person may read in a part of a template."""
    if isinstance(part, str):
        return [part]
    return [text for inner in part for text in texts(inner)] if isinstance(part, tuple) else []


def test_six_hazards_are_offered():
    assert KEYS == ["epidemic", "earthquake", "drought", "conflict", "flood_cyclone", "evacuation"]


def test_an_unknown_template_is_missing():
    with pytest.raises(Missing):
        library.template("meteor")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(key, language):
    worded = texts(astuple(library.template(key).in_language(language)))

    assert len(worded) > 200
    assert all(text == text.strip() and text for text in worded)


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_the_same_things_in_different_words(key):
    english, french = (library.template(key).in_language(language) for language in ("en", "fr"))

    assert [item.key for item in english.items] == [item.key for item in french.items]
    assert [role.code for role in english.roles] == [role.code for role in french.roles]
    assert not {item.text for item in english.items} & {item.text for item in french.items}
    assert not {role.summary for role in english.roles} & {role.summary for role in french.roles}


@pytest.mark.parametrize("key", KEYS)
def test_a_language_we_do_not_speak_gets_the_nearest(key):
    assert library.template(key).in_language("fr-HT").language == "fr"
    assert library.template(key).title("so") == library.template(key).title("en")


@pytest.mark.parametrize("key", KEYS)
def test_every_item_is_owned_by_a_role_of_its_template_that_is_there_at_its_level(key):
    plan = library.template(key).in_language("en")
    roles = {role.code: role for role in plan.roles}

    for item in plan.items:
        owner = roles[item.owner_role]
        assert item.phase in owner.phases, item.key
        assert item.from_level is None or item.from_level.reaches(owner.from_level), item.key
    assert {item.owner_role for item in plan.items} == set(roles)


def test_item_keys_are_unique_over_all_templates_and_name_their_template():
    keys = [(key, item.key) for key in KEYS for item in library.template(key).in_language("en").items]

    assert len({item for _, item in keys}) == len(keys) == 257
    assert all(item.startswith(f"{template}.") for template, item in keys)


@pytest.mark.parametrize("key", KEYS)
def test_the_anchor_fits_the_phase_and_preparedness_counts_for_every_level(key):
    anchors = {Phase.PREPAREDNESS: Anchor.P, Phase.RESPONSE: Anchor.H, Phase.RECOVERY: Anchor.R}

    for item in library.template(key).in_language("en").items:
        assert item.anchor is anchors[item.phase]
        assert (item.from_level is None) == (item.anchor is Anchor.P)
        assert item.offset_hours >= 0 or item.anchor is Anchor.H
        assert item.source


@pytest.mark.parametrize("key", KEYS)
def test_the_levels_rise_and_the_essential_roles_hold_from_the_first(key):
    plan = library.template(key).in_language("en")

    assert [trigger.level for trigger in plan.triggers] == list(Level)
    assert all(role.from_level is Level.MONITOR for role in plan.roles if role.essential)
    assert sum(role.essential for role in plan.roles) >= 5


def test_only_the_conflict_plan_is_high_risk():
    assert [template.key for template in library.templates() if template.risk_class is Risk.HIGH] == ["conflict"]


@pytest.mark.parametrize("key", KEYS)
def test_french_is_set_with_its_no_break_spaces_and_curly_apostrophes(key):
    plan = library.template(key).in_language("fr")
    unsourced = replace(plan, items=tuple(replace(item, source="") for item in plan.items))

    for text in texts(astuple(unsourced)):
        assert not re.search(r"[^\xa0][;:!?»]|«[^\xa0]|\d (?:h|j|%)\b|'", text), text


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_frighten_or_mislead_are_not_used(key, language):
    worded = " ".join(texts(astuple(library.template(key).in_language(language)))).lower()

    assert not re.search(r"\b(deploy\w*|mobilis\w*|agents?|fichier\w*|corridor\w*|diffusion restreinte|·)\b", worded)
