"""A focal point answers by link: no account, no cookie, no script, and nothing happens by looking."""

import gzip
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from preparedness.confirmations import answers
from preparedness.confirmations.models import Answer, Choice
from preparedness.contacts import links, standing
from preparedness.contacts.models import Link, Purpose
from preparedness.database import db
from preparedness.notifications.models import Message
from preparedness.plans import assignments
from preparedness.plans.models import Status
from tests import asking
from tests.recordings import recorded


@pytest.fixture
def bare(client):
    """A browser as a focal point has it: no sign-in, no form token."""
    client.form_token = False
    return client


@pytest.fixture
@recorded
def asked(world):
    return asking.amina_asked(world)


def page(client, address, **more):
    return client.get(address, **more).get_data(as_text=True)


def test_the_first_page_says_who_asks_what_it_means_and_how_to_check(world, asked, bare):
    html = page(bare, asking.address(world.amina))

    assert "Amina, will you stand by this role?" in html
    assert "Diallo" not in html
    for said in ("Civil Protection", "Diaspora coordination lead", "Earthquake, Haiti", world.agency.contact_point):
        assert said in html
    assert "one year" in html
    assert "do not travel without a letter" in html
    assert "Who sees this" in html


def test_three_answers_are_offered_and_none_is_chosen(world, asked, bare):
    assignment, _request = asked
    html = page(bare, asking.address(world.amina))

    values = re.findall(rf'name="answer-{assignment.id}" value="(\w+)"', html)

    assert values == ["accept", "accept_with_limits", "decline"]
    assert "checked" not in html


def test_the_page_needs_no_cookie_no_script_and_no_form_token(world, asked, bare):
    response = bare.get(asking.address(world.amina))
    html = response.get_data(as_text=True)

    assert "Set-Cookie" not in response.headers
    assert "<script" not in html
    assert "csrf" not in html
    assert response.headers["Cache-Control"] == "no-store"


def test_the_page_weighs_little(world, asked, bare):
    html = page(bare, asking.address(world.amina))
    style = bare.get(re.search(r'<link rel="stylesheet" href="([^"]+)"', html)[1])

    assert sum(len(gzip.compress(each)) for each in (html.encode(), style.data)) < 60_000


def test_looking_changes_nothing(world, asked, bare):
    assignment, _request = asked
    before = db.session.query(Message).count()

    for method in ("get", "head", "options"):
        getattr(bare, method)(asking.address(world.amina))

    assert assignment.status is Status.INVITED
    assert db.session.query(Message).count() == before


def test_a_yes_comes_back_to_the_same_address_and_fills_the_seat(world, asked, bare):
    assignment, _request = asked
    address = asking.address(world.amina)

    response = bare.post(address, data={f"answer-{assignment.id}": "accept"})

    assert response.status_code == 303
    assert response.headers["Location"] == address
    assert assignment.status is Status.ACCEPTED
    assert standing.agreed(world.amina, Purpose.BE_CALLED) is not None
    html = page(bare, address)
    assert "Thank you. Your answer is noted." in html
    assert "I accept" in html


def test_conditions_are_said_and_shown(world, asked, bare):
    assignment, _request = asked
    number = assignment.id

    bare.post(
        asking.address(world.amina),
        data={f"answer-{number}": "accept_with_limits", f"hours_week-{number}": "4", f"remote_only-{number}": "yes"},
    )

    assert assignment.status is Status.ACCEPTED_WITH_LIMITS
    assert assignment.limits == {"hours_week": 4, "remote_only": True}
    assert "4 hours a week at most" in page(bare, asking.address(world.amina))


def test_a_no_with_its_reason(world, asked, bare):
    assignment, _request = asked

    bare.post(
        asking.address(world.amina),
        data={f"answer-{assignment.id}": "decline", f"reason-{assignment.id}": "employer"},
    )

    assert assignment.status is Status.DECLINED
    assert assignment.decline_reason == "employer"


def test_nothing_chosen_is_said_on_the_page(world, asked, bare):
    response = bare.post(asking.address(world.amina), data={})

    assert response.status_code == 422
    assert "Nothing was chosen yet." in response.get_data(as_text=True)


def test_of_two_roles_one_may_be_left_for_later_but_not_both(world, bare):
    first = asking.propose(world, world.seat, world.amina)
    second = asking.propose(world, world.montreal, world.federation)
    asking.ask(world)
    address = asking.address(world.amina)

    assert bare.post(address, data={}).status_code == 422
    assert bare.post(address, data={f"answer-{second.id}": "accept"}).status_code == 303

    assert (first.status, second.status) == (Status.INVITED, Status.ACCEPTED)
    assert "Federation of Haitian Associations" in page(bare, address)


def test_what_was_typed_is_kept_where_something_is_wrong(world, asked, bare):
    assignment, _request = asked

    response = bare.post(
        asking.address(world.amina),
        data={f"answer-{assignment.id}": "accept_with_limits", f"hours_week-{assignment.id}": "900"},
    )

    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'value="900"' in html
    assert re.search(r'value="accept_with_limits"[^>]*checked', html)
    assert assignment.status is Status.INVITED


@pytest.mark.parametrize("value", ["perhaps", "ACCEPT", "accept;drop"])
def test_an_answer_that_is_none_of_the_three_is_not_taken(world, asked, bare, value):
    assignment, _request = asked

    assert bare.post(asking.address(world.amina), data={f"answer-{assignment.id}": value}).status_code == 422
    assert assignment.status is Status.INVITED


