"""Feeds of warning services are read by the worker: each bulletin once, and never from inside the network."""

from datetime import timedelta

import pytest

from preparedness.activations import alert_feeds, jobs, proposals
from preparedness.activations.models import AlertFeed, Proposal
from preparedness.database import db, now, transaction
from preparedness.notifications.outside import Answer, Barred, Unheard
from tests.activations import stage
from tests.activations.bulletins import bulletin, reference

URL = "https://alerts.example.org/feed"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
<entry><id>1</id><updated>2026-11-24T04:36:00Z</updated><link rel="related" href="https://elsewhere.example.org/"/>
<link type="application/cap+xml" href="/cap/1"/></entry>
<entry><id>2</id><updated>2026-11-24T04:36:00Z</updated><link href="cap/2"/></entry></feed>"""
RSS = """<rss xmlns:gdacs="http://www.gdacs.org"><channel><link>https://alerts.example.org/</link>
<item><pubDate>now</pubDate><link>https://alerts.example.org/page</link>
<gdacs:cap>https://alerts.example.org/cap/1</gdacs:cap></item>
<item><link>http://[bad</link></item></channel></rss>"""


@pytest.fixture
def web(monkeypatch):
    """What stands outside, by address; and what was asked for, in order."""
    there: dict[str, object] = {}
    asked: list[tuple[str, dict[str, str]]] = []

    def get(url, headers=None, *, most):
        asked.append((url, dict(headers or {})))
        found = there.get(url, Answer(404, {}, b""))
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Answer)
        return found

    monkeypatch.setattr(alert_feeds.outside, "get", get)
    there["asked"] = asked
    return there


@pytest.fixture
def reading(world, web):
    """An institution with an approved plan that reads a feed."""
    with transaction():
        stage.approved(world)
        alert_feeds.choose(world.agency, {"url": URL}, version=None, by=world.ada)
    return world


def ok(body, **headers):
    return Answer(200, headers, body if isinstance(body, bytes) else body.encode())


def poll(*, again=False):
    if again:
        with transaction():
            db.session.query(AlertFeed).one().next_at = now() - timedelta(seconds=1)
    count = jobs.read_alerts()
    db.session.expire_all()
    return count


def names():
    return sorted(each.identifier for each in db.session.query(Proposal))


def test_a_bulletin_at_the_address_itself_is_taken_in(reading, web):
    web[URL] = ok(bulletin())

    assert poll() == 1
    assert [each.identifier for each, _plans in proposals.waiting(reading.agency)] == ["eq-1"]
    assert db.session.query(Proposal).one().came_by == "clock"
    feed = db.session.query(AlertFeed).one()
    assert (feed.failure, feed.heard_at is not None, feed.version) == (None, True, 1)


@pytest.mark.parametrize("feed", [ATOM, RSS])
def test_the_bulletins_a_feed_links_to_are_fetched_once(reading, web, feed):
    web[URL] = ok(feed)
    web["https://alerts.example.org/cap/1"] = ok(bulletin())
    web["https://alerts.example.org/cap/2"] = ok(bulletin(identifier="eq-2"))
    poll()
    found, fetched = names(), len(web["asked"])
    poll(again=True)

    assert found == (["eq-1", "eq-2"] if feed is ATOM else ["eq-1"])
    assert names() == found
    assert len(web["asked"]) == fetched + 1


def test_an_entry_that_was_changed_is_fetched_again(reading, web):
    web[URL] = ok(ATOM)
    web["https://alerts.example.org/cap/1"] = ok(bulletin())
    poll()
    web[URL] = ok(ATOM.replace("04:36", "05:36", 1))
    web["https://alerts.example.org/cap/1"] = ok(bulletin(identifier="eq-9", kind="Cancel", references=reference()))
    poll(again=True)

    assert names() == ["eq-1", "eq-9"]
    assert proposals.waiting(reading.agency) == []


