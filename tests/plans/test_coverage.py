"""Who is where: seats held, asked and vacant, and which capability is covered in which place."""

from datetime import timedelta

import pytest

from preparedness.contacts.models import Capability
from preparedness.database import db, now
from preparedness.plans import assignments, charts, coverage, drafting, readiness, roles, tallies, versions
from preparedness.plans.models import PlanState
from preparedness.plans.readiness import Act, Page
from preparedness.plans.tallies import Tally
from preparedness.vocabulary import Capability as Code


def can(world, holder, *codes):
    holder.capabilities = [Capability(agency_id=world.agency.id, code=code) for code in codes]


def ask(world, seat, holder):
    assignment = assignments.assign(seat, holder, by=world.ana)
    assignments.invite(assignment, by=world.ana)
    return assignment


def hold(world, seat, holder, days=300):
    assignment = ask(world, seat, holder)
    person = assignment.asked_person
    assignments.accept(assignment, limits=None, until=now().date() + timedelta(days=days), by=person.actor)
    db.session.flush()
    return assignment


def test_a_seat_is_held_asked_or_vacant(world):
    hold(world, world.seat, world.amina)
    ask(world, world.paris, world.salma)
    assignments.assign(world.montreal, world.federation, by=world.ana)

    assert [row.signal for row in coverage.grid(world.plan)] == ["held", "gap", "waiting"]


def test_who_accepted_holds_though_another_is_first_in_order(world):
    ask(world, world.seat, world.salma)
    deputy = hold(world, world.seat, world.amina)

    row = coverage.grid(world.plan)[0]

    assert row.first is deputy
    assert [each.holder for each in row.deputies] == [world.salma]


def test_a_seat_is_deputised_once_as_many_accepted_as_its_role_wants(world):
    hold(world, world.seat, world.amina)
    assert not coverage.grid(world.plan)[0].deputised

    hold(world, world.seat, world.salma)
    assert coverage.grid(world.plan)[0].deputised


def test_tallies_count_every_seat_once(world):
    hold(world, world.seat, world.amina)
    ask(world, world.seat, world.salma)
    ask(world, world.paris, world.salma)
    db.session.flush()

    assert tallies.of_plan(world.plan) == Tally(held=1, asked=1, vacant=1, essential_vacant=0)
    assert tallies.of(world.agency)[world.plan.id].seats == 3


def test_the_matrix_counts_who_accepted_by_place_and_capability(world):
    world.coordination.capabilities = [Code.COORDINATION.value, Code.LEGAL.value]
    can(world, world.amina, Code.COORDINATION)
    can(world, world.salma, Code.COORDINATION, Code.ENERGY)
    can(world, world.federation, Code.LEGAL)
    hold(world, world.montreal, world.amina)
    hold(world, world.montreal, world.federation)
    hold(world, world.seat, world.salma)
    ask(world, world.paris, world.salma)

    matrix = coverage.matrix(world.plan)

    assert matrix.places == [("Montréal", "Montréal"), ("Paris", "Paris"), ("FR", "France")]
    assert matrix.rows == [("coordination", "coordination"), ("legal", "legal advice")]
    assert matrix.counts == {
        ("coordination", "Montréal"): 1,
        ("legal", "Montréal"): 1,
        ("coordination", "FR"): 1,
        ("energy", "FR"): 1,
    }
    assert matrix.countries == {"Montréal": "CA", "Paris": "FR", "FR": "FR"}


def test_one_holder_of_two_seats_is_one(world):
    world.coordination.capabilities = [Code.COORDINATION.value]
    can(world, world.salma, Code.COORDINATION)
    hold(world, world.seat, world.salma)
    other = roles.add(world.plan, {"title": "Other", "led_by": world.coordination.led_by}, by=world.ana)
    db.session.flush()
    hold(world, other.seats[0], world.salma)

    assert coverage.matrix(world.plan).counts == {("coordination", "FR"): 1}


def test_the_chart_shows_who_accepted_or_was_asked_and_no_mere_thought(world):
    hold(world, world.seat, world.amina)
    ask(world, world.paris, world.salma)
    assignments.assign(world.montreal, world.federation, by=world.ana)
    empty = roles.add(world.plan, {"title": "E", "led_by": "diaspora", "seats_by": "sector"}, by=world.ana)

    chart = charts.organisation(roles.of(world.plan), coverage.grid(world.plan), lambda seat: f"/{seat.label}")

    assert [(seat.label, seat.holder, seat.signal, seat.url) for role in chart for seat in role.seats] == [
        ("", "Amina Diallo", "held", None),
        ("Montréal", None, "gap", "/Montréal"),
        ("Paris", "Rose", "waiting", None),
        ("its sectors", None, "gap", None),
    ]
    assert chart[-1].title == empty.title


