"""A holder forwards an address; whoever opens it speaks for themselves."""

import re

import pytest

from preparedness.confirmations import answers
from preparedness.confirmations.models import Choice
from preparedness.contacts.models import Person
from preparedness.database import db, now, transaction
from preparedness.plans import assignments
from preparedness.plans.models import Status
from preparedness.vocabulary import Source
from tests import asking

NADIA = {"name": "Nadia Joseph", "email": "nadia@example.org", "language": "fr", "country": "CA"}


@pytest.fixture
def bare(client):
    """A browser as a focal point has it."""
    client.form_token = False
    return client


@pytest.fixture
def forwarded(world, bare):
    """The address that Amina, who holds the first seat, got to forward."""
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    page = bare.post(f"{asking.address(world.amina)}/hand-over", data={"sure": "1", "role": str(assignment.id)})
    assert page.status_code == 200
    return re.search(r"http://localhost(/a/[\w-]{43})", page.get_data(as_text=True))[1]


def test_the_page_says_what_is_asked_and_by_whom_but_not_who_forwarded_it(world, forwarded, bare):
    html = bare.get(forwarded).get_data(as_text=True)

    for said in ("Civil Protection", "Diaspora coordination lead", "Earthquake, Haiti"):
        assert said in html
    assert "Amina" not in html


def test_whoever_gives_their_name_is_proposed_as_a_deputy_by_their_own_word(world, forwarded, bare):
    response = bare.post(forwarded, data=NADIA)

    assert response.status_code == 303
    nadia = db.session.query(Person).filter_by(name="Nadia Joseph").one()
    assert (nadia.source, nadia.told_on, nadia.language) == (Source.THEMSELVES, now().date(), "fr")
    assert nadia.agency_id == world.agency.id
    deputy = world.seat.live[-1]
    assert (deputy.person, deputy.status, deputy.call_order) == (nadia, Status.PROPOSED, 2)
    assert world.seat.holder.person is world.amina
    assert "Thank you. We will write to you." in bare.get(forwarded).get_data(as_text=True)


def test_an_address_serves_one_person(world, forwarded, bare):
    bare.post(forwarded, data=NADIA)

    response = bare.post(forwarded, data=NADIA | {"name": "Somebody Else", "email": "else@example.org"})

    assert response.status_code == 422
    assert db.session.query(Person).filter_by(name="Somebody Else").count() == 0


@pytest.mark.parametrize("missing", sorted(NADIA))
def test_everything_asked_for_is_needed(world, forwarded, bare, missing):
    response = bare.post(forwarded, data={name: value for name, value in NADIA.items() if name != missing})

    assert response.status_code == 422
    assert db.session.query(Person).filter_by(name="Nadia Joseph").count() == 0


def test_looking_at_the_address_adds_nobody(world, forwarded, bare):
    before = db.session.query(Person).count()

    bare.get(forwarded)

    assert db.session.query(Person).count() == before


def test_only_a_role_one_holds_can_be_shared(world, bare):
    assignment, _request = asking.amina_asked(world)

    address = f"{asking.address(world.amina)}/hand-over"

    assert bare.get(address).status_code == 404
    assert bare.post(address, data={"sure": "1", "role": str(assignment.id)}).status_code == 404


def test_an_address_leads_nowhere_once_whoever_forwarded_it_holds_the_role_no_more(world, forwarded, bare):
    with transaction():
        assignments.step_down(world.seat.holder, by=world.amina.actor)

    assert bare.get(forwarded).status_code == 404
    assert bare.post(forwarded, data=NADIA).status_code == 404
    assert db.session.query(Person).filter_by(name="Nadia Joseph").first() is None
