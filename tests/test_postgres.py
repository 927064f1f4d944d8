"""The test PostgreSQL: one server a run, a database for whoever asks."""

import os

import psycopg
import pytest

from tests import postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url():
    return postgres.server()


def rows(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_the_server_is_started_once(url):
    assert postgres.server() == url


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="a named server keeps its own settings")
def test_our_own_server_is_told_not_to_wait_for_the_disk(url):
    assert rows(url, "SELECT DISTINCT setting FROM pg_file_settings WHERE name = 'fsync' AND applied") == [("off",)]


def test_a_named_server_is_used_instead_of_our_own(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://elsewhere/postgres")

    assert postgres.server() == "postgresql://elsewhere/postgres"


def test_a_fresh_database_takes_the_place_of_the_old_one(url):
    rows(postgres.fresh_database(url, "fresh"), "CREATE TABLE left_over (id int)")

    assert rows(postgres.fresh_database(url, "fresh"), "SELECT 1 FROM pg_tables WHERE tablename = 'left_over'") == []


def test_a_template_is_filled_once_a_run_and_copied_from_then_on(url):
    filled = []

    def fill(address):
        filled.append(address)
        rows(address, "CREATE TABLE migrated (id int)")

    for _ in range(2):
        template = postgres.template_database(url, "template_for_this_test", fill)

    assert len(filled) == 1
    assert rows(postgres.fresh_database(url, "copy", template), "SELECT count(*) FROM migrated") == [(0,)]


def test_a_template_of_an_earlier_run_is_made_anew(url, monkeypatch):
    filled = []
    postgres.template_database(url, "old_template", filled.append)
    monkeypatch.setenv(postgres.FOLDER, "another run")
    postgres.template_database(url, "old_template", filled.append)

    assert len(filled) == 2
