"""The pages of plans: every one opens, and each act of a planner does what it says."""

import pytest
from sqlalchemy import select

from preparedness.database import db
from preparedness.plans import assignments, drafting, roles, seats, versions
from preparedness.plans.models import (
    ChecklistItem,
    Objective,
    Plan,
    PlanState,
    Role,
    Seat,
    Section,
    Status,
    Trigger,
)
from preparedness.vocabulary import Phase, Risk
from tests import cast
from tests.recordings import recorded


@pytest.fixture
def planner(client, world):
    return client.sign_in(world.members["ana"])


@pytest.fixture
def operator(client, world):
    return client.sign_in(world.members["rui"])


@pytest.fixture
@recorded
def earthquake(world):
    """A plan as its template makes it."""
    plan = drafting.create(
        world.agency, {"template": "earthquake", "title": "Earthquake", "country": "HT"}, by=world.ana
    )
    db.session.commit()
    return plan


@pytest.fixture
@recorded
def approved(world):
    versions.submit(world.plan, by=world.ana)
    version = versions.approve(world.plan, "Reviewed.", by=world.ada)
    db.session.commit()
    return version


PAGES = [
    "",
    "/describe",
    "/text",
    "/roles",
    "/checklist",
    "/designate",
    "/coverage",
    "/readiness",
    "/approve",
    "/archive",
]


@pytest.mark.parametrize("page", [*PAGES, "/versions"])
def test_a_planner_reads_every_page_of_a_fresh_plan(planner, earthquake, page):
    assert planner.get(f"/plans/{earthquake.id}{page}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/versions", "/versions/1", "/changes"])
def test_a_planner_reads_every_page_of_an_approved_plan(planner, world, approved, page):
    assert planner.get(f"/plans/{world.plan.id}{page}").status_code == 200


@pytest.mark.parametrize("part", ["sections", "objectives", "triggers", "roles", "items"])
def test_a_planner_finds_a_form_for_every_kind_of_row(planner, earthquake, part):
    assert planner.get(f"/plans/{earthquake.id}/{part}/new").status_code == 200


def test_the_list_is_empty_until_a_plan_is_begun_and_says_how(planner, world):
    for plan in db.session.scalars(select(Plan).where(Plan.agency_id == world.agency.id)):
        plan.state = PlanState.ARCHIVED

    page = planner.get("/plans").text

    assert "Start a plan" in page
    assert "1 archived plan" in page


def test_a_plan_begins_with_three_answers(planner, world):
    said = {"template": "flood_cyclone", "title": "Cyclone season", "country": "HT", "language": "fr"}

    answer = planner.post("/plans/new", data=said, follow_redirects=True)

    plan = db.session.scalars(select(Plan).where(Plan.title == "Cyclone season")).one()
    assert answer.request.path == f"/plans/{plan.id}"
    assert (plan.template_key, plan.language, len(plan.items) > 30) == ("flood_cyclone", "fr", True)


def test_a_missing_answer_is_said_beside_its_field_and_what_was_typed_stays(planner):
    answer = planner.post("/plans/new", data={"template": "earthquake", "title": "", "country": "HT"})

    assert answer.status_code == 422
    assert 'href="#field-title"' in answer.text
    assert 'value="earthquake" id="field-template-2" checked' in answer.text


ROWS = {
    "sections": (Section, {"heading": "Legal basis", "text": "The law of 2020."}, "heading", "Law"),
    "objectives": (Objective, {"text": "Nobody is forgotten."}, "text", "Everybody is found."),
    "triggers": (Trigger, {"level": "partial", "label": "Orange", "condition": "A warning."}, "label", "Amber"),
    "roles": (
        Role,
        {
            "title": "Archivist",
            "led_by": "diaspora",
            "from_level": "full",
            "deputies_wanted": "0",
            "min_verification": "2",
        },
        "title",
        "Keeper",
    ),
    "items": (
        ChecklistItem,
        {"text": "Count.", "phase": "response", "offset": "3", "unit": "days", "anchor": "H"},
        "text",
        "Count twice.",
    ),
}


