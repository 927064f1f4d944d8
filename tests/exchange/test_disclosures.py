"""What may leave of somebody in a file: each rule of safety by its number."""

from datetime import timedelta

import pytest

from preparedness.accounts.models import Access
from preparedness.activations import log, running
from preparedness.activations.models import ActivationKind, LogKind
from preparedness.contacts.models import Channel
from preparedness.database import db, now, writing
from preparedness.errors import Refused
from preparedness.exchange import disclosures, hxl, workbooks
from preparedness.exchange.letters import numbers_left
from preparedness.exchange.models import WorkbookKind
from preparedness.notifications import letters, outbox
from preparedness.plans.models import Status
from preparedness.vocabulary import ChannelKind, Risk, Source
from tests.activations import stage
from tests.exchange.offline import taken
from tests.recordings import recorded

ROSTER, PLAN, ACTIVATION, CONTACTS = (
    WorkbookKind.ROSTER,
    WorkbookKind.PLAN,
    WorkbookKind.ACTIVATION,
    WorkbookKind.CONTACTS,
)
WITH = {"contacts": True, "reason": "Power cuts are announced"}
NUMBER = "+15145550100"


@pytest.fixture
@recorded
def called(world):
    """Amina holds the coordination seat and has a telephone; the activation runs, and she was alerted."""
    with writing():
        phone = Channel(agency_id=world.agency.id, kind=ChannelKind.PHONE, address=NUMBER, address_fold=NUMBER)
        world.amina.channels.append(phone)
        stage.accepts(world.seat, world.amina)
        stage.approved(world)
        agreed = {"kind": ActivationKind.REAL, "level": world.items[1].from_level}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    return made


def everything(book):
    """All that a workbook says, wherever it stands."""
    return " ".join(str(cell.value) for page in book.book for line in page.iter_rows() for cell in line if cell.value)


def change(row, **values):
    with writing():
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()


# --- Contact details leave only where they are asked for ------------------------------------------------------------


@pytest.mark.parametrize("kind", [ROSTER, ACTIVATION])
def test_no_number_leaves_unless_it_is_asked_for_with_a_reason(world, called, kind):
    subject = called.id if kind is ACTIVATION else None
    _copy, without = taken(world, kind, subject)
    copy, with_them = taken(world, kind, subject, **WITH)

    assert NUMBER not in everything(without)
    assert NUMBER in everything(with_them)
    assert copy.reason == WITH["reason"]
    with pytest.raises(Refused, match="Say why"):
        taken(world, kind, subject, contacts=True)


def test_the_plan_workbook_holds_no_number_at_all(world, called):
    _copy, book = taken(world, PLAN, world.plan.id)

    assert NUMBER not in everything(book)
    assert "amina@example.org" not in everything(book)


@pytest.mark.parametrize("kind", [ROSTER, ACTIVATION, CONTACTS])
def test_somebody_sensitive_leaves_by_working_name_and_relay_only(world, called, kind):
    change(world.amina, sensitive=True, alias="Rose-Marie")
    subject = {ROSTER: None, ACTIVATION: called.id, CONTACTS: world.plan.id}[kind]
    _copy, book = taken(world, kind, subject, **WITH)
    said = everything(book)

    assert "Rose-Marie" in said
    assert not any(secret in said for secret in ("Amina", NUMBER, "amina@example.org"))
    if kind is not ROSTER:
        assert "by relay" in said


# --- S4: traces ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.DECLINED, Status.INVITED, Status.LAPSED, Status.WITHDRAWN, Status.PROPOSED])
def test_s4_at_high_risk_a_seat_is_vacant_for_every_cause(world, status):
    with writing():
        stage.accepts(world.seat, world.amina).status = status
        world.plan.risk_class = Risk.HIGH
        db.session.commit()
    _copy, book = taken(world, PLAN, world.plan.id)
    page = book.sheet("roles")
    states = {page.cell(number, book.place("roles", "state")).value for number in range(3, 6)}

    assert states == {"vacant"}
    assert "Amina" not in everything(book)


def test_s4_the_text_of_the_log_leaves_in_no_copy_of_a_high_risk_plan(world, called):
    with writing():
        log.write(called, text="Seen at the bridge", kind=LogKind.FACT, at=None, for_whom=None, by=world.ana)
        db.session.commit()
    assert "Seen at the bridge" in everything(taken(world, ACTIVATION, called.id)[1])
    change(world.plan, risk_class=Risk.HIGH)
    said = everything(taken(world, ACTIVATION, called.id, **WITH)[1])

    assert "Seen at the bridge" not in said
    assert NUMBER not in said


def test_s4_a_high_risk_plan_has_no_contact_sheet_and_names_nobody_on_its_forms(world, called):
    change(world.plan, risk_class=Risk.HIGH)

    with pytest.raises(Refused, match="no number leaves"):
        taken(world, CONTACTS, world.plan.id, **WITH)
    _copy, book = taken(world, ACTIVATION, called.id)
    prints = [book.book[name] for name in ("ICS 205A", "Role cards")]
    said = " ".join(str(cell.value) for page in prints for line in page.iter_rows() for cell in line if cell.value)
    assert "Amina" not in said


def test_at_high_risk_no_language_tells_a_group(world, called):
    change(world.plan, risk_class=Risk.HIGH)
    _copy, book = taken(world, ACTIVATION, called.id)
    page = book.sheet("replies")

    assert page.cell(3, book.place("replies", "language")).value is None


# --- S10: counts that name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (60, "60")])
def test_s10_a_small_number_is_told_as_fewer_than_five(app, count, said):
    assert disclosures.few(count) == said


