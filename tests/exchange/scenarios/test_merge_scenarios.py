"""The scenarios of the merge, by their numbers, by the page and by the API: one side works offline, the other here."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from preparedness.audit import Entry
from preparedness.contacts import people
from preparedness.contacts.models import Person
from preparedness.database import db, writing
from preparedness.exchange.models import ReturnState, WorkbookKind
from tests.exchange.offline import Copy, news, taken
from tests.exchange.scenarios.ways import latest

ROSTER = WorkbookKind.ROSTER


def changed(world, person, **data):
    """Ana changes somebody on their page meanwhile."""
    with writing():
        people.change(person, data, version=None, by=world.ana)
        db.session.commit()


def crowd(world, number, **data):
    """Many people at once."""
    with writing():
        made = people.add_many(
            world.agency,
            [{"name": f"Person {n}", "source": "themselves", "language": "fr", **data} for n in range(number)],
            by=world.ana,
        )
        db.session.commit()
    return made


def named(name):
    return db.session.scalar(select(Person).where(Person.name == name))


def entries():
    return db.session.scalar(select(func.count()).select_from(Entry))


def choose(back, **words):
    """The fields of the page for a choice about each column."""
    return {
        f"decision-{each.id}": words[each.column or "row"] for each in back.changes if (each.column or "row") in words
    }


def settled(door, **sent):
    """Press "Apply with these choices"; answers the page that follows."""
    back = latest()
    return door.press("apply", back, version=back.version, **sent)


def test_scenario_01_an_untouched_copy_changes_nothing(world, door):
    _copy, book = taken(world, ROSTER)
    version = world.amina.version
    said = door.bring(book.saved())
    before = entries()

    assert door.shows(said, "Nothing in it differs from what is here.")
    settled(door)
    assert news(latest()) == []
    assert entries() == before + 1, "only that the copy was applied"
    assert world.amina.version == version


def test_scenario_03_what_changed_here_alone_stays(world, door):
    ids = crowd(world, 40)
    _copy, book = taken(world, ROSTER)
    with writing():
        people.change_many(world.agency, [(number, None, {"city": "Lyon"}) for number in ids], by=world.ana)
        db.session.commit()

    assert door.shows(door.bring(book.saved()), "Nothing in it differs from what is here.")
    settled(door)
    cities = db.session.scalars(select(Person.city).where(Person.id.in_(ids)))
    assert set(cities) == {"Lyon"}


def test_scenario_04_three_edited_cells_are_three_entries_and_no_more(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", function="Secretary")
    book.write("organisations", world.federation.ref, city="Ottawa")
    versions = (world.amina.version, world.federation.version, world.tomas.version)

    assert door.shows(door.bring(book.saved()), "3 entries changed")
    settled(door)
    after = (world.amina.version, world.federation.version, world.tomas.version)
    assert after == (versions[0] + 1, versions[1] + 1, versions[2])
    assert (world.amina.city, world.amina.function, world.federation.city) == ("Gatineau", "Secretary", "Ottawa")


def test_scenario_05_different_cells_of_one_row_are_both_kept(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, function="Secretary")
    changed(world, world.amina, city="Laval")
    door.bring_in(book.saved())

    assert ("parallel", world.amina.ref, "") in news(latest())
    assert (world.amina.city, world.amina.function) == ("Laval", "Secretary")


def test_scenario_06_two_different_entries_are_shown_with_who_and_when_and_the_rest_is_taken(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau", function="Secretary")
    changed(world, world.amina, city="Laval")
    changed(world, world.amina, told_on=world.amina.told_on.replace(day=1))
    said = door.bring(book.saved())

    assert door.shows(said, "1 entry changed, 1 to decide")
    assert door.shows(said, "Gatineau", "Laval", "Ana, ")
    settled(door)
    assert (world.amina.city, world.amina.function) == ("Laval", "Secretary")


def test_scenario_06_somebody_else_changed_the_cell_and_it_is_they_who_are_named(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    with writing():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ada)
        people.change(world.amina, {"function": "Treasurer"}, version=None, by=world.ana)
        db.session.commit()
    door.bring(book.saved())

    assert latest().changes[0].server_by == world.ada.label


def test_scenario_06_a_choice_is_kept_written_and_audited(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    door.bring(book.saved())
    back = latest()
    said = door.press("decide", back, version=back.version, **choose(back, city="mine"))

    assert world.amina.city == "Laval", "kept on the draft, written by nobody yet"
    assert not door.keeps_decisions or re.search(r'value="mine"[^>]* checked', said)
    settled(door)
    assert world.amina.city == "Gatineau"
    assert "return_decided" in {each.value for each in db.session.scalars(select(Entry.action))}


def test_scenario_06_something_else_may_be_typed_and_is_held_against_the_rules(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    door.bring(book.saved())
    field = f"value-{latest().changes[0].id}"
    refused = settled(door, **{field: "x" * 300})

    assert "This is too long" in refused
    assert door.shows(refused, "x" * 300), "what was typed is kept"
    assert latest().state is ReturnState.READY
    settled(door, **{field: " Sherbrooke "})
    assert world.amina.city == "Sherbrooke"
    assert latest().changes[0].decision == "value"


def test_scenario_06_a_column_or_a_row_is_settled_at_once(world, door):
    ids = crowd(world, 3, city="Nantes", function="Member")
    _copy, book = taken(world, ROSTER)
    rows = [db.session.get_one(Person, number).ref for number in ids]
    for ref in rows:
        book.write("people", ref, city="Brest", function="Chair")
    with writing():
        data = {"city": "Dinan", "function": "Guest"}
        people.change_many(world.agency, [(number, None, data) for number in ids], by=world.ana)
        db.session.commit()
    assert door.shows(door.bring(book.saved()), "6 to decide")
    back = latest()
    door.press("decide", back, version=back.version, all="mine", sheet="people", column="city")
    back = latest()
    row = next(each.row for each in back.changes if each.ref == rows[0])
    door.press("decide", back, version=back.version, **{f"row-people.{row}": "mine"})
    settled(door)

    found = [db.session.get_one(Person, number) for number in ids]
    assert [each.city for each in found] == ["Brest"] * 3
    assert sorted(each.function for each in found) == ["Chair", "Guest", "Guest"]


def test_scenario_07_the_same_entry_on_both_sides_needs_nothing(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Gatineau")
    version = world.amina.version

    assert door.shows(door.bring(book.saved()), "Nothing in it differs from what is here.")
    settled(door)
    assert world.amina.version == version


def test_scenario_08_cells_that_belong_together_are_one_question(world, door):
    changed(world, world.amina, phone="+14165550001")
    _copy, book = taken(world, ROSTER, contacts=True, reason="field visit")
    book.write("people", world.amina.ref, phone="+14165550002")
    changed(world, world.amina, best_channel="phone")

    assert door.shows(door.bring(book.saved()), "1 to decide")
    assert {(each.outcome.value, each.column, each.together) for each in latest().changes} == {
        ("conflict", "channel", "phone"),
        ("conflict", "phone", "phone"),
    }
    first = latest().changes[0]
    settled(door, **{f"decision-{first.id}": "mine"})
    assert [(each.kind.value, each.address) for each in world.amina.channels] == [
        ("email", "amina@example.org"),
        ("phone", "+14165550002"),
    ], "number and best channel as in the file"


def test_scenario_09_a_row_deleted_offline_stays_unless_somebody_says_so(world, door):
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_rows(book.row("people", world.tomas.ref))
    content = book.saved()
    door.bring_in(content)
    assert (latest().changes[0].outcome.value, world.tomas.state.value) == ("removal", "active")

    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_rows(book.row("people", world.tomas.ref))
    door.bring(book.saved())
    settled(door, **choose(latest(), row="mine"))
    assert world.tomas.state.value == "archived", "put away, and can be brought back"


def test_scenario_10_a_row_deleted_offline_and_edited_here_is_never_removed_in_silence(world, door):
    _copy, book = taken(world, ROSTER)
    book.sheet("people").delete_rows(book.row("people", world.tomas.ref))
    changed(world, world.tomas, city="Lyon")
    said = door.bring(book.saved())

    assert [each.outcome.value for each in latest().changes] == ["conflict"]
    assert door.shows(said, "Remove the row")
    back = latest()
    door.press("decide", back, version=back.version, all="mine")
    settled(door)
    assert world.tomas.state.value == "active", "nothing is removed by a choice for all"


def test_scenario_11_a_row_edited_offline_and_removed_here_can_be_brought_back(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.tomas.ref, city="Lyon")
    with writing():
        people.archive(world.tomas, by=world.ada)
        db.session.commit()
    said = door.bring(book.saved())

    assert door.shows(said, "Removed here by Ada")
    assert door.shows(said, "Bring the row back with what is in your file")
    settled(door, **choose(latest(), row="mine"))
    assert (world.tomas.state.value, world.tomas.city) == ("active", "Lyon")


def copied(world, book, **altered):
    """Amina's row copied below all others and altered: her Ref stands twice."""
    sheet = book.sheet("people")
    row, last = book.row("people", world.amina.ref), sheet.max_row + 1
    for place, cell in enumerate(sheet[row], start=1):
        sheet.cell(last, place).value = cell.value
    for column, value in altered.items():
        sheet.cell(last, book.place("people", column)).value = value
    return row, last


