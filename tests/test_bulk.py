"""Many rows in one go: they are written as one by one, with numbers that nobody else has."""

import pytest
from sqlalchemy import select

from preparedness import bulk
from preparedness.contacts.models import Channel, ChannelState, Person
from preparedness.database import db, now, writing
from preparedness.exchange.models import Change, Outcome, Return, WorkbookKind
from preparedness.vocabulary import ChannelKind, Source


@pytest.fixture(autouse=True)
def written(app):
    with writing():
        yield


def somebody(world, number, **said):
    names = {"ref": f"C-{number}", "name": f"Somebody {number}", "name_fold": f"somebody {number}"}
    lives = {"language": "fr", "timezone": "Europe/Paris", "country": "FR"}
    return {"id": number, "agency_id": world.agency.id, **names, **lives, **said}


def test_a_row_is_as_if_it_were_added_alone(world):
    moment = now()
    (number,) = bulk.numbers(Person, 1)
    capacity = {"modes": ["remote"], "hours_week": 4}
    bulk.insert(Person, [somebody(world, number, source=Source.COLLEAGUE, capacity=capacity, opted_out_at=moment)])
    person = db.session.get_one(Person, number)

    assert (person.name, person.source, person.capacity) == (f"Somebody {number}", Source.COLLEAGUE, capacity)
    assert person.opted_out_at == moment
    assert (person.version, person.sensitive, person.alias) == (1, False, None)
    assert person.created_at >= moment


def test_each_of_many_rows_says_its_own(world):
    ids = bulk.numbers(Person, 3)
    sources = [Source.COLLEAGUE, None, Source.THEMSELVES]
    bulk.insert(Person, [somebody(world, each, source=source) for each, source in zip(ids, sources, strict=True)])

    found = db.session.execute(select(Person.id, Person.source).where(Person.id.in_(ids)).order_by(Person.id))
    assert [tuple(row) for row in found] == list(zip(ids, sources, strict=True))


def test_numbers_are_nobody_elses_whether_they_were_given_here_or_by_the_database(world):
    first = bulk.numbers(Person, 2)
    bulk.insert(Person, [somebody(world, each) for each in first])
    alone = Person(**somebody(world, None) | {"ref": "C-ALONE"})
    db.session.add(alone)
    db.session.flush()
    later = bulk.numbers(Person, 2)

    assert max(first) < alone.id < min(later)
    assert len({*first, alone.id, *later}) == 5


def test_numbers_that_were_taken_stay_taken_before_anything_is_inserted(world):
    first = bulk.numbers(Person, 2)
    alone = Person(**somebody(world, None) | {"ref": "C-ALONE"})
    db.session.add(alone)
    db.session.flush()

    assert len({*first, alone.id, *bulk.numbers(Person, 2)}) == 5


def test_what_is_no_column_is_left_aside_and_what_is_not_said_has_its_default(world):
    rows = [
        {"person_id": world.amina.id, "agency_id": world.agency.id, "kind": ChannelKind.EMAIL, "regulator": "nobody"}
        | {"address": address, "address_fold": address}
        for address in ("one@example.org", "two@example.org")
    ]
    bulk.insert(Channel, rows)

    found = db.session.scalars(select(Channel).where(Channel.address.in_(["one@example.org", "two@example.org"]))).all()
    assert [(each.preference, each.state) for each in found] == [(1, ChannelState.UNVERIFIED)] * 2


def test_columns_that_are_called_like_words_of_the_database_are_written(world):
    brought = Return(agency_id=world.agency.id, kind=WorkbookKind.ROSTER, uploaded_by="Ana", uploaded_at=now())
    brought.filename, brought.sha256, brought.rows, brought.problems, brought.notices = "x.xlsx", "0", {}, [], []
    db.session.add(brought)
    db.session.flush()
    told = {"return_id": brought.id, "sheet": "people", "row": 3, "column": "city", "outcome": Outcome.UPDATE}
    bulk.insert(Change, [{**told, "mine": ["a", "é"], "base": None}])

    (change,) = brought.changes
    assert (change.row, change.column, change.mine, change.base) == (3, "city", ["a", "é"], None)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
def test_however_many_rows_there_are_each_is_written_once_in_its_order(world, count):
    ids = bulk.numbers(Person, count)
    rows = [somebody(world, number, capacity={"turn": turn}) for turn, number in enumerate(ids)]
    bulk.insert(Person, [{**row, "city": None} for row in rows], {"updated_by": "Ana", "sensitive": True})

    columns = select(Person.id, Person.name, Person.capacity, Person.updated_by, Person.sensitive, Person.city)
    found = db.session.execute(columns.where(Person.id.in_(ids)).order_by(Person.id)).all()
    said = [(each, f"Somebody {each}", {"turn": turn}, "Ana", True, None) for turn, each in enumerate(ids)]
    assert [tuple(row) for row in found] == said


def test_some_columns_of_many_rows_are_written_and_no_other_row(world):
    ids = bulk.numbers(Person, 3)
    bulk.insert(Person, [somebody(world, number, capacity={}) for number in ids])
    said = {ids[0]: {"capacity": {"modes": ["é"]}, "city": "Paris"}, ids[2]: {"capacity": {}, "city": None}}
    held = db.session.get_one(Person, ids[0])
    held.function = "Nurse"
    bulk.write(Person, said)
    bulk.write(Person, {})
    assert (held.city, held.function) == ("Paris", "Nurse"), "what the session held is kept, and read anew"

    found = db.session.execute(select(Person.capacity, Person.city).where(Person.id.in_(ids)).order_by(Person.id))
    assert [tuple(row) for row in found] == [({"modes": ["é"]}, "Paris"), ({}, None), ({}, None)]


def test_of_no_rows_nothing_is_written(world, statements):
    with statements() as said:
        bulk.insert(Person, [])

    assert said == []