@pytest.mark.parametrize("part", ROWS)
def test_a_row_of_each_kind_is_added_changed_and_taken_out(planner, world, part):
    model, said, field, other = ROWS[part]
    base = f"/plans/{world.plan.id}/{part}"

    assert planner.post(f"{base}/new", data=said).status_code == 302
    row = db.session.scalars(select(model).where(getattr(model, field) == said[field])).one()
    assert planner.get(f"{base}/{row.id}").status_code == 200
    assert planner.post(f"{base}/{row.id}", data={**said, field: other, "version": row.version}).status_code == 302
    db.session.expire_all()
    assert getattr(row, field) == other
    assert planner.post(f"{base}/{row.id}/remove", data={"version": row.version}).status_code == 302
    assert db.session.scalars(select(model).where(getattr(model, field) == other)).first() is None


@pytest.mark.parametrize("part", ROWS)
def test_a_row_without_what_it_needs_is_refused_beside_its_field(planner, world, part):
    _model, said, field, _other = ROWS[part]

    answer = planner.post(f"/plans/{world.plan.id}/{part}/new", data={**said, field: ""})

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_days_are_kept_as_hours(planner, world):
    said = {"text": "Count.", "phase": "response", "offset": "-3", "unit": "days", "anchor": "H"}

    planner.post(f"/plans/{world.plan.id}/items/new", data=said)

    item = db.session.scalars(select(ChecklistItem).where(ChecklistItem.text == "Count.")).one()
    assert item.offset_hours == -72
    assert 'value="-3"' in planner.get(f"/plans/{world.plan.id}/items/{item.id}").text


def test_a_form_made_from_an_older_row_shows_both_values(planner, world):
    role = world.coordination
    said = {"led_by": "diaspora", "from_level": "monitor", "deputies_wanted": "1", "version": role.version}
    roles.change(role, {"title": "First"}, version=None, by=world.ada)
    db.session.commit()

    answer = planner.post(f"/plans/{world.plan.id}/roles/{role.id}", data={**said, "title": "Second"})

    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Second" in answer.text
    assert role.title == "First"


def test_rows_change_places(planner, world):
    first, second = world.items[1:3]

    planner.post(f"/plans/{world.plan.id}/items/{second.id}/move", data={"up": "yes"})

    order = [
        item.id for item in drafting.plan(world.plan.id, agency=world.agency).items if item.phase is Phase.RESPONSE
    ]
    assert order == [second.id, first.id]


def test_a_seat_is_added_renamed_and_taken_away(planner, world):
    base = f"/plans/{world.plan.id}"

    planner.post(f"{base}/roles/{world.focal_points.id}/seats/new", data={"label": "Boston", "country": "US"})
    seat = db.session.scalars(select(Seat).where(Seat.label == "Boston")).one()
    planner.post(f"{base}/seats/{seat.id}", data={"label": "Miami", "country": "US", "version": seat.version})
    db.session.expire_all()
    assert seat.label == "Miami"
    planner.post(f"{base}/seats/{seat.id}/move", data={"up": "yes"})
    assert [each.label for each in world.focal_points.seats] == ["Montréal", "Miami", "Paris"]
    planner.post(f"{base}/seats/{seat.id}/remove", data={"version": seat.version})
    assert [each.label for each in world.focal_points.seats] == ["Montréal", "Paris"]


def test_somebody_is_proposed_from_the_list_and_stands_in_the_grid(planner, world):
    choose = f"/plans/{world.plan.id}/seats/{world.seat.id}/choose"

    answer = planner.post(choose, data={"holder": f"person-{world.amina.id}"}, follow_redirects=True)

    assert answer.request.path == f"/plans/{world.plan.id}/designate"
    assert "proposed, not yet asked" in answer.text
    assert [each.holder.name for each in world.seat.live] == ["Amina Diallo"]
    assert "Already designated here." in planner.get(choose).text