def test_scenario_12_a_copied_and_altered_row_is_held_and_one_tick_makes_it_a_new_one(world, door):
    _copy, book = taken(world, ROSTER)
    rows = copied(world, book, name="Aïcha Diallo", city="Laval")
    content = book.saved()
    said = door.bring(content)

    assert door.shows(said, "this Ref stands in more than one row")
    assert door.shows(said, *(f"row {row}" for row in rows))
    back = latest()
    copy = next(each for each in back.changes if each.row == rows[1])
    settled(door, **{f"decision-{copy.id}": "add"})
    made = named("Aïcha Diallo")
    assert (made.city, made.source.value, named("Amina Diallo").city) == ("Laval", "themselves", None)
    door.bring(content)
    assert news(latest()) == [], "the same file asks no more"


def test_scenario_12_an_identical_copy_is_one(world, door):
    _copy, book = taken(world, ROSTER)
    copied(world, book)

    assert door.shows(door.bring(book.saved()), "Nothing in it differs from what is here.")


def filled(book, **more):
    book.write(
        "people", "N-0051", **{"name": "Lucie Pierre", "source": "themselves", "email": "lu@example.org", **more}
    )


def test_scenario_13_new_rows_are_added_once_however_often_the_file_comes(world, door):
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book)
    book.append("people", name="Moïse Étienne", source="themselves", country="Haiti")
    content = book.saved()

    assert door.shows(door.bring(content), "2 new people")
    settled(door)
    assert named("Lucie Pierre")
    assert named("Moïse Étienne").country == "HT"
    door.bring(content)
    assert news(latest()) == []


