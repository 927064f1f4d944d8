"""Designations, by programs: proposed, put in order, ended; and what is told of them."""

import pytest

from preparedness.database import transaction
from preparedness.plans import assignments, seats
from preparedness.plans.models import Status
from preparedness.vocabulary import DeclineReason, Risk
from tests.activations import stage

FIELDS = {
    *("id", "version", "created_at", "updated_at", "plan_id", "role_key", "seat_id", "organisation_id", "person_id"),
    *("holder", "call_order", "status", "valid_until", "limits", "decline_reason", "invited_at", "answered_at"),
}


@pytest.fixture
def path(world):
    return f"/seats/{world.seat.id}/assignments"


def test_somebody_is_proposed_and_holds_nothing_yet(ana, world, path):
    answer = ana.post(path, {"person_id": world.amina.id})

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/assignments/{answer.json['id']}"
    assert ana.get(answer.headers["Location"]).json == answer.json
    assert set(answer.json) == FIELDS
    assert (answer.json["plan_id"], answer.json["role_key"]) == (world.plan.id, "DIA-COORD")
    assert (answer.json["seat_id"], answer.json["holder"]) == (world.seat.id, "Amina Diallo")
    assert (answer.json["status"], answer.json["call_order"]) == ("proposed", 1)
    assert ana.get(f"/roles/{world.coordination.id}/seats").json["items"][0]["filled"] is False


def test_an_organisation_comes_with_its_contact_point_and_nobody_else(ana, world, path):
    both = {"organisation_id": world.federation.id, "person_id": world.amina.id}
    other = ana.post(path, {**both, "person_id": world.salma.id})
    answer = ana.post(path, both)

    assert (other.status_code, list(other.json["errors"])) == (409, ["person_id"])
    assert both.items() <= answer.json.items()
    assert answer.json["holder"] == "Federation of Haitian Associations"
    assert ana.get(f"{path}?person_id={world.amina.id}").json["total"] == 1


def test_a_role_with_one_seat_needs_no_word_of_it_and_one_with_several_does(ana, world):
    alone = ana.post(f"/roles/{world.coordination.id}/assignments", {"person_id": world.amina.id})
    divided = f"/roles/{world.focal_points.id}/assignments"
    unclear = ana.post(divided, {"person_id": world.amina.id})
    clear = ana.post(divided, {"person_id": world.amina.id, "seat_id": world.paris.id})
    elsewhere = ana.post(divided, {"person_id": world.amina.id, "seat_id": world.seat.id})

    assert (alone.status_code, alone.json["seat_id"]) == (201, world.seat.id)
    assert (unclear.status_code, list(unclear.json["errors"])) == (409, ["seat_id"])
    assert (clear.status_code, clear.json["seat_id"]) == (201, world.paris.id)
    assert elsewhere.status_code == 404
    with transaction():
        for seat in (world.montreal, world.paris):
            for each in seat.live:
                assignments.end(each, by=world.ana)
            seats.remove(seat, version=None, by=world.ana)
    assert ana.post(divided, {"person_id": world.amina.id}).json["errors"].keys() == {"seat_id"}


def test_who_is_not_in_the_roster_is_missing_like_who_is_foreign(ana, world, path):
    for sent in (
        {"person_id": 987_654_321},
        {"person_id": world.foreign_person.id},
        {"organisation_id": 987_654_321},
        {"organisation_id": world.foreign_organisation.id},
    ):
        assert ana.post(path, sent).status_code == 404, sent


def test_who_may_not_be_asked_is_refused_at_the_number_that_names_them(ana, world, path):
    ana.post(path, {"person_id": world.amina.id})
    for sent in ({"person_id": world.tomas.id}, {"person_id": world.amina.id}):
        answer = ana.post(path, sent)
        assert (answer.status_code, list(answer.json["errors"])) == (409, ["person_id"])


def test_s1_at_high_risk_no_person_is_designated_and_none_is_named(ana, world, path):
    with transaction():
        world.plan.risk_class = Risk.HIGH
    refused = ana.post(path, {"person_id": world.amina.id})
    taken = ana.post(path, {"organisation_id": world.federation.id})

    assert (refused.status_code, list(refused.json["errors"])) == (409, ["person_id"])
    assert (taken.status_code, taken.json["person_id"]) == (201, None)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "person_id"),
        ({"person_id": None}, "person_id"),
        ({"person_id": "1"}, "person_id"),
        ({"person_id": 0}, "person_id"),
        ({"person_id": 10**10}, "person_id"),
        ({"person_id": 1, "call_order": 0}, "call_order"),
        ({"person_id": 1, "call_order": None}, "call_order"),
        ({"person_id": 1, "status": "accepted"}, "status"),
    ],
)
def test_what_is_no_proposal_is_refused_by_its_field(ana, path, sent, field):
    answer = ana.post(path, sent)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_the_calling_order_is_changed_by_a_number(ana, world, path):
    first = ana.post(path, {"person_id": world.amina.id}).json
    second = ana.post(path, {"person_id": world.salma.id}).json
    third = ana.post(path, {"organisation_id": world.federation.id, "call_order": 1}).json

    def order():
        return [(each["id"], each["call_order"]) for each in ana.get(path).json["items"]]

    assert order() == [(third["id"], 1), (first["id"], 2), (second["id"], 3)]
    seen = ana.get(f"/assignments/{third['id']}").json["version"]
    moved = ana.patch(f"/assignments/{third['id']}", {"call_order": 1000}, version=seen)
    assert (moved.status_code, moved.json["call_order"]) == (200, 3)
    assert order() == [(first["id"], 1), (second["id"], 2), (third["id"], 3)]
    assert ana.patch(f"/assignments/{third['id']}", {"call_order": 1}, version=seen).status_code == 412
    assert ana.patch(f"/assignments/{third['id']}", {"call_order": 1}).status_code == 428
    for sent in ({"call_order": 0}, {"call_order": None}, {"status": "accepted"}, {"call_order": 1001}):
        answer = ana.patch(f"/assignments/{third['id']}", sent, version=moved.json["version"])
        assert (answer.status_code, list(answer.json["errors"])) == (422, list(sent))


