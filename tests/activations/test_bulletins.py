"""Bulletins are read from outside: only what the standard says, nothing that does harm."""

import pytest

from preparedness.activations import areas, bulletins
from preparedness.activations.models import BulletinKind
from preparedness.vocabulary import Hazard, Level
from tests.activations.bulletins import bulletin, reference, refusals

pytestmark = pytest.mark.once


def test_the_example_itself_keeps_the_standard():
    assert refusals(bulletin()) == []
    assert refusals(bulletin(category="Weather")) != []


def test_a_bulletin_says_who_what_where_and_how_grave(app):
    read = bulletins.read(bulletin())
    (info,) = read.infos

    assert (read.sender, read.identifier, read.kind) == ("alerts@seismic.example.org", "eq-1", BulletinKind.ALERT)
    assert read.sent_at.isoformat() == "2026-11-24T04:35:46+00:00"
    assert (info.who, info.event) == ("National Seismic Service", "Earthquake")
    assert (info.hazards, info.countries, info.level) == ({Hazard.GEOHAZARDS}, {"HT"}, Level.FULL)


@pytest.mark.parametrize(
    ("severity", "certainty", "level"),
    [
        ("Extreme", "Likely", Level.FULL),
        ("Severe", "Observed", Level.PARTIAL),
        ("Minor", "Observed", Level.MONITOR),
        ("Unknown", "Unknown", Level.MONITOR),
        ("Extreme", "Unlikely", Level.MONITOR),
    ],
)
def test_how_grave_it_is_proposes_a_level(app, severity, certainty, level):
    assert bulletins.read(bulletin(severity=severity, certainty=certainty)).infos[0].level is level


def test_a_reference_names_what_it_names_in_whatever_offset(app):
    first = bulletins.read(bulletin())
    later = bulletins.read(bulletin(identifier="2", references=reference(sent="2026-11-24T05:35:46+01:00")))

    assert later.references == (first.name,)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"identifier": ""}, "identifier"),
        ({"identifier": "a b"}, "identifier"),
        ({"sender": "a,b"}, "sender"),
        ({"sender": "x" * 201}, "sender"),
        ({"sent": "yesterday"}, "sent"),
        ({"sent": "2026-11-24T04:35:46"}, "sent"),
        ({"sent": "2026-13-45T04:35:46-00:00"}, "sent"),
        ({"sent": "0001-01-01T00:00:00+14:00"}, "sent"),
        ({"status": "Real"}, "status"),
        ({"kind": "Warning"}, "msgType"),
        ({"category": "Weather"}, "info.category"),
        ({"severity": "Bad"}, "info.severity"),
        ({"certainty": ""}, "info.certainty"),
        ({"expires": "<expires>soon</expires>"}, "info.expires"),
        ({"area": " "}, "info.area.areaDesc"),
    ],
)
def test_what_the_standard_needs_is_asked_for_by_its_element(app, told, where):
    with pytest.raises(bulletins.Incomplete) as incomplete:
        bulletins.read(bulletin(**told))

    assert list(incomplete.value.errors) == [where]


def test_xml_of_another_kind_is_no_bulletin(app):
    with pytest.raises(bulletins.Incomplete):
        bulletins.read(b"<alert><identifier>x</identifier></alert>")


BOMB = b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]><alert>&d;</alert>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<alert>",
        BOMB,
        OUTSIDE,
        b'<!DOCTYPE alert SYSTEM "http://127.0.0.1/x.dtd"><alert/>',
        b'<?xml version="1.0" encoding="unheard-of"?><alert/>',
        b'<?xml version="1.0" encoding="utf-7"?><alert/>',
        b"<alert>\x00</alert>",
        b"<alert>\xff\xfe</alert>",
        b"<alert>" + b" " * bulletins.MOST_BYTES + b"</alert>",
    ],
)
def test_what_is_no_xml_or_may_do_harm_is_not_read(content):
    with pytest.raises(bulletins.Unreadable):
        bulletins.read(content)


def test_elements_without_end_are_no_more_than_incomplete(app):
    deep = bulletins.MOST_BYTES // 8
    with pytest.raises(bulletins.Incomplete):
        bulletins.read(b"<a>" * deep + b"</a>" * deep)


def test_a_bulletin_of_a_thousand_descriptions_is_not_taken(app):
    info = "<info><event>x</event></info>"
    with pytest.raises(bulletins.Incomplete) as incomplete:
        bulletins.read(bulletin(references=info * 60))

    assert list(incomplete.value.errors) == ["info"]


@pytest.mark.parametrize(
    ("said", "countries"),
    [
        ("Southern Haiti, near Port-au-Prince", {"HT"}),
        ("South Sudan", {"SS"}),
        ("Papua New Guinea", {"PG"}),
        ("République démocratique du Congo", {"CD"}),
        ("Congo", {"CD", "CG"}),
        ("هايتي", {"HT"}),
        ("The whole coast", set()),
    ],
)
def test_a_country_is_known_by_its_name(said, countries):
    assert areas.by_name(said) == countries


@pytest.mark.parametrize(
    ("name", "value", "countries"),
    [
        ("iso3", "HTI", {"HT"}),
        ("ISO 3166-2", "HT-OU", {"HT"}),
        ("EMMA_ID", "FR433 DE012", {"FR", "DE"}),
        ("country", "HT, DO", {"HT", "DO"}),
        ("FIPS6", "012345", set()),
        ("iso3", "XXX", set()),
        ("iso2", "QQ", set()),
    ],
)
def test_a_country_is_known_by_its_code(name, value, countries):
    assert areas.by_code([(name, value)]) == countries
