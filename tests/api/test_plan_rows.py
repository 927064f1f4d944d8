"""The rows of a plan, by programs: roles, checklist and triggers."""

import pytest

from preparedness.database import db, transaction
from preparedness.plans import assignments, items, roles
from preparedness.plans.models import Role, Trigger
from preparedness.vocabulary import Level
from tests.activations import stage

ROLE = {"title": "Archivist", "led_by": "diaspora"}
ITEM = {"phase": "response", "anchor": "H", "offset_hours": 6, "text": "Count who is there."}
TRIGGER = {"level": "full", "condition": "It shook."}
PARTS = {"roles": ROLE, "checklist": ITEM, "triggers": TRIGGER}


@pytest.fixture(params=PARTS)
def part(request):
    return request.param


@pytest.fixture
def trigger(world):
    with transaction():
        row = Trigger(
            agency_id=world.agency.id,
            plan=world.plan,
            key="trigger.full.01",
            level=Level.FULL,
            label="Red",
            condition="It shook.",
            position=1,
        )
        db.session.add(row)
        db.session.flush()
    return row


# --- What all of them have in common -------------------------------------------------------------------------------


def test_a_row_is_added_changed_and_taken_out(ana, world, part):
    path = f"/plans/{world.plan.id}/{part}"
    before = ana.get(path).json["total"]
    added = ana.post(path, PARTS[part])
    place = added.headers["Location"]
    word = {"roles": "title", "checklist": "text", "triggers": "condition"}[part]
    changed = ana.patch(place, {word: "Anew"}, version=added.json["version"])

    assert added.status_code == 201
    assert place == f"/api/v1{path}/{added.json['id']}"
    assert added.headers["ETag"] == '"1"'
    assert (changed.status_code, changed.json[word], changed.json["version"]) == (200, "Anew", 2)
    assert {**changed.json, word: 0, "version": 0, "updated_at": 0} == {
        **added.json,
        word: 0,
        "version": 0,
        "updated_at": 0,
    }
    assert ana.get(place).json == changed.json
    assert ana.get(path).json["items"][-1] == changed.json
    assert ana.get(f"{path}?q=ANEW").json["total"] == ana.get(f"{path}?key={added.json['key']}").json["total"] == 1
    assert ana.delete(place, version=2).status_code == 204
    assert ana.get(place).status_code == 404
    assert ana.get(path).json["total"] == before


def test_a_row_takes_the_key_that_is_wished_for_it_once(ana, world, part):
    path = f"/plans/{world.plan.id}/{part}"
    first, second = (ana.post(path, {**PARTS[part], "key": "ESF-01.b_2"}) for _ in range(2))

    assert (first.status_code, first.json["key"]) == (201, "ESF-01.b_2")
    assert (second.status_code, list(second.json["errors"])) == (409, ["key"])
    changed = ana.patch(first.headers["Location"], {"key": "other"}, version=1)
    assert (changed.status_code, list(changed.json["errors"])) == (422, ["key"])


@pytest.mark.parametrize("key", ["", "-a", "a b", "a\nb", "x" * 61, "é", None, 5])
def test_a_key_that_could_not_be_written_in_an_address_is_refused(ana, world, part, key):
    answer = ana.post(f"/plans/{world.plan.id}/{part}", {**PARTS[part], "key": key})

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["key"]


def test_what_is_needed_is_needed(ana, world, part):
    answer = ana.post(f"/plans/{world.plan.id}/{part}", {})

    assert (answer.status_code, set(answer.json["errors"])) == (422, set(PARTS[part]))


def test_versions_are_asked_for_and_compared(ana, world, part):
    place = ana.post(f"/plans/{world.plan.id}/{part}", PARTS[part]).headers["Location"]

    assert ana.patch(place, {}).status_code == ana.delete(place).status_code == 428
    assert ana.patch(place, {}, version=9).status_code == ana.delete(place, version=9).status_code == 412
    assert ana.patch(place, {}, version=1).status_code == 200


