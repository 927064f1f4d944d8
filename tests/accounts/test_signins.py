"""Where members are signed in: listed, ended from anywhere, and over after a while by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from preparedness.accounts import signins
from preparedness.accounts.models import SignIn, User
from preparedness.audit import Action, Entry
from preparedness.database import db, transaction
from preparedness.errors import Missing


@pytest.fixture
def two_browsers(app, world):
    """Ana at her desk and on a laptop."""
    desk, laptop = app.test_client(), app.test_client()
    desk.sign_in(world.members["ana"])
    laptop.sign_in(world.members["ana"])
    return desk, laptop


def latest(member: User) -> SignIn:
    return db.session.scalars(select(SignIn).where(SignIn.member_id == member.id).order_by(SignIn.id.desc())).first()


def test_a_member_sees_where_she_is_signed_in(world, two_browsers):
    desk, _laptop = two_browsers

    page = desk.get("/settings").text

    assert len(signins.of(world.members["ana"])) == 2
    assert page.count("/end") == 1, "the one she looks from is marked instead"


def test_a_sign_in_ended_elsewhere_is_over_at_once(world, two_browsers):
    desk, laptop = two_browsers

    ended = desk.post(f"/settings/sign-ins/{latest(world.members['ana']).id}/end")

    assert ended.status_code == 302
    assert laptop.get("/settings").status_code == 302
    assert desk.get("/settings").status_code == 200
    assert db.session.scalar(select(Entry.action).where(Entry.subject_kind == "sign_in")) is Action.SIGN_IN_ENDED


def test_nobody_ends_the_sign_in_of_somebody_else(world, client, two_browsers):
    client.sign_in(world.members["ada"])

    answer = client.post(f"/settings/sign-ins/{latest(world.members['ana']).id}/end")

    assert answer.status_code == 404
    with pytest.raises(Missing):
        signins.get(latest(world.members["ana"]).id, member=world.members["ada"])


def test_ending_twice_is_recorded_once(world, two_browsers):
    signin = latest(world.members["ana"])

    with transaction():
        signins.end(signin, by=world.ana)
        signins.end(signin, by=world.ada)

    assert signin.ended_by == world.ana.label
    assert len(db.session.scalars(select(Entry).where(Entry.subject_id == signin.id)).all()) == 1


def test_a_sign_in_left_alone_is_over_after_half_a_day(world, client):
    client.sign_in(world.members["ana"])

    with time_machine.travel(datetime.now(UTC) + signins.IDLE + timedelta(minutes=1)):
        assert client.get("/settings").status_code == 302


def test_a_sign_in_in_use_is_over_after_two_weeks(world, client):
    client.sign_in(world.members["ana"])

    with time_machine.travel(datetime.now(UTC)) as clock:
        for _ in range(2 * signins.LONGEST.days):
            clock.shift(timedelta(hours=11, minutes=59))
            assert client.get("/settings").status_code == 200
        clock.shift(timedelta(hours=11))
        assert client.get("/settings").status_code == 302


def test_a_sign_in_in_use_is_noted_each_hour_and_no_more(world, client):
    client.sign_in(world.members["ana"])
    signin = latest(world.members["ana"])
    before = signin.seen_at

    client.get("/settings")
    db.session.refresh(signin)
    assert signin.seen_at == before

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
        client.get("/settings")
        db.session.refresh(signin)
        assert signin.seen_at > before
        assert signin.member.last_seen_at is not None


def test_a_session_without_its_row_opens_nothing(world, client):
    client.sign_in(world.members["ana"])
    with client.session_transaction() as session:
        session["sign_in"] = "another key"

    assert client.get("/settings").status_code == 302


def test_a_session_of_somebody_else_opens_nothing(world, client, app):
    """The row of one member does not let another one in."""
    client.sign_in(world.members["ana"])
    with client.session_transaction() as session:
        key = session["sign_in"]
    client.sign_in(world.members["ada"])
    with client.session_transaction() as session:
        session["sign_in"] = key

    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_an_address_is_kept_without_what_tells_households_apart(address, kept):
    assert signins.network(address) == kept


def test_a_recent_sign_in_is_asked_for_before_what_is_grave(world, client):
    grave = f"/settings/members/{world.members['rui'].id}/address"

    client.sign_in(world.members["ada"], minutes_ago=9)
    assert client.post(grave).status_code == 200
    client.sign_in(world.members["ada"], minutes_ago=11)
    sent_on = client.post(grave)

    assert sent_on.status_code == 302
    assert sent_on.location.startswith("/sign-in/again?next=")
