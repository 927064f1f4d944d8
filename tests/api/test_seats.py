"""The seats of a role, by programs."""

import pytest

from preparedness.database import transaction
from preparedness.plans import roles
from tests.activations import stage


@pytest.fixture
def path(world):
    return f"/roles/{world.focal_points.id}/seats"


def test_a_seat_says_who_holds_it_by_the_name_others_may_read(ana, world, path):
    with transaction():
        stage.accepts(world.montreal, world.salma)
    first, second = ana.get(path).json["items"]

    assert set(first) == {
        *("id", "version", "created_at", "updated_at", "role_id", "label", "country", "position", "filled", "holder"),
    }
    assert (first["label"], first["country"], first["filled"], first["holder"]) == ("Montréal", "CA", True, "Rose")
    assert (second["label"], second["filled"], second["holder"]) == ("Paris", False, None)
    assert ana.get(f"{path}/{first['id']}").json == first


def test_a_seat_is_added_renamed_moved_and_taken_away(ana, path):
    added = ana.post(path, {"label": "Lyon", "country": "FR"})
    place = added.headers["Location"]

    assert (added.status_code, added.json["position"]) == (201, 3)
    assert place == f"/api/v1{path}/{added.json['id']}"
    renamed = ana.patch(place, {"label": "Bron"}, version=1).json
    assert (renamed["label"], renamed["country"]) == ("Bron", "FR")
    assert ana.patch(place, {"position": 1}, version=renamed["version"]).json["position"] == 1
    assert [each["label"] for each in ana.get(path).json["items"]] == ["Bron", "Montréal", "Paris"]
    assert ana.patch(place, {"country": None}, version=3).json["country"] is None
    assert ana.delete(place, version=4).status_code == 204
    assert ana.get(place).status_code == 404
    assert ana.post(path, {"label": "Bron"}).json["id"] == added.json["id"]


def test_a_place_has_one_seat(ana, world, path):
    for label in ("Paris", "PARIS"):
        answer = ana.post(path, {"label": label})
        assert (answer.status_code, list(answer.json["errors"])) == (409, ["label"])
    answer = ana.patch(f"{path}/{world.montreal.id}", {"label": "Paris"}, version=world.montreal.version)
    assert (answer.status_code, list(answer.json["errors"])) == (409, ["label"])


def test_a_seat_that_somebody_holds_is_not_taken_away(ana, world, path):
    with transaction():
        stage.accepts(world.paris, world.amina)

    assert ana.delete(f"{path}/{world.paris.id}", version=world.paris.version).status_code == 409


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"label": "x" * 101}, "label"),
        ({"country": "XX"}, "country"),
        ({"position": 0}, "position"),
        ({"place": "x"}, "place"),
    ],
)
def test_what_is_no_seat_is_refused_by_its_field(ana, world, path, sent, field):
    assert list(ana.post(path, sent).json["errors"]) == [field]
    changed = ana.patch(f"{path}/{world.paris.id}", sent, version=world.paris.version)
    assert (changed.status_code, list(changed.json["errors"])) == (422, [field])


def test_seats_are_narrowed(ana, path):
    for asked, total in {"country=FR": 1, "label=Paris": 1, "q=montreal": 1, "q=lyon": 0}.items():
        assert ana.get(f"{path}?{asked}").json["total"] == total, asked


def test_a_seat_is_found_in_its_own_role_alone(ana, bo, rui, world, path):
    assert ana.get(f"{path}/{world.seat.id}").status_code == 404
    assert bo.get(path).status_code == bo.get(f"{path}/{world.paris.id}").status_code == 404
    assert bo.post(path, {"label": "Here"}).status_code == 404
    assert rui.get(path).status_code == rui.post(path, {"label": "Here"}).status_code == 403


def test_the_seats_of_a_removed_role_are_gone(ana, world, path):
    with transaction():
        roles.remove(world.focal_points, version=None, by=world.ana)

    assert ana.get(path).status_code == ana.get(f"/seats/{world.paris.id}/assignments").status_code == 404


@pytest.mark.once
def test_statements_do_not_grow_with_the_rows(ana, world, statements, path):
    def count():
        with statements() as said:
            ana.get(path)
        return len(said)

    with transaction():
        stage.accepts(world.montreal, world.salma)
        stage.accepts(world.montreal, world.federation)
    ana.get(path)
    before = count()
    for city in ("Lyon", "Boston", "Miami"):
        ana.post(path, {"label": city})
    with transaction():
        stage.accepts(world.paris, world.amina)
    assert count() == before