def test_an_archived_plan_takes_no_row(ana, world, part):
    place = ana.post(f"/plans/{world.plan.id}/{part}", PARTS[part]).headers["Location"]
    ana.post(f"/plans/{world.plan.id}/archive")

    assert ana.post(f"/plans/{world.plan.id}/{part}", PARTS[part]).status_code == 409
    assert ana.patch(place, {}, version=1).status_code == ana.delete(place, version=1).status_code == 409
    assert ana.get(place).status_code == 200


def test_a_row_is_found_in_its_own_plan_alone(ana, bo, world, part):
    row = ana.post(f"/plans/{world.plan.id}/{part}", PARTS[part])
    other = ana.post("/plans", {"title": "Other", "country": "HT", "hazard": "geohazards"}).json["id"]
    elsewhere = f"/plans/{other}/{part}/{row.json['id']}"

    assert ana.get(elsewhere).status_code == ana.delete(elsewhere, version=1).status_code == 404
    assert bo.get(f"/plans/{world.plan.id}/{part}").status_code == 404
    assert bo.post(f"/plans/{world.plan.id}/{part}", PARTS[part]).status_code == 404
    assert bo.patch(row.headers["Location"], {}, version=1).status_code == 404
    assert bo.get(f"/plans/{world.foreign_plan.id}/{part}/{row.json['id']}").status_code == 404


def test_an_operator_writes_no_row(rui, world, part):
    assert rui.get(f"/plans/{world.plan.id}/{part}").status_code == 403
    assert rui.post(f"/plans/{world.plan.id}/{part}", PARTS[part]).status_code == 403


# --- Roles ---------------------------------------------------------------------------------------------------------


def test_a_role_says_what_it_asks_for_and_who_holds_its_seats(ana, world):
    with transaction():
        stage.accepts(world.montreal, world.salma)
    row = ana.get(f"/plans/{world.plan.id}/roles/{world.focal_points.id}").json

    assert set(row) == {
        *("id", "version", "created_at", "updated_at", "key", "title", "summary", "led_by", "essential", "from_level"),
        *("phases", "min_verification", "languages", "capabilities", "deputies_wanted", "position", "seats"),
    }
    assert row["seats"] == [
        {"id": world.montreal.id, "label": "Montréal", "filled": True, "holder": "Rose"},
        {"id": world.paris.id, "label": "Paris", "filled": False, "holder": None},
    ]


def test_a_new_role_begins_with_one_seat_and_usual_demands(ana, world):
    row = ana.post(f"/plans/{world.plan.id}/roles", ROLE).json

    assert [each["label"] for each in row["seats"]] == [""]
    assert (row["essential"], row["from_level"], row["min_verification"]) == (False, "monitor", 0)
    assert (row["deputies_wanted"], row["languages"], row["capabilities"]) == (1, [], [])
    assert row["phases"] == ["preparedness", "response", "recovery"]
    assert row["position"] == 3


def test_a_role_takes_all_that_is_said_of_it_and_a_change_leaves_the_rest(ana, world):
    said = {
        **ROLE,
        "summary": "Keeps the papers.",
        "essential": True,
        "from_level": "full",
        "phases": ["recovery"],
        "min_verification": 3,
        "languages": ["ht", "fr"],
        "capabilities": ["logistics"],
        "deputies_wanted": 0,
    }
    row = ana.post(f"/plans/{world.plan.id}/roles", said)

    assert said.items() <= row.json.items()
    changed = ana.patch(row.headers["Location"], {"summary": None}, version=1).json
    assert {**said, "summary": None}.items() <= changed.items()
    assert ana.patch(row.headers["Location"], {"phases": []}, version=2).json["phases"] == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"led_by": "aliens"}, "led_by"),
        ({"essential": None}, "essential"),
        ({"essential": "yes"}, "essential"),
        ({"from_level": None}, "from_level"),
        ({"min_verification": None}, "min_verification"),
        ({"min_verification": 5}, "min_verification"),
        ({"deputies_wanted": None}, "deputies_wanted"),
        ({"deputies_wanted": 10}, "deputies_wanted"),
        ({"phases": ["later"]}, "phases"),
        ({"phases": None}, "phases"),
        ({"languages": ["xx-yy-zz"]}, "languages"),
        ({"capabilities": [None]}, "capabilities"),
        ({"position": 0}, "position"),
        ({"position": None}, "position"),
        ({"position": 99999999999}, "position"),
        ({"seats": []}, "seats"),
        ({"title": None}, "title"),
    ],
)
def test_what_is_no_role_is_refused_by_its_field(ana, world, sent, field):
    added = ana.post(f"/plans/{world.plan.id}/roles", {**ROLE, **sent})
    path = f"/plans/{world.plan.id}/roles/{world.coordination.id}"
    changed = ana.patch(path, sent, version=world.coordination.version)

    assert (added.status_code, list(added.json["errors"])) == (422, [field])
    assert (changed.status_code, list(changed.json["errors"])) == (422, [field])


