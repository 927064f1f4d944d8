"""The command: each act of an operator of this server, said in one sentence, refused in one sentence."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import click.testing
import openpyxl
import pytest
from flask import Flask

from preparedness import commands, config, demo
from preparedness.accounts import members, tokens
from preparedness.audit import Action, Entry
from preparedness.contacts.models import ContactState
from preparedness.database import db, now
from preparedness.exchange.models import Return, Workbook
from tests.cast import World

Run = Callable[..., click.testing.Result]


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command against the app of the tests, as another process would."""
    monkeypatch.setattr(commands, "create_app", lambda _config: app)
    monkeypatch.setattr(config, "load", lambda: app.extensions["preparedness"])

    def typed(*words: str, typing: str | None = None) -> click.testing.Result:
        db.session.commit()
        result = click.testing.CliRunner().invoke(commands.main, list(words), input=typing)
        db.session.expire_all()
        return result

    return typed


def test_an_institution_is_started(run: Run):
    said = run("agency", "add", "Protection civile", "--country", "GN", "--timezone", "Africa/Conakry", "--json")

    assert said.exit_code == 0
    assert json.loads(said.stdout)["name"] == "Protection civile"


def test_a_wrong_country_is_refused_in_a_sentence(run: Run):
    said = run("agency", "add", "Nowhere", "--country", "QQ")

    assert said.exit_code == 1
    assert "country" in said.stderr
    assert "Traceback" not in said.output


def test_wrong_usage_is_exit_status_two(run: Run):
    assert run("agency", "add").exit_code == 2


def test_a_member_comes_in_by_a_one_time_address(run: Run, world: World):
    said = run("member", "add", "new@agency.example.org", "--agency", "Civil Protection", "--access", "planner")

    assert "/reset/" in said.stdout
    assert members.by_email("new@agency.example.org").agency_id == world.agency.id


def test_a_member_who_is_there_gets_a_new_address(run: Run, world: World):
    said = run("member", "add", "ana@agency.example.org", "--agency", str(world.agency.id), "--access", "planner")

    assert "/reset/" in said.stdout
    assert len(members.listed(world.agency)) == 3


def test_a_token_is_the_last_word_printed(run: Run, world: World):
    said = run("token", "add", "ana@agency.example.org", "--name", "the map", "--read-only")

    token = tokens.recognised(said.stdout.split()[-1])
    assert token is not None
    assert (token.member_id, token.name, token.read_only) == (world.members["ana"].id, "the map", True)


def test_a_token_for_a_program_to_read(run: Run, world: World):
    said = run("token", "add", "ana@agency.example.org", "--name", "the map", "--days", "7", "--json")

    facts = json.loads(said.stdout)
    token = tokens.recognised(facts["token"])
    assert token is not None
    assert (facts["id"], token.read_only, (token.expires_at - now()).days) == (token.id, False, 6)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ana@agency.example.org", "--name", "x" * 61), "name: This is too long"),
        (("ana@agency.example.org", "--name", "x", "--days", "0"), "days: Write a whole number"),
        (("nobody@agency.example.org", "--name", "x"), "Nothing of that name"),
        (("ana@agency.example.org", "--name", "x", "--agency", "Another Agency"), "Nothing of that name"),
    ],
)
def test_what_is_no_token_is_refused_in_a_sentence(run: Run, world: World, words: tuple[str, ...], sentence: str):
    said = run("token", "add", *words)

    assert said.exit_code == 1
    assert sentence in said.stderr
    assert said.stdout == ""


def test_a_password_is_read_and_held_to_the_rules(run: Run, world: World):
    weak = run(
        *("member", "add", "weak@x.example.org", "--agency", "Civil Protection", "--access", "official"),
        *("--password", "-"),
        typing="password1234\n",
    )
    good = run(
        *("member", "add", "good@x.example.org", "--agency", "Civil Protection", "--access", "official"),
        *("--password", "-"),
        typing="ink-paper-lantern-42-harbour\n",
    )

    assert weak.exit_code == 1
    assert "can sign in" in good.stdout


def test_several_institutions_ask_which_is_meant(run: Run, world: World):
    said = run("member", "add", "x@agency.example.org", "--access", "planner")

    assert said.exit_code == 1
    assert "--agency" in said.stderr


def test_an_institution_that_is_not_there_is_said(run: Run, world: World):
    said = run("member", "add", "x@agency.example.org", "--access", "planner", "--agency", "Nobody")

    assert said.exit_code == 1
    assert said.stderr.strip().endswith("is here.")


def test_a_roster_goes_out_and_comes_back_unchanged(run: Run, world: World, tmp_path: Path):
    path = tmp_path / "roster.xlsx"
    who = ("--agency", "Civil Protection", "--by", "ana@agency.example.org")
    out = run("export", "roster", "-o", str(path), "--contacts", "--reason", "yearly check", *who)
    back = run("import", str(path), "--json", *who)

    assert "Copy no. 1" in out.stdout
    assert oct(path.stat().st_mode)[-3:] == "600"
    counts = json.loads(back.stdout)["counts"]
    assert {name: count for name, count in counts.items() if count} == {"unchanged": 4}