def test_scenario_14_somebody_like_one_who_is_here_is_merged_where_somebody_says_so(world, door):
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book, name="A. Diallo", email="amina@example.org", city="Laval")
    content = book.saved()
    said = door.bring(content)

    assert door.shows(said, "1 to decide")
    assert door.shows(said, "It is Amina Diallo")
    back = latest()
    shown = door.press("decide", back, version=back.version, **choose(back, row="merge"))
    assert door.shows(shown, "Amina Diallo"), "what differs is shown before anything is taken"
    settled(door)
    assert ("conflict", world.amina.ref, "name") in news(latest())
    assert (world.amina.name, world.amina.city) == ("Amina Diallo", "Laval")
    assert named("A. Diallo") is None
    door.bring(content)
    assert news(latest()) == [], "the same file asks no more"


@pytest.mark.parametrize(("word", "there"), [("add", True), ("server", False)])
def test_scenario_14_a_likely_twin_is_added_or_left_out_as_said_and_not_asked_about_again(world, door, word, there):
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book, name="A. Diallo", email="amina@example.org")
    content = book.saved()
    door.bring(content)
    settled(door, **choose(latest(), row=word))

    assert bool(named("A. Diallo")) is there
    door.bring(content)
    assert news(latest()) == []


def test_scenario_14_two_new_rows_of_one_file_that_are_the_same_are_one_question(world, door):
    _copy, book = taken(world, ROSTER, blank=True)
    filled(book)
    book.write("people", "N-0052", name="Lucie PIÈRRE", source="themselves", email="lu@example.org", city="Gonaïves")
    assert door.shows(door.bring(book.saved()), "1 new person, 1 to decide")
    assert [each.twin for each in latest().changes] == [None, "N-0051"]
    back = latest()
    settled(door, **{f"decision-{back.changes[1].id}": "merge"})

    assert named("Lucie Pierre").city == "Gonaïves", "the first, with what only the second says"
    assert named("Lucie PIÈRRE") is None


