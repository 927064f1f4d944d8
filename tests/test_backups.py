"""A backup holds everything and comes back whole; whoever was erased stays erased."""

from pathlib import Path

import pytest
from flask import Flask

from preparedness import backups, erasures, migrating
from preparedness.audit import Action, broken_at, record
from preparedness.contacts import people
from preparedness.contacts.models import ContactState, ErasureReason, Person
from preparedness.database import Model, db, transaction
from preparedness.errors import Refused
from tests.cast import World
from tests.recordings import empty


@pytest.fixture(autouse=True)
def current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' tables are made from the models: as good as migrated."""
    monkeypatch.setattr(migrating, "is_current", lambda: True)


@pytest.fixture(autouse=True)
def nobody_erased_yet(app: Flask) -> None:
    (app.extensions["preparedness"].instance / "erased.jsonl").unlink(missing_ok=True)


def test_an_erasure_that_was_not_kept_is_not_noted(world: World):
    people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ana)
    db.session.rollback()
    db.session.remove()

    assert erasures.apply_again() == 0


def count() -> int:
    return sum(db.session.query(table).count() for table in Model.metadata.sorted_tables)


def test_what_was_written_comes_back(world: World, tmp_path: Path):
    with transaction():
        record(Action.PLAN_CHANGED, world.plan, by=world.ana)
    agency_id, before = world.agency.id, count()
    path = tmp_path / "all.backup"
    assert backups.back_up(path) == before
    assert oct(path.stat().st_mode)[-3:] == "600"
    db.session.remove()
    empty()
    with transaction():
        assert backups.bring_back(path) == before

    assert count() == before
    assert db.session.query(Person).filter_by(name="Amina Diallo").one().channels
    assert broken_at(agency_id) is None
    with transaction():
        db.session.add(
            Person(
                agency_id=agency_id,
                ref="C-NEXT-X",
                name="Next",
                name_fold="next",
                language="en",
                timezone="UTC",
                country="CA",
            )
        )


def test_a_file_that_is_there_is_not_written_over(world: World, tmp_path: Path):
    path = tmp_path / "all.backup"
    path.write_text("precious")
    with pytest.raises(Refused, match="already there"):
        backups.back_up(path)

    assert path.read_text() == "precious"


def test_a_backup_comes_back_into_an_empty_database_only(world: World, tmp_path: Path):
    path = tmp_path / "all.backup"
    backups.back_up(path)
    with pytest.raises(Refused, match="not empty"):
        backups.bring_back(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b broken"])
def test_a_file_that_is_no_backup_is_refused(app, tmp_path: Path, content: bytes):
    path = tmp_path / "not.backup"
    path.write_bytes(content)
    with pytest.raises(Refused):
        backups.bring_back(path)


def test_s4_whoever_was_erased_after_the_backup_is_erased_again(world: World, tmp_path: Path):
    path = tmp_path / "all.backup"
    backups.back_up(path)
    with transaction():
        people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ana)
    db.session.remove()
    empty()
    with transaction():
        backups.bring_back(path)
        assert db.session.query(Person).filter_by(name="Amina Diallo").count() == 1
        assert erasures.apply_again() == 1

    assert db.session.query(Person).filter_by(ref="C-AMNA-X").one().state is ContactState.ERASED
    assert db.session.query(Person).filter_by(name="Amina Diallo").count() == 0
