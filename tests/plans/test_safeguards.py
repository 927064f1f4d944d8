"""The rules of safety that bind a seat, each under its number."""

from datetime import timedelta

import pytest

from preparedness.contacts.models import Vetting
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.plans import assignments, drafting, safeguards, versions
from preparedness.plans.models import Seat
from preparedness.vocabulary import Risk
from tests import cast


def seat_of(world, key):
    """A seat of a role with this key."""
    role = cast.role(world.plan, key, key, 9)
    seat = Seat(agency_id=world.agency.id, role=role, label="", position=1)
    db.session.add(seat)
    db.session.flush()
    return seat


def checked(world, holder, *levels, expires_in=100):
    expires_on = now().date() + timedelta(days=expires_in)
    holder.vettings += [
        Vetting(agency_id=world.agency.id, level=level, on=now().date(), by="Ana", expires_on=expires_on)
        for level in levels
    ]
    db.session.flush()


def test_s1_no_person_holds_a_seat_of_a_high_risk_plan(world):
    world.plan.risk_class = Risk.HIGH

    with pytest.raises(Refused, match="no person may be named"):
        assignments.assign(world.seat, world.amina, by=world.ana)

    assert assignments.assign(world.seat, world.federation, by=world.ana).holder is world.federation


def test_s1_a_plan_that_names_somebody_does_not_become_high_risk(world):
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)

    with pytest.raises(Refused) as refused:
        drafting.describe(world.plan, {"risk_class": Risk.HIGH}, version=None, by=world.ana)
    assert refused.value.field == "risk_class"

    assignments.end(assignment, by=world.ana)
    drafting.describe(world.plan, {"risk_class": Risk.HIGH}, version=None, by=world.ana)
    assert world.plan.high_risk


def test_s1_somebody_named_before_cannot_accept_in_a_high_risk_plan(world):
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)
    assignments.invite(assignment, by=world.ana)
    world.plan.risk_class = Risk.HIGH

    with pytest.raises(Refused, match="no person may be named"):
        assignments.accept(assignment, limits=None, until=now().date(), by=world.amina.actor)

    assert not world.seat.filled


def test_s1_a_state_that_the_plan_is_about_sees_counts_only(world):
    assert not safeguards.counts_only(world.plan)

    world.plan.risk_class = Risk.HIGH
    assert safeguards.counts_only(world.plan)

    world.plan.country = "SD"
    assert not safeguards.counts_only(world.plan)


@pytest.mark.parametrize("key", sorted(safeguards.CARE))
def test_s7_nobody_is_trusted_with_people_in_flight_before_both_checks(world, key):
    seat = seat_of(world, key)

    checked(world, world.amina, 4)
    with pytest.raises(Refused, match="signed commitments"):
        assignments.assign(seat, world.amina, by=world.ana)

    checked(world, world.amina, 3)
    assert assignments.assign(seat, world.amina, by=world.ana)


def test_s7_a_check_that_has_run_out_is_none(world):
    checked(world, world.amina, 3, 4, expires_in=-1)

    assert not safeguards.trusted(world.amina)


def test_s7_the_seat_is_not_filled_by_somebody_whose_check_ran_out_meanwhile(world):
    seat = seat_of(world, "DIA-RCPT")
    checked(world, world.amina, 3, 4)
    assignment = assignments.assign(seat, world.amina, by=world.ana)
    assignments.invite(assignment, by=world.ana)
    for vetting in world.amina.vettings:
        vetting.expires_on = now().date() - timedelta(days=1)

    with pytest.raises(Refused):
        assignments.accept(assignment, limits=None, until=now().date(), by=world.amina.actor)


def test_s9_nobody_speaks_abroad_for_a_foreign_institution_without_legal_advice(world):
    seat = seat_of(world, "DIA-ADV")

    with pytest.raises(Refused, match="legal advice"):
        assignments.assign(seat, world.amina, by=world.ana)

    world.federation.advice_on = now().date()
    assert assignments.assign(seat, world.amina, by=world.ana)
    assert assignments.assign(seat, world.federation, by=world.ana)


def test_s9_does_not_bind_those_who_live_in_the_institutions_country(world):
    seat = seat_of(world, "DIA-ADV")
    world.salma.country = world.agency.country

    assert assignments.why_not(seat, world.salma) is None


def test_a_role_that_asks_for_more_than_is_known_says_so_and_forbids_nothing(world):
    world.coordination.min_verification = 3

    assert "documents checked" in safeguards.caution(world.seat, world.amina)
    assert assignments.why_not(world.seat, world.amina) is None

    world.coordination.min_verification = 2
    assert safeguards.caution(world.seat, world.amina) is None


def test_s4_an_approved_high_risk_plan_stays_one_until_another_version_is_in_force(world):
    drafting.describe(world.plan, {"risk_class": Risk.HIGH}, version=None, by=world.ana)
    approved(world)

    drafting.describe(world.plan, {"risk_class": Risk.STANDARD}, version=None, by=world.ana)
    assert world.plan.high_risk, "what is in force decides, whatever is being written"

    approved(world)
    assert not world.plan.high_risk


def approved(world):
    versions.submit(world.plan, by=world.ana)
    versions.approve(world.plan, by=world.ana)
