"""What lies in a copy to be printed: role cards (ICS 204), the calling order (ICS 205A), the holders (ICS 203)."""

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from preparedness import refs
from preparedness.activations import running
from preparedness.activations.models import ActivationKind, Task
from preparedness.contacts.models import Channel
from preparedness.database import db, now, writing
from preparedness.exchange import calling_orders, role_cards, workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.sheets import Surroundings
from preparedness.plans.models import Role, Status
from preparedness.vocabulary import Anchor, ChannelKind
from tests.activations import stage
from tests.exchange.offline import taken
from tests.recordings import recorded

NUMBER = "+15145550100"
WITH = {"contacts": True, "reason": "Power cuts are announced"}


@pytest.fixture
@recorded
def activation(world):
    """An exercise: Amina, in Toronto's time, holds the coordination seat; the seat in Paris is only asked."""
    with writing():
        phone = Channel(agency_id=world.agency.id, kind=ChannelKind.WHATSAPP, address=NUMBER, address_fold=NUMBER)
        world.amina.channels.append(phone)
        world.amina.capacity = {"window": "18:00-22:00"}
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma).status = Status.INVITED
        stage.approved(world)
        agreed = {"kind": ActivationKind.EXERCISE, "level": world.items[2].from_level}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    return made


def rows(page):
    found = [[cell.value for cell in line if cell.value is not None] for line in page.iter_rows()]
    return [line for line in found if line]


def said(page):
    return " ".join(str(value) for line in rows(page) for value in line)


def test_each_seat_has_a_card_of_its_own_on_a_page_of_its_own(world, activation):
    copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id)
    with zipfile.ZipFile(io.BytesIO(workbooks.file(copy, agency=world.agency))) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    pictures = drawing.count("<xdr:pic>")
    page = book.book["Role cards"]
    heads = [line[0] for line in rows(page) if str(line[0]).startswith("Role card · ICS 204")]

    assert heads[0].endswith(refs.of(refs.ROLE, world.seat.id))
    assert len(heads) == 3
    assert len(page.row_breaks) == len(heads) - 1
    assert (page.page_setup.orientation, pictures) == ("portrait", len(heads))
    assert "EXERCISE" in page.oddHeader.center.text
    assert "<xdr:from>" in drawing
    assert not re.search(r"<xdr:from>(?:(?!</xdr:from>).)*<xdr:rowOff>0<", drawing), "no picture lies on the line above"


def test_a_card_says_what_to_do_in_both_clocks_and_not_to_travel(world, activation):
    _copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id, **WITH)
    card = said(book.book["Role cards"])

    assert "Do not travel without a letter from Civil Protection." in card
    assert "Due (Port-au-Prince)" in card
    assert "Due (Toronto)" in card
    assert "What earthquake.resp.01 asks to be done." in card
    assert "https://familylinks.example.org" in card
    assert "Amina Diallo (English)" in card
    assert NUMBER not in card, "no number on a card, whatever was asked for"
    assert "Rose" not in card, "only who accepted stands on a card"


def test_a_card_says_from_when_a_task_counts_that_has_no_hour_yet(world, activation):
    with writing():
        for task in db.session.scalars(select(Task).where(Task.seat_id.is_not(None))):
            task.anchor, task.offset_hours, task.due_at = Anchor.R, 14 * 24, None
        db.session.commit()
    _copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id)

    assert "R+14 d" in said(book.book["Role cards"])


def test_where_both_clocks_are_one_the_time_stands_once(world, activation):
    with writing():
        world.amina.timezone = world.agency.timezone
        db.session.commit()
    card = role_cards.of(activation, world.agency, world.agency.timezone)
    heading = next(row for row in card.rows if row.cells and row.cells[0].style == "heading")

    assert (heading.cells[0].span, heading.cells[1]) == (2, None)


def test_the_square_code_tells_the_role_and_nothing_else(monkeypatch):
    told = []
    made = role_cards.segno.make
    monkeypatch.setattr(role_cards.segno, "make", lambda text, **how: told.append(text) or made(text, **how))
    picture = role_cards.code("R-7K3M-Q")

    assert told == ["R-7K3M-Q"]
    assert picture.startswith(b"\x89PNG")


