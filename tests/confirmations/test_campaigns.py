"""Who is asked, what they get, and what is said of those who cannot be asked."""

from zoneinfo import ZoneInfo

import pytest

from preparedness.audit import Action
from preparedness.audit import of as audit_of
from preparedness.confirmations import campaigns
from preparedness.confirmations.models import RequestState
from preparedness.contacts.models import Source
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.notifications import outbox
from preparedness.plans import assignments
from preparedness.plans.models import PlanState, Status
from preparedness.vocabulary import ChannelKind
from tests import asking


def test_before_anything_is_sent_the_planner_sees_who_gets_what(world):
    asking.propose(world, world.montreal, world.salma)

    (preview,) = campaigns.preview(world.plan)

    assert (preview.name, preview.language, preview.channel) == ("Rose", "fr", ChannelKind.EMAIL)
    assert (preview.zone, preview.why_not) == ("Europe/Paris", None)
    assert preview.local_time.utcoffset() is not None


def test_several_roles_of_one_person_are_one_message(world):
    asking.propose(world, world.seat, world.amina)
    asking.propose(world, world.montreal, world.federation)

    (preview,) = campaigns.preview(world.plan)

    assert len(preview.assignments) == 2


def test_an_organisation_is_asked_through_its_contact_point(world):
    asking.propose(world, world.seat, world.federation)

    (preview,) = campaigns.preview(world.plan)

    assert preview.person is world.amina


def test_those_who_cannot_be_asked_come_first_with_the_reason(world):
    asking.propose(world, world.seat, world.amina)
    asking.propose(world, world.montreal, world.salma)
    world.salma.source = None

    first, second = campaigns.preview(world.plan)

    assert first.person is world.salma
    assert first.why_not
    assert second.why_not is None


def test_an_organisation_that_lost_its_contact_point_is_listed_as_not_to_be_asked(world):
    asking.propose(world, world.seat, world.federation)
    world.federation.contact_person = None
    db.session.flush()

    (preview,) = campaigns.preview(world.plan)

    assert preview.person is None
    assert preview.name == "Federation of Haitian Associations"
    assert preview.why_not


def test_asking_invites_queues_one_message_and_issues_a_link(world):
    assignment, request = asking.amina_asked(world)

    assert assignment.status is Status.INVITED
    assert request.state is RequestState.ASKED
    (message,) = outbox.of(request)
    assert (message.template, message.person_id, message.language) == ("confirm", world.amina.id, "en")
    assert message.id == request.message_id
    assert asking.link_of(world.amina).subject_id == request.id


def test_a_message_holds_neither_link_nor_address_nor_text(world):
    _assignment, request = asking.amina_asked(world)

    (message,) = outbox.of(request)

    assert message.params == {"request_id": request.id, "first": False}


def test_asking_leaves_a_line_in_the_audit(world):
    _assignment, request = asking.amina_asked(world)

    assert Action.ASKED in {entry.action for entry in audit_of(request)}


def test_only_those_named_are_asked(world):
    asking.propose(world, world.seat, world.amina)
    left_out = asking.propose(world, world.montreal, world.salma)

    asking.ask(world, only={world.amina.id})

    assert left_out.status is Status.PROPOSED


def test_a_second_round_of_the_same_day_adds_to_the_same_request(world):
    _first, request = asking.amina_asked(world)
    asking.propose(world, world.montreal, world.amina)

    again = asking.ask(world)

    assert again is request
    assert len(again.lines) == 2
    assert len(outbox.of(request)) == 2


def test_another_word_to_others_leaves_the_first_word_as_it_was_said(world):
    asking.propose(world, world.seat, world.amina)
    first = asking.ask(world, why="The season begins.")
    asking.propose(world, world.montreal, world.salma)

    second = asking.ask(world, why="We have a new plan.")

    assert (first.campaign.why, second.campaign.why) == ("The season begins.", "We have a new plan.")


def test_the_first_message_ever_is_also_the_notice(world):
    """safety.md S16."""
    world.amina.told_on = None

    _assignment, request = asking.amina_asked(world)

    assert outbox.of(request)[0].params["first"] is True
    assert world.amina.told_on is not None


def test_nobody_is_asked_by_today(world):
    asking.propose(world, world.seat, world.amina)

    today = now().astimezone(ZoneInfo(world.agency.timezone)).date()
    with pytest.raises(Refused) as refused:
        campaigns.ask(world.plan, deadline=today, by=world.ana)

    assert refused.value.field == "deadline"
    assert campaigns.of(world.plan) == []


def test_nobody_is_asked_for_an_archived_plan(world):
    asking.propose(world, world.seat, world.amina)
    world.plan.state = PlanState.ARCHIVED

    with pytest.raises(Refused):
        asking.ask(world)


def test_asking_nobody_is_refused(world):
    with pytest.raises(Refused):
        asking.ask(world)


def test_the_reason_is_said_where_only_one_could_be_asked(world):
    asking.propose(world, world.seat, world.amina)
    world.amina.source = None

    with pytest.raises(Refused) as refused:
        asking.ask(world)

    assert refused.value.sentence == campaigns.preview(world.plan)[0].why_not


def test_those_whose_time_ran_out_can_be_asked_again(world):
    assignment, request = asking.amina_asked(world)
    assignments.expire(assignment, by=world.ana)
    request.state = RequestState.CLOSED

    asking.ask(world, days=30)

    assert assignment.status is Status.INVITED


def test_who_has_not_answered_is_reminded_once_a_day_however_often_it_is_pressed(world):
    _assignment, request = asking.amina_asked(world)

    assert campaigns.ask_again(world.plan, by=world.ana) == 1
    campaigns.ask_again(world.plan, by=world.ana)

    assert [message.template for message in outbox.of(request)] == ["confirm_reminder", "confirm"]


def test_who_paused_is_not_reminded_by_hand(world):
    asking.amina_asked(world)
    world.amina.paused_until = asking.in_days(5)

    assert campaigns.ask_again(world.plan, by=world.ana) == 0


def test_a_rehearsal_goes_to_the_planner_alone_once_in_each_language(world):
    asking.propose(world, world.seat, world.amina)
    asking.propose(world, world.montreal, world.salma)

    assert campaigns.rehearse(world.plan, member=world.members["ana"], by=world.ana) == 2

    messages = outbox.of(world.plan)
    assert {message.language for message in messages} == {"en", "fr"}
    assert all(
        message.person_id is None and message.params["member_id"] == world.members["ana"].id for message in messages
    )
    assert all(each.status is Status.PROPOSED for seat in (world.seat, world.montreal) for each in seat.assignments)


def test_a_rehearsal_for_nobody_is_refused(world):
    with pytest.raises(Refused):
        campaigns.rehearse(world.plan, member=world.members["ana"], by=world.ana)


def test_s3_at_high_risk_nothing_is_sent_without_the_phrase_agreed_on(world):
    asking.high_risk(world)
    world.amina.check_phrase = None

    (preview,) = campaigns.preview(world.plan)
    assert "phrase" in preview.why_not
    with pytest.raises(Refused):
        asking.ask(world)


def test_s3_at_high_risk_the_first_contact_is_never_made_by_the_product(world):
    asking.high_risk(world)
    world.amina.told_on = None

    assert campaigns.preview(world.plan)[0].why_not


def test_s16_nobody_is_asked_whose_contact_has_no_source(world):
    asking.propose(world, world.seat, world.amina)
    world.amina.source = None
    assert campaigns.preview(world.plan)[0].why_not

    world.amina.source = Source.PUBLIC_SOURCE
    assert campaigns.preview(world.plan)[0].why_not is None
