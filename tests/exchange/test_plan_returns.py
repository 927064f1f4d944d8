"""A plan goes offline, is worked on, and comes back into its working copy. No file says who holds a role."""

import pytest
from sqlalchemy import select

from preparedness.database import db, writing
from preparedness.errors import Refused
from preparedness.exchange import workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.plans import items, roles, sections
from preparedness.plans.models import Assignment, ChecklistItem, Role, Seat, Status
from preparedness.vocabulary import Anchor, Level, Phase, Risk
from tests.activations import stage
from tests.exchange.offline import applied, brought, fresh, news, taken
from tests.recordings import recorded

PLAN = WorkbookKind.PLAN


@pytest.fixture
@recorded
def plan(world):
    """The cast's plan with its headings."""
    with writing():
        sections.lay_out(world.plan)
        db.session.commit()
    return world.plan


def ref_of(book, key, column, words):
    """The Ref of the row that says these words."""
    page, place = book.sheet(key), book.place(key, column)
    return next(row[0].value for row in page.iter_rows(min_row=3) if row[place - 1].value == words)


def test_scenario_1_an_untouched_plan_changes_nothing(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    version = plan.version
    back = brought(world, book.saved())

    assert (news(back), back.problems, back.notices) == ([], [], [])
    assert applied(world, back)
    assert plan.version == version


def test_scenario_4_texts_are_written_into_the_working_copy(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    book.write("sections", ref_of(book, "sections", "heading", "Situation"), text="A fault runs under the capital.")
    book.write("sections", ref_of(book, "sections", "heading", "Communications"), text="By radio first.")

    assert applied(world, brought(world, book.saved()))
    assert plan.situation == "A fault runs under the capital."
    assert next(each for each in plan.sections if each.key == "communications").text == "By radio first."


def test_scenario_4_items_are_changed_added_and_only_removed_with_a_tick(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    first, second, third, fourth = world.items
    book.write(
        "checklist", ref_of(book, "checklist", "text", first.text), offset=2, unit="days", from_level="Monitoring"
    )
    book.write("checklist", ref_of(book, "checklist", "text", second.text), owner_role="Diaspora focal point")
    spare = next(row[0].value for row in book.sheet("checklist").iter_rows(min_row=3) if str(row[0].value)[0] == "N")
    said = {"phase": "Response", "anchor": "hour of the event or decision", "offset": 6, "unit": "hours"}
    book.write("checklist", spare, text="Open the hall", **said)
    book.sheet("checklist").delete_rows(book.row("checklist", ref_of(book, "checklist", "text", third.text)))
    content = book.saved()
    back = brought(world, content)

    assert sorted(outcome for outcome, _ref, _column in news(back)) == [
        "create",
        "removal",
        "update",
        "update",
        "update",
    ]
    assert applied(world, back)
    assert (first.offset_hours, first.from_level) == (48, Level.MONITOR)
    assert second.owner_role is world.focal_points
    added = db.session.scalar(select(ChecklistItem).where(ChecklistItem.text == "Open the hall"))
    assert (added.phase, added.anchor, added.offset_hours) == (Phase.RESPONSE, Anchor.H, 6)
    assert third in plan.items
    assert fourth.version == 1
    assert fresh(brought(world, content)) == []


def test_a_row_taken_out_of_the_checklist_goes_with_a_tick(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    third = world.items[2]
    book.sheet("checklist").delete_rows(book.row("checklist", ref_of(book, "checklist", "text", third.text)))
    back = brought(world, book.saved())
    with writing():
        back.changes[0].decision = "mine"
        db.session.commit()

    assert applied(world, back)
    assert [item.key for item in plan.items] == ["earthquake.prep.01", "earthquake.resp.01", "earthquake.reco.01"]


def test_scenario_6_an_item_written_twice_keeps_what_is_here(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    first = world.items[0]
    book.write("checklist", ref_of(book, "checklist", "text", first.text), text="Call the consulates")
    with writing():
        items.change(first, {"text": "Call the embassies"}, version=None, by=world.ana)
        db.session.commit()
    back = brought(world, book.saved())

    assert [change.outcome.value for change in back.changes] == ["conflict"]
    assert applied(world, back)
    assert first.text == "Call the embassies"


def test_roles_and_places_are_changed_and_new_ones_added(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    lead = ref_of(book, "roles", "title", "Diaspora coordination lead")
    book.write(
        "roles", lead, summary="Leads.", essential="no", min_verification="identity confirmed", deputies_wanted=3
    )
    book.write("roles", ref_of(book, "roles", "place", "Paris"), place="Lyon")
    spare = next(row[0].value for row in book.sheet("roles").iter_rows(min_row=3) if str(row[0].value)[0] == "N")
    book.write("roles", spare, title="Media focal point", led_by="the diaspora", place="Boston")
    content = book.saved()
    back = brought(world, content)
    assert back.problems == [] or back.problems[0]["column"] == "led_by"
    book.write("roles", spare, led_by="diaspora")
    content = book.saved()

    assert applied(world, brought(world, content))
    role = world.coordination
    assert (role.summary, role.essential, role.min_verification, role.deputies_wanted) == ("Leads.", False, 2, 3)
    assert role.phases, "what the sheet does not say stays"
    assert world.paris.label == "Lyon"
    media = db.session.scalar(select(Role).where(Role.title == "Media focal point"))
    assert [seat.label for seat in media.seats] == ["Boston"]
    assert fresh(brought(world, content)) == []


def test_rows_of_one_role_that_say_different_things_are_refused(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    book.write("roles", ref_of(book, "roles", "place", "Paris"), title="Focal point")
    book.write("roles", ref_of(book, "roles", "place", "Montréal"), title="Contact")

    with pytest.raises(Refused, match="say different things"):
        applied(world, brought(world, book.saved()))


def test_the_order_of_designations_can_be_changed_and_nothing_else_of_them(world, plan):
    with writing():
        holder = stage.accepts(world.seat, world.amina)
        deputy = stage.accepts(world.seat, world.salma)
        db.session.commit()
    _copy, book = taken(world, PLAN, plan.id)
    amina, rose = (ref_of(book, "assignments", "holder", name) for name in ("Amina Diallo", "Rose"))
    book.write("assignments", amina, call_order=2, holder="Somebody else")
    book.write("assignments", rose, call_order=1, state="declined")
    back = brought(world, book.saved())

    assert {column for _outcome, _ref, column in news(back)} == {"call_order"}
    assert applied(world, back)
    assert [holder.call_order, deputy.call_order] == [2, 1]
    assert {each.status for each in db.session.scalars(select(Assignment))} == {Status.ACCEPTED}


def test_scenario_21_bad_cells_of_a_plan_are_named(world, plan):
    _copy, book = taken(world, PLAN, plan.id)
    first, second, *_rest = world.items
    book.write("checklist", ref_of(book, "checklist", "text", first.text), offset="soon", phase="Later")
    book.write("checklist", ref_of(book, "checklist", "text", second.text), repeat_days=7)
    book.write("roles", ref_of(book, "roles", "title", "Diaspora coordination lead"), deputies_wanted=40)
    back = brought(world, book.saved())

    assert {problem["column"] for problem in back.problems} == {"offset", "phase", "repeat_days", "deputies_wanted"}
    assert news(back) == []


def test_who_is_designated_in_a_high_risk_plan_does_not_leave(world, plan):
    with writing():
        stage.accepts(world.seat, world.federation)
        plan.risk_class = Risk.HIGH
        db.session.commit()
    copy, _book = taken(world, PLAN, plan.id)

    assert workbooks.base_of(copy)["assignments"] == {}


def test_a_removed_role_and_seat_do_not_leave(world, plan):
    with writing():
        roles.remove(world.focal_points, version=None, by=world.ana)
        db.session.commit()
    copy, _book = taken(world, PLAN, plan.id)

    assert len(workbooks.base_of(copy)["roles"]) == 1
    assert db.session.get(Seat, world.paris.id) is None or world.paris.role.removed_at
