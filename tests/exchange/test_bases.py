"""What was given out is read, pressed and opened some rows at a time, and is what it was."""

import pytest

from preparedness.contacts.models import Basis, Consent, Person, Purpose
from preparedness.database import db, writing
from preparedness.exchange import bases, roster_copies, workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.sheets import Line
from tests.exchange.offline import taken

ROSTER = WorkbookKind.ROSTER


def lines(many):
    return [
        Line(f"C-{number}", number % 3, {"name": f"Zoé\n{number}", "languages": ["fr"]}, number)
        for number in range(many)
    ]


@pytest.mark.parametrize("many", [0, 1, bases.TOGETHER - 1, bases.TOGETHER, bases.TOGETHER + 1, 3 * bases.TOGETHER])
def test_what_was_given_out_is_opened_as_it_was_however_many_rows_it_has(many):
    kept, rows = bases.pressed({"organisations": lines(2), "people": iter(lines(many)), "tasks": []})

    assert rows == bases.counted(kept) == {"organisations": 2, "people": many, "tasks": 0}
    assert list(bases.opened(kept, "people")) == lines(many)
    assert list(bases.opened(kept, "organisations")) == lines(2)
    assert list(bases.opened(kept, "tasks")) == []


def test_the_first_rows_are_there_before_the_last_are_opened():
    kept, _rows = bases.pressed({"people": lines(10 * bases.TOGETHER)})

    assert next(bases.opened(kept[: len(kept) // 2], "people")) == lines(1)[0]


@pytest.fixture
def crowd(world):
    """People of two names, in no order, half of whom agreed to be asked."""
    with writing():
        for number in range(12):
            person = Person(
                agency_id=world.agency.id,
                ref=f"C-CROWD-{number}",
                name=f"Person {number % 2}",
                name_fold=f"person {number % 2}",
                country="CA",
                language="fr",
                timezone="America/Toronto",
            )
            db.session.add(person)
            db.session.flush()
            if number % 2:
                db.session.add(Consent(person_id=person.id, purpose=Purpose.BE_CALLED, basis=Basis.LINK))
        db.session.commit()
    return world


def test_a_roster_taken_a_few_rows_at_a_time_is_the_same_roster_in_the_same_order(crowd, monkeypatch):
    whole, _book = taken(crowd, ROSTER, contacts=True, reason="A meeting")
    monkeypatch.setattr(roster_copies, "AT_ONCE", 5)
    parts, book = taken(crowd, ROSTER, contacts=True, reason="A meeting")
    given = workbooks.base_of(parts)

    assert given == workbooks.base_of(whole)
    assert [list(rows) for rows in given.values()] == [list(rows) for rows in workbooks.base_of(whole).values()]
    assert [line.cells["name"] for line in given["people"].values()] == sorted(
        line.cells["name"] for line in given["people"].values()
    )
    assert sum(line.cells["agreed"] is not None for line in given["people"].values()) >= 6
    assert parts.rows == whole.rows == {sheet: len(rows) for sheet, rows in given.items()}
    assert book.cell("people", "C-CROWD-11", "name").value == "Person 1"


def test_the_statements_of_a_copy_grow_with_its_chunks_and_not_with_its_rows(crowd, statements, monkeypatch):
    def counted(at_once):
        monkeypatch.setattr(roster_copies, "AT_ONCE", at_once)
        with statements() as said:
            taken(crowd, ROSTER)
        return len(said)

    people = len(workbooks.base_of(taken(crowd, ROSTER)[0])["people"])

    assert counted(people) == counted(10 * people)
    assert counted((people + 1) // 2) - counted(people) <= 12


def test_a_list_of_people_that_is_too_long_to_offer_is_left_out_and_their_refs_are_written(crowd, monkeypatch):
    with writing():
        crowd.federation.contact_person = crowd.amina
        db.session.commit()
    monkeypatch.setattr("preparedness.exchange.roster_copies.LONGEST_LIST", 3)
    monkeypatch.setattr("preparedness.exchange.workbook.LONGEST_LIST", 3)
    _copy, book = taken(crowd, ROSTER)

    assert book.cell("organisations", crowd.federation.ref, "contact_person").value == crowd.amina.ref
    assert "list_person_ref" not in book.book.defined_names
