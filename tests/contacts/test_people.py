"""People: added with little, changed from the version seen, paused, left alone, brought back."""

from datetime import timedelta

import pytest

from preparedness import audit, refs
from preparedness.audit import CLOCK
from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import ChannelState, ContactState, ErasureReason
from preparedness.database import db
from preparedness.errors import Missing, Refused, Stale
from preparedness.vocabulary import Capability, ChannelKind, Mode, Relation


def added(world, **more):
    return people.add(world.agency, {"name": "Jean Pierre", "source": "colleague", **more}, by=world.ana)


def channels(person):
    return [(channel.kind.value, channel.address) for channel in person.channels]


# --- Adding --------------------------------------------------------------------------------------------------------


def test_what_is_not_said_follows_from_the_organisation(world):
    person = added(world, organisation_id=world.federation.id)

    assert (person.country, person.timezone, person.language) == ("CA", "America/Toronto", "en")


def test_what_is_not_said_follows_from_the_agency_where_there_is_no_organisation(world):
    person = added(world)

    assert (person.country, person.timezone) == ("HT", "America/Port-au-Prince")


def test_a_new_person_has_a_ref_that_checks(world):
    assert refs.checked(added(world).ref)


def test_a_new_channel_is_not_yet_tried(world):
    person = added(world, email="Jean@Example.org")

    assert channels(person) == [("email", "Jean@Example.org")]
    assert person.channels[0].address_fold == "jean@example.org"
    assert person.channels[0].state is ChannelState.UNVERIFIED


@pytest.mark.parametrize("needed", ["name", "source"])
def test_nobody_is_added_without_a_name_and_a_source(world, needed):
    with pytest.raises(Refused) as refused:
        added(world, **{needed: None})

    assert refused.value.field == needed


def test_nobody_is_put_into_another_agencys_organisation(world):
    with pytest.raises(Missing):
        added(world, organisation_id=world.foreign_organisation.id)


def test_adding_leaves_one_entry_that_names_nobody(world):
    person = added(world, email="jean@example.org")

    (entry,) = audit.of(person)

    assert entry.action is audit.Action.PERSON_ADDED
    assert entry.subject_ref == person.ref
    assert "jean" not in str([entry.detail.before, entry.detail.after]).lower()


# --- Changing ------------------------------------------------------------------------------------------------------


def test_a_change_sets_what_it_names_and_leaves_the_rest(world):
    person = added(world, email="jean@example.org", capabilities=["legal"], languages=["fr"])

    people.change(person, {"function": "Treasurer"}, version=person.version, by=world.ana)

    assert (person.function, person.name) == ("Treasurer", "Jean Pierre")
    assert channels(person) == [("email", "jean@example.org")]
    assert [each.code for each in person.capabilities] == [Capability.LEGAL]


def test_a_change_of_what_belongs_to_somebody_grows_their_version(world):
    person = added(world)
    seen = person.version

    people.change(person, {"languages": ["ht"]}, version=seen, by=world.ana)

    assert person.version == seen + 1
    assert [each.language for each in person.spoken] == ["ht"]


def test_a_change_that_changes_nothing_leaves_no_trace(world):
    person = added(world, email="jean@example.org")
    seen, entries = person.version, len(audit.of(person))

    people.change(person, {"name": "Jean Pierre", "email": "jean@example.org"}, version=seen, by=world.ana)

    assert (person.version, len(audit.of(person))) == (seen, entries)


def test_a_new_name_is_found_by_the_new_name(world):
    person = added(world)

    people.change(person, {"name": "Élise", "name_local": "Элиза"}, version=None, by=world.ana)

    assert (person.name_fold, person.also_fold) == ("elise", "eliza")


def test_a_change_from_an_older_version_shows_both_values_and_changes_nothing(world):
    person = added(world, city="Lyon", capabilities=["legal"])
    seen = person.version
    people.change(person, {"city": "Paris", "capabilities": ["shelter"]}, version=seen, by=world.ada)

    with pytest.raises(Stale) as stale:
        people.change(
            person, {"city": "Nice", "name": "Jean Pierre", "capabilities": ["legal"]}, version=seen, by=world.ana
        )

    said = {each.field: (each.mine, each.theirs) for each in stale.value.differences}
    assert said["city"] == ("Nice", "Paris")
    assert set(said) == {"city", "capabilities"}
    assert (person.city, stale.value.by) == ("Paris", "Ada")


def test_whoever_was_erased_meanwhile_is_missing(world):
    people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ana)

    with pytest.raises(Missing):
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)
    with pytest.raises(Missing):
        people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ana)


