"""One or a thousand: the same verbs, the same few statements, and nobody's change is lost."""

from sqlalchemy import func, select, update

from preparedness import audit
from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import Channel, Organisation, Person
from preparedness.database import db, now


def count(model, world):
    return db.session.scalar(select(func.count()).where(model.agency_id == world.agency.id))


def test_many_people_are_added_in_a_few_statements(world, statements, crowd):
    rows = crowd(1000)

    with statements() as sent:
        ids = people.add_many(world.agency, rows, by=world.ana)
        db.session.commit()

    assert len(sent) / len(rows) < 0.05
    assert len(set(ids)) == 1000
    assert count(Channel, world) == 3 + 2000
    assert audit.broken_at(world.agency.id) is None


def test_numbers_come_in_the_order_of_the_rows(world, crowd):
    ids = people.add_many(world.agency, crowd(120), by=world.ana)

    names = {row.id: row.name for row in db.session.execute(select(Person.id, Person.name))}
    assert [names[number] for number in ids] == [f"Person {number}" for number in range(120)]


def test_many_people_are_changed_in_a_few_statements(world, statements, crowd):
    ids = people.add_many(world.agency, crowd(1000), by=world.ana)
    db.session.commit()
    changes = [(number, 1, {"city": "Nice", "phone": None, "languages": ["fr", "en"]}) for number in ids]

    with statements() as sent:
        moved = people.change_many(world.agency, changes, by=world.ana)
        db.session.commit()

    assert moved == []
    assert len(sent) / len(ids) < 0.05
    person = people.get(ids[500], agency=world.agency)
    assert (person.version, person.city, len(person.channels)) == (2, "Nice", 1)
    assert [each.language for each in person.spoken] == ["en", "fr"]


def test_rows_that_moved_are_named_and_left_as_they_are(world, crowd):
    first, second, third = people.add_many(world.agency, crowd(3), by=world.ana)
    people.change(people.get(second, agency=world.agency), {"city": "Paris"}, version=1, by=world.ada)

    changes = [(number, 1, {"city": "Nice", "email": None}) for number in (first, second, third)]
    moved = people.change_many(world.agency, [*changes, (999_999, None, {"city": "Nice"})], by=world.ana)

    assert moved == [second, 999_999]
    cities = [people.get(number, agency=world.agency).city for number in (first, second, third)]
    assert cities == ["Nice", "Paris", "Nice"]
    assert len(people.get(second, agency=world.agency).channels) == 2


def test_a_row_that_moves_between_reading_and_writing_keeps_what_belongs_to_it(world, crowd, monkeypatch):
    first, second = people.add_many(world.agency, crowd(2), by=world.ana)
    loaded = people.batches._loaded

    def and_somebody_else_writes(*given):
        found = loaded(*given)
        theirs = {"version": Person.version + 1, "city": "Paris", "updated_at": now()}
        db.session.execute(
            update(Person).where(Person.id == second).values(theirs), execution_options={"synchronize_session": False}
        )
        return found

    monkeypatch.setattr(people.batches, "_loaded", and_somebody_else_writes)
    changes = [(number, 1, {"city": "Nice", "email": None}) for number in (first, second)]

    assert people.change_many(world.agency, changes, by=world.ana) == [second]

    kept = people.get(second, agency=world.agency)
    assert (kept.city, len(kept.channels)) == ("Paris", 2)
    assert len(people.get(first, agency=world.agency).channels) == 1


def test_another_agencys_rows_count_as_moved(world):
    moved = people.change_many(world.agency, [(world.foreign_person.id, None, {"city": "Nice"})], by=world.ana)

    assert moved == [world.foreign_person.id]
    assert world.foreign_person.city is None


def test_each_row_leaves_its_entry(world, crowd):
    ids = people.add_many(world.agency, crowd(5), by=world.ana)
    people.change_many(world.agency, [(number, None, {"city": "Nice"}) for number in ids], by=world.ana)

    actions = [entry.action for entry in audit.of(people.get(ids[3], agency=world.agency))]

    assert actions == [audit.Action.PERSON_CHANGED, audit.Action.PERSON_ADDED]


def test_refs_are_never_given_twice(world, monkeypatch):
    given = iter(["C-AMNA-X", "C-0001-X", "C-0001-X", "C-0002-X", "C-0003-X"])
    monkeypatch.setattr(people.batches.refs, "make", lambda _prefix, taken=(): next(r for r in given if r not in taken))

    ids = people.add_many(world.agency, [{"name": str(turn), "source": "colleague"} for turn in range(3)], by=world.ana)

    refs = [people.get(number, agency=world.agency).ref for number in ids]
    assert len(set(refs)) == 3
    assert "C-AMNA-X" not in refs


def test_nothing_to_add_or_change_is_no_work(world, statements):
    agency, ana = world.agency, world.ana
    assert agency.id

    with statements() as sent:
        assert people.add_many(agency, [], by=ana) == []
        assert organisations.change_many(agency, [], by=ana) == []

    assert sent == []


def test_many_organisations_are_added_and_belong_to_one(world, statements):
    rows = [
        {"name": f"Club {turn}", "kind": "hometown_association", "country": "FR", "parent_id": world.federation.id}
        for turn in range(300)
    ]

    with statements() as sent:
        organisations.add_many(world.agency, rows, by=world.ana)

    assert len(sent) < 20
    listed = organisations.listed(world.agency, filters={"parent": world.federation.id})
    assert listed.total == 300
    assert count(Organisation, world) == 301


def test_a_change_keeps_what_was_set_before_it_in_the_same_transaction(world):
    world.amina.paused_until = standing.today()

    people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)

    assert (world.amina.paused_until, world.amina.city) == (standing.today(), "Laval")
