"""Institutions: started, renamed, two of them apart; the example makes place for one's own; the audit is read."""

import pytest
from sqlalchemy import select, update

from preparedness.accounts import agencies
from preparedness.accounts.models import Access
from preparedness.audit import CONSOLE, Action, Detail, Entry
from preparedness.database import db, transaction
from preparedness.errors import Missing, Refused

OWN = {"name": "Ministry of the Diaspora", "country": "SN", "language": "fr", "timezone": "Africa/Dakar"}
SETTINGS = {"name": "Civil Protection", "country": "HT", "language": "en", "timezone": "America/Port-au-Prince"}


@pytest.fixture
def ada(client, world):
    return client.sign_in(world.members["ada"])


def test_an_institution_is_started_once_under_a_name(world):
    with transaction():
        made = agencies.add(OWN, by=world.ada)

    assert db.session.scalars(select(Entry)).one().agency_id == made.id
    with pytest.raises(Refused) as refused:
        agencies.add(OWN, by=world.ada)
    assert refused.value.field == "name"


def test_an_institution_is_found_by_name_by_number_or_as_the_only_one(app, world):
    assert agencies.named("Civil Protection") is world.agency
    assert agencies.named(str(world.agency.id)) is world.agency
    with pytest.raises(Missing):
        agencies.named("Nobody")
    with pytest.raises(Refused, match="--agency"):
        agencies.named(None)


def test_the_only_institution_needs_no_name(app):
    with transaction():
        made = agencies.add(OWN, by=CONSOLE)

    assert agencies.named(None) is made


def test_the_example_makes_place_for_one_s_own_institution(ada, world):
    with transaction():
        world.agency.example = True
    member = world.members["ada"]

    answer = ada.post("/settings/own-agency", data=OWN)

    assert answer.status_code == 302
    assert member.agency.name == OWN["name"]
    assert member.access is Access.ADMINISTRATOR
    page = ada.get("/settings")
    assert "Ministry of the Diaspora" in page.text
    assert '<html lang="fr"' in page.text
    assert {entry.agency_id for entry in db.session.scalars(select(Entry))} == {world.agency.id, member.agency_id}


def test_a_real_institution_is_not_left_that_way(ada, world):
    page = ada.post("/settings/own-agency", data=OWN)

    assert page.status_code == 422
    assert "Only the example" in page.text
    assert world.members["ada"].agency is world.agency


def test_settings_are_saved_and_recorded(ada, world):
    answer = ada.post("/settings/agency", data={**SETTINGS, "contact_point": "https://pc.example.org", "version": "1"})

    assert answer.status_code == 302
    assert world.agency.contact_point == "https://pc.example.org"
    entry = db.session.scalars(select(Entry).where(Entry.action == Action.AGENCY_CHANGED)).one()
    assert entry.detail.after["contact_point"] == "https://pc.example.org"


def test_settings_changed_by_two_show_both_values(ada, world):
    with transaction():
        agencies.change(world.agency, {"contact_point": "theirs"}, version=1, by=world.ana)

    page = ada.post("/settings/agency", data={**SETTINGS, "contact_point": "mine", "version": "1"})

    assert page.status_code == 409
    assert "theirs" in page.text
    assert "mine" in page.text
    assert 'name="version" value="2"' in page.text
    assert world.agency.contact_point == "theirs"
    again = ada.post("/settings/agency", data={**SETTINGS, "contact_point": "mine", "version": "2"})
    assert again.status_code == 302
    assert world.agency.contact_point == "mine"


def test_the_name_of_another_institution_is_taken(ada, world):
    page = ada.post("/settings/agency", data={**SETTINGS, "name": "Another Agency", "version": "1"})

    assert page.status_code == 422
    assert "already here" in page.text


def test_two_institutions_read_their_own_audit_only(client, world):
    with transaction():
        agencies.change(world.agency, {"contact_point": "ours alone"}, version=1, by=world.ada)

    client.sign_in(world.members["bo"])

    assert "ours alone" not in client.get("/audit").text


def test_the_audit_is_read_by_action_and_by_page(ada, world):
    with transaction():
        for number in range(60):
            agencies.change(world.agency, {"contact_point": f"desk {number}"}, version=None, by=world.ada)

    first, second = ada.get("/audit").text, ada.get("/audit?page=2").text

    assert "desk 59" in first
    assert "desk 3" in second
    assert "desk 59" not in second
    assert "desk 59" in ada.get("/audit?action=agency_changed").text
    assert "desk 59" not in ada.get("/audit?action=signed_in").text
    assert ada.get("/audit?action=nonsense").status_code == 200


def test_a_whole_chain_is_said_to_be_whole(ada, world):
    with transaction():
        agencies.change(world.agency, {"contact_point": "a desk"}, version=1, by=world.ada)

    assert "The chain is whole" in ada.get("/audit?check=1").text


@pytest.mark.parametrize("tampering", ["line", "detail", "hole", "tail"])
def test_a_chain_that_was_tampered_with_is_found(ada, world, tampering):
    with transaction():
        for desk in ("a", "b", "c"):
            agencies.change(world.agency, {"contact_point": desk}, version=None, by=world.ada)
    second, last = db.session.scalars(select(Entry).order_by(Entry.seq)).all()[1:3]

    with transaction():
        if tampering == "line":
            db.session.execute(update(Entry).where(Entry.id == second.id).values(actor_label="Somebody Else"))
        elif tampering == "detail":
            db.session.execute(update(Detail).where(Detail.entry_id == second.id).values(after={"contact_point": "x"}))
        else:
            gone = second if tampering == "hole" else last
            db.session.delete(gone.detail)
            db.session.delete(gone)

    assert "The chain is broken" in ada.get("/audit?check=1").text


def test_every_institution_is_listed(world):
    assert agencies.listed() == [world.agency, world.other_agency]
    assert agencies.of(world.plan) is world.agency