def test_the_communications_list_holds_the_calling_order_with_numbers_only_where_asked_for(world, activation):
    _copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id)
    without = book.book["ICS 205A"]
    copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id, **WITH)
    with_them = book.book["ICS 205A"]

    assert "Amina Diallo" in said(without)
    assert NUMBER not in said(without)
    assert "Number or relay" not in said(without)
    assert NUMBER in said(with_them)
    assert f"copy no. {copy.number}" in said(with_them)
    assert "Rose" not in said(with_them), "only who accepted is called"
    assert with_them.print_title_rows is not None


def test_the_assignment_list_names_only_who_accepted(world, activation):
    _copy, book = taken(world, WorkbookKind.PLAN, world.plan.id)
    lines = rows(book.book["ICS 203"])

    assert ["Diaspora coordination lead", "Amina Diallo", "Federation of Haitian Associations"] in lines
    assert ["Diaspora focal point", "Paris", "vacant"] in lines
    assert "1 of 3 seats are held" in said(book.book["ICS 203"])
    assert book.book["ICS 203"].print_title_rows is not None, "a second page says what its columns are"


def test_the_contact_sheet_is_a_numbered_copy_of_its_own(world, client, activation):
    client.sign_in(world.members["ana"])
    address = f"/copies/plans/{world.plan.id}/contacts"
    assert "Contact sheet" in client.get(address).text
    assert client.post(address, data={}).status_code == 422, "not without a reason"
    answer = client.post(address, data={"reason": WITH["reason"], "language": "fr"})
    page = client.get(answer.location).text

    assert "Contact sheet: Earthquake, Haiti" in page
    assert client.get(f"{answer.location}/file").status_code == 200


def test_the_contact_sheet_says_who_is_called_how_and_when_on_our_clock(world, activation):
    _copy, book = taken(world, WorkbookKind.CONTACTS, world.plan.id, **WITH)
    [designation] = [each.designation for each in calling_orders.of(world.plan)]
    ref = refs.of(refs.DESIGNATION, designation.id)
    line = {
        key: book.cell("contacts", ref, key).value for key in ("role", "name", "channel", "number", "hours", "order")
    }

    assert line == {
        "role": "Diaspora coordination lead",
        "name": "Amina Diallo",
        "channel": "WhatsApp",
        "number": NUMBER,
        "hours": line["hours"],
        "order": 1,
    }
    zones = Surroundings("America/Port-au-Prince", now())
    assert line["hours"] == calling_orders.hours(world.amina, zones.zone, zones.at)


def test_hours_that_nobody_gave_or_that_are_no_hours_are_left_out(world):
    world.amina.capacity = {"window": "evenings"}

    assert calling_orders.hours(world.amina, "UTC", now()) is None
    assert calling_orders.hours(None, "UTC", now()) is None


def test_the_number_of_an_organisation_stands_in_for_a_persons_own(world, activation):
    with writing():
        world.amina.channels = []
        switchboard = Channel(
            agency_id=world.agency.id, kind=ChannelKind.PHONE, address="+15145550199", address_fold="1"
        )
        world.federation.channels.append(switchboard)
        db.session.commit()
    [called] = calling_orders.of(world.plan)

    assert calling_orders.number(called) == "+15145550199"
    assert calling_orders.way(called) is ChannelKind.PHONE


def test_an_organisation_without_contact_point_is_called_by_nobody(world, activation):
    with writing():
        world.federation.contact_person = None
        stage.accepts(world.montreal, world.federation)
        db.session.commit()
    [_amina, federation] = calling_orders.of(world.plan)

    assert (calling_orders.way(federation), calling_orders.number(federation)) == (None, None)


def test_seats_of_removed_roles_are_on_no_list(world, activation):
    with writing():
        world.coordination.removed_at = now()
        db.session.commit()

    assert all(seat.role_id != world.coordination.id for seat in calling_orders.seats(Role.plan_id == world.plan.id))
