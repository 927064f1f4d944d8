"""Who is alerted, with what words, and who is not."""

from datetime import date, timedelta

import pytest

from preparedness.activations import alerts, availability, letters, running
from preparedness.activations.models import ActivationKind, ReplyState
from preparedness.contacts import standing
from preparedness.contacts.models import Purpose
from preparedness.database import db, now
from preparedness.notifications import letters as writing_room
from preparedness.notifications import outbox
from preparedness.notifications.models import MessageState
from preparedness.vocabulary import Level, Risk
from tests.activations import stage

EXERCISE = {"kind": ActivationKind.EXERCISE, "level": Level.PARTIAL}


def who(plan, level=Level.FULL):
    found = alerts.preview(plan, plan.latest_version, level)
    return {alert.name: alert.why_not for alert in found}


def letter(message):
    context = letters.CONTEXTS[message.template](message)
    return writing_room.render(message.template, message.language, context)


def alert_of(activation):
    return outbox.of(activation.replies[0])[-1]


def test_only_those_who_accepted_are_alerted(held):
    stage.accepts(held.montreal, held.tomas).status = "invited"

    assert set(who(held.plan)) == {"Amina Diallo", "Rose"}


def test_who_withdrew_their_agreement_is_not_alerted(held):
    standing.withdraw_consent(held.amina, Purpose.BE_CALLED, by=held.amina.actor)

    assert "have not agreed to be called" in who(held.plan)["Amina Diallo"]


def test_who_paused_is_not_alerted(held):
    held.amina.paused_until = date(2040, 1, 1)

    assert "paused" in who(held.plan)["Amina Diallo"]


def test_an_organisation_without_contact_point_stands_among_those_not_reached(held):
    stage.accepts(held.montreal, held.federation)
    held.federation.contact_person = None

    assert who(held.plan)["Federation of Haitian Associations"] == "This organisation has no contact point yet."


def test_somebody_with_two_roles_gets_one_alert(held):
    stage.accepts(held.montreal, held.federation)

    activation = running.start(held.plan, stage.AGREED | {"level": Level.FULL}, by=held.ana)

    (amina,) = [reply for reply in activation.replies if reply.person is held.amina]
    assert set(amina.seat_ids) == {held.seat.id, held.montreal.id}
    assert len(outbox.of(amina)) == 1


def test_holder_and_deputy_are_told_apart(held):
    stage.accepts(held.seat, held.salma)

    found = alerts.preview(held.plan, held.plan.latest_version, Level.PARTIAL)

    assert [(alert.name, alert.places[0].holder) for alert in found] == [("Amina Diallo", True), ("Rose", False)]


def test_s12_who_is_in_the_affected_area_of_an_emergency_is_not_alerted_for_another(activation, held):
    availability.reply(activation.replies[0], ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)

    assert "affected area" in who(held.plan)["Amina Diallo"]


def test_s12_what_was_answered_in_an_exercise_silences_no_real_alert(held):
    exercise = running.start(held.plan, EXERCISE, by=held.ana)
    availability.reply(exercise.replies[0], ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)

    assert who(held.plan)["Amina Diallo"] is None


def test_s3_at_high_risk_nothing_is_sent_without_the_phrase_they_chose(held):
    held.plan.risk_class = Risk.HIGH
    held.salma.check_phrase = "Mango tree"

    found = who(held.plan)

    assert "have not chosen a phrase" in found["Amina Diallo"]
    assert found["Rose"] is None


def test_s3_at_high_risk_an_alert_names_nothing_and_carries_the_phrase(held):
    held.plan.risk_class = Risk.HIGH
    held.amina.check_phrase = "Mango tree"
    activation = running.start(held.plan, stage.AGREED, by=held.ana)

    said = letter(alert_of(activation))

    assert "Mango tree" in said.text
    for word in ("Haiti", "Amina", "Civil Protection", "coordination"):
        assert word not in said.text + said.subject + said.sms


def test_s5_every_alert_says_not_to_travel(activation):
    said = letter(alert_of(activation))

    assert "Do not travel without a letter from Civil Protection." in said.text
    assert "Do not travel without a letter" in said.sms


def test_s6_an_alert_gives_the_address_of_family_links(activation):
    assert "https://familylinks.example.org" in letter(alert_of(activation)).text


def test_s13_an_exercise_says_so_first_and_last(held):
    activation = running.start(held.plan, EXERCISE, by=held.ana)

    said = letter(alert_of(activation))

    for text in (said.subject, said.text.strip(), said.sms):
        assert text.startswith("EXERCISE")
        assert text.endswith("EXERCISE")


def test_s13_an_exercise_says_so_in_the_language_of_the_person(held):
    held.amina.language = "fr"
    activation = running.start(held.plan, EXERCISE, by=held.ana)

    assert alert_of(activation).language == "fr"


def test_an_alert_says_the_role_and_the_link_and_the_plan(activation, held):
    said = letter(alert_of(activation))

    assert "- Diaspora coordination lead" in said.text
    assert "Earthquake, Haiti: Partial activation" in said.text
    assert any(line.startswith("http://localhost/a/") and len(line) == 62 for line in said.text.splitlines())


def test_an_alert_is_no_longer_wanted_once_it_is_over_or_they_withdrew(activation, held):
    message = alert_of(activation)
    assert letters.alert(message) is not None

    standing.withdraw_consent(held.amina, Purpose.BE_CALLED, by=held.amina.actor)

    assert letters.alert(message) is None


def test_an_alert_that_waited_for_a_day_says_nothing_any_more(activation):
    assert alert_of(activation).expires_at - now() < timedelta(hours=24, minutes=1)


def test_the_hour_at_which_an_alert_left_is_the_hour_of_the_call(activation):
    message, reply = alert_of(activation), activation.replies[0]
    version = reply.version
    message.state, message.handed_over_at = MessageState.HANDED_OVER, now()

    alerts.when_final(message)

    db.session.refresh(reply)
    assert reply.called_at == message.handed_over_at
    assert reply.version == version


@pytest.mark.parametrize("template", ["alert_cancelled", "stood_down", "report_back"])
@pytest.mark.parametrize("risk", [Risk.STANDARD, Risk.HIGH])
@pytest.mark.parametrize("kind", list(ActivationKind))
def test_what_is_said_afterwards_is_said_for_each_kind_and_risk(held, template, risk, kind):
    held.plan.risk_class = risk
    held.amina.check_phrase = "Mango tree"
    data = {"kind": kind, "level": Level.PARTIAL, "announced": True}
    activation = running.start(held.plan, data, by=held.ana)
    activation.report_back = "Twelve associations answered."

    alerts.tell(activation, template)

    said = letter(next(each for each in outbox.of(activation.replies[0]) if each.template == template))
    discreet = risk is Risk.HIGH
    assert ("Mango tree" in said.text) is discreet
    assert ("Civil Protection" in said.text) is not discreet
    assert said.text.startswith("EXERCISE") is (kind is ActivationKind.EXERCISE)
    assert ("Twelve associations" in said.text) is (template == "report_back" and not discreet)


def test_nothing_more_is_said_to_somebody_who_asked_to_be_left_alone(activation, held):
    held.amina.opted_out_at = now()

    assert alerts.tell(activation, "stood_down") == 0
    assert letters.afterwards(alert_of(activation)) is None
