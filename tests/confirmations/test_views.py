"""The ask page: who gets what before it is sent, who answered after it."""

import pytest

from preparedness.confirmations import answers, campaigns
from preparedness.confirmations.models import Choice
from preparedness.database import db
from preparedness.notifications import outbox
from preparedness.notifications.models import Message
from preparedness.plans import drafting
from preparedness.plans.models import Status
from tests import asking, cast


@pytest.fixture
def ana(world, client):
    """A browser in which Ana is signed in."""
    return client.sign_in(world.members["ana"])


def page(ana, world):
    response = ana.get(f"/plans/{world.plan.id}/ask")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_page_lists_who_gets_what_in_which_language_by_which_channel_at_what_time(world, ana):
    asking.propose(world, world.montreal, world.salma)

    html = page(ana, world)

    for said in ("Rose", "Diaspora focal point, Montréal", "French", "e-mail", "(Paris)"):
        assert said in html
    assert "Salma" not in html
    assert "Ask 1 person now" in html


def test_who_cannot_be_asked_is_listed_with_the_reason_and_where_to_mend_it(world, ana):
    asking.propose(world, world.seat, world.amina)
    world.amina.source = None

    html = page(ana, world)

    assert "It is not recorded where this contact comes from." in html
    assert f"/contacts/people/{world.amina.id}" in html
    assert "Ask 1 person now" not in html


def test_a_plan_without_proposals_says_what_to_do(world, ana):
    assert "Nobody is waiting to be asked" in page(ana, world)


def test_asking_sends_and_comes_back(world, ana):
    assignment = asking.propose(world, world.seat, world.amina)
    address = f"/plans/{world.plan.id}/ask"

    response = ana.post(address, data={"deadline": asking.in_days(10).isoformat(), "why": "The season begins."})

    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert assignment.status is Status.INVITED
    (campaign,) = campaigns.of(world.plan)
    assert (campaign.deadline, campaign.why) == (asking.in_days(10), "The season begins.")
    html = page(ana, world)
    assert "1 person is being asked." in html
    assert "asked" in html


def test_whoever_is_left_out_is_not_asked(world, ana):
    asking.propose(world, world.seat, world.amina)
    other = asking.propose(world, world.montreal, world.salma)

    ana.post(
        f"/plans/{world.plan.id}/ask",
        data={"deadline": asking.in_days(10).isoformat(), "leave_out": [str(world.salma.id)]},
    )

    assert other.status is Status.PROPOSED
    assert db.session.query(Message).count() == 1


@pytest.mark.parametrize("deadline", ["", "soon", "2020-01-01"])
def test_a_deadline_that_cannot_be_is_said_beside_its_field(world, ana, deadline):
    assignment = asking.propose(world, world.seat, world.amina)

    response = ana.post(f"/plans/{world.plan.id}/ask", data={"deadline": deadline, "why": "kept"})

    assert response.status_code == 422
    assert "kept" in response.get_data(as_text=True)
    assert assignment.status is Status.PROPOSED


def test_send_it_to_me_first(world, ana):
    asking.propose(world, world.seat, world.amina)

    response = ana.post(f"/plans/{world.plan.id}/ask/rehearse")

    assert response.status_code == 303
    (message,) = outbox.of(world.plan)
    assert message.params["member_id"] == world.members["ana"].id


def test_reminding_by_hand(world, ana):
    _assignment, request = asking.amina_asked(world)

    assert "Remind those who have not answered" in page(ana, world)
    assert ana.post(f"/plans/{world.plan.id}/ask/again").status_code == 303

    assert outbox.of(request)[0].template == "confirm_reminder"


def test_noting_what_was_said_by_phone(world, ana):
    assignment, _request = asking.amina_asked(world)
    address = f"/plans/{world.plan.id}/ask/reported/{assignment.id}"
    assert address in page(ana, world)

    assert ana.get(address).status_code == 200
    assert ana.post(address, data={}).status_code == 422
    assert ana.post(address, data={"choice": "accept"}).status_code == 303

    assert assignment.status is Status.INVITED
    assert "reported by phone" in page(ana, world)


def test_answers_are_shown_with_their_conditions(world, ana):
    assignment, request = asking.amina_asked(world)
    said = {"choice": Choice.ACCEPT_WITH_LIMITS, "hours_week": 4, "remote_only": True, "note": "evenings only"}
    answers.give(request, {assignment.id: said}, by=world.amina.actor)

    html = page(ana, world)

    for shown in ("accepted with conditions", "4 hours a week at most", "evenings only"):
        assert shown in html


def test_another_agencys_plan_and_designation_are_missing(world, ana):
    assignment = asking.propose(world, world.seat, world.amina)

    assert ana.get(f"/plans/{world.foreign_plan.id}/ask").status_code == 404
    assert ana.get(f"/plans/{world.foreign_plan.id}/ask/reported/{assignment.id}").status_code == 404
    assert ana.get(f"/plans/{world.plan.id}/ask/reported/{assignment.id + 999}").status_code == 404


def test_a_designation_of_another_plan_is_missing_here(world, ana):
    assignment, _request = asking.amina_asked(world)
    drought = drafting.create(
        world.agency, {"template": "drought", "title": "Drought", "country": "HT", "language": "en"}, by=world.ana
    )

    assert ana.get(f"/plans/{drought.id}/ask/reported/{assignment.id}").status_code == 404


def test_an_operator_asks_nobody(world, client):
    client.sign_in(world.members["rui"])

    assert client.get(f"/plans/{world.plan.id}/ask").status_code == 403


def test_more_than_fifty_messages_ask_for_a_fresh_sign_in(world, client, monkeypatch):
    """safety.md S14."""
    assignment = asking.propose(world, world.seat, world.amina)
    monkeypatch.setattr("preparedness.confirmations.views.MANY", 0)
    client.sign_in(world.members["ana"], minutes_ago=30)

    response = client.post(f"/plans/{world.plan.id}/ask", data={"deadline": asking.in_days(10).isoformat()})

    assert response.status_code == 302
    assert assignment.status is Status.PROPOSED


def test_the_page_asks_the_database_no_more_for_many_than_for_few(world, ana, statements):
    def crowd(first, last):
        for number in range(first, last):
            person = cast.person(
                world.agency, f"Person {number}", ref=f"C-{number:04d}-X", email=f"p{number}@example.org", country="CA"
            )
            db.session.flush()
            asking.propose(world, (world.seat, world.montreal, world.paris)[number % 3], person)

    crowd(0, 4)
    asking.ask(world)
    crowd(4, 8)
    with statements() as few:
        page(ana, world)

    crowd(8, 20)
    asking.ask(world)
    crowd(20, 40)
    with statements() as many:
        page(ana, world)

    assert len(many) == len(few)
