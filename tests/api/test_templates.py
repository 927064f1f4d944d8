"""Plan templates, for programs: to read, in the language that is asked for."""

import pytest

from preparedness.plans import library

pytestmark = pytest.mark.once


def test_all_templates_are_listed_for_operators_too(rui):
    listed = rui.get("/templates").json

    assert [each["key"] for each in listed["items"]] == [each.key for each in library.templates()]
    assert listed["total"] == len(library.templates())


def test_a_template_brings_all_that_a_plan_begins_with(ana):
    shown = ana.get("/templates/earthquake").json
    text = library.template("earthquake").in_language("en")

    assert shown["title"] == text.title
    assert [each["key"] for each in shown["roles"]] == [each.code for each in text.roles]
    assert [each["key"] for each in shown["checklist"]] == [each.key for each in text.items]
    assert [each["level"] for each in shown["triggers"]] == [each.level for each in text.triggers]
    assert shown["objectives"] == list(text.objectives)


def test_its_words_come_in_the_language_that_is_asked_for(ana):
    shown = ana.get("/templates/earthquake", Accept_Language="fr").json

    assert shown["language"] == "fr"
    assert shown["title"] == library.template("earthquake").title("fr")


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("q=earthquake", ["earthquake"]),
        ("q=Earth+nothing", []),
        ("hazard=geohazards", ["earthquake"]),
        ("risk_class=standard&hazard=biological&page=2", []),
    ],
)
def test_the_list_is_narrowed(ana, asked, keys):
    assert [each["key"] for each in ana.get(f"/templates?{asked}").json["items"]] == keys


def test_an_unknown_template_is_a_404(ana):
    for key in ("flood-of-frogs", "%F0%9F%8C%8A", "1"):
        answer = ana.get(f"/templates/{key}")

        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
