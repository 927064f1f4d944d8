"""Organisations: added with little, changed, and never their own parent."""

import pytest

from preparedness import audit
from preparedness.contacts import organisations, people, standing
from preparedness.errors import Missing, Refused, Stale


def added(world, name="Médecins d'Haïti", **more):
    data = {"name": name, "kind": "professional_association", "country": "FR", **more}
    return organisations.add(world.agency, data, by=world.ana)


def test_an_organisation_needs_a_name_a_kind_and_a_country(world):
    for needed in ("name", "kind", "country"):
        with pytest.raises(Refused) as refused:
            added(world, **{needed: None}) if needed != "name" else added(world, name=None)
        assert refused.value.field == needed


def test_it_is_found_by_what_it_can_do_and_where(world):
    made = added(world, capabilities=["health_clinical"], serves=[{"country": "HT"}], languages=["fr"])

    for filters in ({"capability": "health_clinical"}, {"country": "HT"}, {"kind": "professional_association"}):
        assert organisations.listed(world.agency, filters=filters).items == [made]
    assert organisations.listed(world.agency, q="medecins").items == [made]


def test_those_without_a_contact_point_are_found(world):
    made = added(world)

    assert organisations.listed(world.agency, filters={"contact": "no"}).items == [made]
    assert organisations.listed(world.agency, filters={"contact": "yes"}).items == [world.federation]


def test_its_contact_point_is_one_of_its_people(world):
    made = added(world)
    person = people.add(world.agency, {"name": "Jean", "source": "colleague", "organisation_id": made.id}, by=world.ana)

    assert organisations.contact_points(made) == [(person.id, "Jean")]
    organisations.change(made, {"contact_person_id": person.id}, version=made.version, by=world.ana)

    assert made.contact_person is person


def test_another_agencys_person_is_no_contact_point(world):
    with pytest.raises(Missing):
        organisations.change(
            world.federation, {"contact_person_id": world.foreign_person.id}, version=None, by=world.ana
        )


def test_the_contact_point_of_now_can_be_chosen_though_they_belong_elsewhere(world):
    people.change(world.amina, {"organisation_id": None}, version=None, by=world.ana)

    assert organisations.contact_points(world.federation) == [(world.amina.id, "Amina Diallo")]


def test_an_organisation_never_belongs_to_itself(world):
    child = added(world, parent_id=world.federation.id)
    grandchild = added(world, "Club", parent_id=child.id)

    for parent in (world.federation, child, grandchild):
        with pytest.raises(Refused):
            organisations.change(world.federation, {"parent_id": parent.id}, version=None, by=world.ana)

    organisations.change(grandchild, {"parent_id": world.federation.id}, version=None, by=world.ana)
    assert grandchild.parent is world.federation


def test_a_change_from_an_older_version_is_refused(world):
    seen = world.federation.version
    organisations.change(world.federation, {"city": "Ottawa"}, version=seen, by=world.ada)

    with pytest.raises(Stale):
        organisations.change(world.federation, {"city": "Laval"}, version=seen, by=world.ana)


def test_s4_its_channels_and_notes_never_enter_the_audit(world):
    organisations.change(
        world.federation, {"email": "office@example.org", "notes": "Call Rose"}, version=None, by=world.ana
    )

    entry = audit.of(world.federation)[0]
    assert set(entry.detail.after) == {"channels", "notes"}
    assert "Rose" not in str(entry.detail.after)
    assert "office" not in str(entry.detail.after)


def test_an_archived_organisation_is_not_asked_and_comes_back(world):
    organisations.archive(world.federation, by=world.ana, version=world.federation.version)
    assert standing.why_not(world.federation)
    assert organisations.listed(world.agency).items == []

    organisations.restore(world.federation, by=world.ana)

    assert standing.why_not(world.federation) is None


def test_another_agencys_organisation_is_missing(world):
    with pytest.raises(Missing):
        organisations.get(world.foreign_organisation.id, agency=world.agency)