def test_a_place_moves_a_role_among_the_others(ana, world):
    path = f"/plans/{world.plan.id}/roles"
    third = ana.post(path, {**ROLE, "key": "third"})
    first = ana.post(path, {**ROLE, "key": "first", "position": 1})
    moved = ana.patch(
        third.headers["Location"], {"position": 2}, version=ana.get(third.headers["Location"]).json["version"]
    )

    assert (first.json["position"], moved.json["position"]) == (1, 2)
    rows = ana.get(path).json["items"]
    assert [(each["key"], each["position"]) for each in rows] == [
        ("first", 1),
        ("third", 2),
        ("DIA-COORD", 3),
        ("DIA-FP", 4),
    ]
    last = ana.patch(f"{path}/{rows[0]['id']}", {"position": 10_000}, version=rows[0]["version"]).json
    assert last["position"] == 4


def test_a_removed_role_is_gone_for_programs_and_held_until_the_next_approval(ana, world):
    with transaction():
        stage.approved(world)
        held = stage.accepts(world.seat, world.amina)
    path = f"/plans/{world.plan.id}/roles/{world.coordination.id}"

    assert ana.delete(path, version=world.coordination.version).status_code == 204
    assert ana.get(path).status_code == ana.get(f"/roles/{world.coordination.id}/seats").status_code == 404
    assert ana.get(f"/plans/{world.plan.id}/roles").json["total"] == 1
    assert ana.get(f"/assignments/{held.id}").json["status"] == "accepted"
    assert db.session.get_one(Role, world.coordination.id).removed_at


def test_roles_are_narrowed_by_fields(ana, world):
    path = f"/plans/{world.plan.id}/roles"

    for asked, total in {"essential=true": 1, "led_by=government": 0, "from_level=monitor": 2, "key=DIA-FP": 1}.items():
        assert ana.get(f"{path}?{asked}").json["total"] == total, asked
    assert ana.get(f"{path}?essential=").status_code == 422


# --- Checklist -----------------------------------------------------------------------------------------------------


def test_a_line_of_the_checklist_names_its_owner_by_key(ana, world):
    path = f"/plans/{world.plan.id}/checklist"
    said = {**ITEM, "owner_role": "DIA-FP", "from_level": "full", "source": "ICS 203", "offset_hours": -24}
    row = ana.post(path, said)

    assert said.items() <= row.json.items()
    assert (row.json["repeat_days"], row.json["position"]) == (None, 5)
    cleared = ana.patch(row.headers["Location"], {"owner_role": None, "from_level": None, "source": None}, version=1)
    assert (cleared.json["owner_role"], cleared.json["from_level"], cleared.json["source"]) == (None, None, None)
    again = ana.patch(row.headers["Location"], {"owner_role": "DIA-COORD"}, version=2)
    assert again.json["owner_role"] == "DIA-COORD"
    assert ana.get(f"{path}?owner_role=DIA-COORD").json["total"] == 4
    assert ana.get(f"{path}?phase=recovery&anchor=R").json["total"] == 1


