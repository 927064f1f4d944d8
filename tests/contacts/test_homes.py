"""What people take after their organisation: more of it is tested where people are added and changed."""

import pytest

from preparedness.contacts import organisations, people
from preparedness.errors import Refused
from preparedness.vocabulary import Mode


def test_the_zone_follows_the_country_said_even_against_the_organisation(world):
    person = people.add(
        world.agency,
        {"name": "Jean Pierre", "source": "colleague", "country": "FR", "organisation_id": world.federation.id},
        by=world.ana,
    )

    assert (person.country, person.timezone) == ("FR", "Europe/Paris")


@pytest.mark.parametrize(
    ("said", "field"),
    [({"modes": [Mode.TRAVEL]}, "modes"), ({"availability": {"modes": [Mode.TRAVEL]}}, "availability")],
)
def test_s5_a_refusal_names_the_field_in_which_it_was_said(world, said, field):
    with pytest.raises(Refused) as refused:
        people.change(world.amina, said, version=None, by=world.ana)

    assert refused.value.field == field


def test_s5_whoever_moves_to_a_registered_team_may_say_so_in_the_same_change(world):
    team = organisations.add(
        world.agency, {"name": "Team", "kind": "media", "country": "FR", "registration_no": "7"}, by=world.ana
    )

    people.change(world.amina, {"organisation_id": team.id, "modes": [Mode.TRAVEL]}, version=None, by=world.ana)

    assert world.amina.modes == [Mode.TRAVEL]
