"""Ways to reach somebody: added last, taken away, put first, each from the version seen."""

import pytest

from preparedness.contacts import channels
from preparedness.errors import Missing, Refused, Stale


def addresses(owner):
    return [channel.address for channel in owner.channels]


def phone(owner, world):
    channels.add(owner, {"kind": "phone", "address": "+15145550105"}, version=owner.version, by=world.ana)


def test_a_new_way_comes_last_and_can_be_put_first(world):
    phone(world.amina, world)
    assert addresses(world.amina) == ["amina@example.org", "+15145550105"]

    channels.put_first(world.amina, world.amina.channels[1].id, version=None, by=world.ana)

    assert addresses(world.amina) == ["+15145550105", "amina@example.org"]


def test_what_is_there_already_is_refused_however_it_is_written(world):
    with pytest.raises(Refused) as refused:
        channels.add(world.amina, {"kind": "email", "address": "AMINA@example.org"}, version=None, by=world.ana)

    assert refused.value.field == "address"


def test_a_way_is_taken_away(world):
    channels.remove(world.amina, world.amina.channels[0].id, version=world.amina.version, by=world.ana)

    assert addresses(world.amina) == []


def test_organisations_have_ways_too(world):
    phone(world.federation, world)

    assert addresses(world.federation) == ["+15145550105"]


def test_somebody_elses_way_is_missing(world):
    with pytest.raises(Missing):
        channels.remove(world.amina, world.salma.channels[0].id, version=None, by=world.ana)


def test_an_older_version_is_refused(world):
    with pytest.raises(Stale):
        channels.remove(world.amina, world.amina.channels[0].id, version=world.amina.version - 1, by=world.ana)
