"""The audit: a line beside each change, chained so that none is lost, and erasable without breaking the chain."""

import contextvars
import hashlib
import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from preparedness import audit
from preparedness.audit import CLOCK, CONSOLE, Action, Detail, Entry, Head, record, record_many
from preparedness.database import at, db, revise, transaction, writing


def entries(world) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(Entry.agency_id == world.agency.id).order_by(Entry.id)))


def written(world, count: int = 1, **facts: object) -> list[Entry]:
    with transaction():
        for _ in range(count):
            record(Action.PLAN_CHANGED, world.plan, by=world.ana, **facts)
    return entries(world)


def test_an_entry_says_who_did_what_to_what(world):
    entry = written(world, seat=12)[0]

    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("member", world.ana.id, "Ana")
    assert (entry.action, entry.subject_kind, entry.subject_id) == (Action.PLAN_CHANGED, "plan", world.plan.id)
    assert entry.subject_ref == world.plan.ref
    assert entry.detail.after == {"seat": 12}


def test_entries_form_a_chain_for_each_agency(world):
    written(world, 2)
    with transaction():
        record(Action.PLAN_CHANGED, world.foreign_plan, by=world.bo)
        record(Action.PLAN_CHANGED, world.plan, by=CLOCK)

    ours = entries(world)
    assert [entry.seq for entry in ours] == [1, 2, 3]
    assert [entry.prev_hash for entry in ours] == ["", ours[0].hash, ours[1].hash]
    assert audit.broken_at(world.agency.id) is None
    assert audit.broken_at(world.other_agency.id) is None


def of_many(world, *seats):
    """What one act says of many rows."""
    record_many(Action.PLAN_CHANGED, [(world.plan, {}, {"seat": seat}) for seat in seats], by=world.ana)


def test_entries_of_many_rows_stand_in_the_chain_in_their_order_with_their_details(world):
    with transaction():
        record(Action.PLAN_CHANGED, world.plan, by=world.ana, seat=1)
        of_many(world, 2, 3)

    assert [(entry.seq, entry.detail.after["seat"]) for entry in entries(world)] == [(1, 1), (2, 2), (3, 3)]
    assert audit.broken_at(world.agency.id) is None


def test_what_is_recorded_of_many_can_be_read_before_the_transaction_ends(world):
    with transaction():
        of_many(world, 2, 3)
        assert [entry.detail.after["seat"] for entry in audit.of(world.plan)] == [3, 2]

    assert [entry.seq for entry in entries(world)] == [1, 2]
    assert audit.broken_at(world.agency.id) is None


def test_entries_stand_in_the_order_in_which_they_were_recorded(world):
    with transaction():
        record(Action.PLAN_CHANGED, world.plan, by=world.ana, seat=1)
        of_many(world, 2, 3)
        record(Action.PLAN_CHANGED, world.plan, by=world.ana, seat=4)
        of_many(world, 5)

    assert [(entry.seq, entry.detail.after["seat"]) for entry in entries(world)] == [(n, n) for n in range(1, 6)]
    assert audit.broken_at(world.agency.id) is None


def test_what_waits_is_forgotten_with_the_rest_of_what_is_said_of_a_row(world):
    with transaction():
        of_many(world, 1)
        audit.forget(world.plan)

    assert [entry.detail for entry in entries(world)] == [None]
    assert audit.broken_at(world.agency.id) is None


def test_a_moment_of_another_zone_is_sealed_as_it_is_kept(world):
    with at(datetime(2026, 3, 4, 8, 0, tzinfo=timezone(timedelta(hours=8)))), transaction():
        of_many(world, 1)

    db.session.expire_all()
    assert audit.broken_at(world.agency.id) is None


@pytest.mark.parametrize("ref", ["C-7K3M-Q", None, 'a "quoted" é\n'])
def test_a_line_is_sealed_by_its_words_as_json_has_them(ref):
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    said = {"actor_id": 3, "actor_label": "Añà", "action": Action.PLAN_CHANGED, "subject_kind": "plan"}
    line = {"at": moment, "actor_kind": CONSOLE.kind, **said, "subject_id": None, "subject_ref": ref, "digest": "ab"}
    words = ["before", 7, moment.isoformat(), *(line[name] for name in ("actor_kind", *audit.SEALED))]

    assert audit.sealed(line, 7, "before") == hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def test_what_waits_in_a_session_that_is_closed_is_not_written_by_its_next_transaction(world):
    with writing():
        of_many(world, 1)
        db.session.close()
    written(world, seat=2)

    assert [entry.detail.after["seat"] for entry in entries(world)] == [2]


