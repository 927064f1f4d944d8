"""People, for programs: every field of the contract, the rules of the pages, and what stays hidden."""

from datetime import timedelta

import pytest

from preparedness.contacts import people, standing
from preparedness.contacts.models import ContactState, Person
from preparedness.database import db, transaction
from tests import cast

NEW = {"name": "Ifrah Ali", "language": "so", "source": "themselves", "country": "GB", "timezone": "Europe/London"}
WHOLE = {
    **NEW,
    "name_local": "Ifrax Cali",
    "alias": "Iris",
    "function": "Treasurer",
    "told_on": "2026-03-01",
    "languages": ["ar", "so"],
    "city": "London",
    "origin_country": "SO",
    "sensitive": False,
    "channels": [
        {"kind": "email", "address": "ifrah@example.org", "preference": 1},
        {"kind": "whatsapp", "address": "+442079460958", "preference": 2},
    ],
    "capabilities": [
        {
            "code": "health_clinical",
            "verified_on": "2026-01-10",
            "licence_country": "GB",
            "regulator": "GMC",
            "expires_on": "2027-01-10",
        }
    ],
    "covers": [{"relation": "origin", "country": "SO", "place": "Banaadir"}],
    "vettings": [
        {"level": 2, "on": "2026-02-01", "by": "Embassy", "expires_on": "2036-02-01"},
        {"level": 1, "on": "2026-01-01", "by": "Ana", "expires_on": None},
    ],
    "availability": {
        "modes": ["remote", "voice"],
        "hours_week": 4,
        "from": "2026-12-01",
        "window": "18:00-22:00",
        "own_crisis": False,
    },
    "absences": [{"from": "2026-12-20", "until": "2027-01-05"}],
    "paused_until": "2099-01-01",
}
"""Everything that a program can say of somebody."""


def test_all_that_is_said_of_somebody_comes_back(ana, world):
    said = {**WHOLE, "organisation_id": world.federation.id}

    made = ana.post("/people", said)

    assert made.status_code == 201
    kept = ana.get(f"/people/{made.json['id']}").json
    assert kept == made.json
    said["channels"] = [{**each, "state": "unverified"} for each in said["channels"]]
    said["vettings"] = [*reversed(said["vettings"])]  # the latest last
    assert {name: kept[name] for name in said} == said
    assert (kept["verification"], kept["state"], kept["confirmed_at"]) == (2, "active", None)
    assert kept["ref"].startswith("C-")
    assert kept["created_at"].endswith("Z")


def test_a_person_of_whom_little_is_said_shows_every_field_all_the_same(ana, world):
    shown = ana.post("/people", NEW).json

    assert shown.keys() >= {*WHOLE, "ref", "version", "updated_at", "organisation_id", "may_be_asked", "why_not"}
    assert shown["availability"] == {
        "modes": [],
        "hours_week": None,
        "from": None,
        "window": None,
        "own_crisis": False,
    }


@pytest.mark.once
@pytest.mark.parametrize("needed", NEW)
def test_what_is_needed_is_asked_for_by_name(ana, needed):
    answer = ana.post("/people", {name: value for name, value in NEW.items() if name != needed})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [needed])


def test_what_only_the_product_says_is_not_taken(ana, world):
    for name, value in {"verification": 4, "state": "active", "may_be_asked": True, "ref": "C-AMNA-X"}.items():
        answer = ana.patch(f"/people/{world.amina.id}", {name: value}, version=world.amina.version)

        assert (answer.status_code, list(answer.json["errors"])) == (422, [name])


def test_null_clears_and_absent_is_left_alone(ana, world):
    made = ana.post("/people", WHOLE).json

    changed = ana.patch(
        f"/people/{made['id']}", {"city": None, "availability": None, "channels": []}, version=made["version"]
    ).json

    assert (changed["city"], changed["channels"], changed["availability"]["modes"]) == (None, [], [])
    assert (changed["function"], changed["covers"]) == (made["function"], made["covers"])


def test_what_is_needed_is_not_cleared(ana, world):
    answer = ana.patch(f"/people/{world.amina.id}", {"source": None}, version=world.amina.version)

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["source"])


def test_a_check_is_recorded_once_and_none_is_taken_away(ana, world):
    seen = ana.get(f"/people/{world.salma.id}").json
    more = [*seen["vettings"], {"level": 3, "on": "2026-05-01"}]

    first = ana.patch(f"/people/{world.salma.id}", {"vettings": more}, version=seen["version"]).json
    again = ana.patch(f"/people/{world.salma.id}", {"vettings": first["vettings"]}, version=first["version"]).json
    fewer = ana.patch(f"/people/{world.salma.id}", {"vettings": []}, version=again["version"]).json

    assert first["verification"] == 3
    assert sorted(each["level"] for each in first["vettings"]) == [2, 3]
    assert again["vettings"] == fewer["vettings"] == first["vettings"]