@pytest.mark.parametrize("needed", ["name", "source", "language", "country", "timezone"])
def test_what_is_needed_cannot_be_emptied(world, needed):
    with pytest.raises(Refused):
        people.change(added(world), {needed: None}, version=None, by=world.ana)


def test_the_first_number_is_changed_whatever_kind_it_is(world):
    person = added(world, channels=[{"kind": "whatsapp", "address": "+15145550105"}])

    people.change(person, {"phone": "+15145550106"}, version=None, by=world.ana)

    assert channels(person) == [("whatsapp", "+15145550106")]


def test_an_emptied_address_goes_and_the_others_stay(world):
    person = added(world, email="jean@example.org", phone="+15145550105")

    people.change(person, {"email": None}, version=None, by=world.ana)

    assert channels(person) == [("phone", "+15145550105")]


def test_the_best_channel_comes_first(world):
    person = added(world, email="jean@example.org", phone="+15145550105")

    people.change(person, {"best_channel": ChannelKind.PHONE}, version=None, by=world.ana)

    assert channels(person) == [("phone", "+15145550105"), ("email", "jean@example.org")]


def test_a_channel_that_stays_keeps_its_state(world):
    person = added(world, email="jean@example.org")
    person.channels[0].state = ChannelState.BOUNCED
    db.session.flush()

    people.change(person, {"phone": "+15145550105"}, version=None, by=world.ana)

    assert [each.state for each in person.channels] == [ChannelState.BOUNCED, ChannelState.UNVERIFIED]


def test_codes_keep_what_was_checked_of_a_capability(world):
    row = {"code": "health_clinical", "licence_country": "FR", "regulator": "Ordre des médecins"}
    person = added(world, capabilities=[row])

    people.change(person, {"capabilities": ["health_clinical", "legal"]}, version=None, by=world.ana)

    kept = {each.code: each.regulator for each in person.capabilities}
    assert kept == {Capability.HEALTH_CLINICAL: "Ordre des médecins", Capability.LEGAL: None}


def test_the_places_of_one_tie_leave_the_others(world):
    person = added(world, origin=[{"country": "HT", "place": "Ouest"}], serves=[{"country": "FR"}])

    people.change(person, {"serves": []}, version=None, by=world.ana)

    assert [(each.relation, each.place) for each in person.covers] == [(Relation.ORIGIN, "Ouest")]


def test_what_is_said_twice_is_kept_once(world):
    data = {"capabilities": ["legal", "legal"], "languages": ["fr", "fr"], "serves": [{"country": "HT"}] * 2}
    person = added(world, **data)

    assert (len(person.capabilities), len(person.spoken), len(person.covers)) == (1, 1, 1)


def test_availability_is_said_as_a_whole_or_point_by_point(world):
    person = added(world, availability={"modes": [Mode.REMOTE], "hours_week": 3})

    people.change(person, {"hours_week": 5}, version=None, by=world.ana)

    assert person.capacity == {"modes": ["remote"], "hours_week": 5}
    assert people.said(person)["hours_week"] == 5


def test_s5_nobody_travels_but_members_of_a_registered_team(world):
    person = added(world, organisation_id=world.federation.id)
    with pytest.raises(Refused):
        people.change(person, {"modes": [Mode.TRAVEL]}, version=None, by=world.ana)
    with pytest.raises(Refused):
        added(world, modes=[Mode.TRAVEL])

    organisations.change(world.federation, {"registration_no": "RNA W75"}, version=None, by=world.ana)
    people.change(person, {"modes": [Mode.TRAVEL]}, version=None, by=world.ana)

    assert person.modes == [Mode.TRAVEL]


def test_s1_nobody_is_sensitive_without_a_working_name(world):
    with pytest.raises(Refused) as refused:
        people.change(world.amina, {"sensitive": True}, version=None, by=world.ana)
    assert refused.value.field == "alias"

    people.change(world.amina, {"sensitive": True, "alias": "Iris"}, version=None, by=world.ana)

    assert world.amina.shown_name == "Iris"


def test_s4_what_is_said_of_somebody_never_enters_the_audit(world):
    person = added(world)
    data = {
        "name": "Secret Name",
        "function": "Secret function",
        "email": "secret@example.org",
        "languages": ["ht"],
        "serves": [{"country": "HT", "place": "Secret province"}],
        "check_phrase": "secret phrase",
    }

    people.change(person, data, version=None, by=world.ana)

    entry = audit.of(person)[0]
    assert set(entry.detail.after) == {"name", "function", "channels", "languages", "covers", "check_phrase"}
    assert "ecret" not in str([entry.detail.before, entry.detail.after])
    assert "ht" not in entry.detail.after["languages"]


