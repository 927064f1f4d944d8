"""Many programs at one plan at the same moment: one is heard, the others are told, and nothing fails."""

from collections import Counter

import pytest

from preparedness.database import transaction
from preparedness.plans import assignments, versions
from tests.activations import stage
from tests.api.test_races import ask, at_once

__all__ = ["ask"]

MANY = 12


@pytest.fixture
def rows(world):
    """Each kind of row with a change of it, by its address."""
    plan = world.plan.id
    with transaction():
        amina = assignments.assign(world.seat, world.amina, by=world.ana)
        assignments.assign(world.seat, world.salma, by=world.ana)
    return {
        f"/plans/{plan}": (world.plan.version, lambda turn: {"title": f"{turn}", "objectives": [f"{turn}"]}),
        f"/plans/{plan}/roles/{world.focal_points.id}": (world.focal_points.version, lambda _turn: {"position": 1}),
        f"/plans/{plan}/checklist/{world.items[3].id}": (
            world.items[3].version,
            lambda turn: {"position": turn % 3 + 1},
        ),
        f"/roles/{world.focal_points.id}/seats/{world.paris.id}": (
            world.paris.version,
            lambda turn: {"label": f"{turn}", "position": 1},
        ),
        f"/assignments/{amina.id}": (amina.version, lambda _turn: {"call_order": 2}),
    }


def test_of_many_who_change_a_row_at_once_one_is_heard_and_the_others_are_told(ask, rows):
    for path, (seen, said) in rows.items():
        answers = at_once(lambda turn: ask("PATCH", path, said(turn), If_Match=f'"{seen}"'), MANY)  # noqa: B023

        assert Counter(each.status for each in answers) == {200: 1, 412: MANY - 1}, path
        (heard,) = (each.json for each in answers if each.status == 200)
        assert ask("GET", path).json["version"] == heard["version"] == seen + 1


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ("roles", {"title": "Archivist", "led_by": "diaspora"}),
        ("checklist", {"phase": "response", "anchor": "H", "offset_hours": 1, "text": "Count."}),
        ("triggers", {"level": "full", "condition": "It shook."}),
    ],
)
def test_a_key_is_given_once_however_many_wish_for_it(ask, world, part, sent):
    path = f"/plans/{world.plan.id}/{part}"

    answers = at_once(lambda _turn: ask("POST", path, {**sent, "key": "ESF-01"}), MANY)

    assert Counter(each.status for each in answers) == {201: 1, 409: MANY - 1}
    assert ask("GET", f"{path}?key=ESF-01").json["total"] == 1


def test_a_place_gets_one_seat_however_many_give_it_one(ask, world):
    path = f"/roles/{world.focal_points.id}/seats"

    answers = at_once(lambda _turn: ask("POST", path, {"label": "Lyon"}), MANY)

    assert Counter(each.status for each in answers) == {201: 1, 409: MANY - 1}


def test_somebody_is_proposed_once_however_many_propose_them(ask, world):
    path, sent = f"/seats/{world.seat.id}/assignments", {"person_id": world.amina.id}

    answers = at_once(lambda _turn: ask("POST", path, sent), MANY)

    assert Counter(each.status for each in answers) == {201: 1, 409: MANY - 1}


def test_a_plan_is_approved_once_however_many_approve_it(ask, world):
    path = f"/plans/{world.plan.id}"
    with transaction():
        versions.submit(world.plan, by=world.ana)

    answers = at_once(lambda _turn: ask("POST", f"{path}/approve", {}), MANY)

    assert Counter(each.status for each in answers) == {200: 1, 409: MANY - 1}
    assert ask("GET", f"{path}/versions").json["total"] == 1


def test_somebody_is_asked_in_one_request_however_many_ask(ask, world):
    with transaction():
        stage.approved(world)
        asked = [assignments.assign(seat, world.amina, by=world.ana).id for seat in (world.seat, world.paris)]

    answers = at_once(lambda turn: ask("POST", f"/assignments/{asked[turn % 2]}/invite", {}), MANY)

    heard = Counter(each.status for each in answers)
    assert set(heard) <= {202, 409}
    assert 1 <= heard[202] <= 2


def test_a_role_leaves_or_somebody_is_proposed_and_nothing_fails(ask, world):
    """Whoever comes second hears that the row moved, is gone, or may not go."""
    plan, role, owned = world.plan.id, world.coordination.id, {"owner_role": "DIA-COORD"}
    sent, item = {"person_id": world.amina.id}, world.items[2]
    acts = [
        ("DELETE", f"/plans/{plan}/roles/{role}", None, world.coordination.version),
        ("POST", f"/roles/{role}/assignments", sent, 1),
        ("PATCH", f"/plans/{plan}/checklist/{item.id}", owned, item.version),
    ]

    def act(turn):
        method, path, said, version = acts[turn % 3]
        return ask(method, path, said, If_Match=f'"{version}"').status

    heard = Counter(at_once(act, MANY))

    assert set(heard) <= {200, 201, 204, 404, 409, 412}
    assert max(heard[status] for status in (200, 201, 204)) == 1
