"""What the letters say, and when none is wanted any more."""

import re

import pytest

from preparedness import config
from preparedness.confirmations import answers, campaigns, letters
from preparedness.confirmations.models import Choice
from preparedness.contacts import links
from preparedness.notifications import jobs, outbox
from preparedness.notifications import letters as post
from preparedness.plans.models import Status
from tests import asking


def written(message, language=None):
    """A queued message as it would be sent."""
    context = letters.CONTEXTS[message.template](message)
    return None if context is None else post.render(message.template, language or message.language, context)


def test_the_first_letter_says_who_why_whence_until_when_and_how_to_be_removed(world):
    """safety.md S16."""
    world.amina.told_on = None
    _assignment, request = asking.amina_asked(world)

    letter = written(outbox.of(request)[0])

    for said in ("Amina", "Civil Protection", "Diaspora coordination lead", "Earthquake, Haiti"):
        assert said in letter.text
    assert "first message to you" in letter.text
    assert "You gave us this address yourself" in letter.text
    assert "erased" in letter.text
    assert world.agency.contact_point in letter.text
    assert letter.subject == "Amina, a role for you with Civil Protection"


def test_the_link_stands_alone_on_its_line_and_opens(world):
    _assignment, request = asking.amina_asked(world)

    letter = written(outbox.of(request)[0])

    address = links.address(asking.link_of(world.amina))
    assert address in letter.text.splitlines()
    assert links.open(address.rpartition("/")[2]).person is world.amina
    assert address in letter.sms


def test_no_placeholder_is_left_open(world):
    assignment, request = asking.amina_asked(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    campaigns.ask_again(world.plan, by=world.ana)
    answers.send_new_link(asking.link_of(world.amina), by=world.amina.actor)

    for message in [*outbox.of(request), *outbox.of(world.amina)]:
        letter = written(message)
        if letter is not None:
            assert "%(" not in letter.text + letter.subject
            assert "None" not in letter.text + letter.subject


def test_a_letter_is_not_sent_once_they_were_erased_paused_or_the_deadline_passed(world):
    _assignment, request = asking.amina_asked(world)
    message = outbox.of(request)[0]
    assert written(message) is not None

    world.amina.paused_until = asking.in_days(3)
    assert written(message) is None

    world.amina.paused_until = None
    request.campaign.deadline = asking.in_days(-2)
    assert written(message) is None


def test_no_reminder_is_sent_to_somebody_who_has_answered(world):
    assignment, request = asking.amina_asked(world)
    campaigns.ask_again(world.plan, by=world.ana)
    reminder = next(each for each in outbox.of(request) if each.template == "confirm_reminder")
    assert written(reminder) is not None

    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)

    assert written(reminder) is None


def test_a_rehearsal_shows_the_letter_with_a_link_to_the_example(world):
    assignment = asking.propose(world, world.seat, world.amina)
    campaigns.rehearse(world.plan, member=world.members["ana"], by=world.ana)

    letter = written(outbox.of(world.plan)[0])

    assert letter.subject.startswith("[Example]")
    assert f"/a/example/{world.plan.id}?" in letter.text
    assert assignment.status is Status.PROPOSED


def test_the_receipt_says_what_was_noted_and_not_to_travel(world):
    """safety.md S5."""
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)

    letter = written(next(each for each in outbox.of(request) if each.template == "thanks"))

    assert "Diaspora coordination lead: I accept" in letter.text
    assert "Do not travel without a letter" in letter.text


def test_s2_the_letter_about_a_reported_answer_offers_a_way_to_object(world):
    assignment, request = asking.amina_asked(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)

    letter = written(outbox.of(request)[0])

    assert "was not you" in letter.text
    assert links.address(asking.link_of(world.amina)) in letter.text


@pytest.mark.parametrize("template", ["confirm", "confirm_reminder", "thanks", "reported_by_phone"])
def test_s3_at_high_risk_a_letter_carries_the_phrase_and_names_nobody_and_nothing(world, template):
    assignment = asking.high_risk(world)
    request = asking.ask(world)
    answers.report(assignment, Choice.ACCEPT, by=world.ana)
    campaigns.ask_again(world.plan, by=world.ana)
    context = letters.CONTEXTS["confirm"](outbox.of(request)[-1])

    letter = post.render(template, "en", context)

    assert "yellow bicycle" in letter.text
    for named in ("Amina", "Civil Protection", "Haiti", "Federation", "lead", "civil-protection"):
        assert named not in letter.text + letter.subject + (letter.sms or "")


def test_a_sensitive_person_is_greeted_by_their_working_name(world):
    asking.propose(world, world.montreal, world.salma)
    request = asking.ask(world)

    assert "Rose" in written(outbox.of(request)[0], "en").text
    assert "Salma" not in written(outbox.of(request)[0], "en").text


def test_requests_and_rehearsals_leave_by_the_outbox(world):
    asking.propose(world, world.seat, world.amina)
    campaigns.rehearse(world.plan, member=world.members["ana"], by=world.ana)
    asking.ask(world)
    mailbox = config.current().mailbox
    before = set(mailbox.glob("*.eml")) if mailbox.is_dir() else set()

    assert jobs.deliver() == 2

    said = sorted(path.read_text() for path in set(mailbox.glob("*.eml")) - before)
    assert {to for mail in said for to in re.findall(r"^To: .*<(.+)>", mail, re.M)} == {
        "amina@example.org",
        "ana@agency.example.org",
    }


def test_s3_a_letter_that_lost_its_phrase_or_its_link_is_not_sent(world):
    asking.high_risk(world)
    request = asking.ask(world)
    message = outbox.of(request)[0]
    assert written(message) is not None

    world.amina.check_phrase = None
    assert written(message) is None

    world.amina.check_phrase = "yellow bicycle"
    links.void(asking.link_of(world.amina), by=world.ana)
    assert written(message) is None


def test_s3_a_new_link_at_high_risk_carries_the_phrase_and_no_name(world):
    assignment = asking.high_risk(world)
    request = asking.ask(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    answers.send_new_link(asking.link_of(world.amina), by=world.amina.actor)
    message = outbox.of(world.amina)[0]

    letter = written(message)
    assert "yellow bicycle" in letter.text
    assert "Amina" not in letter.text + letter.subject

    world.amina.check_phrase = None
    assert written(message) is None


def test_a_new_link_that_was_voided_meanwhile_is_not_sent(world):
    asking.amina_asked(world)
    link = asking.link_of(world.amina)
    answers.send_new_link(link, by=world.amina.actor)
    links.void(link, by=world.ana)

    assert written(outbox.of(world.amina)[0]) is None


def test_no_receipt_goes_to_somebody_who_asked_to_be_left_alone(world):
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT}}, by=world.amina.actor)
    receipt = next(each for each in outbox.of(request) if each.template == "thanks")
    assert written(receipt) is not None

    world.amina.opted_out_at = asking.now()

    assert written(receipt) is None


def test_a_rehearsal_of_somebody_who_lost_their_contact_point_is_not_sent(world):
    asking.propose(world, world.seat, world.federation)
    campaigns.rehearse(world.plan, member=world.members["ana"], by=world.ana)
    world.federation.contact_person = None

    assert written(outbox.of(world.plan)[0]) is None
