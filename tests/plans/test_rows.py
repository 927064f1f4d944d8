"""The rows of a plan: added, changed, put in order, taken out; each within its fence."""

import pytest
from sqlalchemy import select

from preparedness.database import db
from preparedness.errors import Missing, Refused, Stale
from preparedness.plans import assignments, items, objectives, roles, seats, sections, triggers
from preparedness.plans.models import PlanState, Seat, Status
from preparedness.vocabulary import Anchor, LedBy, Level, Phase

NOUNS = {
    "sections": (sections, {"heading": "Legal basis"}, "heading"),
    "objectives": (objectives, {"text": "Nobody is forgotten."}, "text"),
    "triggers": (triggers, {"level": Level.FULL, "label": "Red", "condition": "A warning."}, "label"),
    "roles": (roles, {"title": "Archivist", "led_by": LedBy.DIASPORA}, "title"),
    "items": (
        items,
        {"text": "Count.", "phase": Phase.RESPONSE, "anchor": Anchor.H, "offset_hours": 3},
        "text",
    ),
}


@pytest.fixture(params=NOUNS)
def kind(request):
    return NOUNS[request.param]


def test_a_row_is_added_at_the_end_with_a_key_of_its_own(world, kind):
    noun, data, _field = kind

    first, second = (noun.add(world.plan, data, by=world.ana) for _ in range(2))
    db.session.flush()

    assert first.position < second.position
    assert first.key != second.key


def test_a_row_needs_its_words(world, kind):
    noun, data, field = kind
    row = noun.add(world.plan, data, by=world.ana)

    with pytest.raises(Refused) as missing:
        noun.add(world.plan, {**data, field: None}, by=world.ana)
    with pytest.raises(Refused) as cleared:
        noun.change(row, {field: ""}, version=None, by=world.ana)

    assert missing.value.field == cleared.value.field == field


def test_a_change_from_an_older_page_shows_both_values(world, kind):
    noun, data, field = kind
    row = noun.add(world.plan, data, by=world.ana)
    db.session.flush()
    seen = row.version
    noun.change(row, {field: "First"}, version=seen, by=world.ana)
    db.session.flush()

    with pytest.raises(Stale) as stale:
        noun.change(row, {field: "Second"}, version=seen, by=world.ada)

    assert [(each.field, each.mine, each.theirs) for each in stale.value.differences] == [(field, "Second", "First")]


def test_saying_the_same_again_changes_nothing(world, kind):
    noun, data, field = kind
    row = noun.add(world.plan, data, by=world.ana)
    db.session.flush()
    seen = row.version

    noun.change(row, {field: data[field]}, version=seen, by=world.ana)
    db.session.flush()

    assert row.version == seen


def test_rows_change_places_and_stop_at_the_ends(world, kind):
    noun, data, _field = kind
    rows = [noun.add(world.plan, data, by=world.ana) for _ in range(3)]
    db.session.flush()

    noun.move(rows[2], up=True, by=world.ana)
    noun.move(rows[2], up=False, by=world.ana)
    noun.move(rows[2], up=True, by=world.ana)
    noun.move(rows[1], up=False, by=world.ana)

    assert rows[0].position < rows[2].position < rows[1].position


def test_rows_with_the_same_position_are_put_in_order(world):
    rows = [objectives.add(world.plan, {"text": words}, by=world.ana) for words in "abc"]
    for row in rows:
        row.position = 1
    db.session.flush()

    objectives.move(rows[0], up=False, by=world.ana)

    assert [row.position for row in rows] == [2, 1, 3]


def test_a_removed_row_is_gone_from_the_working_copy(world, kind):
    noun, data, _field = kind
    row = noun.add(world.plan, data, by=world.ana)
    db.session.flush()

    noun.remove(row, version=row.version, by=world.ana)
    db.session.flush()

    with pytest.raises(Missing):
        noun.get(row.id, plan_id=world.plan.id, agency=world.agency)


def test_a_row_is_found_only_in_its_plan_and_agency(world, kind):
    noun, data, _field = kind
    row = noun.add(world.plan, data, by=world.ana)
    db.session.flush()

    assert noun.get(row.id, plan_id=world.plan.id, agency=world.agency) is row
    for plan, agency in ((world.foreign_plan, world.agency), (world.plan, world.other_agency)):
        with pytest.raises(Missing):
            noun.get(row.id, plan_id=plan.id, agency=agency)


def test_an_archived_plan_takes_no_row(world, kind):
    noun, data, field = kind
    row = noun.add(world.plan, data, by=world.ana)
    world.plan.state = PlanState.ARCHIVED

    for act in (
        lambda: noun.add(world.plan, data, by=world.ana),
        lambda: noun.change(row, {field: "Another"}, version=None, by=world.ana),
        lambda: noun.move(row, up=True, by=world.ana),
        lambda: noun.remove(row, version=None, by=world.ana),
    ):
        with pytest.raises(Refused, match="archived"):
            act()