def test_a_designation_ends_and_can_begin_again(ana, world, path):
    made = ana.post(path, {"person_id": world.amina.id}).json
    place = f"/assignments/{made['id']}"

    assert ana.delete(place).status_code == 428
    assert ana.delete(place, version=made["version"] + 1).status_code == 412
    assert ana.delete(place, version=made["version"]).status_code == 204
    ended = ana.get(place).json
    assert ended["status"] == "ended"
    refused = ana.patch(place, {"call_order": 1}, version=ended["version"])
    assert (refused.status_code, list(refused.json["errors"])) == (409, ["call_order"])
    again = ana.post(path, {"person_id": world.amina.id})
    assert (again.status_code, again.json["id"], again.json["status"]) == (201, made["id"], "proposed")


def test_conditions_and_reasons_are_told_but_never_at_high_risk(ana, world):
    with transaction():
        held = stage.accepts(world.seat, world.federation)
        held.status = Status.ACCEPTED_WITH_LIMITS
        held.limits = {"hours_week": 6, "remote_only": True, "from": "2026-12-01", "note": "Evenings."}
        said_no = stage.accepts(world.paris, world.federation)
        said_no.status, said_no.decline_reason = Status.DECLINED, DeclineReason.TIME

    told = ana.get(f"/assignments/{held.id}").json
    assert told["limits"] == {"hours_week": 6, "remote_only": True, "from": "2026-12-01", "note": "Evenings."}
    assert told["status"] == "accepted_with_limits"
    assert ana.get(f"/assignments/{said_no.id}").json["decline_reason"] == "time"
    with transaction():
        world.plan.risk_class = Risk.HIGH
    assert ana.get(f"/assignments/{held.id}").json["limits"] is None
    assert ana.get(f"/assignments/{said_no.id}").json["decline_reason"] is None


def test_a_sensitive_person_goes_by_the_name_others_may_read(ana, world, path):
    assert ana.post(path, {"person_id": world.salma.id}).json["holder"] == "Rose"


def test_designations_are_listed_by_plan_role_and_seat(ana, world, path):
    with transaction():
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma)
        stage.accepts(world.montreal, world.federation)

    for asked, total in {
        f"/plans/{world.plan.id}/assignments": 3,
        f"/plans/{world.plan.id}/assignments?role_key=DIA-FP": 2,
        f"/plans/{world.plan.id}/assignments?seat_id={world.paris.id}": 1,
        f"/plans/{world.plan.id}/assignments?organisation_id={world.federation.id}": 1,
        f"/plans/{world.plan.id}/assignments?person_id={world.amina.id}": 2,
        f"/plans/{world.plan.id}/assignments?status=proposed": 0,
        f"/plans/{world.plan.id}/assignments?q=rose": 1,
        f"/plans/{world.plan.id}/assignments?q=salma": 0,
        f"/roles/{world.focal_points.id}/assignments": 2,
        f"/roles/{world.focal_points.id}/assignments?seat_id={world.paris.id}": 1,
        f"/seats/{world.paris.id}/assignments": 1,
    }.items():
        assert ana.get(asked).json["total"] == total, asked
    assert ana.get(f"{path}?role_key=DIA-FP").status_code == 422


def test_another_agency_and_an_operator_find_no_designation(ana, bo, rui, world, path):
    made = ana.post(path, {"person_id": world.amina.id}).json
    place = f"/assignments/{made['id']}"
    several = (place, path, f"/roles/{world.coordination.id}/assignments", f"/plans/{world.plan.id}/assignments")

    assert {bo.get(each).status_code for each in several} == {404}
    assert {rui.get(each).status_code for each in several} == {403}
    assert bo.patch(place, {"call_order": 1}, version=1).status_code == bo.delete(place, version=1).status_code == 404
    assert bo.post(path, {"person_id": world.foreign_person.id}).status_code == 404
    assert rui.post(path, {"person_id": world.amina.id}).status_code == 403


def test_an_archived_plan_takes_no_designation(ana, world, path):
    ana.post(f"/plans/{world.plan.id}/archive")

    assert ana.post(path, {"person_id": world.amina.id}).status_code == 409


@pytest.mark.once
def test_statements_do_not_grow_with_the_rows(ana, world, statements):
    path = f"/plans/{world.plan.id}/assignments"

    def count():
        with statements() as said:
            ana.get(path)
        return len(said)

    with transaction():
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.seat, world.federation)
    ana.get(path)
    before = count()
    with transaction():
        stage.accepts(world.paris, world.salma)
        stage.accepts(world.montreal, world.salma)
        stage.accepts(world.montreal, world.federation)
    assert ana.get(path).json["total"] == 5
    assert count() == before