def test_a_check_of_tomorrow_is_refused_and_nothing_of_the_body_is_kept(ana, world):
    tomorrow = (standing.today() + timedelta(days=1)).isoformat()
    said = {"city": "Laval", "vettings": [{"level": 2, "on": tomorrow}]}

    answer = ana.patch(f"/people/{world.amina.id}", said, version=world.amina.version)

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["vettings"])
    assert ana.get(f"/people/{world.amina.id}").json["city"] is None


def test_a_pause_that_is_over_already_is_refused(ana, world):
    answer = ana.patch(f"/people/{world.amina.id}", {"paused_until": "2020-01-01"}, version=world.amina.version)

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["paused_until"])


def test_who_may_not_be_asked_says_every_reason(ana, world):
    with transaction():
        world.tomas.channels.clear()

    told = ana.get(f"/people/{world.tomas.id}").json

    assert told["may_be_asked"] is False
    assert told["why_not"] == ["They asked to be left alone.", "No address is known that a message could be sent to."]
    assert ana.get(f"/people/{world.amina.id}").json["why_not"] == []


def test_nobody_travels_without_a_registered_team(ana):
    answer = ana.post("/people", {**NEW, "availability": {"modes": ["travel"]}})

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["availability"])


def test_somebody_sensitive_needs_a_working_name(ana, world):
    answer = ana.patch(f"/people/{world.amina.id}", {"sensitive": True}, version=world.amina.version)

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["alias"])


def test_a_list_says_the_working_name_of_somebody_sensitive_and_nothing_that_tells_who_it_is(ana, world):
    with transaction():
        people.change(world.salma, {"name_local": "سلمى"}, version=None, by=world.ana)

    listed = ana.get("/people")
    (rose,) = (each for each in listed.json["items"] if each["id"] == world.salma.id)

    assert (rose["name"], rose["name_local"]) == ("Rose", None)
    assert [each["address"] for each in rose["channels"]] == [None]
    assert not any(told in listed.text for told in ("Salma", "salma", "سلمى"))
    assert ana.get(f"/people/{world.salma.id}").json["name"] == "Salma Idris"


def test_the_check_phrase_is_never_told_nor_taken(ana, world):
    with transaction():
        people.change(world.amina, {"check_phrase": "blue mango"}, version=None, by=world.ana)

    assert "blue mango" not in ana.get(f"/people/{world.amina.id}").text + ana.get("/people").text
    answer = ana.patch(f"/people/{world.amina.id}", {"check_phrase": "x"}, version=world.amina.version)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("q=amina", ["Amina Diallo"]),
        ("q=amina@example.org", ["Amina Diallo"]),
        ("q=C-AMNA-X", []),
        ("country=CA", ["Amina Diallo"]),
        ("tied_to=FR", ["Rose", "Tomas Okello"]),
        ("language=en", ["Amina Diallo"]),
        ("source=colleague", []),
        ("may_be_asked=false", ["Tomas Okello"]),
        ("may_be_asked=true&language=fr", ["Rose"]),
        ("verification=3", []),
        ("state=archived", []),
        ("capability=translation", []),
    ],
)
def test_the_list_is_narrowed_by_field(ana, world, asked, names):
    answer = ana.get(f"/people?{asked}")

    assert sorted(each["name"] for each in answer.json["items"]) == names
    assert answer.json["total"] == len(names)


