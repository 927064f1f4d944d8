"""Undo: one click takes back what a copy wrote, unless somebody touched it since; then row by row, with the reason."""

import pytest
from sqlalchemy import func, select

from preparedness.activations import log, running, tasks
from preparedness.activations.models import ActivationKind, LogKind, TaskState
from preparedness.audit import Action, Entry, broken_at
from preparedness.contacts import organisations, people
from preparedness.contacts.models import ContactState, Organisation, Person
from preparedness.database import db, transaction, writing
from preparedness.errors import Refused
from preparedness.exchange import decisions, removals, returns, workbooks
from preparedness.exchange.models import CreatedRow, KeptDecision, Outcome, ReturnState, WorkbookKind
from preparedness.plans import items, roles
from preparedness.plans.models import ChecklistItem
from preparedness.vocabulary import Level, OrganisationKind
from tests.activations import stage
from tests.exchange.offline import applied, brought, news, taken
from tests.exchange.scenarios.ways import Page, latest, worked
from tests.recordings import recorded

ROSTER, PLAN, ACTIVATION = WorkbookKind.ROSTER, WorkbookKind.PLAN, WorkbookKind.ACTIVATION


def undone(world, back):
    """Ana presses "Undo"."""
    with writing():
        done = returns.undo(back, agency=world.agency, member=world.members["ana"], by=world.ana)
        db.session.commit()
        db.session.expire_all()
        return done


def brought_in(world, book, **decided):
    """Ana brings a file back, decides, and applies it."""
    back = brought(world, book.saved())
    if decided:
        with transaction():
            said = {change.id: decided[change.outcome] for change in back.changes if change.outcome in decided}
            decisions.decide(back, said, by=world.ana)
    assert applied(world, back)
    return back


def changed(world, person, **data):
    with transaction():
        people.change(person, data, version=None, by=world.ada)


def person_named(name):
    return db.session.scalar(select(Person).where(Person.name == name).order_by(Person.id.desc()))


def said_of(world):
    """Everything that can be said of the cast, to be compared."""
    rows = [people.said(each) for each in (world.amina, world.tomas, world.salma)]
    return [*rows, organisations.said(world.federation)]


# --- The roster ----------------------------------------------------------------------------------------------------


def test_everything_a_copy_wrote_is_taken_back_in_one_click(world):
    before = said_of(world)
    _copy, book = taken(world, ROSTER, contacts=True, reason="Yearly check")
    book.write("people", world.amina.ref, city="Gatineau", email="new@example.org", function="Secretary")
    book.write("people", world.salma.ref, name="Lily")
    book.write("organisations", world.federation.ref, city="Ottawa", contact_person=world.tomas.ref)
    book.write("organisations", "N-0001", name="New Network", kind="umbrella_network", country="Canada")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", organisation="New Network")
    back = brought_in(world, book)
    assert said_of(world) != before
    done = undone(world, back)

    assert (done.kept, back.state) == ([], ReturnState.UNDONE)
    assert done.undone == len(back.changes)
    assert [{**each, "channels": len(each["channels"])} for each in said_of(world)] == [
        {**each, "channels": len(each["channels"])} for each in before
    ]
    assert person_named("Lucie Pierre").state is ContactState.ARCHIVED
    network = db.session.scalar(select(Organisation).where(Organisation.name == "New Network"))
    assert network.state is ContactState.ARCHIVED


def test_an_undo_is_audited_and_keeps_the_chain_whole(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    undone(world, brought_in(world, book))

    actions = [each.action for each in db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(2))]
    assert set(actions) == {Action.RETURN_UNDONE, Action.PERSON_CHANGED}
    assert broken_at(world.agency.id) is None


