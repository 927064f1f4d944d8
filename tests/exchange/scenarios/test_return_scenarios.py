"""Copies that come back late, twice, to somebody else, or after what they are about is gone: 24 to 27, 29, 30."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from preparedness.accounts.models import Access
from preparedness.activations import duties, running, tasks
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.audit import Entry
from preparedness.contacts import people
from preparedness.contacts.models import ErasureReason, Person
from preparedness.database import db, now, writing
from preparedness.exchange import forgetting, originals, returns, reversals, workbooks
from preparedness.exchange.models import ReturnState, Why, WorkbookKind
from preparedness.plans import versions
from preparedness.plans.models import PlanState
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.exchange.offline import taken
from tests.exchange.scenarios.ways import latest, worked
from tests.recordings import recorded

ROSTER, PLAN, ACTIVATION = WorkbookKind.ROSTER, WorkbookKind.PLAN, WorkbookKind.ACTIVATION


def changed(world, person, **data):
    """Ana changes somebody on their page meanwhile."""
    with writing():
        people.change(person, data, version=None, by=world.ana)
        db.session.commit()


def undone(world, back):
    """Ana presses "Undo"."""
    with writing():
        done = returns.undo(back, agency=world.agency, member=world.members["ana"], by=world.ana)
        db.session.commit()
        return done


def entries():
    return db.session.scalar(select(func.count()).select_from(Entry))


def person_named(name):
    return db.session.scalar(select(Person).where(Person.name == name).order_by(Person.id.desc()))


@pytest.fixture
@recorded
def activation(world):
    """An exercise on which Rui is on duty."""
    with writing():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "on_duty": [world.members["rui"].id]}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    return made


# --- 24: rows that move between the preview and "Apply" ------------------------------------------------------------


def test_scenario_24_a_row_that_moves_after_the_preview_is_shown_again_and_nothing_is_written(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", world.tomas.ref, city="Lyon")
    door.bring(book.saved())
    back = latest()
    changed(world, world.amina, city="Laval")
    versions_before = (world.amina.version, world.tomas.version)
    said = door.press("apply", back, version=back.version)

    assert door.shows(said, "Something was changed here meanwhile", "Laval")
    assert latest().state is ReturnState.READY
    assert (world.amina.version, world.tomas.version) == versions_before, "not even the row that did not move"
    door.press("apply", back, version=latest().version)
    assert (latest().state, world.amina.city, world.tomas.city) == (ReturnState.APPLIED, "Laval", "Lyon")


def test_scenario_24_a_worker_writes_nothing_either_where_rows_moved_meanwhile(world, door, monkeypatch):
    monkeypatch.setattr(returns, "QUICK_CHANGES", 0)
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    door.bring(book.saved())
    back = latest()
    door.press("apply", back, version=back.version)
    assert back.state is ReturnState.APPLYING
    changed(world, world.amina, city="Laval")
    assert worked() == 1

    assert (back.state, world.amina.city) == (ReturnState.READY, "Laval")
    assert "Something was changed here meanwhile" in back.notices[0]
    assert [change.outcome.value for change in back.changes] == ["conflict"]


# --- 25: the same file twice, and an older one after a newer one ---------------------------------------------------


def test_scenario_25_the_same_file_twice_changes_nothing(world, way):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    saved = book.saved()
    way.bring_in(saved)
    version, number = world.amina.version, db.session.scalar(select(func.count()).select_from(Person))
    way.bring_in(saved)

    assert latest().state is ReturnState.APPLIED
    assert {name: count for name, count in latest().counts.items() if name != "unchanged" and count} == {}
    assert any("already brought in" in sentence for sentence in latest().notices)
    assert world.amina.version == version
    assert db.session.scalar(select(func.count()).select_from(Person)) == number


def test_scenario_25_the_same_file_after_a_decision_for_the_server_does_not_ask_again(world, way):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.amina, city="Laval")
    saved = book.saved()
    way.bring_in(saved)
    assert latest().counts["conflict"] == 1
    way.bring_in(saved)

    assert (latest().counts["conflict"], world.amina.city) == (0, "Laval")


def test_scenario_25_an_older_save_after_a_newer_one_takes_only_what_it_says_itself(world, way):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    older = book.saved()
    book.write("people", world.amina.ref, city="Ottawa")
    book.write("people", world.tomas.ref, city="Lyon")
    newer = book.saved()
    way.bring_in(older)
    way.bring_in(newer)
    assert (world.amina.city, world.tomas.city) == ("Gatineau", "Lyon"), (
        "its second thought is a conflict with its first"
    )
    way.bring_in(older)

    assert latest().counts["update"] == latest().counts["conflict"] == 0
    assert (world.amina.city, world.tomas.city) == ("Gatineau", "Lyon")


def test_scenario_25_applying_what_is_applied_is_no_change(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    door.bring_in(book.saved())
    before, version = entries(), world.amina.version
    door.press("apply", latest(), version=latest().version)

    assert (entries(), world.amina.version, latest().state) == (before, version, ReturnState.APPLIED)


# --- 26: nobody may, or not this one -------------------------------------------------------------------------------


def test_scenario_26_a_plan_archived_meanwhile_is_refused_and_the_file_kept(world, way):
    _copy, book = taken(world, PLAN, world.plan.id)
    book.write("checklist", book.refs("checklist")[0], text="Written offline")
    with writing():
        versions.archive(world.plan, by=world.ana)
        db.session.commit()
    saved = book.saved()
    said = way.bring_in(saved)

    assert "This plan is archived" in said
    assert "Ask Ada: your file is kept here for them." in said
    assert (latest().state, latest().changes, originals.of(latest().id)) == (ReturnState.REFUSED, [], saved)


def test_scenario_26_an_activation_that_is_over_is_refused_and_the_file_kept(world, way, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    with writing():
        running.cancel(activation, "A false alarm.", by=world.ana)
        db.session.commit()
    said = way.bring_in(book.saved())

    assert "This activation is over" in said
    assert originals.there(latest())


def test_scenario_26_whose_right_was_withdrawn_is_told_whom_to_ask_and_a_planner_takes_it_up(world, page, activation):
    """Rui took the checklist offline while he was on duty; he is no longer."""
    rui = world.members["rui"]
    copy, book = taken(world, ACTIVATION, activation.id)
    task = activation.tasks[0]
    book.write("tasks", task.ref, state="done")
    with writing():
        copy.made_by_id = rui.id
        duties.change(activation, [], by=world.ana)
        db.session.commit()
    said = page.bring(book.saved(), "rui")
    back = latest()
    assert "You cannot bring this copy back yourself. Ask Ana" in said
    assert task.ref not in said, "refused before anything is compared"
    page.client.sign_in(world.members["ana"])
    assert "Rui brought back.xlsx back, which was not taken and is kept." in page.client.get("/").text
    assert "Read the file now" in page.client.get(f"/copies/returns/{back.id}").text
    page.press("read-again", back)
    assert worked() == 1

    assert (latest().id, latest().state, latest().uploaded_by) == (back.id, ReturnState.READY, "Rui")
    assert [change.ref for change in latest().changes if change.column == "state"] == [task.ref]


def test_scenario_26_a_right_withdrawn_after_the_preview_keeps_the_draft(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    door.bring(book.saved())
    with writing():
        world.members["ana"].access = Access.OFFICIAL
        db.session.commit()
    said = door.press("apply", latest(), version=latest().version)

    assert "Gatineau" not in said
    assert (latest().state, len(latest().changes), world.amina.city) == (ReturnState.READY, 1, None)


def test_scenario_26_a_plan_archived_after_the_preview_keeps_the_draft(world, door):
    _copy, book = taken(world, PLAN, world.plan.id)
    book.write("checklist", book.refs("checklist")[0], text="Written offline")
    door.bring(book.saved())
    with writing():
        versions.archive(world.plan, by=world.ana)
        db.session.commit()
    said = door.press("apply", latest(), version=latest().version)

    assert "This plan is archived" in said
    assert (latest().state, len(latest().changes)) == (ReturnState.READY, 1)
    assert world.plan.state is PlanState.ARCHIVED


def test_scenario_26_a_copy_that_somebody_else_took_is_refused_to_an_operator(world, way, activation):
    _copy, book = taken(world, ACTIVATION, activation.id)
    said = way.bring_in(book.saved(), "rui")

    assert "was taken offline by Ana." in said
    assert originals.there(latest())


def test_scenario_26_a_copy_of_another_agency_is_none_of_ours(world, door):
    with writing():
        bo = world.members["bo"]
        foreign = workbooks.take(ROSTER, None, agency=world.other_agency, member=bo, by=bo.actor)
        db.session.commit()
        content = workbooks.file(foreign, agency=world.other_agency)

    assert "This copy was not taken offline here." in door.bring(content)
    assert latest() is None


# --- 27: somebody who was erased -----------------------------------------------------------------------------------


def test_scenario_27_somebody_erased_is_not_brought_back_and_their_file_not_kept(world, way):
    copy, book = taken(world, ROSTER, contacts=True, reason="Yearly check")
    ref = world.amina.ref
    book.write("people", ref, city="Gatineau")
    book.write("people", world.tomas.ref, city="Lyon")
    with writing():
        people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ada)
        db.session.commit()
    way.bring_in(book.saved())
    back = latest()

    assert [problem["read"] for problem in back.problems] == [ref]
    assert "was erased on" in back.problems[0]["sentence"]
    assert (back.state, world.tomas.city) == (ReturnState.APPLIED, "Lyon")
    assert world.amina.city is None
    assert world.amina.name == ref
    assert not originals.there(back)
    assert ref not in str(workbooks.base_of(copy))


def test_scenario_27_an_erasure_scrubs_the_draft_the_file_and_what_would_undo(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    door.bring_in(book.saved())
    done = latest()
    book.write("people", world.amina.ref, city="Ottawa")
    door.bring(book.saved())
    draft = latest()
    with writing():
        people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ada)
        db.session.commit()

    assert not originals.there(draft)
    said = str([[change.base, change.mine, change.server, change.undo] for change in done.changes + draft.changes])
    assert "Gatineau" not in said
    assert "Ottawa" not in said + str(draft.rows)
    assert undone(world, done) == reversals.Undone(0, [])


def test_scenario_27_somebody_the_file_itself_had_added_is_not_added_again(world, way):
    _copy, book = taken(world, ROSTER)
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    saved = book.saved()
    way.bring_in(saved)
    with writing():
        people.erase(person_named("Lucie Pierre"), reason=ErasureReason.THEIR_WISH, by=world.ada)
        db.session.commit()
    way.bring_in(saved)

    assert person_named("Lucie Pierre") is None
    assert "was erased on" in latest().problems[0]["sentence"]


def test_scenario_27_words_of_somebody_erased_do_not_come_back_by_the_note_of_a_task(world, way, activation):
    task = activation.tasks[0]
    with writing():
        tasks.report(task, TaskState.BLOCKED, "My sister has the key.", version=None, by=world.amina.actor)
        db.session.commit()
    _copy, book = taken(world, ACTIVATION, activation.id)
    with writing():
        people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ada)
        db.session.commit()
    way.bring_in(book.saved())

    assert latest().state is ReturnState.APPLIED
    assert task.note is None
    assert any("words of somebody who was erased" in sentence for sentence in latest().notices)


# --- 29: nobody knows any more what was given out ------------------------------------------------------------------


def expired(copy):
    """Half a year passes, and what was given out is forgotten."""
    with writing():
        copy.expires_at = now() - timedelta(days=1)
        forgetting.forget(now())
        db.session.commit()


def test_scenario_29_an_expired_base_asks_about_every_difference_and_takes_nothing_by_itself(world, way):
    copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    changed(world, world.tomas, city="Lyon")
    expired(copy)
    way.bring_in(book.saved())
    back = latest()

    told = {(change.ref, change.column): (change.outcome.value, change.mine, change.server) for change in back.changes}
    assert told[world.amina.ref, "city"] == ("conflict", "Gatineau", None)
    assert told[world.tomas.ref, "city"] == ("conflict", None, "Lyon"), "what only the system says is asked about too"
    assert told["N-0051", ""][0] == "create"
    assert {change.why for change in back.changes} == {Why.UNKNOWN}
    assert any("nobody can say what you changed" in sentence for sentence in back.notices)
    assert (world.amina.city, world.tomas.city, person_named("Lucie Pierre")) == (None, "Lyon", None)


def test_scenario_29_what_somebody_decides_without_a_base_is_taken(world, door):
    copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    book.write("people", "N-0051", name="Lucie Pierre", source="themselves", country="Haiti")
    expired(copy)
    door.bring(book.saved())
    back = latest()
    chosen = {f"decision-{change.id}": "mine" for change in back.changes}
    door.press("apply", back, version=back.version, **chosen)

    assert world.amina.city == "Gatineau"
    assert person_named("Lucie Pierre") is not None


def test_scenario_29_a_lost_manifest_asks_which_copy_it_is_and_then_merges_three_ways(world, page):
    copy, book = taken(world, ROSTER)
    other, _other_book = taken(world, ROSTER, blank=True)
    book.forget_which_copy()
    book.write("people", world.amina.ref, city="Gatineau")
    changed(world, world.tomas, city="Lyon")
    said = page.bring(book.saved())
    back = latest()

    assert "The workbook does not say which copy it is" in said
    assert f"Copy no. {copy.number} of" in said
    assert f"Copy no. {other.number} of" not in said, "a copy that holds none of these rows is not offered"
    assert {change.outcome.value for change in back.changes} == {"conflict"}
    page.press("read-again", back, copy=copy.id)
    assert worked() == 1
    assert [(c.outcome.value, c.ref) for c in latest().changes] == [("update", world.amina.ref)]
    assert (latest().workbook_id, latest().two_way) == (copy.id, False)


def test_scenario_29_no_copy_is_taken_for_another_that_was_not_offered(world, page):
    _copy, book = taken(world, ROSTER)
    other, _other_book = taken(world, ROSTER, blank=True)
    book.forget_which_copy()
    page.bring(book.saved())

    answer = page.client.post(f"/copies/returns/{latest().id}/read-again", data={"copy": other.id})
    assert answer.status_code == 404


def test_scenario_29_a_plan_that_does_not_say_which_it_is_is_known_by_its_rows(world, door):
    _copy, book = taken(world, PLAN, world.plan.id)
    book.forget_which_copy()
    book.write("checklist", book.refs("checklist")[0], text="Written offline")
    door.bring(book.saved())
    back = latest()

    assert (back.kind, back.subject_id, back.two_way) == (PLAN, world.plan.id, True)
    assert [change.outcome.value for change in back.changes] == ["conflict"]


# --- 30: killed, or no room left -----------------------------------------------------------------------------------


def test_scenario_30_where_the_disk_is_full_nothing_is_written_and_the_draft_stays(world, door):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city="Gatineau")
    door.bring(book.saved())
    back = latest()

    def full(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO audit_entry"):
            raise OperationalError(statement, {}, Exception("database or disk is full"))

    event.listen(db.engine, "before_cursor_execute", full)
    try:
        said = door.press("apply", back, version=back.version)
    finally:
        event.remove(db.engine, "before_cursor_execute", full)

    assert "Nothing was saved. Try again soon." in said
    assert (latest().state, len(latest().changes), world.amina.city) == (ReturnState.READY, 1, None)
    door.press("apply", latest(), version=latest().version)
    assert (latest().state, world.amina.city) == (ReturnState.APPLIED, "Gatineau")