def test_an_answer_can_be_changed_and_is_still_not_chosen_beforehand(world, asked, bare):
    assignment, _request = asked
    address = asking.address(world.amina)

    bare.post(address, data={f"answer-{assignment.id}": "decline"})
    assert "checked" not in page(bare, address)
    bare.post(address, data={f"answer-{assignment.id}": "accept"})

    assert assignment.status is Status.ACCEPTED


def test_after_the_deadline_the_answer_is_shown_and_whom_to_write_to(world, asked, bare):
    assignment, request = asked
    address = asking.address(world.amina)
    bare.post(address, data={f"answer-{assignment.id}": "accept"})
    request.campaign.deadline = asking.in_days(-3)

    html = page(bare, address)
    late = bare.post(address, data={f"answer-{assignment.id}": "decline"})

    assert "This request is closed" in html
    assert "I accept" in html
    assert world.agency.contact_point in html
    assert late.status_code == 422
    assert assignment.status is Status.ACCEPTED


def test_a_role_that_ended_is_asked_about_no_more(world, asked, bare):
    assignment, _request = asked
    assignments.end(assignment, by=world.ana)
    address = asking.address(world.amina)

    html = page(bare, address)
    response = bare.post(address, data={f"answer-{assignment.id}": "accept"})

    assert "Nothing is asked of you any more" in html
    assert response.status_code == 422
    assert assignment.status is Status.ENDED


@pytest.mark.parametrize("token", ["x" * 43, "x" * 42, "../" + "x" * 40])
def test_an_unknown_address_is_a_page_that_says_so(world, bare, token):
    assert bare.get(f"/a/{token}").status_code == 404


def test_a_voided_address_leads_nowhere(world, asked, bare):
    address = asking.address(world.amina)
    links.void(asking.link_of(world.amina), by=world.ana)

    assert bare.get(address).status_code == 404
    assert bare.post(address, data={}).status_code == 404


def test_guessing_from_one_network_is_slowed_down(world, asked, bare):
    for number in range(60):
        bare.get(f"/a/{number:043d}")

    assert bare.get(f"/a/{99:043d}").status_code == 429


def test_the_page_speaks_the_language_of_the_person_and_lets_them_choose(world, bare):
    asking.propose(world, world.montreal, world.salma)
    asking.ask(world)
    address = asking.address(world.salma)

    assert '<html lang="fr"' in page(bare, address)
    english = page(bare, f"{address}?lang=en")
    assert '<html lang="en"' in english
    assert "Rose, will you stand by this role?" in english


def test_the_language_that_was_chosen_stays_in_the_address(world, asked, bare):
    assignment, _request = asked
    address = asking.address(world.amina)

    response = bare.post(f"{address}?lang=fr", data={f"answer-{assignment.id}": "accept"})

    assert response.headers["Location"] == f"{address}?lang=fr"


def test_a_language_we_do_not_speak_changes_nothing(world, asked, bare):
    assert '<html lang="en"' in page(bare, f"{asking.address(world.amina)}?lang=xx")


def test_what_was_noted_by_phone_is_shown_with_a_way_to_object(world, asked, bare):
    assignment, _request = asked
    answers.report(assignment, Choice.ACCEPT, by=world.ana)

    html = page(bare, asking.address(world.amina))

    assert "noted for you by phone" in html
    assert "/not-my-answer" in html


def test_fifty_times_the_same_answer_at_once_has_one_effect(world, asked, app):
    assignment, request = asked
    address = asking.address(world.amina)
    data = {f"answer-{assignment.id}": "accept"}
    db.session.commit()

    def post(_number):
        browser = app.test_client()
        browser.form_token = False
        return browser.post(address, data=data).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(post, range(50)))

    assert set(statuses) == {303}
    db.session.expire_all()
    assert db.session.query(Answer).count() == 1
    assert [each.template for each in db.session.query(Message).order_by(Message.id)] == ["confirm", "thanks"]
    assert request.lines[0].assignment.status is Status.ACCEPTED


def test_s3_s8_at_high_risk_the_page_names_nobody_and_nothing(world, bare):
    assignment = asking.high_risk(world)
    asking.ask(world)
    address = asking.address(world.amina)

    html = page(bare, address)
    assert bare.post(address, data={f"answer-{assignment.id}": "accept"}).status_code == 303
    after = page(bare, address)

    for named in ("Amina", "Civil Protection", "Haiti", "Federation", "coordination lead", "civil-protection"):
        assert named not in html
        assert named not in after
    assert assignment.status is Status.ACCEPTED


def test_s4_at_high_risk_no_reason_is_asked_for(world, bare):
    asking.high_risk(world)
    asking.ask(world)

    html = page(bare, asking.address(world.amina))

    assert "reason-" not in html
    assert "note-" not in html


def test_the_planner_sees_the_page_before_anything_is_sent(world, client):
    assignment = asking.propose(world, world.seat, world.amina)
    client.sign_in(world.members["ana"])

    html = page(client, f"/a/example/{world.plan.id}?person={world.amina.id}")

    assert "Amina, will you stand by this role?" in html
    assert 'type="submit"' not in html
    assert db.session.query(Link).count() == 0
    assert assignment.status is Status.PROPOSED


def test_the_example_page_of_somebody_who_is_not_proposed_is_missing(world, client):
    client.sign_in(world.members["ana"])

    assert client.get(f"/a/example/{world.plan.id}?person={world.salma.id}").status_code == 404
    assert client.get(f"/a/example/{world.foreign_plan.id}").status_code == 404


def test_an_example_of_nobody_leads_back_to_the_page_where_people_are_asked(world, client):
    client.sign_in(world.members["ana"])

    assert client.get(f"/a/example/{world.plan.id}").headers["Location"] == f"/plans/{world.plan.id}/ask"