# --- Pausing, leaving, coming back ---------------------------------------------------------------------------------


def test_a_paused_person_is_not_asked_until_the_day_has_passed(world):
    day = standing.today() + timedelta(days=3)

    people.pause(world.amina, day, by=world.ana)
    assert standing.why_not(world.amina)

    people.pause(world.amina, None, by=world.ana)
    assert standing.why_not(world.amina) is None


def test_a_pause_cannot_lie_in_the_past(world):
    with pytest.raises(Refused):
        people.pause(world.amina, standing.today() - timedelta(days=1), by=world.ana)


def test_only_the_person_takes_it_back_that_they_are_left_alone(world):
    people.opt_out(world.amina, by=world.ana)
    for somebody in (world.ana, CLOCK, world.tomas.actor):
        with pytest.raises(Refused):
            people.opt_in(world.amina, by=somebody)

    people.opt_in(world.amina, by=world.amina.actor)

    assert standing.why_not(world.amina) is None


def test_an_archived_person_leaves_the_list_and_comes_back(world):
    people.archive(world.amina, by=world.ana, version=world.amina.version)
    assert "Amina Diallo" not in [each.name for each in people.listed(world.agency).items]
    assert people.listed(world.agency, filters={"state": "archived"}).items == [world.amina]

    people.restore(world.amina, by=world.ana, version=world.amina.version)

    assert world.amina.state is ContactState.ACTIVE


def test_upper_packages_are_told_when_somebody_leaves(world, monkeypatch):
    told = []
    monkeypatch.setattr(people, "WHEN_LEFT", [lambda person, by: told.append((person.name, by.label))])

    people.archive(world.amina, by=world.ana)
    people.opt_out(world.salma, by=world.ana)
    people.opt_out(world.salma, by=world.ana)

    assert told == [("Amina Diallo", "Ana"), ("Salma Idris", "Ana")]


def test_another_agencys_person_is_missing(world):
    with pytest.raises(Missing):
        people.get(world.foreign_person.id, agency=world.agency)


# --- Listing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Amina Diallo", "Rose", "Tomas Okello"]),
        ({"language": "fr"}, ["Rose", "Tomas Okello"]),
        ({"language": "ht"}, ["Amina Diallo"]),
        ({"country": "CA"}, ["Amina Diallo"]),
        ({"country": "HT"}, ["Rose"]),
        ({"capability": "legal"}, ["Amina Diallo"]),
        ({"verification": "3"}, []),
        ({"verification": 2}, ["Amina Diallo", "Rose", "Tomas Okello"]),
        ({"source": "colleague"}, []),
        ({"asked": "yes"}, ["Amina Diallo", "Rose"]),
        ({"asked": "no"}, ["Tomas Okello"]),
    ],
)
def test_filters_narrow_the_list(world, filters, names):
    people.change(world.amina, {"capabilities": ["legal"], "languages": ["ht"]}, version=None, by=world.ana)
    people.change(world.salma, {"origin": [{"country": "HT"}]}, version=None, by=world.ana)

    listed = people.listed(world.agency, filters=filters)

    assert sorted(each.shown_name for each in listed.items) == names


def test_the_people_of_one_organisation(world):
    listed = people.listed(world.agency, filters={"organisation": world.federation.id})

    assert listed.items == [world.amina]


def test_headers_sort_both_ways_and_the_unknown_sorts_by_name(world):
    def names(sort):
        return [each.name for each in people.listed(world.agency, sort=sort).items]

    assert names("country") == ["Amina Diallo", "Salma Idris", "Tomas Okello"]
    assert names("-name") == ["Tomas Okello", "Salma Idris", "Amina Diallo"]
    assert names("organisation")[0] == names("-organisation")[0] == "Amina Diallo"
    assert names("password") == names(None) == ["Amina Diallo", "Salma Idris", "Tomas Okello"]


def test_a_list_takes_the_same_statements_however_many_there_are(world, statements, crowd):
    people.add_many(world.agency, crowd(10), by=world.ana)
    db.session.commit()
    with statements() as few:
        shown = people.listed(world.agency)
        [standing.why_not(each) for each in shown.items]
    people.add_many(world.agency, [{**row, "email": None, "phone": None} for row in crowd(150)], by=world.ana)
    db.session.commit()
    db.session.expire_all()

    with statements() as many:
        shown = people.listed(world.agency)
        [standing.why_not(each) for each in shown.items]

    assert (shown.total, len(shown.items)) == (163, 50)
    assert len(many) <= len(few)
