"""What a copy does not show is not lost by a copy: addresses that do not leave, and the second of two ways."""

import pytest

from preparedness.contacts import organisations, people
from preparedness.database import db, writing
from preparedness.exchange import decisions, returns
from preparedness.exchange.models import WorkbookKind
from tests.exchange.offline import applied, brought, taken

ROSTER = WorkbookKind.ROSTER


@pytest.fixture
def discreet(world):
    """Amina goes by a working name; she has an address that no copy shows."""
    with writing():
        people.change(world.amina, {"sensitive": True, "alias": "Umm Salma"}, version=None, by=world.ana)
        db.session.commit()
    return world.amina


def ways(person):
    return [(each.kind.value, each.address) for each in person.channels]


def test_s11_an_address_typed_where_one_is_hidden_takes_nothing_away(world, discreet):
    before = ways(discreet)
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    assert book.cell("people", discreet.ref, "email").value is None
    book.write("people", discreet.ref, email="somebody@example.org", city="Laval")
    back = brought(world, book.saved())

    assert [(each["column"], each["read"]) for each in back.problems] == [("email", "somebody@example.org")]
    assert "does not leave in a file" in back.problems[0]["sentence"]
    assert "amina@example.org" not in str([back.problems, [change.server for change in back.changes]])
    applied(world, back)
    assert (ways(discreet), discreet.city) == (before, "Laval")


def test_s16_nor_of_somebody_who_was_not_told_yet(world):
    with writing():
        people.change(
            world.tomas,
            {"told_on": None, "source": "colleague", "email": "tomas@example.org"},
            version=None,
            by=world.ana,
        )
        db.session.commit()
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    book.write("people", world.tomas.ref, email="somebody@example.org", phone="+33199001288")
    back = brought(world, book.saved())
    applied(world, back)

    assert {each["column"] for each in back.problems} == {"email"}, "where nothing stands nothing is lost"
    assert ("email", "tomas@example.org") in ways(world.tomas)
    assert ("phone", "+33199001288") in ways(world.tomas)


def test_s11_a_new_row_that_is_merged_into_somebody_hidden_leaves_their_address(world, discreet):
    before = ways(discreet)
    _copy, book = taken(world, ROSTER, blank=True)
    cells = {"name": "Amina Diallo", "source": "themselves", "country": "Canada", "email": "other@example.org"}
    book.write("people", "N-0051", **cells, city="Laval")
    back = brought(world, book.saved())
    with writing():
        decisions.decide(back, {back.changes[0].id: {"merge_into": discreet.id}}, by=world.ana)
        db.session.commit()
    assert any("does not leave in a file" in each for each in back.notices)
    with writing():
        returns.apply(back, agency=world.agency, member=world.members["ana"], by=world.ana)
        db.session.commit()

    assert (ways(discreet), discreet.city) == (before, "Laval")


@pytest.mark.once
def test_a_mailbox_that_is_emptied_leaves_the_number_that_the_copy_does_not_show(world):
    with writing():
        said = {"email": "office@example.org", "phone": "+33199001277"}
        organisations.change(world.federation, said, version=None, by=world.ana)
        db.session.commit()
    _copy, book = taken(world, ROSTER)
    book.write("organisations", world.federation.ref, contact=None)
    applied(world, brought(world, book.saved()))

    assert ways(world.federation) == [("phone", "+33199001277")]


def test_rows_that_lost_their_places_are_held_though_some_of_their_cells_were_edited_too(world):
    with writing():
        people.change(world.amina, {"city": "Laval", "function": "Chair"}, version=None, by=world.ana)
        people.change(world.tomas, {"city": "Lyon", "function": "Nurse"}, version=None, by=world.ana)
        db.session.commit()
    _copy, book = taken(world, ROSTER)
    one, other = world.amina.ref, world.tomas.ref
    rows = [book.row("people", each) for each in (one, other)]
    for row, ref in zip(rows, (other, one), strict=True):
        book.sheet("people").cell(row, 1).value = ref
        book.sheet("people").cell(row, book.place("people", "told_on")).value = None
    back = brought(world, book.saved())

    assert {(change.outcome.value, change.why.value) for change in back.changes} == {("held", "moved")}