def test_s10_a_public_table_tells_no_language_no_town_and_no_name(world, called):
    change(world.federation, languages=["ku"], city="Kassel")
    for table in (hxl.actors(world.agency), hxl.who_does_what_where(world.plan)):
        tags = " ".join(table.tags)
        said = " ".join(text for line in table.lines for text in line)
        assert not any(part in tags for part in ("#lang", "#loc+city", "#contact"))
        assert not any(secret in said for secret in ("Kassel", "Kurdish", "Amina", NUMBER))


def test_s10_the_public_table_of_a_high_risk_plan_holds_counts_alone(world, called):
    change(world.plan, risk_class=Risk.HIGH)
    table = hxl.who_does_what_where(world.plan)

    assert table.tags == ("#activity+project", "#activity+name", "#capacity+num")
    assert [row[2] for row in table.rows] == ["fewer than 5"]


# --- S11: the lost stick, the borrowed laptop ------------------------------------------------------------------------


def test_s11_a_second_person_is_told_of_numbers_that_leave(world, called):
    copy, _book = taken(world, ACTIVATION, called.id, **WITH)
    [message] = outbox.of(copy)

    assert message.template == "numbers_left"
    assert message.params == {"member_id": world.members["ada"].id}, "an administrator, and not who took it"
    assert outbox.of(taken(world, ACTIVATION, called.id)[0]) == []


def test_s11_a_planner_is_told_where_no_other_administrator_is_there(world, called):
    change(world.members["ada"], access=Access.PLANNER)
    copy, _book = taken(world, ROSTER, **WITH)

    assert outbox.of(copy)[0].params == {"member_id": world.members["ada"].id}
    change(world.members["ada"], active=False)
    assert outbox.of(taken(world, ROSTER, **WITH)[0]) == [], "nobody else is there"


def test_s11_the_letter_says_who_and_why_until_the_copy_is_destroyed(world, called):
    copy, _book = taken(world, ROSTER, **WITH)
    [message] = outbox.of(copy)
    letter = letters.render("numbers_left", "en", {**numbers_left(message), "recipient": None})

    assert all(words in letter.text for words in ("Ana", WITH["reason"], f"/copies/{copy.id}"))
    with writing():
        workbooks.destroyed(copy, by=world.ana)
        db.session.commit()
    assert numbers_left(message) is None


def test_s11_a_copy_with_numbers_is_to_be_destroyed_and_reminds_until_somebody_says_so(world, client, called):
    copy, _book = taken(world, ROSTER, **WITH)
    change(copy, destroy_by=now() - timedelta(days=1))
    client.sign_in(world.members["ana"])

    assert "was to be destroyed by" in client.get("/").text
    assert "It is destroyed" in client.get(f"/copies/{copy.id}").text
    client.post(f"/copies/{copy.id}/destroyed")
    assert "was to be destroyed by" not in client.get("/").text
    assert client.get(f"/copies/{copy.id}/file").status_code == 409
    assert "It is destroyed" not in client.get(f"/copies/{copy.id}").text


def test_s11_a_copy_without_numbers_need_not_be_destroyed(world):
    copy, _book = taken(world, ROSTER)

    assert copy.destroy_by is None
    with pytest.raises(Refused, match="no contact details"):
        workbooks.destroyed(copy, by=world.ana)


def test_s11_each_page_with_a_number_says_so_at_its_head_and_no_other(world, called):
    copy, book = taken(world, ACTIVATION, called.id, **WITH)
    heads = {page.title: page.oddHeader.center.text or "" for page in book.book}

    assert f"copy no. {copy.number}" in heads["Call list"]
    assert "SENSITIVE" in heads["ICS 205A"]
    assert "SENSITIVE" not in heads["Role cards"] + heads["Checklist"] + heads["Log"]


def test_s11_operators_take_no_roster_and_no_contact_sheet(world, client):
    client.sign_in(world.members["rui"])

    for address in ("/copies/roster", f"/copies/plans/{world.plan.id}/contacts", "/copies/public/actors.csv"):
        assert client.get(address).status_code == 403


def test_s11_contact_columns_are_off_by_default(world, client, called):
    client.sign_in(world.members["ana"])

    assert "checked" not in client.get(f"/copies/activations/{called.id}").text


# --- S16: notice owed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [Source.COLLEAGUE, Source.PUBLIC_SOURCE, Source.THEIR_ORGANISATION, None])
def test_s16_whoever_was_not_told_leaves_without_contact_details(world, source):
    change(world.amina, told_on=None, source=source)
    _copy, book = taken(world, ROSTER, **WITH)

    assert book.cell("people", world.amina.ref, "email").value is None
    assert book.cell("people", world.tomas.ref, "email").value == "tomas@example.org"
    assert "The contact details of 1 person" in everything(book)


def test_s16_whoever_entered_themselves_or_was_told_leaves_with_them(world):
    change(world.amina, told_on=None, source=Source.THEMSELVES)
    change(world.tomas, source=Source.COLLEAGUE)
    _copy, book = taken(world, ROSTER, **WITH)

    assert book.cell("people", world.amina.ref, "email").value == "amina@example.org"
    assert book.cell("people", world.tomas.ref, "email").value == "tomas@example.org"
    assert "Left out" not in everything(book)


def test_s16_holds_on_call_lists_and_contact_sheets_too(world, called):
    change(world.amina, told_on=None, source=Source.COLLEAGUE)

    for kind, subject in ((ACTIVATION, called.id), (CONTACTS, world.plan.id)):
        assert NUMBER not in everything(taken(world, kind, subject, **WITH)[1])