def test_a_part_that_is_taken_back_takes_its_entries_along_and_no_others(world):
    with transaction():
        of_many(world, 1)
        record(Action.PLAN_CHANGED, world.plan, by=world.ana, seat=2)
        with suppress(ZeroDivisionError), db.session.begin_nested():
            of_many(world, 3)
            record(Action.PLAN_CHANGED, world.plan, by=world.ana, seat=4)
            raise ZeroDivisionError

    assert sorted(entry.detail.after["seat"] for entry in entries(world)) == [1, 2]
    assert [entry.seq for entry in entries(world)] == [1, 2]
    assert audit.broken_at(world.agency.id) is None


def test_of_a_transaction_that_is_undone_nothing_is_recorded_by_the_next(world):
    with suppress(ZeroDivisionError), transaction():
        of_many(world, 1)
        raise ZeroDivisionError
    written(world, seat=2)

    assert [entry.detail.after["seat"] for entry in entries(world)] == [2]


def test_a_chain_still_empty_is_whole(world):
    assert audit.broken_at(world.agency.id) is None


@pytest.mark.parametrize("field", ["actor_label", "action", "subject_id", "at", "digest"])
def test_a_line_that_was_altered_is_found(world, field):
    altered = {
        "actor_label": "Somebody Else",
        "action": Action.PLAN_APPROVED,
        "subject_id": 4711,
        "at": datetime(2020, 1, 1, tzinfo=UTC),
        "digest": "0" * 64,
    }
    second = written(world, 3)[1]

    with transaction():
        setattr(second, field, altered[field])

    assert audit.broken_at(world.agency.id) == 2


def test_a_chain_cut_at_its_end_is_found(world):
    last = written(world, 3)[2]

    with transaction():
        db.session.delete(last.detail)
        db.session.delete(last)

    assert audit.broken_at(world.agency.id) == 3


def test_a_chain_written_anew_from_a_line_on_does_not_agree_with_its_head(world):
    first, second = written(world, 2)
    with transaction():
        second.actor_label = "Somebody Else"
        second.hash = audit.sealed(second.line, second.seq, first.hash)

    assert audit.broken_at(world.agency.id) == 3


def test_details_are_erased_and_the_chain_stays_whole(world):
    entry = written(world, 2, seat=12)[0]

    with transaction():
        db.session.delete(entry.detail)

    db.session.expire_all()
    assert entries(world)[0].detail is None
    assert audit.broken_at(world.agency.id) is None


def test_what_a_personal_field_says_never_enters(world):
    amina = world.amina
    with transaction():
        changes = revise(
            amina, {"name": "Amina D.", "city": "Montreal", "sensitive": True}, ("name", "city", "sensitive")
        )
        record(Action.PERSON_CHANGED, amina, by=world.ana, changes=changes)

    detail = entries(world)[0].detail
    assert {"name", "city"} & type(amina).PERSONAL
    for field in type(amina).PERSONAL & {"name", "city"}:
        assert detail.after[field] == "•"
    assert detail.after["sensitive"] is True
    assert "Montreal" not in str(detail.after) or "city" not in type(amina).PERSONAL


def test_a_personal_field_that_was_empty_shows_that_it_was(world):
    with transaction():
        changes = revise(world.amina, {"alias": "Rose"}, ("alias",))
        record(Action.PERSON_CHANGED, world.amina, by=world.ana, changes=changes)

    detail = entries(world)[0].detail
    assert (detail.before, detail.after) == ({"alias": None}, {"alias": "•"})


def test_a_change_that_was_undone_leaves_no_line(world):
    def refused() -> None:
        with transaction():
            record(Action.PLAN_CHANGED, world.plan, by=world.ana)
            raise LookupError

    with pytest.raises(LookupError):
        refused()
    written(world)

    assert [entry.seq for entry in entries(world)] == [1]
    assert audit.broken_at(world.agency.id) is None


