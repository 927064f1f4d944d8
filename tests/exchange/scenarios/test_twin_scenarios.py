"""Rows of a file that are another row, and what could be lost between the two: scenario 14 and what is beside it."""

import pytest
from sqlalchemy import func, select

from preparedness.contacts import people
from preparedness.contacts.models import ContactState, Person
from preparedness.database import db, writing
from preparedness.exchange import reversals
from preparedness.exchange.models import ReturnState, WorkbookKind
from tests.exchange.offline import news, taken
from tests.exchange.scenarios.ways import latest

ROSTER = WorkbookKind.ROSTER


def filled(book, ref="N-0051", **more):
    book.write("people", ref, **{"name": "T. Okello", "source": "themselves", **more})


def put_away(world, person):
    with writing():
        people.archive(person, by=world.ada)
        db.session.commit()


def deciding(door, **words):
    """Say of each row, by its name in the file, what it is, and apply."""
    back = latest()
    chosen = {f"decision-{each.id}": words[each.ref] for each in back.changes if each.ref in words and not each.column}
    return door.press("apply", back, version=back.version, **chosen)


@pytest.fixture
def tomas_away(world):
    """Tomas has an address, was told, and lies in the archive."""
    with writing():
        people.change(world.tomas, {"email": "tomas@example.org"}, version=None, by=world.ana)
        db.session.commit()
    put_away(world, world.tomas)
    return world.tomas


def test_scenario_14_somebody_in_the_archive_comes_back_and_is_merged(world, door, tomas_away):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="T. Okello", source="themselves", email="tomas@example.org", city="Lyon")
    content = book.saved()
    said = door.bring(content)

    assert door.shows(said, f"It is Tomas Okello ({tomas_away.ref}), from the archive: bring them back")
    deciding(door, **{"N-0051": "merge"})
    assert (latest().state, tomas_away.state, tomas_away.city) == (ReturnState.APPLIED, ContactState.ACTIVE, "Lyon")
    assert tomas_away.name == "Tomas Okello", "two different names are for somebody to decide"
    assert ("conflict", tomas_away.ref, "name") in news(latest())
    door.bring(content)
    assert news(latest()) == [], "the same file asks no more"


def test_scenario_14_somebody_who_came_back_by_a_merge_goes_away_again_by_an_undo(world, door, tomas_away):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="Tomas Okello", source="themselves", email="tomas@example.org")
    door.bring(book.saved())
    deciding(door, **{"N-0051": "merge"})
    assert tomas_away.state is ContactState.ACTIVE, "though no cell of theirs changes"
    with writing():
        done = reversals.undo(latest(), agency=world.agency, by=world.ana)
        db.session.commit()

    assert (done.undone, done.kept, tomas_away.state) == (1, [], ContactState.ARCHIVED)


@pytest.mark.once
def test_scenario_14_somebody_put_away_after_the_preview_is_asked_about_again(world, door):
    _copy, book = taken(world, ROSTER, blank=True)
    book.write("people", "N-0051", name="Amina D.", source="themselves", email="amina@example.org")
    door.bring(book.saved())
    put_away(world, world.amina)
    deciding(door, **{"N-0051": "merge"})

    assert latest().state is ReturnState.READY, "nobody comes back whom somebody took out in between"
    assert world.amina.state is ContactState.ARCHIVED


def test_scenario_14_a_row_merged_into_one_that_is_left_out_is_refused_and_not_lost(world, door):
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book, email="lu@example.org")
    filled(book, "N-0052", name="Lucie", email="lu@example.org", city="Gonaïves")
    door.bring(book.saved())
    first, second = latest().changes
    sent = {f"decision-{first.id}": "server", f"decision-{second.id}": "merge"}
    said = door.press("apply", latest(), version=latest().version, **sent)

    assert "is to be merged into N-0051, which is left out" in said
    assert latest().state is ReturnState.READY


def test_scenario_14_two_rows_that_are_one_person_in_the_end_are_both_merged(world, door):
    """The first is Amina by her address, the second is the first by its number."""
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book, name="A. D.", email="amina@example.org", phone="+33199001299")
    filled(book, "N-0052", name="Mina", phone="+33199001299", city="Laval")
    door.bring(book.saved())
    assert [each.twin for each in latest().changes] == [world.amina.ref, "N-0051"]
    deciding(door, **{"N-0051": "merge", "N-0052": "merge"})

    assert world.amina.city == "Laval"
    assert db.session.scalar(select(func.count()).select_from(Person).where(Person.name.in_(["A. D.", "Mina"]))) == 0


def test_two_rows_of_a_file_that_say_different_things_of_one_cell_are_both_asked_about(world, door):
    """Amina's own row says one town, and a new row that is merged into hers another."""
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    filled(book, name="Amina Diallo", city="Laval", country="Canada")
    door.bring(book.saved())
    door.press("decide", latest(), version=latest().version, **{f"decision-{twin().id}": "merge"})
    if door.keeps_decisions:
        towns = [each for each in latest().changes if each.column == "city"]
        assert {(each.outcome.value, each.mine) for each in towns} == {("conflict", "Gatineau"), ("conflict", "Laval")}
        said = door.press("apply", latest(), version=latest().version, **{f"decision-{e.id}": "mine" for e in towns})
        assert f"Two rows of your file say different things of {world.amina.ref}." in said
        assert latest().state is ReturnState.READY
        chosen = {f"decision-{e.id}": "mine" if e.mine == "Laval" else "server" for e in towns}
        door.press("apply", latest(), version=latest().version, **chosen)
        assert world.amina.city == "Laval"


def twin():
    return next(each for each in latest().changes if each.twin)


@pytest.mark.once
def test_scenario_24_a_row_that_moved_is_shown_again_though_another_is_merged_at_the_same_moment(world, door):
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    book.write("people", world.tomas.ref, city="Lyon")
    filled(book, name="A. Diallo", email="amina@example.org")
    door.bring(book.saved())
    with writing():
        people.change(world.tomas, {"city": "Brest"}, version=None, by=world.ada)
        db.session.commit()
    deciding(door, **{"N-0051": "merge"})

    assert latest().state is ReturnState.READY
    assert ("conflict", world.tomas.ref, "city") in news(latest()), "nobody had seen that there are two entries"
    assert twin().decision == "merge", "what was said of the other row still stands"
    deciding(door, **{"N-0051": "merge"})
    assert (latest().state, world.tomas.city) == (ReturnState.APPLIED, "Brest")


@pytest.mark.once
@pytest.mark.parametrize("name", ["row-people.x", "row-people", "row-", "row-people.99999999999999999999"])
def test_a_button_of_no_row_settles_nothing(world, page, name):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    page.bring(book.saved())
    back = latest()
    answer = page.client.post(f"/copies/returns/{back.id}/decide", data={"version": back.version, name: "mine"})

    assert answer.status_code in (302, 400)
    assert latest().changes[0].decision is None
