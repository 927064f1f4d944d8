"""A member's calendar by its secret address, and the page that says which alerts are read."""

import re

import icalendar
import pytest

from preparedness.activations import alert_feeds, calendars
from preparedness.activations.models import AlertFeed, CalendarFeed
from preparedness.audit import Entry
from preparedness.database import db, now, transaction
from tests.activations import stage

ADDRESS = re.compile(r"http://localhost(/feeds/[\w-]{43}\.ics)")


def shared(client, member, **fields):
    """The path of a new calendar, as its page shows it once."""
    page = client.sign_in(member).post("/settings/calendar", data=fields)
    found = ADDRESS.search(page.text)
    assert page.status_code == 200
    assert found, page.text
    return found[1]


def test_the_page_shows_a_secret_address_once_and_keeps_a_hash_of_it(client, world):
    path = shared(client, world.members["ana"])
    feed = db.session.query(CalendarFeed).one()
    secret = path.removeprefix("/feeds/").removesuffix(".ics")

    assert secret not in {feed.secret_hash, *client.get("/settings/calendar").text.split('"')}
    assert secret not in client.get("/settings/calendar").text
    assert secret not in str([entry.detail.after for entry in db.session.query(Entry) if entry.detail])
    assert "/settings/calendar" in client.get("/settings").text


def test_a_calendar_reads_it_without_signing_in(client, world):
    with transaction():
        stage.approved(world)
    path = shared(client, world.members["ana"])
    with client.session_transaction() as session:
        session.clear()
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Set-Cookie" not in answer.headers
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(each["summary"]) for each in events] == ["Review of the plan Earthquake, Haiti"]
    assert db.session.query(CalendarFeed).one().last_used_on == now().date()


def test_what_has_not_changed_is_not_sent_again(client, world):
    with transaction():
        stage.approved(world)
    path = shared(client, world.members["ana"])
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    with transaction():
        world.plan.title = "Earthquake, all of Haiti"
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert "private" in first.headers["Cache-Control"]
    assert "max-age=900" in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(client, world):
    first = shared(client, world.members["ana"])
    second = shared(client, world.members["ana"])

    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    assert client.post("/settings/calendar/revoke").status_code == 302
    assert client.get(second).status_code == 404
    assert client.post("/settings/calendar/revoke").status_code == 302


def test_a_closed_account_has_no_calendar(client, world):
    path = shared(client, world.members["ana"])
    with transaction():
        world.members["ana"].active = False

    assert client.get(path).status_code == 404


def test_an_unknown_address_is_a_404(client, world):
    for path in ("/feeds/x.ics", f"/feeds/{'x' * 43}.ics", "/feeds/é.ics", "/feeds/%00.ics"):
        assert client.get(path).status_code == 404


def test_an_administrator_says_which_feed_is_read(client, world, monkeypatch):
    monkeypatch.setattr("preparedness.activations.alert_feeds.outside.why_not", lambda _url: None)
    ada = client.sign_in(world.members["ada"])

    assert ada.post("/settings/alerts", data={"url": "https://alerts.example.org/rss"}).status_code == 302
    feed = db.session.query(AlertFeed).one()
    assert (feed.url, feed.agency_id) == ("https://alerts.example.org/rss", world.agency.id)
    assert "not read yet" in ada.get("/settings/alerts").text
    assert ada.post("/settings/alerts", data={"url": "", "version": feed.version}).status_code == 302
    assert db.session.query(AlertFeed).count() == 0


@pytest.mark.parametrize("url", ["http://alerts.example.org/", "https://127.0.0.1/x", "https://intranet/x", "nowhere"])
def test_an_address_inside_the_network_is_refused(client, world, url):
    page = client.sign_in(world.members["ada"]).post("/settings/alerts", data={"url": url})

    assert page.status_code == 422
    assert db.session.query(AlertFeed).count() == 0


def test_who_comes_second_does_not_overwrite_the_address(client, world, monkeypatch):
    monkeypatch.setattr("preparedness.activations.alert_feeds.outside.why_not", lambda _url: None)
    with transaction():
        alert_feeds.choose(world.agency, {"url": "https://one.example.org/"}, version=None, by=world.ada)
    seen = alert_feeds.of(world.agency).version
    with transaction():
        alert_feeds.choose(world.agency, {"url": "https://two.example.org/"}, version=seen, by=world.ada)
    sent = {"url": "https://three.example.org/", "version": seen}
    page = client.sign_in(world.members["ada"]).post("/settings/alerts", data=sent)

    assert page.status_code == 409
    assert alert_feeds.of(world.agency).url == "https://two.example.org/"


def test_a_member_of_another_agency_keeps_to_their_own(client, world):
    path = shared(client, world.members["bo"])
    with transaction():
        stage.approved(world)

    assert "Haiti" not in client.get(path).text
    assert calendars.of(world.members["ana"]) is None