def test_the_reason_stands_beside_the_name_of_who_may_not_be_asked_and_the_domain_refuses(planner, world):
    choose = f"/plans/{world.plan.id}/seats/{world.seat.id}/choose"

    page = planner.get(choose).text
    answer = planner.post(choose, data={"holder": f"person-{world.tomas.id}"})

    row = page[page.index("Tomas Okello") :]
    row = row[: row.index("</tr>")]
    assert "They asked to be left alone." in row
    assert "<form" not in row
    assert answer.status_code == 422
    assert "They asked to be left alone." in answer.text
    assert world.seat.live == []


def test_the_list_narrows_by_what_the_address_says(planner, world):
    choose = f"/plans/{world.plan.id}/seats/{world.seat.id}/choose"

    assert "Amina Diallo" not in planner.get(f"{choose}?country=FR").text
    assert "Amina Diallo" in planner.get(f"{choose}?country=CA&q=amina&min_verification=2&capability=&language=").text
    assert "Amina Diallo" in planner.get(f"{choose}?country=nowhere").text


def test_the_list_of_a_place_begins_with_those_of_its_country(planner, world):
    page = planner.get(f"/plans/{world.plan.id}/seats/{world.paris.id}/choose").text

    assert "Rose" in page
    assert "Salma Idris" not in page
    assert "Amina Diallo" not in page


def test_a_high_risk_plan_offers_organisations_only(planner, world):
    world.plan.risk_class = Risk.HIGH

    page = planner.get(f"/plans/{world.plan.id}/seats/{world.seat.id}/choose").text

    assert "Federation of Haitian Associations" in page
    assert "Amina Diallo" not in page


def test_a_designation_is_ended_after_a_look(planner, world):
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)
    deputy = assignments.assign(world.seat, world.federation, by=world.ana)
    db.session.commit()
    base = f"/plans/{world.plan.id}/designations"

    planner.post(f"{base}/{deputy.id}/move", data={"up": "yes"})
    assert [each.id for each in world.seat.live] == [deputy.id, assignment.id]
    assert "no longer stands" in planner.get(f"{base}/{assignment.id}/end").text
    planner.post(f"{base}/{assignment.id}/end", data={"version": assignment.version})
    assert assignment.status is Status.ENDED


def test_a_designation_of_another_plan_is_not_there(planner, world, earthquake):
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)
    db.session.commit()

    assert planner.get(f"/plans/{earthquake.id}/designations/{assignment.id}/end").status_code == 404


def test_a_plan_goes_from_draft_to_an_approved_version(planner, world):
    base = f"/plans/{world.plan.id}"

    planner.post(f"{base}/submit", data={"version": world.plan.version})
    assert world.plan.state is PlanState.IN_REVIEW
    planner.post(f"{base}/send-back", data={"version": world.plan.version})
    assert world.plan.state is PlanState.DRAFT
    planner.post(f"{base}/submit", data={"version": world.plan.version})
    page = planner.get(f"{base}/approve").text
    assert "Approved with these gaps" in page
    planner.post(f"{base}/approve", data={"note": "Agreed.", "version": world.plan.version})

    assert world.plan.state is PlanState.APPROVED
    assert (world.plan.latest_version.number, world.plan.latest_version.note) == (1, "Agreed.")


def test_the_list_of_versions_leads_to_what_changed(planner, world, approved):
    roles.change(world.coordination, {"title": "Chair"}, version=None, by=world.ana)
    versions.submit(world.plan, by=world.ana)
    versions.approve(world.plan, by=world.ada)
    db.session.commit()

    page = planner.get(f"/plans/{world.plan.id}/versions/2/changes").text

    assert "<del>Diaspora coordination lead</del>" in page
    assert "<ins>Chair</ins>" in page