def test_readiness_says_what_is_there_of_each_part(world):
    world.coordination.min_verification = 3
    hold(world, world.seat, world.amina, days=10)
    hold(world, world.seat, world.salma)

    parts = {str(part.title): (part.done, part.total, part.earned) for part in readiness.of(world.plan)}

    assert parts == {
        "Essential seats held": (1, 1, 30),
        "All seats held": (1, 3, 6),
        "Seats with a deputy": (1, 3, 6),
        "Holders known as well as their role asks": (0, 2, 0),
        "Confirmations good for another month": (1, 2, 5),
        "Tasks with an owner role": (4, 4, 10),
    }
    assert readiness.score(readiness.of(world.plan)) == 57


def test_the_points_are_a_hundred(world):
    assert sum(part.points for part in readiness.of(world.plan)) == 100


def test_an_empty_plan_has_no_points_and_breaks_nothing(world):
    parts = readiness.of(world.foreign_plan)

    assert readiness.score(parts) == 0
    assert not any(part.complete for part in parts)


def test_gaps_name_what_is_missing_and_where_it_is_mended(world):
    world.items[0].owner_role = None
    hold(world, world.montreal, world.federation)
    roles.add(world.plan, {"title": "Sector lead", "led_by": "diaspora", "seats_by": "sector"}, by=world.ana)

    found = [(gap.sentence, gap.page) for gap in readiness.gaps(world.plan)]

    assert found == [
        ("1 essential seat is vacant: Diaspora coordination lead.", Page.DESIGNATE),
        ("1 role waits for its places or sectors: Sector lead.", Page.ROLES),
        ("1 seat has a holder and too few deputies.", Page.DESIGNATE),
        ("The situation is not described.", Page.TEXT),
        ("No assumptions are written.", Page.TEXT),
        ("The plan has no objective.", Page.TEXT),
        ("No trigger says when this begins: Monitoring, Partial activation, Full activation.", Page.TEXT),
        ("1 task has no owner role.", Page.CHECKLIST),
    ]


def test_gaps_of_an_empty_checklist(world):
    world.plan.items[:] = []

    sentences = [gap.sentence for gap in readiness.gaps(world.plan) if gap.page is Page.CHECKLIST]

    assert len(sentences) == 3


def test_many_names_are_cut_short(world):
    plan = drafting.create(world.agency, {"template": "earthquake", "title": "E", "country": "HT"}, by=world.ana)

    assert "…" in readiness.gaps(plan)[0].sentence


def test_the_next_act_follows_the_plan(world):
    plan = world.plan
    assert readiness.next_act(plan, changed=True) is Act.WRITE
    versions.submit(plan, by=world.ana)
    assert readiness.next_act(plan, changed=True) is Act.APPROVE
    versions.approve(plan, by=world.ada)
    assert readiness.next_act(plan, changed=False) is Act.DESIGNATE
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)
    assert readiness.next_act(plan, changed=False) is Act.ASK
    assignments.invite(assignment, by=world.ana)
    assert readiness.next_act(plan, changed=False) is Act.ACTIVATE
    plan.state = PlanState.ARCHIVED
    assert readiness.next_act(plan, changed=False) is None


@pytest.mark.parametrize("function", [coverage.matrix, coverage.grid, readiness.of, readiness.gaps])
def test_what_is_said_of_a_plan_costs_as_many_statements_however_many_hold_it(world, statements, function):
    hold(world, world.seat, world.amina)
    hold(world, world.montreal, world.federation)
    db.session.commit()

    def cost():
        agency, identity = world.agency, world.plan.id
        db.session.expire_all()
        assert agency.id
        with statements() as said:
            function(drafting.whole(identity, agency=agency))
        return len(said)

    few = cost()
    for seat, holder in ((world.paris, world.federation), (world.paris, world.salma), (world.seat, world.salma)):
        hold(world, seat, holder)
    db.session.commit()

    assert cost() <= few
