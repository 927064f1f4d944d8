"""Who could hold a seat: those who may be asked first, and of the others the reason."""

import pytest

from preparedness.contacts import holders, organisations, people
from preparedness.errors import Missing


def names(world, **wanted):
    return [each.name for each in holders.candidates(world.agency, **wanted)]


def test_a_holder_is_found_by_the_key_a_form_names(world):
    for holder in (world.amina, world.federation):
        assert holders.get(holders.key(holder), agency=world.agency) is holder


@pytest.mark.parametrize("key", ["", "person", "person-", "person-x", "seat-1", "person-99999999999", "person-0"])
def test_any_other_key_is_missing(world, key):
    with pytest.raises(Missing):
        holders.get(key, agency=world.agency)


def test_another_agencys_holders_are_missing(world):
    for foreign in (world.foreign_person, world.foreign_organisation):
        with pytest.raises(Missing):
            holders.get(holders.key(foreign), agency=world.agency)


def test_those_who_may_be_asked_come_first_and_the_others_say_why_not(world):
    found = holders.candidates(world.agency)

    assert [each.name for each in found] == [
        "Amina Diallo",
        "Federation of Haitian Associations",
        "Rose",
        "Tomas Okello",
    ]
    assert [bool(each.why_not) for each in found] == [False, False, False, True]


def test_s1_a_sensitive_person_is_offered_by_the_working_name(world):
    assert "Salma Idris" not in names(world)
    assert names(world, q="salma") == ["Rose"]


def test_a_candidate_shows_place_languages_and_verification(world):
    people.change(world.amina, {"city": "Toronto", "languages": ["ht", "en"]}, version=None, by=world.ana)

    (amina,) = holders.candidates(world.agency, q="amina")

    assert (amina.place, amina.languages, int(amina.verification)) == ("Toronto, Canada", ["en", "ht"], 2)


def test_candidates_are_narrowed_by_what_a_seat_needs(world):
    people.change(
        world.amina,
        {"capabilities": ["legal"], "languages": ["ht"], "serves": [{"country": "HT", "place": "Ouest"}]},
        version=None,
        by=world.ana,
    )
    organisations.change(
        world.federation, {"languages": ["ht"], "serves": [{"country": "HT"}]}, version=None, by=world.ana
    )

    assert names(world, capability="legal") == ["Amina Diallo"]
    assert names(world, language="ht") == ["Amina Diallo", "Federation of Haitian Associations"]
    assert names(world, country="HT") == ["Amina Diallo", "Federation of Haitian Associations"]
    assert names(world, country="HT", place="Ouest") == ["Amina Diallo"]
    assert names(world, organisations_only=True) == ["Federation of Haitian Associations"]
    assert names(world, min_verification=3) == []
    assert names(world, limit=1) == ["Amina Diallo"]


def test_a_code_within_another_is_not_that_language(world):
    organisations.change(world.federation, {"languages": ["zht"]}, version=None, by=world.ana)

    assert names(world, language="ht") == []


def test_candidates_take_the_same_statements_however_many_there_are(world, statements, crowd):
    people.add_many(world.agency, crowd(5), by=world.ana)
    with statements() as few:
        holders.candidates(world.agency)
    people.add_many(world.agency, [{**row, "email": None} for row in crowd(80)], by=world.ana)

    with statements() as many:
        assert len(holders.candidates(world.agency)) == 50

    assert len(many) <= len(few) + 1
