"""What stands in a member's calendar: dates, never a name; high risk only where it was asked for."""

from datetime import timedelta

import icalendar
import pytest

from preparedness.activations import agendas, calendars, duties, running
from preparedness.activations.models import ActivationKind, CalendarFeed
from preparedness.database import db, now, transaction
from preparedness.plans import drafting
from preparedness.vocabulary import Level, Risk
from tests.activations import stage
from tests.recordings import recorded


@pytest.fixture
@recorded
def confirmed(world):
    """The plan approved; Amina and Salma hold seats until the same day."""
    with transaction():
        stage.approved(world)
        for seat, person in ((world.seat, world.amina), (world.paris, world.salma)):
            stage.accepts(seat, person).valid_until = now().date() + timedelta(days=30)
    return world


def keys(world, name, **options):
    return [entry.key for entry in agendas.entries(world.agency, world.members[name], **options)]


def summaries(world, name="ana", **options):
    return [entry.summary for entry in agendas.entries(world.agency, world.members[name], **options)]


def start(world, kind=ActivationKind.EXERCISE):
    with transaction():
        agreed = {"kind": kind, "level": Level.FULL, "announced": True}
        return running.start(world.plan, agreed, by=world.ana)


def test_reviews_and_confirmations_that_run_out_stand_in_it(confirmed):
    assert summaries(confirmed) == [
        "Earthquake, Haiti: 2 confirmations run out",
        "Review of the plan Earthquake, Haiti",
    ]


def test_an_exercise_says_so_first_and_last_and_a_review_belongs_to_what_runs(confirmed):
    activation = start(confirmed)
    found = [each for each in agendas.entries(confirmed.agency, confirmed.members["ana"]) if "activation" in each.key]

    assert [each.key for each in found] == [
        f"activation-{activation.id}-exercise",
        f"activation-{activation.id}-review",
    ]
    assert all(each.summary.startswith("EXERCISE ") and each.summary.endswith(" EXERCISE") for each in found)


def test_of_a_real_activation_the_review_stands_in_it(confirmed):
    start(confirmed, ActivationKind.REAL)

    assert "Review of the activation of Earthquake, Haiti" in summaries(confirmed)


def test_what_was_called_off_stands_in_no_calendar(confirmed):
    activation = start(confirmed)
    with transaction():
        running.cancel(activation, None, by=confirmed.ana)

    assert not [key for key in keys(confirmed, "ana") if "activation" in key]


def test_an_operator_sees_plans_in_force_and_what_they_work_on(confirmed):
    activation = start(confirmed)
    assert keys(confirmed, "rui") == [f"plan-{confirmed.plan.id}-review"]
    with transaction():
        duties.change(activation, [confirmed.members["rui"].id], by=confirmed.ana)

    assert f"activation-{activation.id}-exercise" in keys(confirmed, "rui")


def test_what_is_being_written_is_told_to_no_operator(confirmed):
    activation = start(confirmed)
    with transaction():
        duties.change(activation, [confirmed.members["rui"].id], by=confirmed.ana)
        before = summaries(confirmed, "rui")
        told = {"title": "Unapproved", "review_on": now().date() + timedelta(days=7)}
        drafting.describe(confirmed.plan, told, version=None, by=confirmed.ana)

    assert summaries(confirmed, "rui") == before
    assert "Review of the plan Unapproved" in summaries(confirmed, "ana")


def test_s4_a_plan_approved_at_high_risk_stays_out_while_its_draft_says_otherwise(confirmed):
    with transaction():
        confirmed.plan.risk_class = Risk.HIGH
        stage.approved(confirmed)
        confirmed.plan.risk_class = Risk.STANDARD

    assert keys(confirmed, "rui") == []


def test_s4_a_plan_at_high_risk_is_left_out_unless_the_member_wants_it(confirmed):
    start(confirmed)
    with transaction():
        confirmed.plan.risk_class = Risk.HIGH

    assert keys(confirmed, "ana") == []
    assert len(keys(confirmed, "ana", high_risk=True)) == 4


def test_s4_no_name_stands_in_it(confirmed):
    start(confirmed)
    with transaction():
        calendars.share(confirmed.members["ana"], high_risk=True, by=confirmed.ana)
    text = agendas.written(db.session.query(CalendarFeed).one()).decode()

    for name in ("Amina", "Salma", "Rose", "Ana", "example.org"):
        assert name not in text


def test_a_calendar_program_reads_it(confirmed):
    activation = start(confirmed)
    with transaction():
        confirmed.plan.title = "Quake; a,b\\n\r\nBEGIN:VALARM " + "é" * 80
        calendars.share(confirmed.members["ana"], high_risk=False, by=confirmed.ana)
    feed = db.session.query(CalendarFeed).one()
    content = agendas.written(feed)
    calendar = icalendar.Calendar.from_ical(content)
    events = {str(each["uid"]): each for each in calendar.walk("VEVENT")}

    assert len(events) == 4
    assert calendar.walk("VALARM") == []
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert agendas.written(feed) == content
    exercise = events[f"activation-{activation.id}-exercise@localhost"]
    assert exercise["dtstart"].dt == activation.h_hour.replace(microsecond=exercise["dtstart"].dt.microsecond)
    assert exercise["dtend"].dt > exercise["dtstart"].dt
    assert str(exercise["url"]) == f"http://localhost/activations/{activation.id}"


def test_it_is_written_in_the_members_language(confirmed):
    with transaction():
        confirmed.members["ana"].language = "fr"
        calendars.share(confirmed.members["ana"], high_risk=False, by=confirmed.ana)

    assert b"VERSION:2.0" in agendas.written(db.session.query(CalendarFeed).one())


def test_what_is_long_over_leaves_the_calendar(confirmed):
    with transaction():
        confirmed.plan.review_on = now().date() - timedelta(days=91)

    assert f"plan-{confirmed.plan.id}-review" not in keys(confirmed, "ana")


@pytest.mark.once
def test_statements_do_not_grow_with_what_stands_in_it(confirmed, statements):
    start(confirmed)
    with statements() as few:
        keys(confirmed, "ana")
    db.session.rollback()
    with transaction():
        running.cancel(running.bands(confirmed.agency)[0], None, by=confirmed.ana)
    start(confirmed, ActivationKind.REAL)
    with statements() as many:
        keys(confirmed, "ana")

    assert len(many) <= len(few)
