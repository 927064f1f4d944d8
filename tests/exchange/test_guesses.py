"""What the columns of somebody's table may be: by words of four languages, by hashtags, and by words that are alike."""

import pytest

from preparedness.exchange import guesses
from preparedness.exchange.foreign import Table
from preparedness.exchange.guesses import Certainty


def table(*headings, tags=()):
    named = dict(enumerate(headings, start=1))
    return Table("List", 1, named, dict(enumerate(tags, start=1)), [(2, {})])


def guessed(found, sheet="people"):
    return {place: guess.key for place, guess in guesses.columns(found, guesses.by_key(sheet)).items()}


@pytest.mark.parametrize(
    "headings",
    [
        ("Full name", "Organization", "E-mail address", "Mobile", "Country", "Skills"),
        ("Nom complet", "Association", "Courriel", "Téléphone", "Pays", "Compétences"),
        ("Nombre completo", "Asociación", "Correo electrónico", "Móvil", "País", "Habilidades"),
        ("الاسم الكامل", "الجمعية", "البريد الإلكتروني", "رقم الهاتف", "البلد", "المهارات"),
        ("NAME", "organisation", "E_MAIL", "phone:", "country *", "can do"),
    ],
)
def test_headings_of_four_languages_are_known(app, headings):
    found = guesses.columns(table(*headings), guesses.by_key("people"))

    assert [guess.key for guess in found.values()] == [
        "name",
        "organisation",
        "email",
        "phone",
        "country",
        "capabilities",
    ]
    assert {guess.certainty for guess in found.values()} == {Certainty.SURE}


def test_our_own_headings_are_known_in_every_language_of_a_workbook(app):
    headings = ("Name, as they wish to be called", "Organisation", "Pays de résidence", "City")

    assert list(guessed(table(*headings)).values()) == ["name", "organisation", "country", "city"]


def test_hashtags_count_before_words_whatever_stands_beside_them(app):
    tags = ("#contact+name", "#contact+email+work", "#contact+phone", "#country+code", "#org+name", "#adm3+name")
    found = table("A", "Name", "C", "Email", "E", "F", tags=tags)

    assert guessed(found) == {1: "name", 2: "email", 3: "phone", 4: "country", 5: "organisation"}


def test_words_that_are_alike_are_likely_and_no_more(app):
    found = guesses.columns(table("Full nmae", "Organizaton", "Colour"), guesses.by_key("people"))

    assert {place: guess.certainty for place, guess in found.items()} == {1: Certainty.LIKELY, 2: Certainty.LIKELY}


def test_first_and_last_names_are_put_together_unless_there_is_a_whole_one(app):
    assert guessed(table("First name", "Last name", "Email")) == {1: "name", 2: "name", 3: "email"}
    assert guessed(table("Full name", "First name", "Email")) == {1: "name", 3: "email"}


def test_a_column_of_ours_is_proposed_once(app):
    assert guessed(table("Email", "Courriel", "Name")) == {1: "email", 3: "name"}


@pytest.mark.parametrize(
    ("headings", "sheet"),
    [
        (("Name", "Email", "Phone"), "people"),
        (("Organisation", "Type", "Country", "Sectors"), "organisations"),
        (("Association", "Nom complet", "Courriel", "Pays"), "people"),
        (("Colour", "Weight"), "people"),
    ],
)
def test_what_kind_of_list_it_is_its_columns_tell(app, headings, sheet):
    assert guesses.likeliest(table(*headings)) == sheet
