"""One transaction a request, time in UTC, and an honest answer where the database cannot be written."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask, Response, abort
from sqlalchemy import JSON, event, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from preparedness import create_app, database
from preparedness.accounts.models import Agency
from preparedness.accounts.permissions import public
from preparedness.contacts.models import Person
from preparedness.database import afterwards, db, expect, insert_missing, now, page_of, release, revise, touch, writing
from preparedness.errors import Stale
from preparedness.timetable import Lease
from tests import cast, house

NAME = "Written in a request"


def add_agency(name: str = NAME) -> None:
    db.session.add(Agency(name=name, country="SN"))
    db.session.flush()


def kept(name: str = NAME) -> bool:
    db.session.rollback()
    return db.session.scalar(select(Agency.id).where(Agency.name == name)) is not None


@pytest.fixture
def doors(standing_app: Flask, database_url: str, tmp_path: Path, app: Flask) -> Iterator[Flask]:
    """Another app on the same database, with addresses that write and then answer as they are told."""
    made = create_app(cast.settings(tmp_path, database_url))
    made.testing = True
    made.test_client_class = house.Client

    @made.route("/write/<int:status>", methods=["GET", "POST"])
    @public
    def write(status: int) -> Response:
        add_agency()
        return Response("written", status)

    @made.post("/fail")
    @public
    def fail() -> Response:
        add_agency()
        abort(403)

    @made.post("/note/<int:status>")
    @public
    def note(status: int) -> Response:
        add_agency()
        afterwards(lambda: add_agency("Written afterwards"))
        return Response("noted", status)

    @made.get("/note")
    @public
    def read_and_note() -> Response:
        afterwards(lambda: add_agency("Written afterwards"))
        return Response("noted")

    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(doors: Flask) -> house.Client:
    return doors.test_client()


# --- One transaction a request --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "saved"), [(200, True), (302, True), (400, False), (422, False), (503, False)])
def test_what_a_request_wrote_is_kept_only_below_400(visitor, status, saved):
    assert visitor.post(f"/write/{status}").status_code == status

    assert kept() is saved


def test_a_refusal_on_the_way_undoes_everything(visitor):
    assert visitor.post("/fail").status_code == 403

    assert not kept()


def test_a_get_cannot_write(visitor):
    with pytest.raises(DBAPIError, match=r"read-only|readonly"):
        visitor.get("/write/200")

    assert not kept()


@pytest.mark.parametrize("status", [200, 422])
def test_what_comes_afterwards_is_kept_whatever_the_answer(visitor, status):
    visitor.post(f"/note/{status}")

    assert kept("Written afterwards")
    assert kept() is (status == 200)


def test_a_get_may_note_something_afterwards(visitor):
    assert visitor.get("/note").status_code == 200

    assert kept("Written afterwards")


def test_slow_work_holds_no_transaction(app):
    db.session.scalar(select(Agency.id))
    assert db.session().in_transaction()

    release()

    assert not db.session().in_transaction()


def test_unsaved_changes_are_not_lost_before_slow_work(app):
    db.session.add(Agency(name=NAME, country="SN"))

    with pytest.raises(RuntimeError, match="unsaved"):
        release()


def test_a_transaction_outside_a_request_is_kept_or_undone(app):
    def interrupted() -> None:
        with database.transaction():
            add_agency()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not kept()

    with database.transaction():
        add_agency()
    assert kept()


# --- A database that cannot be written ------------------------------------------------------------------------------


def broken_off(doors: Flask, error: Exception) -> None:
    """Let the next commit of this app fail as a full disk or a lost server would."""
    with doors.app_context():

        @event.listens_for(db.engine, "commit", once=True)
        def fail(_connection: object) -> None:
            raise OperationalError("COMMIT", {}, error)


@pytest.mark.parametrize(
    "said",
    [
        *("database or disk is full", "database is locked", "could not extend file: No space left on device"),
        "deadlock detected",
    ],
)
def test_a_full_disk_is_said_and_nothing_is_saved(doors, visitor, said):
    broken_off(doors, sqlite3.OperationalError(said))

    answer = visitor.post("/write/200")

    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert 'class="reference"' in answer.text
    assert not kept()


def test_another_fault_of_the_database_is_not_taken_for_a_full_disk(doors, visitor):
    broken_off(doors, sqlite3.OperationalError("no such function: fly"))

    with pytest.raises(OperationalError):
        visitor.post("/write/200")

    assert not kept()


def test_a_locked_database_is_said_and_nothing_is_saved(doors, visitor, engine, database_url):
    if engine != "sqlite":
        pytest.skip("PostgreSQL locks rows, not the database")
    with doors.app_context(), db.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA busy_timeout=10")
    holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = visitor.post("/write/200")
    finally:
        holder.execute("ROLLBACK")
        holder.close()

    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert not kept()


def test_readers_do_not_wait_for_a_writer(world, client, engine, database_url):
    if engine != "sqlite":
        pytest.skip("PostgreSQL never lets a reader wait")
    client.sign_in(world.members["ana"])
    db.session.rollback()
    holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert client.get("/settings").status_code == 200
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15000), ("secure_delete", 1)],
)
def test_sqlite_is_durable_checked_and_patient(app, engine, pragma, value):
    if engine != "sqlite":
        pytest.skip("a setting of SQLite")

    assert db.session.execute(text(f"PRAGMA {pragma}")).scalar() == value


# --- Time -----------------------------------------------------------------------------------------------------------


def test_a_moment_goes_in_from_anywhere_and_comes_out_in_utc(world):
    local = datetime(2026, 1, 12, 16, 53, tzinfo=timezone(timedelta(hours=-5)))
    world.tomas.opted_out_at = local
    db.session.flush()
    db.session.expire(world.tomas)

    assert world.tomas.opted_out_at == local
    assert world.tomas.opted_out_at.tzinfo is UTC


def test_a_moment_without_its_zone_is_refused(world):
    world.tomas.opted_out_at = datetime(2026, 1, 12, 16, 53)  # noqa: DTZ001 - that is the point

    with pytest.raises(StatementError, match="time zone"):
        db.session.flush()


def test_the_clock_can_stand_at_a_moment(app):
    past = datetime(2010, 1, 12, 21, 53, tzinfo=UTC)

    with database.at(past):
        assert now() == past
        assert database.shared_now() == past

    assert now() > past


def test_hosts_read_one_clock(app):
    assert abs(database.shared_now() - datetime.now(UTC)) < timedelta(minutes=5)


# --- Rows -----------------------------------------------------------------------------------------------------------


def test_ids_of_erased_rows_are_not_given_again(app):
    with writing():
        add_agency()
        gone = db.session.scalars(select(Agency)).one()
        first = gone.id
        db.session.delete(gone)
        db.session.flush()
        add_agency()

        assert db.session.scalars(select(Agency)).one().id > first


def test_a_link_never_leads_to_another_agency_s_row(world):
    world.amina.organisation_id = world.foreign_organisation.id

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_row_is_revised_field_by_field(world):
    changes = revise(world.amina, {"city": "Montreal", "name": "Amina Diallo", "ref": "C-HACK-X"}, ("name", "city"))

    assert changes == {"city": (None, "Montreal")}
    assert world.amina.ref == "C-AMNA-X"


def test_who_comes_second_is_shown_both_values(world):
    first = world.amina.version
    world.amina.city = "Montreal"
    touch(world.amina, by="Ana")
    db.session.flush()

    with pytest.raises(Stale) as stale:
        expect(world.amina, first, {"city": "Laval", "name": world.amina.name}, ("name", "city"))

    assert [(each.field, each.mine, each.theirs) for each in stale.value.differences] == [("city", "Laval", "Montreal")]
    assert (stale.value.version, stale.value.by) == (first + 1, "Ana")


def test_the_worker_means_the_row_as_it_is_now(world):
    world.amina.city = "Montreal"
    db.session.flush()

    expect(world.amina, None, {"city": "Laval"}, ("city",))


def test_a_row_is_inserted_once_whoever_comes_first(app):
    row = {"name": "sender", "holder": "a", "until": now()}
    with writing():
        insert_missing(Lease, [row], ["name"])
        insert_missing(Lease, [row | {"holder": "b"}], ["name"])
        insert_missing(Lease, [], ["name"])

        assert db.session.scalars(select(Lease)).one().holder == "a"


@pytest.mark.parametrize("value", [["é", None, 1.5, True], {"2026": {"a": []}}, "half of a sign: \ud83d", 2**70])
def test_what_goes_into_json_comes_out_of_it(app, value):
    assert db.session.scalar(select(literal(value, JSON))) == value


def test_half_a_sign_that_json_wrote_before_it_said_so_is_still_read(world, engine):
    world.amina.capacity = {"hours_week": 4}
    db.session.flush()
    value = "CAST(:said AS JSON)" if engine == "postgresql" else ":said"
    said = text(f"UPDATE person SET capacity = {value}")
    db.session.execute(said, {"said": '{"window": "\\ud83d"}'})

    assert db.session.scalars(select(Person.capacity)).first() == {"window": "\ud83d"}


def test_a_list_comes_in_pages(world):
    query = select(Person).where(Person.agency_id == world.agency.id).order_by(Person.name)

    first, second = page_of(query, 1, 2), page_of(query, 2, 2)

    assert [person.name for person in first.items + second.items] == ["Amina Diallo", "Salma Idris", "Tomas Okello"]
    assert (first.total, first.pages, second.page) == (3, 2, 2)
    assert page_of(query.where(Person.name == "Nobody"), 1).pages == 1
