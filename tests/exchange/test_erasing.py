"""Somebody who is erased is gone from copies and returned copies, and no file brings them back."""

from sqlalchemy import select

from preparedness.activations import running, tasks
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.contacts import people
from preparedness.contacts.models import ErasureReason, Person
from preparedness.database import db, writing
from preparedness.exchange import workbooks
from preparedness.exchange.models import Change, WorkbookKind
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.exchange.offline import applied, brought, news, taken

ROSTER = WorkbookKind.ROSTER


def erased(world, person):
    with writing():
        people.erase(person, reason=ErasureReason.THEIR_WISH, by=world.ada)
        db.session.commit()


def test_scenario_27_an_erased_person_is_gone_from_the_base_and_not_brought_back_by_the_file(world):
    copy, book = taken(world, ROSTER)
    ref = world.amina.ref
    book.write("people", ref, city="Gatineau")
    erased(world, world.amina)
    back = brought(world, book.saved())

    assert ref not in workbooks.base_of(copy)["people"]
    assert copy.scrubbed_at is not None
    assert news(back) == []
    assert [problem["read"] for problem in back.problems] == [ref]
    assert applied(world, back)
    assert db.session.scalar(select(Person).where(Person.ref == ref)).name != "Amina Diallo"


def test_what_a_returned_copy_said_of_them_is_emptied_and_the_rest_stays(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", told_on="31/02/2026")
    book.write("people", world.tomas.ref, city="Lyon")
    back = brought(world, book.saved())
    erased(world, world.amina)

    assert back.problems == []
    assert "Gatineau" not in str(back.rows)
    assert "Lyon" in str(back.rows)
    said = {change.ref: (change.mine, change.label) for change in db.session.scalars(select(Change))}
    assert said[world.amina.ref] == (None, None)
    assert said[world.tomas.ref] == ("Lyon", "Tomas Okello")


def test_somebody_a_file_added_is_emptied_in_the_row_that_added_them(world):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves")
    back = brought(world, book.saved())
    applied(world, back)
    erased(world, db.session.scalar(select(Person).where(Person.name == "Lucie Pierre")))

    assert [(change.mine, change.label) for change in back.changes] == [(None, None)]


def test_what_they_noted_of_a_task_goes_from_the_copy_and_from_what_came_back(world):
    with writing():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        activation = running.start(world.plan, {"kind": ActivationKind.EXERCISE, "level": Level.FULL}, by=world.ana)
        task = activation.tasks[0]
        tasks.report(task, TaskState.BLOCKED, "My sister has the key.", version=None, by=world.amina.actor)
        db.session.commit()
    copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id)
    book.write("tasks", task.ref, note="Her sister has the key.", state="doing")
    back = brought(world, book.saved())
    erased(world, world.amina)

    kept = workbooks.base_of(copy)["tasks"][task.ref]
    assert "note" not in kept.cells, "what is forgotten is not compared either"
    assert kept.cells["state"] == "blocked"
    said = str([back.rows, [(change.base, change.mine, change.server) for change in back.changes]])
    assert "sister" not in said
    assert "doing" in said


def test_an_erased_person_is_on_no_contact_sheet_that_is_kept(world):
    """In person, and as the contact point of an organisation that is designated."""
    with writing():
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.montreal, world.federation)
        db.session.commit()
    copy, _book = taken(world, WorkbookKind.CONTACTS, world.plan.id, contacts=True, reason="Power cuts")
    erased(world, world.amina)

    kept = workbooks.base_of(copy)["contacts"]
    assert len(kept) == 2
    assert not any(any(line.cells.values()) for line in kept.values())