def test_the_list_is_narrowed_to_an_organisation(ana, world):
    assert ana.get(f"/people?organisation_id={world.federation.id}").json["total"] == 1
    assert ana.get("/people?organisation_id=987654321").json["total"] == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("page=0", "page"),
        ("per_page=201", "per_page"),
        ("country=XX", "country"),
        ("may_be_asked=perhaps", "may_be_asked"),
        ("organisation_id=x", "organisation_id"),
        ("verification=5", "verification"),
        ("state=erased", "state"),
        ("asked=yes", "asked"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(ana, asked, field):
    answer = ana.get(f"/people?{asked}")

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_list_comes_page_by_page(ana, world):
    pages = [ana.get(f"/people?per_page=2&page={page}").json for page in (1, 2, 3)]

    assert [len(each["items"]) for each in pages] == [2, 1, 0]
    assert {each["total"] for each in pages} == {3}
    assert len({row["id"] for page in pages for row in page["items"]}) == 3


def test_a_longer_list_sends_no_more_statements(ana, world, statements):
    def said() -> int:
        with statements() as heard:
            assert ana.get("/people?per_page=200").status_code == 200
        return len(heard)

    said()  # the token's first use of the day is noted once
    few = said()
    with transaction():
        for number in range(12):
            made = cast.person(
                world.agency,
                f"Somebody {number}",
                ref=f"C-{number:04d}-X",
                email=f"s{number}@example.org",
                country="FR",
            )
            made.organisation = world.federation
    assert said() == few


def test_an_organisation_that_is_not_ours_is_a_404_by_its_field(ana, bo, world):
    for number in (world.foreign_organisation.id, 987_654_321):
        answer = ana.post("/people", {**NEW, "organisation_id": number})

        assert (answer.status_code, list(answer.json["errors"])) == (404, ["organisation_id"])


def test_deleting_archives_and_a_second_time_is_told(ana, world):
    gone = ana.delete(f"/people/{world.amina.id}", version=world.amina.version)

    assert (gone.status_code, gone.text) == (204, "")
    shown = ana.get(f"/people/{world.amina.id}").json
    assert (shown["state"], shown["may_be_asked"]) == ("archived", False)
    assert ana.get("/people?q=amina").json["total"] == 0
    assert ana.get("/people?q=amina&state=archived").json["total"] == 1
    late = ana.delete(f"/people/{world.amina.id}", version=shown["version"] - 1)
    assert (late.status_code, late.json["current"]["state"]) == (412, "archived")


def test_deleting_needs_the_version_that_was_seen(ana, world):
    assert ana.delete(f"/people/{world.amina.id}").status_code == 428


def test_an_erasure_leaves_no_name_and_is_told_in_counts(ana, world):
    answer = ana.post(f"/people/{world.salma.id}/erase", {"reason": "their_wish"})

    assert answer.status_code == 200
    assert answer.json["person_ref"] == "C-SLMA-X"
    assert answer.json["counts"]["channels"] == 1
    assert ana.get(f"/people/{world.salma.id}").status_code == 404
    assert db.session.get_one(Person, world.salma.id).state is ContactState.ERASED


def test_an_erasure_that_is_sent_again_is_answered_alike_and_without_a_key_finds_nobody(ana, world):
    place = f"/people/{world.salma.id}/erase"
    answers = [ana.post(place, {"reason": "their_wish"}, Idempotency_Key="k") for _ in range(2)]

    assert answers[0].status_code == 200
    assert answers[0].json == answers[1].json
    assert ana.post(place, {"reason": "their_wish"}).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("reason", ["restored", "because", None, 7])
def test_an_erasure_needs_one_of_the_reasons(ana, world, reason):
    answer = ana.post(f"/people/{world.salma.id}/erase", {"reason": reason})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["reason"])


def test_an_operator_sees_and_changes_nobody(rui, world):
    place = f"/people/{world.amina.id}"
    answers = [
        rui.get("/people"),
        rui.get(place),
        rui.post("/people", NEW),
        rui.patch(place, {"city": "Laval"}, version=1),
        rui.delete(place, version=1),
        rui.post(f"{place}/erase", {"reason": "their_wish"}),
    ]

    assert {each.status_code for each in answers} == {403}


def test_another_agencys_people_are_as_if_they_were_not_there(bo, world):
    place = f"/people/{world.amina.id}"
    answers = [
        bo.get(place),
        bo.patch(place, {"city": "Laval"}, version=world.amina.version),
        bo.delete(place, version=world.amina.version),
        bo.post(f"{place}/erase", {"reason": "their_wish"}),
    ]

    assert {each.status_code for each in answers} == {404}
    assert [each["name"] for each in bo.get("/people").json["items"]] == ["Hodan Warsame"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"language": "not a language"}, "language"),
        ({"told_on": "1492-10-12"}, "told_on"),
        ({"told_on": "9999-12-31"}, "told_on"),
        ({"organisation_id": 10**20}, "organisation_id"),
        ({"channels": [{"kind": "email", "address": "no address"}]}, "channels"),
        ({"channels": [{"kind": "pigeon", "address": "x"}]}, "channels"),
        ({"channels": {"kind": "email"}}, "channels"),
        ({"channels": [None]}, "channels"),
        ({"channels": [{"kind": "email", "address": f"a{n}@example.org"} for n in range(201)]}, "channels"),
        ({"capabilities": ["translation"]}, "capabilities"),
        ({"covers": [{"relation": "serves"}]}, "covers"),
        ({"absences": [{"from": "2026-12-24", "until": "2026-12-20"}]}, "absences"),
        ({"availability": {"hours_week": 61}}, "availability"),
        ({"availability": {"modes": [["remote"]]}}, "availability"),
        ({"vettings": [{"level": 5, "on": "2026-01-01"}]}, "vettings"),
        ({"vettings": None}, "vettings"),
        ({"name": "x" * 201}, "name"),
        ({"name": ""}, "name"),
        ({"sensitive": "yes"}, "sensitive"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(ana, world, said, field):
    for answer in (
        ana.post("/people", {**NEW, **said}),
        ana.patch(f"/people/{world.amina.id}", said, version=world.amina.version),
    ):
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_the_same_address_twice_is_one_channel(ana):
    twice = [{"kind": "email", "address": "ifrah@example.org"}, {"kind": "email", "address": "IFRAH@example.org"}]

    answer = ana.post("/people", {**NEW, "channels": twice})

    assert (answer.status_code, len(answer.json["channels"])) == (201, 1)