def test_an_owner_that_is_no_role_of_this_plan_is_refused_at_its_field(ana, world):
    path = f"/plans/{world.plan.id}/checklist"
    for key in ("ESF-99", "dia-fp"):
        answer = ana.post(path, {**ITEM, "owner_role": key})
        assert (answer.status_code, list(answer.json["errors"])) == (409, ["owner_role"])
    with transaction():
        roles.remove(world.focal_points, version=None, by=world.ana)
    assert ana.post(path, {**ITEM, "owner_role": "DIA-FP"}).status_code == 409


def test_only_tasks_before_and_after_an_emergency_repeat(ana, world):
    path = f"/plans/{world.plan.id}/checklist"
    refused = ana.post(path, {**ITEM, "repeat_days": 30})

    assert (refused.status_code, list(refused.json["errors"])) == (409, ["repeat_days"])
    assert ana.post(path, {**ITEM, "anchor": "P", "phase": "preparedness", "repeat_days": 30}).status_code == 201


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"offset_hours": 17_569}, "offset_hours"),
        ({"offset_hours": "6"}, "offset_hours"),
        ({"offset_hours": 6.5}, "offset_hours"),
        ({"offset_hours": None}, "offset_hours"),
        ({"repeat_days": 0}, "repeat_days"),
        ({"anchor": "h"}, "anchor"),
        ({"text": "x" * 2_001}, "text"),
        ({"owner_role": 7}, "owner_role"),
        ({"owner_role_id": 7}, "owner_role_id"),
        ({"unit": "hours"}, "unit"),
    ],
)
def test_what_is_no_line_of_a_checklist_is_refused_by_its_field(ana, world, sent, field):
    answer = ana.post(f"/plans/{world.plan.id}/checklist", {**ITEM, **sent})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_place_moves_a_line_of_the_checklist(ana, world):
    path = f"/plans/{world.plan.id}/checklist"
    last = ana.get(path).json["items"][-1]

    assert ana.patch(f"{path}/{last['id']}", {"position": 1}, version=last["version"]).json["position"] == 1
    assert [each["position"] for each in ana.get(path).json["items"]] == [1, 2, 3, 4]
    assert ana.get(path).json["items"][0]["id"] == last["id"]


# --- Triggers ------------------------------------------------------------------------------------------------------


def test_a_level_goes_by_its_own_name_in_the_language_of_the_plan(ana, world):
    made = ana.post("/plans", {"title": "Séisme", "country": "HT", "hazard": "geohazards", "language": "fr"}).json
    english = ana.post(f"/plans/{world.plan.id}/triggers", TRIGGER).json
    french = ana.post(f"/plans/{made['id']}/triggers", TRIGGER).json

    assert set(english) == {
        *("id", "version", "created_at", "updated_at", "key", "level", "scheme", "label", "condition"),
    }
    assert (english["label"], english["scheme"]) == ("Full activation", None)
    assert french["label"] not in ("", "Full activation")
    assert ana.post(f"/plans/{world.plan.id}/triggers", {**TRIGGER, "label": None}).status_code == 422


def test_triggers_are_narrowed_by_level(ana, world, trigger):
    path = f"/plans/{world.plan.id}/triggers"

    assert ana.get(f"{path}?level=full").json["items"][0]["key"] == trigger.key
    assert ana.get(f"{path}?level=monitor").json["total"] == 0


@pytest.mark.once
def test_statements_do_not_grow_with_the_rows(ana, world, statements):
    paths = [f"/plans/{world.plan.id}/{part}" for part in PARTS]

    def counts():
        found = []
        for path in paths:
            with statements() as said:
                assert ana.get(path).status_code == 200
            found.append(len(said))
        return found

    ana.post(paths[2], TRIGGER)
    with transaction():
        stage.accepts(world.montreal, world.salma)
        assignments.assign(world.seat, world.federation, by=world.ana)
    before = (counts(), counts())[1]
    for _ in range(3):
        for part, path in zip(PARTS, paths, strict=True):
            ana.post(path, PARTS[part])
    with transaction():
        stage.accepts(world.paris, world.amina)
        items.change(world.items[0], {"owner_role_id": world.focal_points.id}, version=None, by=world.ana)
    assert counts() == before
