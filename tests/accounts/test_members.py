"""Members: added, changed, closed; the last administrator stays; and nobody sees another agency's."""

import pytest
from sqlalchemy import select

from preparedness.accounts import members
from preparedness.accounts.models import Access, User
from preparedness.audit import Action, Entry
from preparedness.database import db, transaction
from preparedness.errors import Missing, Refused, Stale
from preparedness.notifications import outbox
from preparedness.notifications.models import Message

NEWCOMER = {"email": "New.Member@agency.example.org", "name": "Nadia", "access": Access.OFFICIAL}


def add(world, **more) -> User:
    with transaction():
        return members.add(world.agency, {**NEWCOMER, **more}, by=world.ada)


def entries(action: Action) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(Entry.action == action)))


def test_a_new_member_speaks_the_language_of_the_agency(world):
    world.agency.language = "fr"

    member = add(world)

    assert (member.language, member.timezone) == ("fr", world.agency.timezone)
    assert member.email == "new.member@agency.example.org"
    assert [entry.subject_id for entry in entries(Action.MEMBER_ADDED)] == [member.id]


def test_an_address_signs_one_member_in_over_all_agencies(world):
    add(world)

    with pytest.raises(Refused, match="already") as refused, transaction():
        members.add(world.other_agency, {**NEWCOMER, "email": "NEW.member@agency.example.org"}, by=world.bo)

    assert refused.value.field == "email"


def test_members_of_another_agency_are_not_there(world):
    with pytest.raises(Missing):
        members.get(world.members["bo"].id, agency=world.agency)
    with pytest.raises(Missing):
        members.by_email(world.members["bo"].email, agency=world.agency)
    assert world.members["bo"] not in members.listed(world.agency)
    assert members.by_email(world.members["bo"].email.upper(), agency=world.other_agency) is world.members["bo"]


def test_the_last_administrator_stays_one(world):
    ada = world.members["ada"]

    with pytest.raises(Refused, match="last administrator") as refused:
        members.change(ada, {"access": Access.PLANNER}, version=ada.version, by=world.ada)
    with pytest.raises(Refused, match="last administrator"):
        members.close(ada, by=world.ada)

    assert refused.value.field == "access"
    assert ada.active
    assert ada.access is Access.ADMINISTRATOR


def test_an_administrator_may_go_once_there_is_another(world):
    with transaction():
        members.change(world.members["ana"], {"access": Access.ADMINISTRATOR}, version=1, by=world.ada)
        members.close(world.members["ada"], by=world.ada)

    assert not world.members["ada"].active


def test_an_administrator_whose_account_is_closed_does_not_count(world):
    second = add(world, access=Access.ADMINISTRATOR)
    with transaction():
        members.close(second, by=world.ada)

    with pytest.raises(Refused):
        members.close(world.members["ada"], by=world.ada)


def test_two_who_change_a_member_at_once_are_told(world):
    rui = world.members["rui"]
    with transaction():
        members.change(rui, {"name": "Rui Costa"}, version=1, by=world.ada)

    with pytest.raises(Stale) as stale:
        members.change(rui, {"name": "R. Costa"}, version=1, by=world.ada)

    assert [(each.field, each.mine, each.theirs) for each in stale.value.differences] == [
        ("name", "R. Costa", "Rui Costa")
    ]
    assert stale.value.by == "Ada"


def test_the_audit_says_that_a_name_changed_and_not_to_what(world):
    with transaction():
        members.change(
            world.members["rui"], {"name": "Rui Costa", "timezone": "Europe/Lisbon"}, version=1, by=world.ada
        )

    after = entries(Action.MEMBER_CHANGED)[0].detail.after
    assert after == {"name": "•", "timezone": "Europe/Lisbon"}


def test_a_change_that_changes_nothing_leaves_no_line(world):
    members.change(world.members["rui"], {"name": "Rui"}, version=1, by=world.ada)

    assert world.members["rui"].version == 1
    assert not entries(Action.MEMBER_CHANGED)


def test_members_are_listed_those_who_left_last(world):
    with transaction():
        members.close(world.members["ana"], by=world.ada)

    assert [each.name for each in members.listed(world.agency)] == ["Ada", "Rui", "Ana"]
    assert [each.name for each in members.active(world.agency)] == ["Ada", "Rui"]
    assert [each.name for each in members.active(world.agency, Access.OFFICIAL)] == ["Rui"]


# --- Letters --------------------------------------------------------------------------------------------------------