def test_an_operator_reads_the_approved_version_and_no_draft(operator, world, approved):
    roles.change(world.coordination, {"title": "A thought of tomorrow"}, version=None, by=world.ana)
    db.session.commit()

    page = operator.get(f"/plans/{world.plan.id}").text

    assert "Diaspora coordination lead" in page
    assert "A thought of tomorrow" not in page
    assert world.plan.title in operator.get("/plans").text


def test_a_draft_is_not_there_for_an_operator(operator, world):
    for page in ("", "/versions", "/tasks"):
        assert operator.get(f"/plans/{world.plan.id}{page}").status_code == 404
    assert world.plan.title not in operator.get("/plans").text


def test_an_archived_plan_offers_nothing_to_change(planner, world, approved):
    planner.post(f"/plans/{world.plan.id}/archive", data={"version": world.plan.version})

    page = planner.get(f"/plans/{world.plan.id}").text
    roles_page = planner.get(f"/plans/{world.plan.id}/roles").text

    assert world.plan.state is PlanState.ARCHIVED
    assert "Archive this plan" not in page
    assert "Add a role" not in roles_page


def test_a_role_that_was_taken_out_is_brought_back(planner, world, approved):
    planner.post(f"/plans/{world.plan.id}/roles/{world.coordination.id}/remove", data={})
    assert "Bring the role back" in planner.get(f"/plans/{world.plan.id}/roles").text

    planner.post(f"/plans/{world.plan.id}/roles/{world.coordination.id}/bring-back", data={})

    assert world.coordination.removed_at is None


def test_a_planner_describes_the_plan(planner, world):
    said = {"title": "Quake", "country": "HT", "hazard": "geohazards", "risk_class": "raised", "h_means": "event"}

    planner.post(f"/plans/{world.plan.id}/describe", data={**said, "situation": "Two faults.", "version": 1})

    assert (world.plan.title, world.plan.risk_class, world.plan.situation) == ("Quake", Risk.RAISED, "Two faults.")
    assert "Two faults." in planner.get(f"/plans/{world.plan.id}/text").text


def test_a_twin_of_a_seat_is_refused_beside_its_field(planner, world):
    base, said = f"/plans/{world.plan.id}", {"label": "Paris", "country": "FR"}

    for address in (f"{base}/roles/{world.focal_points.id}/seats/new", f"{base}/seats/{world.montreal.id}"):
        answer = planner.post(address, data=said)
        assert answer.status_code == 422
        assert 'id="field-label-error"' in answer.text
        assert planner.get(address).status_code == 200


def test_an_unknown_holder_is_not_there(planner, world):
    choose = f"/plans/{world.plan.id}/seats/{world.seat.id}/choose"

    for holder in ("person-987654", "nobody", f"person-{world.foreign_person.id}"):
        assert planner.post(choose, data={"holder": holder}).status_code == 404


@pytest.mark.parametrize("page", ["", "/text", "/roles", "/checklist", "/designate", "/coverage", "/readiness"])
def test_a_page_costs_as_many_statements_however_long_the_plan_is(planner, world, earthquake, statements, page):
    def cost(plan_id):
        with statements() as said:
            planner.get(f"/plans/{plan_id}{page}")
        return len(said)

    small, large = world.plan.id, earthquake.id
    cost(small)

    assert cost(large) <= cost(small)


def test_the_list_of_candidates_costs_as_many_statements_however_many_they_are(planner, world, statements):
    role = cast.role(world.plan, "DIA-RCPT", "Reception lead", 9)
    db.session.flush()
    seat = seats.add(role, {"label": "Toronto"}, by=world.ana)
    db.session.commit()
    choose = f"/plans/{world.plan.id}/seats/{seat.id}/choose"

    def cost():
        with statements() as said:
            page = planner.get(f"{choose}?q=")
        return len(said), page.text.count("signed commitments")

    cost()
    few, _offered = cost()
    for number in range(20):
        cast.person(world.agency, f"Guest {number}", ref=f"C-G{number}", email=f"g{number}@example.org", country="CA")
    db.session.commit()
    many, offered = cost()

    assert offered >= 20
    assert many <= few