def test_a_savepoint_that_was_undone_leaves_no_line_and_the_rest_stays(world):
    def clash() -> None:
        with db.session.begin_nested():
            record(Action.PLAN_CHANGED, world.plan, by=world.ana, kept=False)
            db.session.add(Head(agency_id=world.agency.id, seq=0, hash=""))
            db.session.add(Head(agency_id=world.agency.id, seq=0, hash=""))
            db.session.flush()

    with transaction():
        record(Action.PLAN_CHANGED, world.plan, by=world.ana, kept=True)
        with pytest.raises(IntegrityError):
            clash()
        with db.session.begin_nested():
            record(Action.PLAN_CHANGED, world.plan, by=world.ana, kept=True)

    assert [(entry.seq, entry.detail.after) for entry in entries(world)] == [(1, {"kept": True}), (2, {"kept": True})]
    assert audit.broken_at(world.agency.id) is None


def test_a_fact_is_kept_as_plain_as_it_can_be(world):
    facts = {"codes": {"b"}, "access": world.members["ana"].access, "day": datetime(2026, 1, 12, tzinfo=UTC)}

    after = written(world, **facts, map={"k": (1, 2)}, none=None)[0].detail.after

    assert after == {
        "codes": ["b"],
        "access": "planner",
        "day": "2026-01-12T00:00:00+00:00",
        "map": {"k": [1, 2]},
        "none": None,
    }


def test_a_row_that_is_not_saved_yet_gets_its_number_first(world):
    item = type(world.items[0])(
        agency_id=world.agency.id,
        plan=world.plan,
        key="x.new.01",
        phase=world.items[0].phase,
        anchor=world.items[0].anchor,
        offset_hours=1,
        text="New",
        position=99,
    )
    with transaction():
        db.session.add(item)
        entry = record(Action.ITEM_ADDED, item, by=CONSOLE)

        assert entry.subject_id == item.id is not None


def test_a_row_shows_its_own_entries_newest_first(world):
    written(world, 2)
    with transaction():
        record(Action.PERSON_CHANGED, world.amina, by=world.ana)

    assert [entry.seq for entry in audit.of(world.plan)] == [2, 1]


def test_every_action_has_its_sentence():
    assert all(str(action.words) for action in Action)
    assert len({action.value for action in Action}) == len(list(Action))


def test_writers_at_the_same_time_neither_fork_the_chain_nor_hold_each_other_up(world, app):
    """Eight writers, two agencies: every line is there once, in one chain each."""
    writers, rounds = 8, 5
    subjects = [(type(world.plan), world.plan.id), (type(world.foreign_plan), world.foreign_plan.id)]
    actor = world.ana
    db.session.rollback()
    failures: list[BaseException] = []

    def write(turn: int) -> None:
        try:
            with app.app_context():
                for number in range(rounds):
                    with transaction():
                        for model, key in subjects if (turn + number) % 2 else reversed(subjects):
                            record(Action.PLAN_CHANGED, db.session.get_one(model, key), by=actor, turn=turn)
                db.session.remove()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=contextvars.Context().run, args=(write, turn)) for turn in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    for agency in (world.agency, world.other_agency):
        seqs = db.session.scalars(select(Entry.seq).where(Entry.agency_id == agency.id)).all()
        assert sorted(seqs) == list(range(1, writers * rounds + 1))
        assert audit.broken_at(agency.id) is None


def test_the_first_two_writers_of_an_agency_make_one_head(world, app):
    """A race that only the first entries of an agency can run."""
    agency_id, plan = world.agency.id, (type(world.plan), world.plan.id)
    actor = world.ana
    db.session.rollback()
    ready = threading.Barrier(2, timeout=60)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                ready.wait()
                with transaction():
                    record(Action.PLAN_CHANGED, db.session.get_one(*plan), by=actor)
                db.session.remove()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=contextvars.Context().run, args=(write,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert audit.broken_at(agency_id) is None
    with writing():
        assert db.session.scalars(select(Head).where(Head.agency_id == agency_id)).one().seq == 2
        assert len(db.session.scalars(select(Detail)).all()) == 2


def test_what_an_entry_is_about_has_its_words(world, app):
    entry = written(world)[0]

    with app.test_request_context():
        assert entry.about == f"plan {world.plan.ref}"
        about_the_agency = Entry(subject_kind="agency", subject_id=1)
        assert about_the_agency.about == "the institution"
        assert Entry(subject_kind="member", subject_id=5).about == "member 5"
