"""What is accepted of a contact, and what is said where it is not."""

from datetime import date

import pytest
from marshmallow import ValidationError

from preparedness.contacts import schemas
from preparedness.contacts.schemas import NEW_PERSON, NewPersonSchema, OrganisationSchema, PersonSchema
from preparedness.vocabulary import Capability, ChannelKind

pytestmark = pytest.mark.usefixtures("app")


def loaded(**sent):
    return PersonSchema(partial=True).load(sent)


def refused(**sent):
    with pytest.raises(ValidationError) as error:
        loaded(**sent)
    return error.value.normalized_messages()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Haiti: Ouest", [{"country": "HT", "place": "Ouest"}]),
        ("haïti\n\n FR ", [{"country": "HT", "place": None}, {"country": "FR", "place": None}]),
        ([{"country": "HT", "place": "Ouest"}], [{"country": "HT", "place": "Ouest"}]),
        ("", []),
    ],
)
def test_places_are_lines_of_a_page_or_rows_of_a_program(written, meant):
    assert (loaded(serves=written)["serves"] or []) == meant


def test_places_are_written_back_as_they_are_read():
    lines = "Haiti: Ouest\nFrance"

    assert schemas.part_schemas.written(loaded(serves=lines)["serves"]) == lines


def test_a_place_that_is_nowhere_is_named():
    assert "Atlantis" in str(refused(serves="France\nAtlantis: Coast"))
    assert refused(serves=[{"country": "QQ"}])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Jean@example.org", {"email": "Jean@example.org"}), ("+1 514 555 0105", {"phone": "+15145550105"})],
)
def test_one_channel_is_an_address_or_a_number(typed, kept):
    sent = {"name": "Jean", "language": "ht", "source": "colleague", "reach": typed}

    data = NewPersonSchema(only=NEW_PERSON).load(sent)

    assert {name: data[name] for name in ("email", "phone") if name in data} == kept


@pytest.mark.parametrize("typed", ["jean@", "0145550105", "+1", "jean", "+15145550105 or so"])
def test_a_channel_that_leads_nowhere_is_refused(typed):
    with pytest.raises(ValidationError) as error:
        NewPersonSchema(only=NEW_PERSON).load({"name": "J", "language": "ht", "source": "colleague", "reach": typed})

    assert list(error.value.normalized_messages()) == ["reach"]


def test_an_address_is_read_as_its_kind_wants_it():
    data = loaded(channels=[{"kind": "signal", "address": "+33 1 99 00 12 34"}, {"kind": "postal", "address": "BP 1"}])

    assert [each["address"] for each in data["channels"]] == ["+33199001234", "BP 1"]
    assert refused(channels=[{"kind": "email", "address": "nobody"}])
    assert refused(channels=[{"kind": "pigeon", "address": "Coop 3"}])


def test_a_capability_is_a_code_or_says_what_was_checked():
    data = loaded(capabilities=["legal", {"code": "health_clinical", "verified_on": "2026-01-05"}])

    assert data["capabilities"][0] is Capability.LEGAL
    assert data["capabilities"][1] == {"code": Capability.HEALTH_CLINICAL, "verified_on": date(2026, 1, 5)}
    assert refused(capabilities=["juggling"])


def test_any_language_with_a_code_is_accepted_and_no_other_word():
    assert loaded(language="pa", languages=["zh-Hant", "rar"])["languages"] == ["zh-Hant", "rar"]
    assert refused(language="French")
    assert refused(languages=["French"])


def test_a_rare_language_of_somebody_is_offered_to_them():
    assert "rar" not in dict(schemas.languages([]))
    assert "rar" in dict(schemas.languages(["rar", "fr"]))


def test_an_absence_ends_after_it_begins():
    assert loaded(absences=[{"from": "2026-11-24", "until": "2026-11-24"}])
    assert refused(absences=[{"from": "2026-11-24", "until": "2026-11-23"}])


def test_status_verification_and_consent_are_not_fields_of_anybody():
    for name in ("state", "verification", "agreed", "consents", "vettings", "ref", "version", "opted_out_at"):
        assert list(refused(**{name: "x"})) == [name]


def test_the_best_channel_and_the_bands_are_words_of_a_list():
    assert loaded(best_channel="phone")["best_channel"] is ChannelKind.PHONE
    assert OrganisationSchema(partial=True).load({"people_reached": "50_200"})["people_reached"] == "50_200"
    with pytest.raises(ValidationError):
        OrganisationSchema(partial=True).load({"people_reached": "73"})


def test_erasing_wants_a_reason_and_a_tick():
    with pytest.raises(ValidationError) as error:
        schemas.EraseSchema().load({"reason": "their_wish", "sure": False})

    assert list(error.value.normalized_messages()) == ["sure"]
    assert schemas.EraseSchema().load({"reason": "their_wish", "sure": True})["sure"]
