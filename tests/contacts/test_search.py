"""Finding somebody however their name is written."""

import pytest

from preparedness.contacts import people
from preparedness.contacts.search import fold


def found(world, text):
    return [person.shown_name for person in people.listed(world.agency, q=text).items]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Élodie  DÉSIR", "elodie desir"),
        ("Тарас Шевчук", "taras shevchuk"),
        ("Łódź", "lodz"),
        ("ﬁ İstanbul", "fi istanbul"),
        ("  ", ""),
    ],
)
def test_names_are_compared_without_marks_case_and_script(written, folded):
    assert fold(written) == folded


def test_each_word_may_stand_anywhere_in_a_name(world):
    people.add(world.agency, {"name": "Élodie Désir", "source": "colleague"}, by=world.ana)

    assert found(world, "desir elod") == ["Élodie Désir"]
    assert found(world, "desir amina") == []


def test_a_name_in_its_own_script_is_found_too(world):
    people.add(world.agency, {"name": "Taras", "name_local": "Тарас Шевчук", "source": "colleague"}, by=world.ana)

    assert found(world, "Шевчук") == ["Taras"]
    assert found(world, "shevchuk") == ["Taras"]


def test_a_ref_finds_its_row_alone(world):
    person = people.add(world.agency, {"name": "Amina Two", "source": "colleague"}, by=world.ana)

    assert found(world, person.ref.lower()) == ["Amina Two"]


def test_a_part_of_an_address_or_number_finds_whom_it_reaches(world):
    data = {"name": "Jean", "source": "colleague", "email": "Jean@Relief.example.org", "phone": "+15145550105"}
    people.add(world.agency, data, by=world.ana)

    assert found(world, "jean@relief") == ["Jean"]
    assert found(world, "514 555 0105") == ["Jean"]
    assert found(world, "514") == []


def test_signs_of_a_pattern_are_only_signs(world):
    assert found(world, "%") == []
    assert found(world, "_mina") == []


def test_another_agencys_people_are_never_found(world):
    assert found(world, "Hodan") == []
    assert found(world, "hodan@example.org") == []


def test_signs_that_no_name_has_find_nobody(world):
    assert found(world, "\x90") == found(world, "\u200b") == []
