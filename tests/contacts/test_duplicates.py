"""Likely twins are shown before anything is added; nobody is merged by guessing."""

import pytest

from preparedness.contacts import duplicates, people
from preparedness.contacts.duplicates import Likeness
from preparedness.contacts.models import Organisation
from preparedness.errors import Refused


def test_an_address_a_number_or_a_name_with_its_country_makes_a_twin(world):
    people.change(world.amina, {"phone": "+15145550105"}, version=None, by=world.ana)
    rows = [
        {"name": "Somebody", "email": "AMINA@example.org"},
        {"name": "Somebody", "phone": "+1 514 555 0105"},
        {"name": "amina  DIALLO", "country": "CA"},
        {"name": "Amina Diallo", "country": "FR"},
        {"name": "Amina Diallo"},
        {"name": "Nobody"},
    ]

    found = duplicates.twins(world.agency, rows)

    said = {place: [(twin.name, twin.likeness) for twin in twins] for place, twins in found.items()}
    assert said == {
        0: [("Amina Diallo", Likeness.EMAIL)],
        1: [("Amina Diallo", Likeness.PHONE)],
        2: [("Amina Diallo", Likeness.NAME)],
        4: [("Amina Diallo", Likeness.NAME)],
    }


def test_the_surest_likeness_is_the_one_named(world):
    row = {"name": "Amina Diallo", "country": "CA", "email": "amina@example.org"}

    (twin,) = duplicates.of(world.agency, row)

    assert twin.likeness is Likeness.EMAIL


@pytest.mark.parametrize("best", ["email", "phone"])
def test_who_shares_the_address_comes_before_who_shares_the_number_whatever_is_the_best_channel(world, best):
    people.change(world.tomas, {"phone": "+15145550105"}, version=None, by=world.ana)
    reached = {"email": "amina@example.org", "phone": "+15145550105", "best_channel": best}

    twins = duplicates.of(world.agency, {"name": "Jean", **reached})

    assert [twin.name for twin in twins] == ["Amina Diallo", "Tomas Okello"]


def test_a_shared_mailbox_shows_everybody_it_reaches_who_came_first_first(world):
    people.change(world.salma, {"email": "amina@example.org"}, version=None, by=world.ana)
    row, other = {"name": "Jean", "email": "amina@example.org"}, {"name": "Nobody", "email": "nobody@example.org"}

    for count in (0, 1, 5, 30):
        twins = duplicates.twins(world.agency, [row, *[other] * count])[0]
        assert [twin.name for twin in twins] == ["Amina Diallo", "Rose"]


def test_organisations_have_twins_among_organisations(world):
    row = {"name": "Federation of Haitian associations", "country": "CA"}

    assert duplicates.of(world.agency, row) == []
    assert duplicates.of(world.agency, row, among=Organisation)[0].ref == world.federation.ref


def test_another_agencys_people_are_nobodys_twins(world):
    assert duplicates.of(world.agency, {"name": "Hodan Warsame", "email": "hodan@example.org"}) == []


def test_a_thousand_rows_are_compared_in_a_few_statements(world, statements, crowd):
    people.add_many(world.agency, crowd(1000), by=world.ana)

    with statements() as sent:
        found = duplicates.twins(world.agency, crowd(1000))

    assert len(found) == 1000
    assert len(sent) < 20


def test_a_twin_is_added_only_where_somebody_says_that_it_is_somebody_else(world):
    twins = duplicates.of(world.agency, {"name": "Amina Diallo"})

    with pytest.raises(Refused) as refused:
        duplicates.refuse(twins, anyway=False)

    assert (refused.value.field, "Amina Diallo" in refused.value.sentence) == ("anyway", True)
    duplicates.refuse(twins, anyway=True)
    duplicates.refuse([], anyway=False)