def test_bulletins_within_a_feed_are_read_where_they_stand(reading, web):
    inside = bulletin().decode().split("?>", 1)[1]
    web[URL] = ok(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>{inside}</content></entry></feed>')

    assert poll() == 1
    assert len(web["asked"]) == 1


def test_nothing_is_asked_again_before_its_time(reading, web):
    web[URL] = ok(bulletin())
    poll()
    poll()

    assert len(web["asked"]) == 1


def test_a_service_may_say_that_nothing_is_new(reading, web):
    web[URL] = ok(bulletin(), ETag='"7"')
    poll()
    web[URL] = Answer(304, {}, b"")
    poll(again=True)

    assert web["asked"][-1] == (URL, {"If-None-Match": '"7"'})
    assert db.session.query(AlertFeed).one().failure is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Barred("inside"), "barred"),
        (Unheard("timeout"), "unheard"),
        (Answer(500, {}, b""), "status 500"),
        (Answer(302, {"Location": "http://127.0.0.1/"}, b""), "status 302"),
        (Answer(200, {}, b"<html>"), "unreadable"),
        (Answer(200, {}, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "unreadable"),
    ],
)
def test_what_gave_nothing_is_kept_by_its_kind_and_tried_again(reading, web, answer, said):
    web[URL] = answer
    poll()

    feed = db.session.query(AlertFeed).one()
    assert (feed.failure, feed.heard_at) == (said, None)
    web[URL] = ok(bulletin())
    assert poll(again=True) == 1


def test_a_bulletin_that_cannot_be_had_now_is_asked_for_again_and_a_bad_one_is_not(reading, web):
    web[URL] = ok(ATOM)
    web["https://alerts.example.org/cap/1"] = Unheard("timeout")
    web["https://alerts.example.org/cap/2"] = ok(b"<nothing/>")
    poll()
    web["https://alerts.example.org/cap/1"] = ok(bulletin())
    poll(again=True)

    assert names() == ["eq-1"]
    assert [url for url, _headers in web["asked"]].count("https://alerts.example.org/cap/2") == 1


def test_no_more_than_a_few_are_fetched_at_a_time(reading, web):
    entries = "".join(f'<entry><link href="/cap/{number}"/></entry>' for number in range(25))
    web[URL] = ok(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>', ETag='"7"')
    poll()

    assert len(web["asked"]) == 1 + alert_feeds.MOST_FETCHED
    assert db.session.query(AlertFeed).one().etag is None


def test_what_was_found_is_dropped_where_another_feed_was_chosen_meanwhile(reading, web):
    found = alert_feeds.Found(seen=["x"])
    number = db.session.query(AlertFeed).one().id
    with transaction():
        alert_feeds.choose(reading.agency, {"url": "https://other.example.org/"}, version=None, by=reading.ada)
    with transaction():
        assert alert_feeds._keep(number, URL, found) == 0

    assert db.session.query(AlertFeed).one().seen == []


def test_of_many_that_stand_in_a_feed_a_few_are_taken_at_a_time_and_none_is_lost(reading, web, monkeypatch):
    monkeypatch.setattr(alert_feeds, "MOST_TAKEN", 2)
    within = b"".join(bulletin(identifier=f"eq-{number}").partition(b"?>")[2] for number in range(5))
    web[URL] = ok(b"<feed>" + within + b"</feed>", ETag='"v1"')

    assert [poll(again=turn > 0) for turn in range(4)] == [2, 2, 1, 0]
    assert names() == [f"eq-{number}" for number in range(5)]
    assert [headers for _url, headers in web["asked"]] == [{}, {}, {}, {"If-None-Match": '"v1"'}]


def test_entries_in_entries_without_end_are_read_in_their_time(web):
    deep = 50_000
    web[URL] = ok("<feed>" + "<item>" * deep + "</item>" * deep + "</feed>")

    assert alert_feeds.look(URL, None, set()) == alert_feeds.Found()


@pytest.mark.parametrize("tag", ["nul\0", "x" * 201, ""])
def test_a_mark_that_could_not_be_kept_is_not(reading, web, tag):
    web[URL] = ok(bulletin(), ETag=tag)
    poll()

    assert db.session.query(AlertFeed).one().etag is None


def test_a_fault_with_one_feed_holds_up_no_other(reading, web, world, caplog, monkeypatch):
    with transaction():
        alert_feeds.choose(world.other_agency, {"url": f"{URL}/other"}, version=None, by=world.bo)
    web[URL] = web[f"{URL}/other"] = ok(bulletin())
    first, receive = world.agency.id, alert_feeds.proposals.receive

    def faulty(agency, *given, **more):
        if agency.id == first:
            raise ValueError("amina" + "@example.org")
        return receive(agency, *given, **more)

    monkeypatch.setattr(alert_feeds.proposals, "receive", faulty)

    assert poll() == 1
    assert "ValueError" in caplog.text
    assert "amina@example.org" not in caplog.text