def test_scenario_16_rows_that_changed_places_wait_until_somebody_says_what_is_meant(world, door):
    _copy, book = taken(world, ROSTER)
    sheet = book.sheet("people")
    rows = [book.row("people", each.ref) for each in (world.amina, world.tomas)]
    refs = [sheet.cell(row, 1).value for row in rows]
    sheet.cell(rows[0], 1).value, sheet.cell(rows[1], 1).value = reversed(refs)
    content = book.saved()
    said = door.bring(content)

    assert door.shows(said, "these rows seem to have changed places")
    assert [each.why.value for each in latest().changes] == ["moved", "moved"]
    settled(door)
    assert (world.amina.name, world.tomas.name) == ("Amina Diallo", "Tomas Okello")
    door.bring(content)
    back = latest()
    settled(door, **{f"decision-{back.changes[0].id}": "merge"})
    door.bring(content)
    assert news(latest()) == [], "one word for both, and none is asked again"


def test_scenario_20_one_emptied_cell_is_an_edit_and_an_emptied_column_needs_a_tick_of_its_own(world, door):
    crowd(world, 6, city="Lyon")
    _copy, book = taken(world, ROSTER)
    sheet, place = book.sheet("people"), book.place("people", "city")
    rows = [row for row in range(3, sheet.max_row + 1) if sheet.cell(row, place).value == "Lyon"]
    sheet.cell(rows[0], place).value = None
    assert door.shows(door.bring(book.saved()), "1 entry changed")
    for row in rows:
        sheet.cell(row, place).value = None
    content = book.saved()

    assert door.shows(door.bring(content), "6 entries were emptied in your file")
    settled(door, **{"shown-people.city": "1"})
    assert named("Person 1").city == "Lyon", "without the tick nothing is emptied"
    _copy, book = taken(world, ROSTER)
    sheet = book.sheet("people")
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, place).value = None
    door.bring(book.saved())
    settled(door, **{"shown-people.city": "1", "emptied-people.city": "yes"})
    assert named("Person 1").city is None


def test_scenario_21_the_marked_copy_says_what_is_wrong_where_it_is_and_comes_back(world, page, client):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, told_on="31/02/2026", city="Gatineau")
    page.bring(book.saved())
    address = f"/copies/returns/{latest().id}/marked"
    marked = Copy(client.get(address).data)
    cell = marked.cell("people", world.amina.ref, "told_on")

    assert "31/02/2026" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFFFE08A"
    assert marked.sheet("people").row_dimensions[cell.row].height is None, "the row grows with what is mended in it"
    assert marked.cell("people", world.amina.ref, "city").comment is None
    only = Copy(client.get(f"{address}?only=1").data)
    hidden = {row for row, each in only.sheet("people").row_dimensions.items() if each.hidden}
    assert book.row("people", world.tomas.ref) in hidden
    assert book.row("people", world.amina.ref) not in hidden
    only.write("people", world.amina.ref, told_on="2026-02-28")
    page.bring_in(only.saved())
    assert (world.amina.city, str(world.amina.told_on)) == ("Gatineau", "2026-02-28")
    assert client.get(address.replace(str(latest().id - 1), str(latest().id))).status_code == 404


def test_scenario_25_a_merged_choice_stays_through_a_workbook_saved_twice(world, door):
    """What was decided for the system is not asked again, though the file went through a program in between."""
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    content = book.saved()
    door.bring_in(content)
    again = load_workbook(io.BytesIO(content))
    held = io.BytesIO()
    again.save(held)

    door.bring(held.getvalue())
    assert news(latest()) == []
