"""Signing in: long passwords, a throttle on guessing, a second factor, and a letter for a lost password."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask_security import verify_password
from passlib.totp import TOTP
from sqlalchemy import func, select

from preparedness.accounts import members, signin
from preparedness.accounts.models import SignIn, Throttle, User
from preparedness.audit import Action, Entry
from preparedness.database import db, transaction
from preparedness.notifications.models import Message
from tests.accounts.conftest import PASSWORD

NEW = "seven herons over the estuary"


def count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_a_good_password_leads_to_what_was_asked_for(client, paula, enter):
    asked = client.get("/settings")
    assert asked.status_code == 302

    answer = client.post(asked.location, data={"email": "paula@agency.example.org", "password": PASSWORD})

    assert answer.status_code == 302
    assert answer.location == "/settings"
    assert client.get("/settings").status_code == 200


def test_capitals_in_the_address_do_not_matter(paula, enter):
    assert enter(email="PAULA@Agency.example.org").status_code == 302


def test_each_sign_in_leaves_a_row_and_an_entry(client, paula, enter):
    enter(environ_overrides={"REMOTE_ADDR": "203.0.113.77"}, headers={"User-Agent": "Mozilla/5.0 Firefox/150"})

    row = db.session.scalars(select(SignIn).where(SignIn.member_id == paula.id)).one()
    assert row.address_truncated == "203.0.113.0/24"
    assert row.agent_label == "Firefox"
    assert count(Entry, Entry.action == Action.SIGNED_IN, Entry.actor_id == paula.id) == 1


@pytest.mark.parametrize(("email", "password"), [("paula@agency.example.org", "wrong"), ("no@one.org", PASSWORD)])
def test_a_wrong_answer_does_not_say_what_was_wrong(client, paula, enter, email, password):
    answer = enter(email=email, password=password)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text or 'class="error"' in answer.text
    said = re.findall(r'class="error"[^>]*>([^<]+)|role="alert"><p>([^<]+)', answer.text)
    assert len(said) == 1
    assert said == re.findall(
        r'class="error"[^>]*>([^<]+)|role="alert"><p>([^<]+)', enter(email="a@b.org", password="x").text
    )
    assert client.get("/settings").status_code == 302


def test_a_closed_account_opens_nothing(client, world, paula, enter):
    with transaction():
        members.close(paula, by=world.ada)

    assert enter().status_code == 200
    assert client.get("/settings").status_code == 302


def test_guessing_is_stopped_for_the_account(client, paula, enter):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(signin.TRIES_PER_ACCOUNT):
            assert enter(password="wrong").status_code == 200

        assert enter(password="wrong").status_code == 429
        assert enter().status_code == 429, "not even the right one, or the guess would be told by the answer"

        clock.shift(2 * signin.WINDOW + timedelta(seconds=1))
        assert enter().status_code == 302


def test_who_gets_in_begins_anew(client, paula, enter):
    for _ in range(signin.TRIES_PER_ACCOUNT - 1):
        enter(password="wrong")

    assert enter().status_code == 302
    assert count(Throttle, Throttle.scope == "sign-in") == 0


def test_one_network_cannot_try_many_accounts(client, world, monkeypatch, enter):
    monkeypatch.setattr(signin, "TRIES_PER_NETWORK", 3)
    for name in ("one", "two", "three"):
        assert enter(email=f"{name}@example.org", password="wrong").status_code == 200

    assert enter(email="four@example.org", password="wrong").status_code == 429
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    assert enter(email="four@example.org", password="wrong", environ_overrides=elsewhere).status_code == 200


def test_a_throttle_keeps_no_address(client, paula, enter):
    enter(password="wrong")

    rows = db.session.scalars(select(Throttle)).all()
    assert rows
    assert not any("paula" in row.key_hash for row in rows)


@pytest.mark.parametrize("email", ["paula@agency.example.org", "nobody@agency.example.org"])
def test_nobody_waits_for_somebody_s_password_to_be_hashed(standing_app, monkeypatch, paula, enter, email):
    open_meanwhile = []
    hashing = standing_app.extensions["security"].pwd_context._hashing

    for act in ("verify", "hash"):
        honest = getattr(hashing, act)

        def watched(*sent, honest=honest, **options):
            open_meanwhile.append(db.session().in_transaction())
            return honest(*sent, **options)

        monkeypatch.setattr(hashing, act, watched)

    assert enter(email=email).status_code in {200, 302}

    assert open_meanwhile
    assert not any(open_meanwhile)


def test_signing_in_leads_nowhere_else(client, paula):
    answer = client.post(
        "/sign-in?next=https://evil.example/", data={"email": "paula@agency.example.org", "password": PASSWORD}
    )

    assert answer.status_code in {200, 302}
    assert "evil" not in answer.headers.get("Location", "")


def test_signing_out_ends_the_sign_in(client, paula, enter):
    enter()

    assert client.post("/sign-out").status_code == 302
    assert client.get("/settings").status_code == 302
    assert db.session.scalars(select(SignIn).where(SignIn.member_id == paula.id)).one().ended_at is not None


def test_the_session_changes_with_the_sign_in(client, paula, enter):
    """A session that somebody planted before is worth nothing after."""
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["sign_in"] = "planted"

    enter()

    with client.session_transaction() as session:
        assert session["sign_in"] != "planted"


# --- Passwords ------------------------------------------------------------------------------------------------------


def change(client, new: str, again: str | None = None, old: str = PASSWORD):
    data = {"password": old, "new_password": new, "new_password_confirm": new if again is None else again}
    return client.post("/settings/password", data=data)


@pytest.mark.parametrize(
    ("weak", "said"),
    [
        ("password1234", "easy to guess"),
        ("qwertyuiop123", "easy to guess"),
        ("aaaaaaaaaaaaaa", "easy to guess"),
        ("paula@agency.example.org", "easy to guess"),
        ("too short", "at least 12 characters"),
    ],
)
def test_a_password_others_would_guess_is_refused(client, paula, enter, weak, said):
    enter()

    answer = change(client, weak)

    assert answer.status_code == 200
    assert said in answer.text
    assert verify_password(PASSWORD, db.session.get(User, paula.id).password)


def test_a_new_password_needs_the_old_one(client, paula, enter):
    enter()

    assert change(client, NEW, old="not this one").status_code == 200
    assert change(client, NEW, again="something else").status_code == 200
    assert change(client, NEW).status_code == 302

    client.post("/sign-out")
    assert enter().status_code == 200
    assert enter(password=NEW).status_code == 302


def test_a_new_password_ends_every_other_sign_in(app, client, paula, enter):
    elsewhere = app.test_client()
    elsewhere.sign_in(paula)
    assert elsewhere.get("/settings").status_code == 200
    enter()

    change(client, NEW)

    assert elsewhere.get("/settings").status_code == 302
    assert client.get("/settings").status_code == 200, "here one stays signed in"


def test_a_lost_password_brings_a_letter_without_a_link_in_it(client, paula):
    answer = client.post("/reset", data={"email": "paula@agency.example.org"})

    assert answer.status_code in {200, 302}
    message = db.session.scalars(select(Message)).one()
    assert message.template == "reset_password"
    assert message.params == {"member_id": paula.id}


def test_nobody_learns_from_a_lost_password_who_is_a_member(client, paula):
    known = client.post("/reset", data={"email": "paula@agency.example.org"})
    unknown = client.post("/reset", data={"email": "nobody@agency.example.org"})

    strip = re.compile(r'value="[^"]*"|\d\d:\d\d|\w+@agency.example.org')
    assert known.status_code == unknown.status_code
    assert strip.sub("", known.text) == strip.sub("", unknown.text)
    assert count(Message) == 1


def test_a_mailbox_cannot_be_filled(client, paula):
    with time_machine.travel(datetime.now(UTC).replace(second=0), tick=False) as clock:
        answers = []
        for _ in range(signin.TRIES_PER_ACCOUNT + 1):
            answers.append(client.post("/reset", data={"email": "paula@agency.example.org"}).status_code)
            clock.shift(timedelta(seconds=1))

    assert answers[-1] == 429
    assert count(Message) <= 2


def test_a_one_time_address_lets_a_member_choose_a_password_once(client, paula, enter):
    address = members.one_time_address(paula).removeprefix("http://localhost")
    assert client.get(address).status_code == 200

    chosen = client.post(address, data={"password": NEW, "password_confirm": NEW})

    assert chosen.status_code == 302
    with client.session_transaction() as session:
        session.clear()
    again = client.post(address, data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert "/reset" in again.headers.get("Location", "")
    assert enter(password=NEW).status_code == 302


def test_a_one_time_address_is_old_after_a_day(client, paula):
    address = members.one_time_address(paula).removeprefix("http://localhost")

    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=5)):
        answer = client.get(address)

    assert answer.status_code == 302
    assert "/reset" in answer.location


def test_signing_in_again_asks_for_the_password(client, paula, enter):
    enter()
    assert client.get("/sign-in/again?next=/settings").status_code == 200

    wrong = client.post("/sign-in/again?next=/settings", data={"password": "wrong"})
    right = client.post("/sign-in/again?next=/settings", data={"password": PASSWORD})

    assert wrong.status_code == 200
    assert right.status_code == 302
    assert right.location == "/settings"


# --- The second factor ----------------------------------------------------------------------------------------------


def turn_on(client) -> TOTP:
    """Set up an authenticator app as the pages say."""
    assert client.get("/settings/second-factor").status_code == 200
    shown = client.post("/settings/second-factor", data={"setup": "authenticator"})
    assert shown.status_code == 200
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", shown.text)
    assert key, "the key stands there to be typed"
    assert "data:image" in shown.text, "and to be scanned"
    app = TOTP(key[1].replace(" ", "").replace("-", ""))
    action = re.search(r'action="(/settings/second-factor/[^"]+)"', shown.text)
    assert action
    done = client.post(action[1], data={"code": app.generate().token})
    assert done.status_code == 302, done.text
    return app


def test_a_second_factor_is_asked_for_once_it_is_on(client, paula, enter):
    enter()
    app = turn_on(client)
    assert db.session.get(User, paula.id).tf_primary_method == "authenticator"
    client.post("/sign-out")

    halfway = enter()

    assert client.get("/settings").status_code == 302, "a password alone opens nothing"
    page = client.get(halfway.location) if halfway.status_code == 302 else halfway
    assert 'autocomplete="one-time-code"' in page.text
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        entered = client.post("/sign-in/code", data={"code": app.generate().token})
        assert entered.status_code == 302
        assert client.get("/settings").status_code == 200


def test_codes_cannot_be_guessed(client, paula, enter):
    enter()
    turn_on(client)
    client.post("/sign-out")
    enter()

    answers = [
        client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(signin.TRIES_PER_ACCOUNT + 1)
    ]

    assert answers[-1] == 429


def test_a_guesser_of_codes_cannot_name_another_account_each_time(client, paula, enter):
    enter()
    turn_on(client)
    client.post("/sign-out")
    enter()

    sent = [{"code": "000000", "email": f"{turn}@example.org"} for turn in range(signin.TRIES_PER_ACCOUNT + 1)]

    assert [client.post("/sign-in/code", data=each).status_code for each in sent][-1] == 429


def test_a_member_cannot_wipe_the_tries_at_somebody_else_s_account(client, paula, enter):
    for _ in range(signin.TRIES_PER_ACCOUNT):
        enter(email="ana@agency.example.org", password="wrong")
    enter()
    client.post("/sign-in/again", data={"email": "ana@agency.example.org", "password": PASSWORD})

    assert enter(email="ana@agency.example.org", password="wrong").status_code == 429


def test_blanks_and_other_letter_forms_do_not_make_another_account(client, paula, enter):
    for turn in range(signin.TRIES_PER_ACCOUNT):
        enter(email=" " * turn + "paula@\uff41gency.example.org", password="wrong")

    assert enter(password="wrong").status_code == 429


def test_the_old_password_cannot_be_guessed_from_an_open_session(client, paula, enter):
    enter()

    answers = [change(client, NEW, old=f"guess {turn}").status_code for turn in range(signin.TRIES_PER_ACCOUNT + 1)]

    assert answers[-1] == 429


def test_a_lost_phone_is_helped_by_a_recovery_code(client, paula, enter):
    enter()
    turn_on(client)
    assert client.get("/settings/recovery-codes").status_code == 200
    made = client.post("/settings/recovery-codes")
    code = re.search(r"<li><code>([^<]+)</code></li>", made.text)
    assert code
    kept = db.session.get(User, paula.id).mf_recovery_codes
    assert kept
    assert code[1] not in kept, "a stolen database opens no account"
    client.post("/sign-out")
    enter()
    assert client.get("/sign-in/recovery").status_code == 200

    assert client.post("/sign-in/recovery", data={"code": code[1]}).status_code == 302

    assert client.get("/settings").status_code == 200
    client.post("/sign-out")
    enter()
    assert client.post("/sign-in/recovery", data={"code": code[1]}).status_code == 200, "each works once"


def test_a_second_factor_can_be_turned_off_again(client, paula, enter):
    enter()
    turn_on(client)

    page = client.get("/settings/second-factor")
    assert 'value="disable"' in page.text
    assert client.post("/settings/second-factor", data={"setup": "disable"}).status_code in {200, 302}

    assert db.session.get(User, paula.id).tf_primary_method is None


@pytest.mark.parametrize("address", ["/sign-in", "/reset"])
def test_the_pages_before_signing_in_speak_french(client, world, address):
    page = client.get(f"{address}?language=fr")

    assert '<html lang="fr"' in page.text
