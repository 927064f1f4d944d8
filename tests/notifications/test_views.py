"""The pages of messages and of the mailbox."""

import dataclasses

import pytest

from preparedness.database import db, transaction
from preparedness.notifications import jobs, letters
from preparedness.notifications.models import Failure, Message, MessageState


@pytest.fixture
def ana(client, world):
    return client.sign_in(world.members["ana"])


def fail(number):
    with transaction():
        message = db.session.get_one(Message, number)
        message.state, message.final_error = MessageState.FAILED, Failure.REJECTED


def test_no_message_yet_says_what_will_appear_here(ana):
    assert "No message yet" in ana.get("/messages").text


def test_the_list_says_what_became_of_each_and_no_address(ana, world, say):
    say("sent"), say("waiting", person=world.salma)
    page = ana.get("/messages").text

    assert "Amina Diallo" in page
    assert "Rose" in page
    assert "Salma Idris" not in page
    assert "waiting to be sent" in page
    assert "example.org" not in page
    assert "/a/" not in page


def test_sent_is_not_called_received(ana, say):
    say()
    jobs.deliver()

    assert "sent, delivery not confirmed" in ana.get("/messages").text


def test_the_list_is_narrowed_by_state(ana, say):
    say("waiting")
    fail(say("failed"))

    failed = ana.get("/messages?state=failed").text
    assert "their mail system rejected it" in failed
    assert failed.count("<tr>") == 2
    assert "No message of this kind" in ana.get("/messages?state=expired").text
    assert ana.get("/messages?state=nonsense").text.count("<tr>") == 3


def test_a_failed_message_is_sent_again(ana, say, post):
    number = say()
    fail(number)
    assert "Send again" in ana.get("/messages").text

    assert ana.post(f"/messages/{number}/retry").status_code == 302
    assert post(number).state is MessageState.QUEUED


def test_what_did_not_fail_is_not_sent_again(ana, say):
    assert ana.post(f"/messages/{say()}/retry").status_code == 409


def test_another_agency_s_message_is_missing(client, world, say):
    number = say()
    fail(number)
    client.sign_in(world.members["bo"])

    assert client.post(f"/messages/{number}/retry").status_code == 404
    assert "Amina" not in client.get("/messages").text


def test_the_page_asks_the_database_as_often_for_fifty_as_for_one(ana, world, say, statements):
    say("first")
    with statements() as few:
        ana.get("/messages")
    for about in range(50):
        say(str(about), person=world.salma)
    with statements() as many:
        ana.get("/messages")

    assert len(many) == len(few)


def test_what_waits_too_long_is_said_first(ana, say):
    number = say()
    with transaction():
        message = db.session.get_one(Message, number)
        message.created_at = message.created_at.replace(year=2025)

    assert "should have left more than five minutes ago" in ana.get("/messages").text


def test_the_mailbox_is_read_in_the_browser_with_its_links(ana, say):
    assert "No mail yet" in ana.get("/mailbox").text
    say()
    jobs.deliver()
    listed = ana.get("/mailbox")
    address = listed.text.split('<th scope="row"><a href="')[1].split('"')[0]

    letter = ana.get(address)

    assert letter.status_code == 200
    assert '<a href="http://localhost/a/0123456789' in letter.text
    assert "Amina Diallo" in letter.text


def test_what_a_letter_says_is_shown_as_text(ana, say, monkeypatch):
    plain = letters.CONTEXTS["new_link"]
    monkeypatch.setitem(letters.CONTEXTS, "new_link", lambda message: {**plain(message), "name": "<script>x</script>"})
    say()
    jobs.deliver()
    listed = ana.get("/mailbox").text
    letter = ana.get(listed.split('<th scope="row"><a href="')[1].split('"')[0]).text

    assert "&lt;script&gt;" in letter
    assert "<script>x" not in letter


def test_a_mail_that_is_not_there_is_missing(ana):
    assert ana.get("/mailbox/20260101-000000-a1-m1.eml").status_code == 404


def test_there_is_no_mailbox_once_mail_leaves(ana, app, monkeypatch):
    assert "/mailbox" in ana.get("/messages").text
    config = dataclasses.replace(app.extensions["preparedness"], mail_urls=("smtp://mail.example.org",))
    monkeypatch.setitem(app.extensions, "preparedness", config)

    assert ana.get("/mailbox").status_code == 404
    assert ana.get("/mailbox/20260101-000000-a1-m1.eml").status_code == 404
    assert "/mailbox" not in ana.get("/messages").text


def test_an_operator_reads_no_messages(client, world):
    client.sign_in(world.members["rui"])

    assert client.get("/messages").status_code == 403
    assert client.get("/mailbox").status_code == 403
