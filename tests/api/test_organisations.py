"""Organisations, for programs: every field of the contract, and the rules of the pages."""

import pytest

from preparedness.database import transaction
from tests import cast

NEW = {"name": "Somali Doctors Abroad", "kind": "professional_association", "country": "GB"}


def whole(world) -> dict:
    """Everything that a program can say of an organisation."""
    return {
        **NEW,
        "name_local": "Dhakhaatiirta",
        "city": "London",
        "parent_id": world.federation.id,
        "contact_person_id": world.amina.id,
        "website": "https://doctors.example.org",
        "registration_no": "1234567",
        "registered_in": "GB",
        "un_partner": True,
        "sensitive": True,
        "notes": "Meets on Thursdays.",
        "channels": [{"kind": "phone", "address": "+442079460958", "preference": 1}],
        "capabilities": [
            {
                "code": "health_clinical",
                "verified_on": None,
                "licence_country": None,
                "regulator": None,
                "expires_on": None,
            }
        ],
        "covers": [{"relation": "serves", "country": "SO", "place": None}],
        "vettings": [{"level": 3, "on": "2026-02-01", "by": "Embassy", "expires_on": None}],
    }


def test_all_that_is_said_of_an_organisation_comes_back(ana, world):
    said = whole(world)

    made = ana.post("/organisations", said)

    assert made.status_code == 201
    kept = ana.get(made.headers["Location"]).json
    assert kept == made.json
    said["channels"][0]["state"] = "unverified"
    assert {name: kept[name] for name in said} == said
    assert (kept["verification"], kept["state"]) == (3, "active")
    assert kept["ref"].startswith("O-")


@pytest.mark.once
@pytest.mark.parametrize("needed", NEW)
def test_what_is_needed_is_asked_for_by_name(ana, needed):
    answer = ana.post("/organisations", {name: value for name, value in NEW.items() if name != needed})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [needed])


def test_null_clears_and_absent_is_left_alone(ana, world):
    made = ana.post("/organisations", whole(world)).json
    place = f"/organisations/{made['id']}"

    changed = ana.patch(place, {"parent_id": None, "un_partner": None, "notes": None}, version=made["version"]).json

    assert (changed["parent_id"], changed["un_partner"], changed["notes"]) == (None, False, None)
    assert (changed["contact_person_id"], changed["channels"]) == (world.amina.id, made["channels"])


def test_an_organisation_belongs_to_no_circle(ana, world):
    inner = ana.post("/organisations", {**NEW, "parent_id": world.federation.id}).json

    answer = ana.patch(
        f"/organisations/{world.federation.id}", {"parent_id": inner["id"]}, version=world.federation.version
    )

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["parent_id"])


@pytest.mark.parametrize("field", ["parent_id", "contact_person_id"])
def test_what_is_not_ours_is_a_404_by_its_field(ana, world, field):
    foreign = {"parent_id": world.foreign_organisation.id, "contact_person_id": world.foreign_person.id}

    for number in (foreign[field], 987_654_321):
        answer = ana.post("/organisations", {**NEW, field: number})

        assert (answer.status_code, list(answer.json["errors"])) == (404, [field])


def test_whoever_was_erased_is_nobodys_contact_point(ana, world):
    ana.post(f"/people/{world.tomas.id}/erase", {"reason": "not_needed"})

    answer = ana.post("/organisations", {**NEW, "contact_person_id": world.tomas.id})

    assert (answer.status_code, list(answer.json["errors"])) == (404, ["contact_person_id"])


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ("q=federation", 1),
        ("kind=umbrella_network", 1),
        ("kind=media", 0),
        ("country=CA", 1),
        ("country=FR", 0),
        ("verification=2", 1),
        ("state=archived", 0),
    ],
)
def test_the_list_is_narrowed_by_field(ana, world, asked, total):
    assert ana.get(f"/organisations?{asked}").json["total"] == total


def test_the_list_is_narrowed_to_what_belongs_to_another_or_has_a_contact_point(ana, world):
    ana.post("/organisations", {**NEW, "parent_id": world.federation.id})

    assert ana.get(f"/organisations?parent_id={world.federation.id}").json["total"] == 1
    assert ana.get(f"/organisations?contact_person_id={world.amina.id}").json["total"] == 1
    assert ana.get(f"/organisations?contact_person_id={world.tomas.id}").json["total"] == 0


def test_a_longer_list_sends_no_more_statements(ana, world, statements):
    def said() -> int:
        with statements() as heard:
            assert ana.get("/organisations?per_page=200").status_code == 200
        return len(heard)

    said()  # the token's first use of the day is noted once
    few = said()
    with transaction():
        for number in range(12):
            made = cast.organisation(world.agency, f"Network {number}", country="FR", ref=f"O-{number:04d}-X")
            made.contact_person = world.amina
    assert said() == few


def test_who_comes_second_gets_the_organisation_as_it_is_now(ana, world):
    place, seen = f"/organisations/{world.federation.id}", world.federation.version
    ana.patch(place, {"city": "Laval"}, version=seen)

    late = ana.patch(place, {"city": "Ottawa"}, version=seen)

    assert (late.status_code, late.json["current"]["city"]) == (412, "Laval")
    assert late.headers["ETag"] == f'"{seen + 1}"'


def test_deleting_archives(ana, world):
    place = f"/organisations/{world.federation.id}"

    assert ana.delete(place).status_code == 428
    assert ana.delete(place, version=world.federation.version).status_code == 204
    assert ana.get(place).json["state"] == "archived"
    assert ana.get("/organisations").json["total"] == 0


def test_an_operator_sees_and_changes_none(rui, world):
    place = f"/organisations/{world.federation.id}"
    answers = [
        rui.get("/organisations"),
        rui.get(place),
        rui.post("/organisations", NEW),
        rui.patch(place, {"city": "Laval"}, version=1),
        rui.delete(place, version=1),
    ]

    assert {each.status_code for each in answers} == {403}


def test_another_agencys_organisations_are_as_if_they_were_not_there(bo, world):
    place = f"/organisations/{world.federation.id}"
    answers = [
        bo.get(place),
        bo.patch(place, {"city": "Laval"}, version=world.federation.version),
        bo.delete(place, version=world.federation.version),
    ]

    assert {each.status_code for each in answers} == {404}
    assert [each["name"] for each in bo.get("/organisations").json["items"]] == ["Nairobi Network"]
