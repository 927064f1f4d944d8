"""Somebody leaves the roster, or is erased: their designations end, and what was said of them is forgotten."""

from datetime import timedelta

import pytest

from preparedness.contacts import organisations, people
from preparedness.contacts.models import ErasureReason
from preparedness.database import at, db, now
from preparedness.errors import Missing
from preparedness.plans import assignments, leaving, suggestions
from preparedness.plans.models import Status
from tests.recordings import recorded


@pytest.fixture
@recorded
def held(world):
    assignment = assignments.assign(world.seat, world.amina, by=world.ana)
    assignments.invite(assignment, by=world.ana)
    assignments.accept(assignment, limits={"hours_week": 3}, until=now().date(), by=world.amina.actor)
    db.session.flush()
    return assignment


def test_designations_end_when_a_person_is_archived(world, held):
    people.archive(world.amina, by=world.ana)

    assert held.status is Status.ENDED


def test_designations_end_when_an_organisation_is_archived(world):
    assignment = assignments.assign(world.seat, world.federation, by=world.ana)
    db.session.flush()

    organisations.archive(world.federation, by=world.ana)

    assert assignment.status is Status.ENDED


def test_an_erased_person_leaves_no_conditions_and_no_reason(world, held):
    suggestion, _token = suggestions.suggest_deputy(held, by=world.amina.actor)
    suggestion.person_id = world.amina.id
    db.session.flush()

    people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.amina.actor)
    db.session.flush()
    db.session.expire_all()

    assert (held.status, held.limits, held.decline_reason) == (Status.ENDED, None, None)
    assert suggestion.person_id is None


def test_the_counts_of_an_erasure_say_how_many_rows_it_met(world, held):
    assert leaving.erase(world.amina) == {"designations": 1, "deputy_suggestions": 0}


def test_a_forwarded_address_leads_to_its_seat_and_keeps_only_a_hash(world, held):
    suggestion, token = suggestions.suggest_deputy(held, by=world.amina.actor)
    db.session.flush()

    assert len(token) == 43
    assert token not in suggestion.token_hash
    assert suggestions.open(token) is suggestion
    assert suggestion.assignment.seat is world.seat


def test_an_unknown_or_old_address_leads_nowhere(world, held):
    _suggestion, token = suggestions.suggest_deputy(held, by=world.amina.actor)
    db.session.flush()

    with pytest.raises(Missing):
        suggestions.open("x" * 43)
    with at(now() + suggestions.GOOD_FOR + timedelta(minutes=1)), pytest.raises(Missing):
        suggestions.open(token)
