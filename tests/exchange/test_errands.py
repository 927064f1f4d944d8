"""Long work on returned copies: beside the request, seen, stopped, one at a time a person, and safe from any kill."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from preparedness import config, worker
from preparedness.contacts import people
from preparedness.contacts.models import ErasureReason, Person
from preparedness.database import at, db, now, transaction, writing
from preparedness.exchange import claims, jobs, originals, returns, uploads
from preparedness.exchange.models import Return, ReturnState, WorkbookKind
from tests.exchange.offline import applied, brought, taken
from tests.exchange.scenarios.ways import Page, latest, worked
from tests.exchange.test_guard import zipped

ROSTER = WorkbookKind.ROSTER


@pytest.fixture
def page(world, client):
    """The page of copies, Ana before it."""
    client.sign_in(world.members["ana"])
    return Page(world, client)


@pytest.fixture
def everything_is_long(monkeypatch):
    """Every file is one that a worker reads, and every apply one that a worker writes."""
    monkeypatch.setattr(returns, "QUICK_BYTES", 0)
    monkeypatch.setattr(returns, "QUICK_CHANGES", 0)


def edited(world, city="Gatineau"):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, city=city)
    return book.saved()


def test_a_large_file_is_read_by_a_worker_while_its_page_says_how_far_it_is(world, page, everything_is_long):
    said = page.bring(edited(world))
    back = latest()

    assert back.state is ReturnState.READING
    assert "A workbook is being read" in said
    assert '<meta http-equiv="refresh" content="3">' in said, "without scripts the page loads itself anew"
    assert 'hx-trigger="every 2s"' in said
    assert "It waits for its turn." in said
    assert worked() == 1
    assert (back.state, back.counts["update"], back.errand) == (ReturnState.READY, 1, None)
    assert "Gatineau" in page.client.get(f"/copies/returns/{back.id}").text


def test_how_far_it_is_stands_on_the_row(world, page, everything_is_long, monkeypatch):
    page.bring(edited(world))
    seen = []
    really = uploads.read

    def read(content, *given, **more):
        seen.append(page.client.get(f"/copies/returns/{latest().id}").text)
        db.session.rollback()
        return really(content, *given, **more)

    monkeypatch.setattr(uploads, "read", read)
    worked()

    assert "10 of 100" in seen[0]


def test_that_no_worker_runs_is_said(world, page, everything_is_long):
    assert "No worker is running at the moment" in page.bring(edited(world))


def test_what_takes_long_to_write_is_written_by_a_worker(world, page, everything_is_long):
    page.bring(edited(world))
    worked()
    said = page.press("apply", latest(), version=latest().version)

    assert "A returned copy is being applied" in said
    assert (latest().state, world.amina.city) == (ReturnState.APPLYING, None)
    assert worked() == 1
    assert (latest().state, world.amina.city) == (ReturnState.APPLIED, "Gatineau")
    assert world.amina.updated_by == "Ana", "it is written for whoever asked for it"
    assert not originals.there(latest())


def test_what_a_worker_cannot_read_says_so_on_its_page(world, page, everything_is_long):
    page.bring(zipped())
    worked()

    assert (latest().state, originals.there(latest())) == (ReturnState.REFUSED, False)
    assert "damaged" in page.client.get(f"/copies/returns/{latest().id}").text


def test_what_a_worker_finds_to_be_another_agencys_says_so(world, page, everything_is_long):
    page.bring(edited(world))
    with writing():
        db.session.get(Return, latest().id).agency_id = world.other_agency.id
        db.session.commit()
    worked()

    assert (latest().state, latest().refusal) == (ReturnState.REFUSED, "This copy was not taken offline here.")


def test_the_words_of_a_worker_are_in_the_language_of_whom_it_reads_for(world, everything_is_long):
    _copy, book = taken(world, ROSTER)
    book.write("people", world.amina.ref, told_on="31/02/2026")
    with transaction():
        world.members["ana"].language = "fr"
        back = returns.bring(
            book.saved(), filename="a.xlsx", agency=world.agency, member=world.members["ana"], by=world.ana
        )
    worked()

    assert "Attendu" in back.problems[0]["sentence"] or "compris" in back.problems[0]["sentence"]


# --- One at a time -------------------------------------------------------------------------------------------------


def waiting(world, who, content):
    with transaction():
        member = world.members[who]
        return returns.bring(content, filename=who, agency=world.agency, member=member, by=member.actor).id


def test_two_files_of_one_person_are_read_one_after_the_other_and_hold_nobody_else_up(world):
    content = edited(world)
    first, second, others = (waiting(world, who, content) for who in ("ana", "ana", "ada"))
    with transaction():
        taken_ = [claims.take() for _turn in range(3)]

    assert [claim and claim.return_id for claim in taken_] == [first, others, None]
    assert second not in [claim.return_id for claim in taken_ if claim]


def test_a_small_file_waits_too_while_another_of_the_same_person_is_read(world, page):
    waiting(world, "ana", edited(world))
    page.bring(edited(world))

    assert latest().state is ReturnState.READING
    assert worked() == 2
    assert latest().state is ReturnState.READY


def test_who_is_erased_while_a_file_is_understood_is_not_in_what_is_kept(world, monkeypatch):
    number = waiting(world, "ana", edited(world))
    ref, really, turns = world.amina.ref, returns.understood, []

    def understood(*given, **more):
        found = really(*given, **more)
        turns.append(found)
        if len(turns) == 1:
            db.session.rollback()
            with transaction():
                people.erase(db.session.get(Person, amina), reason=ErasureReason.THEIR_WISH, by=by)
        return found

    amina, by = world.amina.id, world.ada
    monkeypatch.setattr(returns, "understood", understood)
    worked()
    back = db.session.get(Return, number)

    assert len(turns) == 2
    assert (back.state, back.changes) == (ReturnState.READY, [])
    assert [problem["read"] for problem in back.problems] == [ref]


# --- Stopped -------------------------------------------------------------------------------------------------------


def test_a_file_that_waits_is_let_go_of(world, page, everything_is_long):
    page.bring(edited(world))
    said = page.press("cancel", latest())

    assert "Cancelled by Ana. Nothing of it was taken." in said
    assert (latest().state, originals.there(latest()), worked()) == (ReturnState.REFUSED, False, 0)


def test_what_was_cancelled_while_it_was_read_stays_cancelled(world, page, everything_is_long, monkeypatch):
    page.bring(edited(world))
    really = uploads.read

    def read(content, *given, **more):
        page.press("cancel", latest())
        db.session.rollback()
        return really(content, *given, **more)

    monkeypatch.setattr(uploads, "read", read)
    worked()

    assert (latest().state, latest().changes, latest().rows) == (ReturnState.REFUSED, [], {})


def test_an_apply_that_waits_goes_back_to_be_settled(world, page, everything_is_long):
    page.bring(edited(world))
    worked()
    page.press("apply", latest(), version=latest().version)
    page.press("cancel", latest())

    assert (latest().state, len(latest().changes), worked()) == (ReturnState.READY, 1, 0)
    assert world.amina.city is None


def test_what_was_applied_before_the_cancel_is_not_said_to_be_cancelled(world, page):
    back = brought(world, edited(world))
    applied(world, back)
    page.client.sign_in(world.members["ana"])

    assert page.client.post(f"/copies/returns/{back.id}/cancel").status_code == 409
    assert (latest().state, world.amina.city) == (ReturnState.APPLIED, "Gatineau")


# --- Killed --------------------------------------------------------------------------------------------------------

HALTED = """
import sys, time
from preparedness import config, create_app
from preparedness.exchange import jobs, reversals, uploads

