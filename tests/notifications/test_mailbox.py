"""The mailbox of a local set-up: each agency sees its own, and what is for one member only that member."""

import dataclasses

import pytest

from preparedness.database import db
from preparedness.errors import Missing
from preparedness.notifications import erasing, jobs, mailbox
from preparedness.notifications.models import Message


@pytest.fixture
def ana(world):
    return world.members["ana"].id


def test_mails_are_listed_newest_first_and_read(world, say, ana):
    say("one"), say("two", person=world.salma)
    jobs.deliver()

    page = mailbox.listed(world.agency.id, member_id=ana, page=1)

    assert [mail.to for mail in page.items] == ["Rose <salma@example.org>", "Amina Diallo <amina@example.org>"]
    read = mailbox.get(page.items[0].name, world.agency.id, member_id=ana)
    assert "http://localhost/a/" in read.text


def test_another_agency_s_mail_is_missing(world, say, ana):
    say()
    jobs.deliver()
    (mail,) = mailbox.listed(world.agency.id, member_id=ana, page=1).items
    bo = world.members["bo"].id

    assert mailbox.listed(world.other_agency.id, member_id=bo, page=1).total == 0
    with pytest.raises(Missing):
        mailbox.get(mail.name, world.other_agency.id, member_id=bo)


def test_a_sign_in_address_is_for_its_member_alone(world, say):
    ada, ana = world.members["ada"].id, world.members["ana"].id
    say(template="reset_password", params={"member_id": ada}, person_id=None)
    jobs.deliver()

    assert mailbox.listed(world.agency.id, member_id=ada, page=1).total == 1
    assert mailbox.listed(world.agency.id, member_id=ana, page=1).total == 0


def test_no_name_leads_out_of_the_mailbox(world, ana, app):
    for name in ("../secret_key", "secret_key", "..", ".eml"):
        with pytest.raises(Missing):
            mailbox.get(name, world.agency.id, member_id=ana)


def test_files_that_are_no_mails_are_passed_over(world, say, ana, app):
    say()
    jobs.deliver()
    (app.extensions["preparedness"].mailbox / "notes.txt").write_text("not a mail")

    assert mailbox.listed(world.agency.id, member_id=ana, page=1).total == 1


def test_it_is_in_use_only_while_mail_goes_into_the_folder(app, monkeypatch):
    assert mailbox.in_use()
    config = dataclasses.replace(app.extensions["preparedness"], mail_urls=("smtp://mail.example.org",))
    monkeypatch.setitem(app.extensions, "preparedness", config)

    assert not mailbox.in_use()


def test_an_erasure_takes_mails_and_parameters_with_it(world, say, post, ana):
    hers, his = say("hers", params={"note": "x"}), say("his", person=world.salma, params={"note": "y"})
    jobs.deliver()
    waiting = say("waiting", params={"note": "z"})

    assert erasing.erase(world.amina) == {"messages": 2, "mails": 1}
    db.session.commit()

    assert [post(each).params for each in (hers, waiting, his)] == [{}, {}, {"note": "y"}]
    assert post(waiting).state == "cancelled"
    (left,) = mailbox.listed(world.agency.id, member_id=ana, page=1).items
    assert "salma" in left.to
    assert db.session.get(Message, hers) is not None