def test_a_row_that_somebody_changed_since_stays_and_the_rest_goes(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", world.tomas.ref, city="Lyon")
    back = brought_in(world, book)
    changed(world, world.amina, function="Treasurer")
    done = undone(world, back)

    assert (world.amina.city, world.amina.function, world.tomas.city) == ("Gatineau", "Treasurer", None)
    assert (done.undone, len(done.kept), back.state) == (1, 1, ReturnState.UNDONE)
    assert done.kept[0].id == next(change.id for change in back.changes if change.ref == world.amina.ref)
    assert "Ada changed it since, on" in done.kept[0].why
    assert back.notices == [f"“Amina Diallo” ({world.amina.ref}) stays as it is. {done.kept[0].why}"]


def test_where_nothing_can_be_undone_the_copy_stays_applied(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought_in(world, book)
    changed(world, world.amina, city="Laval")

    assert (undone(world, back).undone, back.state, world.amina.city) == (0, ReturnState.APPLIED, "Laval")


def test_somebody_added_who_was_designated_since_stays(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    book.write("people", world.tomas.ref, city="Lyon")
    back = brought_in(world, book)
    lucie = person_named("Lucie Pierre")
    with transaction():
        stage.accepts(world.seat, lucie)
    done = undone(world, back)

    assert [each.why for each in done.kept] == ["Somebody was designated since."]
    assert (lucie.state, world.tomas.city) == (ContactState.ACTIVE, None)


def test_where_a_rule_is_against_it_the_row_stays_and_the_rest_goes(world):
    """The network was the Federation's parent; now it is its child, and none may belong to itself."""
    with transaction():
        data = {"name": "Network", "kind": OrganisationKind.UMBRELLA_NETWORK, "country": "CA"}
        network = organisations.add(world.agency, data, by=world.ana)
        organisations.change(world.federation, {"parent_id": network.id}, version=None, by=world.ana)
    _copy, book = taken(world, ROSTER)
    book.write("organisations", world.federation.ref, parent=None)
    book.write("people", world.tomas.ref, city="Lyon")
    book.write("people", world.salma.ref, city="Nice")
    back = brought_in(world, book)
    with transaction():
        organisations.change(network, {"parent_id": world.federation.id}, version=None, by=world.ada)
    done = undone(world, back)

    assert (done.undone, [each.why for each in done.kept]) == (2, ["An organisation cannot belong to itself."])
    assert (world.federation.parent_id, world.tomas.city, world.salma.city) == (None, None, None)


def test_the_same_file_after_an_undo_asks_for_the_same_again(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    changed(world, world.tomas, city="Paris")
    book.write("people", world.tomas.ref, city="Lyon")
    first = brought_in(world, book)
    undone(world, first)
    again = brought(world, book.saved())

    assert sorted(each[0] for each in news(again)) == ["conflict", "create", "update"]
    assert news(again) == news(first)
    added = next(change for change in again.changes if change.outcome is Outcome.CREATE)
    assert added.twin == person_named("Lucie Pierre").ref, "whoever was added and taken back is in the archive"
    with transaction():
        decisions.decide(again, {added.id: "add"}, by=world.ana)
    assert applied(world, again)
    assert world.amina.city == "Gatineau"
    people_called = db.session.scalars(select(Person.state).where(Person.name == "Lucie Pierre").order_by(Person.id))
    assert list(people_called) == [ContactState.ARCHIVED, ContactState.ACTIVE]


def test_what_is_kept_by_an_undo_is_not_asked_again(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", world.tomas.ref, city="Lyon")
    back = brought_in(world, book)
    changed(world, world.amina, city="Laval")
    undone(world, back)

    assert [(change.outcome.value, change.ref) for change in brought(world, book.saved()).changes] == [
        ("update", world.tomas.ref)
    ]


def test_an_undo_forgets_what_was_remembered_of_the_copy(world):
    copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    back = brought_in(world, book)
    assert db.session.scalar(select(func.count()).select_from(CreatedRow)) == 1
    undone(world, back)

    for model in (CreatedRow, KeptDecision):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert "Lucie" not in str(workbooks.base_of(copy))


def test_only_what_was_applied_is_undone_and_only_once(world):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    back = brought(world, book.saved())
    with pytest.raises(Refused, match="Only what was applied"):
        undone(world, back)
    applied(world, back)
    undone(world, back)
    with pytest.raises(Refused, match="Only what was applied"):
        undone(world, back)


# --- A plan --------------------------------------------------------------------------------------------------------


def test_a_plan_is_what_it_was(world):
    def said():
        db.session.expire_all()
        tasks_ = [(i.key, i.text, i.offset_hours, i.position) for i in sorted(world.plan.items, key=lambda i: i.key)]
        seats = [(role.title, role.summary, [seat.label for seat in role.seats]) for role in roles.of(world.plan)]
        return tasks_, seats, world.plan.situation

    before = said()
    _copy, book = taken(world, PLAN, world.plan.id)
    first, second, *_others = book.refs("checklist")
    book.write("checklist", first, text="Written offline", offset=3)
    book.sheet("checklist").delete_rows(book.row("checklist", second))
    book.append("checklist", phase="response", anchor="H", offset=1, unit="hours", text="Something new")
    book.write("roles", book.refs("roles")[0], title="Lead", summary="Leads.")
    book.append("roles", title="Another role", led_by="diaspora")
    book.write("sections", book.refs("sections")[0], text="Written offline")
    back = brought_in(world, book, removal="mine")
    assert said() != before
    done = undone(world, back)

    assert done.kept == []
    assert said() == before


def test_a_task_of_a_plan_that_somebody_changed_since_stays(world):
    _copy, book = taken(world, PLAN, world.plan.id)
    first, second, *_others = book.refs("checklist")
    book.write("checklist", first, text="Written offline")
    book.write("checklist", second, text="Written offline too")
    back = brought_in(world, book)
    item = db.session.scalar(select(ChecklistItem).where(ChecklistItem.text == "Written offline"))
    with transaction():
        items.change(item, {"text": "Better words"}, version=None, by=world.ada)
    done = undone(world, back)

    assert len(done.kept) == 1
    assert item.text == "Better words"
    assert db.session.scalar(select(ChecklistItem).where(ChecklistItem.text == "Written offline too")) is None


# --- An activation -------------------------------------------------------------------------------------------------


@pytest.fixture
@recorded
def activation(world):
    with transaction():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        return running.start(world.plan, {"kind": ActivationKind.EXERCISE, "level": Level.FULL}, by=world.ana)


def test_reports_on_tasks_are_taken_back_and_lines_of_the_log_stay(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    task = activation.tasks[0]
    book.write("tasks", task.ref, state="done", note="Bridge opened")
    book.write("log", "N-0001", text="The bridge is open.", at="2026-03-04 14:30")
    back = brought_in(world, book)
    assert task.state is TaskState.DONE
    done = undone(world, back)

    assert (task.state, task.note, task.done_at) == (TaskState.OPEN, None, None)
    assert [each.why for each in done.kept] == ["A log keeps every line. Write another that corrects it."]
    assert [line.kind for line in log.of(activation) if line.text == "The bridge is open."] == [LogKind.FACT]


def test_a_task_reported_on_since_stays(world, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    task = activation.tasks[0]
    book.write("tasks", task.ref, note="Bridge opened")
    back = brought_in(world, book)
    with transaction():
        tasks.report(task, TaskState.DOING, "Going on.", version=None, by=world.ada)

    assert len(undone(world, back).kept) == 1
    assert (task.state, task.note) == (TaskState.DOING, "Going on.")


# --- The page ------------------------------------------------------------------------------------------------------


def test_the_page_undoes_and_says_what_stays(world, client):
    client.sign_in(world.members["ana"])
    page = Page(world, client)
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", world.tomas.ref, city="Lyon")
    page.bring_in(book.saved())
    assert "Undo" in client.get(f"/copies/returns/{latest().id}").text
    changed(world, world.amina, function="Treasurer")
    said = page.press("undo", latest())

    assert "1 change was undone. 1 stays: see below why." in said
    assert "“Amina Diallo” (C-AMNA-X) stays as it is. Ada changed it since" in said
    assert "Undo" not in client.get(f"/copies/returns/{latest().id}").text
    assert client.post(f"/copies/returns/{latest().id}/undo").status_code == 409


def test_much_is_undone_by_a_worker(world, client, monkeypatch):
    monkeypatch.setattr(returns, "QUICK_CHANGES", 0)
    client.sign_in(world.members["ana"])
    page = Page(world, client)
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    page.bring_in(book.saved())
    worked()
    assert world.amina.city == "Gatineau"
    assert "A returned copy is being undone" in page.press("undo", latest())
    worked()

    assert (latest().state, world.amina.city) == (ReturnState.UNDONE, None)


def test_the_versions_of_many_rows_are_asked_for_at_once_and_no_others_told(world, monkeypatch, statements):
    theirs = {world.amina.id, world.salma.id}
    one_by_one = removals.versions("people", theirs)
    monkeypatch.setattr(removals, "MANY", 1)

    with statements() as said:
        assert removals.versions("people", theirs) == one_by_one == dict.fromkeys(theirs, 1)
    assert len(said) == 1