def halt(*_given, **_more):
    print("here", flush=True)
    time.sleep(600)

{where} = halt
app = create_app(config.load())
with app.app_context():
    jobs.work()
"""


def killed(app, where):
    """A worker that is killed at this point, so that it can tidy nothing up."""
    settings = app.extensions["preparedness"]
    given = {f"{config.PREFIX}{each.name}": worker._as_text(settings, each.name) for each in config.SETTINGS}
    db.session.rollback()
    child = subprocess.Popen(
        [sys.executable, "-c", HALTED.format(where=where)], env=os.environ | given, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout.readline() == b"here\n"
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    db.session.expire_all()


def test_scenario_30_a_worker_killed_while_it_reads_loses_nothing_and_another_reads_on(app, world):
    number = waiting(world, "ana", edited(world))
    killed(app, "uploads.read")
    back = db.session.get(Return, number)
    assert (back.state, originals.there(back), back.changes) == (ReturnState.READING, True, [])
    assert worked() == 0, "it is still the dead one's, until the lease ends"
    with at(now() + claims.LEASE + timedelta(seconds=5)):
        assert worked() == 1

    assert (back.state, back.counts["update"]) == (ReturnState.READY, 1)


def test_scenario_30_a_worker_killed_in_the_middle_of_an_apply_wrote_nothing(app, world, everything_is_long):
    back = brought(world, edited(world))
    with transaction():
        assert returns.apply(back, agency=world.agency, member=world.members["ana"], by=world.ana)
    number, version = back.id, world.amina.version
    killed(app, "reversals.note")
    back = db.session.get(Return, number)
    assert (back.state, len(back.changes), bool(back.rows)) == (ReturnState.APPLYING, 1, True), "the draft is there"
    assert (world.amina.city, world.amina.version) == (None, version)
    with at(now() + claims.LEASE + timedelta(seconds=5)):
        assert worked() == 1

    assert (back.state, world.amina.city, world.amina.version) == (ReturnState.APPLIED, "Gatineau", version + 1)


def test_a_file_that_kills_every_worker_is_given_up(world):
    number = waiting(world, "ana", edited(world))
    for turn in range(1, claims.MOST_TRIES + 1):
        with at(now() + turn * 2 * claims.LEASE), transaction():
            assert claims.take().tries == turn
    with at(now() + 20 * claims.LEASE):
        assert worked() == 1

    back = db.session.get(Return, number)
    assert (back.state, originals.there(back)) == (ReturnState.REFUSED, False)
    assert "failed several times" in back.refusal


def test_an_accident_is_tried_again_and_logged_without_what_it_said(world, monkeypatch, caplog):
    number = waiting(world, "ana", edited(world))
    really, tries = uploads.read, []

    def read(content, *given, **more):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("amina" + "@example.org")
        return really(content, *given, **more)

    monkeypatch.setattr(uploads, "read", read)
    worked()

    assert (len(tries), db.session.get(Return, number).state) == (2, ReturnState.READY)
    assert "ValueError" in caplog.text
    assert "amina@example.org" not in caplog.text


def test_who_lost_a_copy_to_another_keeps_nothing_of_it(world):
    waiting(world, "ana", edited(world))
    with transaction():
        slow = claims.take()
    with at(now() + 2 * claims.LEASE):
        worked()
    with transaction():
        assert not claims.progress(slow, 60)
        assert claims.hold(slow) is None


# --- Forgotten -----------------------------------------------------------------------------------------------------


def test_what_nobody_settles_is_closed_in_time(world):
    back = brought(world, edited(world))
    with at(now() + timedelta(days=91)), transaction():
        assert jobs.forget() == 1
    db.session.expire_all()

    assert (back.state, back.rows, back.changes, originals.there(back)) == (ReturnState.REFUSED, {}, [], False)


def test_an_old_base_is_emptied_and_its_copy_not_written_again(world, page):
    copy, _book = taken(world, ROSTER)
    with at(copy.expires_at + timedelta(days=1)), transaction():
        assert jobs.forget() == 1
        assert jobs.forget() == 0
    db.session.expire_all()

    assert "Amina" not in str(copy.base)
    page.client.sign_in(world.members["ana"])
    assert page.client.get(f"/copies/{copy.id}/file").status_code == 409