def test_contact_details_leave_only_with_a_reason(run: Run, world: World, tmp_path: Path):
    said = run("export", "roster", "-o", str(tmp_path / "x.xlsx"), "--contacts", "--agency", "Civil Protection")

    assert said.exit_code == 1
    assert not (tmp_path / "x.xlsx").exists()


def test_a_plan_is_named_by_its_number(run: Run, world: World, tmp_path: Path):
    path = tmp_path / "plan.xlsx"
    without = run("export", "plan", "-o", str(path), "--agency", "Civil Protection")
    said = run("export", "plan", str(world.plan.id), "-o", str(path), "--agency", "Civil Protection")

    assert without.exit_code == 1
    assert said.exit_code == 0
    assert openpyxl.load_workbook(path).sheetnames


def test_a_dry_run_writes_nothing(run: Run, world: World, tmp_path: Path):
    path = tmp_path / "roster.xlsx"
    who = ("--agency", "Civil Protection", "--by", "ana@agency.example.org")
    run("export", "roster", "-o", str(path), *who)
    renamed(path, "Amina Diallo", "Amina Diallo-Roy")
    said = run("import", str(path), "--dry-run", *who)

    assert "1 update" in said.stdout
    assert world.amina.name == "Amina Diallo"
    assert db.session.query(Return).count() == 0
    assert db.session.query(Workbook).count() == 1


@pytest.mark.parametrize(("side", "name"), [("--mine", "Amina Diallo-Roy"), ("--server", "Amina D.")])
def test_where_two_entries_differ_the_side_is_chosen(run: Run, world: World, tmp_path: Path, side: str, name: str):
    path = tmp_path / "roster.xlsx"
    who = ("--agency", "Civil Protection", "--by", "ana@agency.example.org")
    run("export", "roster", "-o", str(path), *who)
    renamed(path, "Amina Diallo", "Amina Diallo-Roy")
    world.amina.name = "Amina D."
    run("import", str(path), side, *who)

    assert world.amina.name == name


def test_no_workbook_is_refused_in_a_sentence(run: Run, world: World, tmp_path: Path):
    path = tmp_path / "notes.xlsx"
    path.write_text("name,mail")
    said = run("import", str(path), "--agency", "Civil Protection", "--by", "ana@agency.example.org")

    assert said.exit_code == 1
    assert "Traceback" not in said.output


def test_an_operator_brings_no_roster_in(run: Run, world: World, tmp_path: Path):
    path = tmp_path / "roster.xlsx"
    run("export", "roster", "-o", str(path), "--agency", "Civil Protection", "--by", "ana@agency.example.org")
    said = run("import", str(path), "--agency", "Civil Protection", "--by", "rui@agency.example.org")

    assert said.exit_code == 1


def test_a_person_is_erased_by_the_console(run: Run, world: World):
    said = run("erase", "person", str(world.amina.id), "--agency", "Civil Protection")

    assert "C-AMNA-X is erased" in said.stdout
    assert world.amina.state is ContactState.ERASED
    assert db.session.query(Entry).filter_by(action=Action.PERSON_ERASED).one().actor_label == "console"


def test_check_names_a_misspelt_setting(run: Run, world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("preparedness.migrating.is_current", lambda: True)
    monkeypatch.setenv("PREPAREDNESS_MAILURL", "folder:")
    said = run("check", "--json")

    assert said.exit_code == 1
    assert any("PREPAREDNESS_MAILURL" in each["sentence"] for each in json.loads(said.stdout))


def test_check_says_it_in_words(run: Run, world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("preparedness.migrating.is_current", lambda: False)
    said = run("check")

    assert said.exit_code == 1
    assert "preparedness upgrade" in said.stderr


def test_the_example_is_loaded_once(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "load_first", lambda: ["administrator  a@example.org  secret"])
    monkeypatch.setattr(demo, "reset", lambda: ["afresh"])

    assert "a@example.org" in run("demo").stdout
    assert "afresh" in run("demo", "--reset").stdout


def test_migrating_and_working_are_commands_too(run: Run, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    monkeypatch.setattr("preparedness.migrating.upgrade", lambda: done.append("upgraded"))
    monkeypatch.setattr("preparedness.worker.run", lambda _app: done.append("worked"))

    assert run("upgrade").exit_code == run("worker").exit_code == 0
    assert done == ["upgraded", "worked"]


def test_serving_prepares_greets_and_serves(run: Run, monkeypatch: pytest.MonkeyPatch):
    done: list[object] = []
    monkeypatch.setattr("preparedness.migrating.upgrade", lambda: done.append("upgraded"))
    monkeypatch.setattr("preparedness.migrating.is_current", lambda: True)
    monkeypatch.setattr("preparedness.demo.load_first", lambda: done.append("example"))
    monkeypatch.setattr("preparedness.serving.serve", lambda _app, host, port: done.append((host, port)))
    said = run("serve", "--prepare", "--port", "5999")

    assert done == ["upgraded", "example", ("127.0.0.1", 5999)]
    assert "http://127.0.0.1:5999" in said.stdout


def renamed(path: Path, before: str, after: str) -> None:
    """Write another name into a workbook, as somebody offline would."""
    workbook = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    cells = [cell for row in workbook["People"] for cell in row if cell.value == before]
    cells[0].value = after
    workbook.save(path)