# --- Tasks ---------------------------------------------------------------------------------------------------------


def test_a_task_is_owned_by_a_role_of_its_plan(world):
    with pytest.raises(Refused) as refused:
        items.change(world.items[0], {"owner_role_id": 987}, version=None, by=world.ana)

    assert refused.value.field == "owner_role_id"


def test_a_task_of_the_response_does_not_repeat(world):
    with pytest.raises(Refused) as refused:
        items.change(world.items[1], {"repeat_days": 7}, version=None, by=world.ana)
    assert refused.value.field == "repeat_days"

    items.change(world.items[0], {"repeat_days": 7}, version=None, by=world.ana)
    assert world.items[0].repeat_days == 7


def test_tasks_change_places_within_their_phase(world):
    preparedness, first, second, _recovery = world.items

    items.move(first, up=True, by=world.ana)
    assert preparedness.position < first.position < second.position

    items.move(second, up=True, by=world.ana)
    assert preparedness.position < second.position < first.position


# --- Roles and seats -----------------------------------------------------------------------------------------------


def test_essential_roles_come_first_and_stay_among_themselves(world):
    late = roles.add(world.plan, {"title": "Late", "led_by": LedBy.DIASPORA, "essential": True}, by=world.ana)

    assert roles.of(world.plan) == [world.coordination, late, world.focal_points]
    roles.move(late, up=False, by=world.ana)
    assert roles.of(world.plan)[:2] == [world.coordination, late]


def test_a_new_role_has_a_seat_unless_it_is_divided(world):
    whole = roles.add(world.plan, {"title": "Whole", "led_by": LedBy.DIASPORA}, by=world.ana)
    divided = roles.add(world.plan, {"title": "Divided", "led_by": LedBy.DIASPORA, "seats_by": "place"}, by=world.ana)

    assert [seat.label for seat in whole.seats] == [""]
    assert divided.seats == []


def test_a_removed_role_is_taken_up_again(world):
    assignments.assign(world.seat, world.amina, by=world.ana)
    roles.remove(world.coordination, version=None, by=world.ana)
    assert roles.removed(world.plan) == [world.coordination]

    roles.bring_back(world.coordination, by=world.ana)

    assert world.coordination in roles.of(world.plan)


def test_a_role_has_one_seat_for_a_place(world):
    with pytest.raises(Refused, match="paris"):
        seats.add(world.focal_points, {"label": "paris"}, by=world.ana)
    with pytest.raises(Refused, match="Paris"):
        seats.change(world.montreal, {"label": "Paris"}, version=None, by=world.ana)
    with pytest.raises(Refused, match="without one"):
        seats.add(world.coordination, {"label": None}, by=world.ana)


def test_a_seat_is_added_after_the_others(world):
    seat = seats.add(world.focal_points, {"label": "Boston", "country": "US"}, by=world.ana)

    assert world.focal_points.seats == [world.montreal, world.paris, seat]
    assert (seat.country, seat.title) == ("US", "Diaspora focal point, Boston")


def test_a_seat_somebody_is_designated_for_stays(world):
    assignment = assignments.assign(world.paris, world.salma, by=world.ana)

    with pytest.raises(Refused, match="End the designations"):
        seats.remove(world.paris, version=None, by=world.ana)

    assignments.end(assignment, by=world.ana)
    seats.remove(world.paris, version=None, by=world.ana)
    assert world.focal_points.seats == [world.montreal]
    with pytest.raises(Missing):
        seats.get(world.paris.id, plan_id=world.plan.id, agency=world.agency)


def test_a_removed_seat_is_taken_up_again_with_its_history(world):
    assignment = assignments.assign(world.paris, world.salma, by=world.ana)
    assignments.end(assignment, by=world.ana)
    seats.remove(world.paris, version=None, by=world.ana)

    with pytest.raises(Refused, match="There was a seat"):
        seats.change(world.montreal, {"label": "Paris"}, version=None, by=world.ana)
    again = seats.add(world.focal_points, {"label": "Paris", "country": "FR"}, by=world.ana)

    assert again is world.paris
    assert assignments.assign(again, world.salma, by=world.ana) is assignment
    assert assignment.status is Status.PROPOSED


def test_a_seat_of_another_agency_is_not_there(world):
    with pytest.raises(Missing):
        seats.get(world.paris.id, plan_id=world.plan.id, agency=world.other_agency)
    with pytest.raises(Missing):
        seats.get(world.paris.id, plan_id=world.foreign_plan.id, agency=world.agency)


def test_seats_change_places(world):
    seats.move(world.paris, up=True, by=world.ana)
    db.session.flush()
    db.session.expire(world.focal_points, ["seats"])

    assert world.focal_points.seats == [world.paris, world.montreal]


def test_deleting_a_role_takes_its_seats_along(world):
    roles.remove(world.focal_points, version=None, by=world.ana)
    db.session.flush()

    assert db.session.scalars(select(Seat.label).where(Seat.agency_id == world.agency.id)).all() == [""]
