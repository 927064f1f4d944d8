"""The example agency is believable, reaches nobody real, and stands as a newcomer is promised."""

import json
import re
from importlib.resources import files
from typing import Any

import phonenumbers
import pytest

from preparedness.plans import library
from preparedness.vocabulary import Capability, ChannelKind, Level, OrganisationKind, Risk, Source

EXAMPLE: dict[str, Any] = json.loads((files("preparedness") / "library" / "example.json").read_text(encoding="utf-8"))
ORGANISATIONS = {row["key"]: row for row in EXAMPLE["organisations"]}
PEOPLE = {row["key"]: row for row in EXAMPLE["people"]}
FICTION = [
    r"\+1\d{3}55501\d\d",
    r"\+44207946\d{4}",
    r"\+331990\d{5}",
    r"\+614915701\d\d",
    r"\+467017406\d\d",
]


def channels():
    return [channel for row in [*ORGANISATIONS.values(), *PEOPLE.values()] for channel in row["channels"]]


def test_every_address_lies_under_a_domain_reserved_for_examples():
    written = [each["address"] for each in channels() if each["kind"] in ("email", "relay")]
    written += [row["email"] for row in EXAMPLE["members"]]

    assert len(written) > 150
    assert all(re.fullmatch(r"[a-z0-9.-]+@([a-z-]+\.)?example\.(org|net|com)", address) for address in written)


def test_every_number_is_one_reserved_for_fiction_and_well_formed():
    numbers = [each["address"] for each in channels() if each["kind"] in ("phone", "sms", "whatsapp")]

    assert len(numbers) > 40
    for number in numbers:
        assert any(re.fullmatch(pattern, number) for pattern in FICTION), number
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_the_codes_are_those_of_the_vocabulary():
    for row in [*ORGANISATIONS.values(), *PEOPLE.values()]:
        assert {Capability(each["code"]) for each in row["capabilities"]}
        assert {ChannelKind(each["kind"]) for each in row["channels"]}
    assert {OrganisationKind(row["kind"]) for row in ORGANISATIONS.values()} == set(OrganisationKind)
    assert {Source(row["source"]) for row in PEOPLE.values()} == set(Source)


def test_many_scripts_and_time_zones_are_met():
    written = " ".join(row.get("name_local", "") for row in [*ORGANISATIONS.values(), *PEOPLE.values()])

    for script in ("[\u0600-\u06ff]", "[\u0400-\u04ff]", "[\u1200-\u137f]", "[\u4e00-\u9fff]"):
        assert re.search(script, written)
    assert len({row["timezone"] for row in PEOPLE.values()}) > 12


@pytest.mark.parametrize("plan", EXAMPLE["plans"], ids=lambda plan: plan["key"])
def test_holders_bring_what_the_role_asks_for(plan):
    roles = {role.code: role for role in library.template(plan["template"]).in_language(plan["language"]).roles}

    for line in plan["designations"]:
        code, _, seat = line["seat"].partition("/")
        holder = PEOPLE.get(line.get("person")) or ORGANISATIONS[line["organisation"]]
        assert max(vetting["level"] for vetting in holder["vettings"]) >= roles[code].min_verification, line
        assert not seat or seat in [each["label"] for each in plan["seats"][code]]


def test_the_high_risk_plan_names_organisations_only_and_another_country():
    (plan,) = (each for each in EXAMPLE["plans"] if library.template(each["template"]).risk_class is Risk.HIGH)

    assert all("organisation" in line and "person" not in line for line in plan["designations"])
    assert plan["country"] != EXAMPLE["agency"]["country"]


def test_nobody_holds_more_than_two_roles():
    held = [
        line.get("person") or ORGANISATIONS[line["organisation"]]["contact_person"]
        for plan in EXAMPLE["plans"]
        for line in plan["designations"]
        if "asked_days_ago" in line
    ]

    assert max(held.count(person) for person in held) == 2


def test_what_the_exercise_plays_is_in_the_plan_at_its_level():
    (exercise,) = EXAMPLE["activations"]
    items = {item.key: item for item in library.template("earthquake").in_language("en").items}

    for line in [*exercise["tasks"], *exercise["recovery"]]:
        assert Level(exercise["level"]).reaches(items[line["item"]].from_level)
    assert {reply["person"] for reply in exercise["replies"]} <= set(PEOPLE)