def letter_to(world, member: User) -> Message:
    return Message(agency_id=world.agency.id, template="reset_password", params={"member_id": member.id})


def test_a_letter_finds_its_member_in_the_member_s_language(world):
    rui = world.members["rui"]

    found = members.recipient(letter_to(world, rui))

    assert found == outbox.Recipient(address=rui.email, name=rui.name, language="en", zone=rui.timezone)


def test_who_left_or_belongs_elsewhere_gets_no_letter(world):
    with transaction():
        members.close(world.members["rui"], by=world.ada)

    assert members.recipient(letter_to(world, world.members["rui"])) is None
    assert members.recipient(letter_to(world, world.members["bo"])) is None
    assert members.letter(letter_to(world, world.members["rui"])) is None


def test_the_address_in_a_letter_is_made_when_it_is_sent(world):
    context = members.letter(letter_to(world, world.members["rui"]))

    assert context["link"].startswith("http://localhost/reset/")
    assert context["agency"] is world.agency


# --- Pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(client, world):
    return client.sign_in(world.members["ada"])


def test_a_new_member_is_added_in_three_fields(ada, world):
    assert ada.get("/settings/members/new").status_code == 200

    page = ada.post("/settings/members/new", data={**NEWCOMER, "access": "official"})

    assert page.status_code == 200
    assert "http://localhost/reset/" in page.text
    assert "Nadia" in ada.get("/settings/members").text


def test_a_wrong_field_is_said_beside_it_and_what_was_typed_is_kept(ada):
    page = ada.post("/settings/members/new", data={"email": "no address", "name": "Nadia", "access": "king"})

    assert page.status_code == 422
    assert 'value="no address"' in page.text
    assert page.text.count('class="error"') == 2


def test_a_member_is_changed_on_a_page(ada, world):
    rui = world.members["rui"]
    page = ada.get(f"/settings/members/{rui.id}")
    assert 'value="Rui"' in page.text
    sent = {"name": "Rui Costa", "access": "planner", "language": "fr", "timezone": "Europe/Lisbon", "version": "1"}

    assert ada.post(f"/settings/members/{rui.id}", data=sent).status_code == 302

    assert (rui.name, rui.access, rui.language) == ("Rui Costa", Access.PLANNER, "fr")


def test_the_page_says_that_the_last_administrator_stays(ada, world):
    sent = {"name": "Ada", "access": "official", "language": "en", "timezone": "UTC", "version": "1"}

    page = ada.post(f"/settings/members/{world.members['ada'].id}", data=sent)

    assert page.status_code == 422
    assert "last administrator" in page.text


def test_closing_an_account_ends_every_sign_in_at_once(app, ada, world):
    rui = app.test_client()
    rui.sign_in(world.members["rui"])
    assert rui.get("/settings").status_code == 200

    assert ada.post(f"/settings/members/{world.members['rui'].id}/close").status_code == 302

    assert rui.get("/settings").status_code == 302
    assert "account closed" in ada.get(f"/settings/members/{world.members['rui'].id}").text


def test_what_a_lower_access_profile_may_no_longer_do_ends_at_once(app, ada, world):
    ana = app.test_client()
    ana.sign_in(world.members["ana"])
    with transaction():
        members.change(world.members["ana"], {"access": Access.ADMINISTRATOR}, version=None, by=world.ada)
    assert ana.get("/settings/members").status_code == 200

    with transaction():
        members.change(world.members["ana"], {"access": Access.OFFICIAL}, version=None, by=world.ada)

    assert ana.get("/settings/members").status_code == 403


def test_one_s_own_account_is_changed_by_oneself(client, world):
    client.sign_in(world.members["rui"])
    sent = {"name": "Rui C.", "language": "fr", "timezone": "Europe/Lisbon", "version": "1"}

    answer = client.post("/settings", data=sent)

    assert answer.status_code == 302
    assert '<html lang="fr"' in client.get("/settings").text


def test_nobody_raises_their_own_access_profile(client, world):
    client.sign_in(world.members["rui"])
    sent = {"name": "Rui", "language": "en", "timezone": "UTC", "access": "administrator", "version": "1"}

    client.post("/settings", data=sent)

    assert world.members["rui"].access is Access.OFFICIAL


def test_an_address_for_one_who_cannot_get_in(ada, world):
    page = ada.post(f"/settings/members/{world.members['rui'].id}/address")

    assert "http://localhost/reset/" in page.text
