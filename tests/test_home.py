"""The landing page says what presses, and the health page what a watchdog asks."""

from datetime import timedelta

import pytest
from flask import g

from preparedness import timetable
from preparedness.activations import preparing, running
from preparedness.activations.models import ActivationKind
from preparedness.attention import matters
from preparedness.database import db, now, transaction
from preparedness.notifications.models import Message, MessageState
from preparedness.plans import tallies, versions
from preparedness.plans.models import PlanState
from preparedness.vocabulary import ChannelKind, Level
from tests.cast import World
from tests.house import Client


@pytest.fixture
def planner(client: Client, world: World) -> Client:
    return client.sign_in(world.members["ana"])


def approve(world: World) -> None:
    with transaction():
        versions.submit(world.plan, by=world.ana)
        versions.approve(world.plan, None, by=world.ana)


def test_a_quiet_day_says_so_and_an_agency_without_plans_is_taught_what_one_is(client, world):
    page = client.sign_in(world.members["bo"]).get("/")

    assert page.status_code == 200
    assert "Drought, Somalia" in page.text


def test_a_silent_worker_is_the_first_thing_said(planner):
    assert "The worker is silent" in planner.get("/").text


def test_a_worker_that_beats_is_no_matter(planner, world):
    with transaction():
        timetable.beat("one", "host", 1)

    assert "The worker is silent" not in planner.get("/").text


def test_an_essential_seat_held_by_nobody_is_a_matter_with_the_place_that_mends_it(planner, world):
    approve(world)
    page = planner.get("/").text

    assert "1 essential seat is held by nobody" in page
    assert f"/plans/{world.plan.id}/designate" in page


def test_a_plan_in_review_waits_for_approval(planner, world):
    with transaction():
        versions.submit(world.plan, by=world.ana)

    assert "waits for approval" in planner.get("/").text


def test_a_plan_whose_review_is_near_is_named(planner, world):
    approve(world)
    with transaction():
        world.plan.review_on = now().date() + timedelta(days=3)

    assert "is due for its review" in planner.get("/").text


def test_a_real_activation_outweighs_everything_and_an_exercise_says_what_it_is(app, world):
    approve(world)
    with transaction():
        data = {"level": Level.MONITOR, "h_hour": now(), "reason": "test"}
        running.start(world.plan, {**data, "kind": ActivationKind.EXERCISE}, by=world.ana)
    with app.test_request_context("/"):
        g.member, g.agency = world.members["ana"], world.agency
        found = matters(world.agency, g.member, [world.plan], tallies.of(world.agency))

    assert "EXERCISE" in found[0].sentence
    assert found == sorted(found, key=lambda matter: -matter.weight)


def test_an_activation_whose_review_is_past_asks_for_a_decision(planner, world):
    approve(world)
    with transaction():
        data = {"kind": ActivationKind.EXERCISE, "level": Level.MONITOR, "h_hour": now(), "reason": "test"}
        running.start(world.plan, data, by=world.ana).review_at = now() - timedelta(hours=1)

    assert "the review of this activation was due" in planner.get("/").text


def test_messages_that_failed_or_wait_are_said(planner, world):
    with transaction():
        for state, age in ((MessageState.FAILED, 0), (MessageState.QUEUED, 20)):
            message = Message(
                agency_id=world.agency.id,
                key=state.value,
                kind="request",
                channel=ChannelKind.EMAIL,
                person_id=world.amina.id,
                subject_kind="plan",
                subject_id=world.plan.id,
                template="confirm",
                params={},
                language="en",
                state=state,
                created_at=now() - timedelta(minutes=age),
                next_at=now() - timedelta(minutes=age),
            )
            db.session.add(message)
    page = planner.get("/").text

    assert "1 message was not delivered" in page
    assert "1 message has waited" in page


def test_contacts_without_their_own_word_for_a_year_are_counted(planner, world):
    with transaction():
        world.amina.created_at = now() - timedelta(days=400)
        world.amina.confirmed_self_at = None

    assert "1 person has not confirmed their details for a year" in planner.get("/").text


def test_an_operator_sees_approved_plans_and_no_matter_of_planners(client, world):
    approve(world)
    page = client.sign_in(world.members["rui"]).get("/").text

    assert world.plan.title in page
    assert "essential seat" not in page


def test_late_preparedness_tasks_are_counted_by_plan(planner, world):
    approve(world)
    with transaction():
        for task in preparing.of(world.plan):
            task.due_at = now() - timedelta(days=1)

    assert "1 preparedness task is late" in planner.get("/").text


def test_health_is_public_and_says_whether_the_worker_lives(client, world):
    assert client.get("/health").json == {"status": "ok", "worker": "silent"}
    with transaction():
        timetable.beat("one", "host", 1)
    assert client.get("/health").json == {"status": "ok", "worker": "ok"}


def test_tallies_count_each_seat_once(world):
    tally = tallies.of_plan(world.plan)

    assert (tally.seats, tally.held, tally.asked, tally.vacant, tally.essential_vacant) == (3, 0, 0, 3, 1)
    assert tallies.of(world.other_agency) == {}


def test_a_draft_without_roles_has_no_seat(world):
    assert world.foreign_plan.state is PlanState.DRAFT
    assert tallies.of_plan(world.foreign_plan).seats == 0
