"""May they be asked, may they be called, how well are they known, what did they agree to?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from preparedness.audit import CLOCK
from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import Basis, ChannelState, ContactState, Person, Purpose
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.vocabulary import ChannelKind, Verification


def agreed_by_link(person):
    return standing.agree(person, Purpose.BE_CALLED, Basis.LINK, by=person.actor, text_version="1")


# --- Asking --------------------------------------------------------------------------------------------------------


def archive(person):
    person.state = ContactState.ARCHIVED


def opt_out(person):
    person.opted_out_at = now()


def lose_source(person):
    person.source = None


def pause(person):
    person.paused_until = standing.today()


def bounce(person):
    person.channels[0].state = ChannelState.BOUNCED


def bar(person):
    person.channels[0].state = ChannelState.OPTED_OUT


def have_only_a_phone(person):
    person.channels[0].kind = ChannelKind.PHONE


WAYS = [archive, opt_out, lose_source, pause, bounce, bar, have_only_a_phone]


def test_somebody_with_a_source_and_a_channel_may_be_asked(world):
    assert standing.why_not(world.amina) is None


@pytest.mark.parametrize("spoil", WAYS)
def test_s2_each_thing_that_is_missing_forbids_asking_and_the_query_agrees(world, spoil):
    spoil(world.amina)
    db.session.flush()

    assert standing.why_not(world.amina)
    allowed = db.session.scalars(select(Person).where(standing.may_be_asked(), Person.id == world.amina.id))
    assert list(allowed) == []


def test_the_query_and_the_sentence_agree_for_those_who_may(world):
    asked = set(db.session.scalars(select(Person.id).where(standing.may_be_asked())))

    everybody = db.session.scalars(select(Person))
    assert asked == {person.id for person in everybody if standing.why_not(person) is None}
    assert world.tomas.id not in asked


def test_a_pause_that_is_over_forbids_nothing(world):
    world.amina.paused_until = standing.today() - timedelta(days=1)

    assert standing.why_not(world.amina) is None


def test_their_organisations_address_will_do(world):
    world.amina.channels.clear()
    assert standing.why_not(world.amina)

    organisations.change(world.federation, {"email": "office@example.org"}, version=None, by=world.ana)

    assert standing.why_not(world.amina) is None
    assert standing.channel_of(world.amina).address == "office@example.org"
    assert world.amina.id in set(db.session.scalars(select(Person.id).where(standing.may_be_asked())))


def test_an_organisation_is_asked_through_its_contact_point(world):
    assert standing.why_not(world.federation) is None

    people.opt_out(world.amina, by=world.ana)
    assert "Amina Diallo" in standing.why_not(world.federation)

    world.federation.contact_person = None
    assert standing.why_not(world.federation)


def test_a_sensitive_contact_point_is_named_by_the_working_name(world):
    world.federation.contact_person = world.salma
    people.opt_out(world.salma, by=world.ana)

    assert "Rose" in standing.why_not(world.federation)
    assert "Salma" not in standing.why_not(world.federation)


# --- Agreeing ------------------------------------------------------------------------------------------------------


def test_being_asked_is_not_being_called(world):
    assert standing.why_not_called(world.amina)

    agreed_by_link(world.amina)

    assert standing.why_not_called(world.amina) is None


def test_s2_nobody_but_the_person_agrees_by_link(world):
    for somebody in (world.ana, CLOCK, world.tomas.actor):
        with pytest.raises(Refused):
            standing.agree(world.amina, Purpose.BE_CALLED, Basis.LINK, by=somebody)

    assert world.amina.consents == []


def test_s2_a_signed_form_is_kept_by_a_member_who_says_where_it_is(world):
    with pytest.raises(Refused):
        standing.agree(world.amina, Purpose.BE_CALLED, Basis.SIGNED_FORM, by=world.ana)
    with pytest.raises(Refused):
        standing.agree(world.amina, Purpose.BE_CALLED, Basis.SIGNED_FORM, by=CLOCK, evidence="Folder 3")

    standing.agree(world.amina, Purpose.BE_CALLED, Basis.SIGNED_FORM, by=world.ana, evidence="Folder 3")

    assert standing.agreed(world.amina, Purpose.BE_CALLED).evidence == "Folder 3"


def test_agreeing_twice_is_agreeing_once(world):
    assert agreed_by_link(world.amina) is agreed_by_link(world.amina)


def test_what_was_withdrawn_can_be_given_again(world):
    agreed_by_link(world.amina)
    standing.withdraw_consent(world.amina, Purpose.BE_CALLED, by=world.amina.actor)
    standing.withdraw_consent(world.amina, Purpose.BE_CALLED, by=world.amina.actor)
    db.session.flush()
    assert standing.why_not_called(world.amina)

    agreed_by_link(world.amina)
    db.session.flush()

    assert standing.why_not_called(world.amina) is None
    assert len(world.amina.consents) == 2


def test_a_paused_person_is_not_called(world):
    agreed_by_link(world.amina)
    people.pause(world.amina, standing.today(), by=world.ana)

    assert standing.why_not_called(world.amina)


# --- Verifying -----------------------------------------------------------------------------------------------------


def vet(world, level, days=None, on=0):
    today = standing.today()
    expires = None if days is None else today + timedelta(days=days)
    return standing.vet(
        world.amina, level, on=today - timedelta(days=on), evidence="Video call", by=world.ana, expires_on=expires
    )


def test_the_highest_check_that_holds_is_what_counts(world):
    vet(world, 3, days=100)
    vet(world, 1)

    assert world.amina.known_as is Verification.DOCUMENTS_CHECKED
    assert world.amina.verified_until == standing.today() + timedelta(days=100)


def test_checks_that_are_there_already_are_not_recorded_again(world):
    (there,) = world.amina.vettings
    known = {"level": there.level, "on": there.on, "by": there.by, "expires_on": None}
    later = {"level": 3, "on": standing.today(), "by": "Embassy"}

    for _turn in range(2):
        standing.verify(world.amina, [known, later], by=world.ana)
    standing.verify(world.amina, [], by=world.ana)

    assert [(each.level, each.by) for each in world.amina.vettings] == [(2, "Ana"), (3, "Embassy")]
    assert world.amina.known_as is Verification.DOCUMENTS_CHECKED


def test_a_check_that_ran_out_counts_no_more(world):
    vet(world, 4, days=-1, on=400)

    assert world.amina.known_as is Verification.IDENTITY_CONFIRMED


def test_the_longest_check_of_a_level_says_until_when(world):
    vet(world, 3, days=10)
    vet(world, 3, days=20)
    assert world.amina.verified_until == standing.today() + timedelta(days=20)

    vet(world, 3)

    assert world.amina.verified_until is None


@pytest.mark.parametrize(("level", "on", "days"), [(0, 0, None), (5, 0, None), (2, -1, None), (2, 10, -10)])
def test_a_check_that_makes_no_sense_is_refused(world, level, on, days):
    with pytest.raises(Refused):
        vet(world, level, days=days, on=on)


def test_an_answer_from_the_recorded_address_confirms_it(world):
    world.amina.vettings.clear()
    standing.derive(world.amina)
    world.amina.channels[0].state = ChannelState.UNVERIFIED

    standing.contact_confirmed(world.amina)

    assert world.amina.known_as is Verification.CONTACT_CONFIRMED
    assert world.amina.channels[0].state is ChannelState.OK
    assert world.amina.confirmed_self_at is not None


def test_an_answer_lowers_no_verification(world):
    standing.contact_confirmed(world.amina)

    assert world.amina.known_as is Verification.IDENTITY_CONFIRMED
    assert len(world.amina.vettings) == 1


def test_s16_who_was_told_is_told_on_a_day(world):
    world.amina.told_on = None

    standing.told(world.amina, by=world.ana)

    assert world.amina.told_on == standing.today()
