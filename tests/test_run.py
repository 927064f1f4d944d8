"""run.py: two commands for somebody who has nothing but Python."""

import os
import subprocess
from pathlib import Path

import pytest

import run

CHECKOUT = Path(run.__file__).parent


class Machine:
    """A computer as run.py meets it: what it was told to run, and what it answers."""

    def __init__(self, checkout):
        self.checkout = checkout
        self.said = []
        self.venv_works = self.online = True
        self.failing = set()

    def run(self, command, **_):
        line = " ".join(str(part).replace(f"{self.checkout}/", "") for part in command)
        self.said.append(line)
        broken = any(word in line for word in self.failing)
        if "-m venv" in line:
            self.make_venv(whole=self.venv_works)
        if "pip --version" in line:
            broken = not (run.SCRIPTS / "pip").exists()
        if "pip install" in line:
            broken = not self.online
        return subprocess.CompletedProcess(command, int(broken), "", "No matching distribution" if broken else "")

    def make_venv(self, *, whole, made_in=None):
        run.SCRIPTS.mkdir(parents=True, exist_ok=True)
        (run.VENV / "pyvenv.cfg").write_text(f"command = python3 -m venv {made_in or run.VENV}\n")
        (run.SCRIPTS / "python").touch()
        if whole:
            (run.SCRIPTS / "pip").touch()

    def installs(self):
        return [line.rsplit(" ", 1)[-1].removeprefix(str(self.checkout)) for line in self.said if "pip install" in line]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = Machine(tmp_path)
    for name, folder in {"HERE": ".", "VENV": ".venv", "SCRIPTS": ".venv/bin", "STAMP": ".venv/installed.json"}.items():
        monkeypatch.setattr(run, name, tmp_path / folder)
    for name in ("setup.cfg", "constraints.txt"):
        (tmp_path / name).write_text((CHECKOUT / name).read_text())
    monkeypatch.setattr(run.subprocess, "run", machine.run)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(run, "PROGRAMS", {})
    monkeypatch.setattr(run, "become", lambda *words: machine.said.append(" ".join(words)))
    return machine


@pytest.fixture
def no_ensurepip(monkeypatch):
    """Debian without python3-venv."""
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)


def test_the_first_start_makes_an_environment_installs_and_serves(machine):
    run.main([])

    assert [line.split(" ", 1)[1] for line in machine.said if "-m venv" in line] == ["-m venv --clear .venv"]
    assert machine.installs() == ["[postgres]"]
    assert machine.said[-1] == "preparedness serve --prepare"


def test_a_second_start_only_serves(machine):
    run.main([])
    machine.said.clear()
    run.main([])

    assert machine.said == ["preparedness serve --prepare"]


@pytest.mark.parametrize("words", [["--port", "8000"], ["serve", "--port", "8000"]])
def test_the_port_reaches_the_server(machine, words):
    run.main(words)

    assert machine.said[-1].endswith("serve --prepare --port 8000")


def test_a_half_made_environment_is_rebuilt(machine):
    machine.make_venv(whole=False)
    run.main(["setup"])

    assert any("-m venv --clear" in line for line in machine.said)
    assert machine.installs() == ["[postgres]"]


def test_an_environment_carried_here_from_another_folder_is_rebuilt(machine):
    machine.make_venv(whole=True, made_in="/somewhere/else/.venv")
    run.main(["setup"])

    assert any("-m venv --clear" in line for line in machine.said)


def test_an_environment_whose_python_is_gone_is_rebuilt(machine):
    run.main(["setup"])
    (run.SCRIPTS / "python").unlink()
    run.main(["setup"])

    assert sum("-m venv --clear" in line for line in machine.said) == 2


def test_a_whole_environment_without_a_stamp_is_kept(machine):
    machine.make_venv(whole=True)
    run.main(["setup"])

    assert not any("-m venv" in line for line in machine.said)
    assert machine.installs() == ["[postgres]"]


def test_a_changed_pin_installs_again_with_all_that_was_there(machine):
    run.main(["setup", "server"])
    (machine.checkout / "constraints.txt").write_text("flask==3.1.3\n")
    run.main(["serve"])

    assert machine.installs() == ["[postgres,server]", "[postgres,server]"]


def test_a_stamp_cut_short_counts_as_none(machine):
    run.main(["setup"])
    run.STAMP.write_text('{"of": "')
    run.main(["setup"])

    assert len(machine.installs()) == 2


def test_an_unknown_extra_is_named_and_nothing_is_done(machine, capsys):
    assert run.main(["setup", "servr"]) == 1
    assert "no extra servr" in capsys.readouterr().err
    assert machine.said == []


def test_without_venv_an_ordinary_person_is_told_the_line_to_type(machine, no_ensurepip, capsys):
    assert run.main([]) == 1
    assert capsys.readouterr().err.endswith("    sudo apt install python3-venv\n")
    assert machine.said == []


def test_without_venv_root_gets_it_installed(machine, no_ensurepip, monkeypatch):
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    run.main([])

    assert "apt-get -q install --yes --no-install-recommends python3-venv" in machine.said
    assert machine.said[-1].endswith("serve --prepare")


def test_an_environment_that_cannot_be_made_stops_the_start(machine, capsys):
    machine.venv_works = False

    assert run.main([]) == 1
    assert "Python could not make" in capsys.readouterr().err


def test_no_network_on_the_first_start_is_said_with_what_to_do(machine, capsys):
    machine.online = False

    assert run.main([]) == 1
    error = capsys.readouterr().err
    assert "No matching distribution" in error
    assert "PIP_INDEX_URL" in error
    assert not run.STAMP.exists()


def test_no_network_later_serves_with_what_is_here_and_tries_again_next_time(machine, capsys):
    run.main([])
    (machine.checkout / "constraints.txt").write_text("flask==3.1.4\n")
    machine.online = False
    for _ in range(2):
        run.main([])

    assert machine.said[-1].endswith("serve --prepare")
    assert len(machine.installs()) == 3
    assert "going on with those already here" in capsys.readouterr().out


def test_an_old_python_is_told_so(machine, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))

    assert run.main([]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_all_tests_run_with_coverage_and_named_ones_without(machine):
    run.main(["test"])
    run.main(["test", "tests/test_refs.py"])

    whole, threshold, named = (line for line in machine.said if "slipcover " in line or "bin/pytest" in line)
    assert ".venv/bin/slipcover --source preparedness" in whole
    assert "--fail-under 95" in threshold
    assert named.endswith("bin/pytest tests/test_refs.py")
    assert machine.installs() == ["[dev,postgres,test]"]


def test_programs_that_are_missing_are_named_and_the_tests_run_all_the_same(machine, monkeypatch, capsys):
    monkeypatch.setattr(run, "PROGRAMS", {"chromium": (lambda: None, "browser journeys")})

    assert run.main(["test"]) == 0
    assert "no browser journeys; to have them, type:\n    sudo apt install chromium\n" in capsys.readouterr().err


@pytest.mark.parametrize("failing", ["-m pytest", "--fail-under"])
def test_the_end_of_the_tests_is_the_end_of_the_command(machine, failing):
    machine.failing = {failing}

    assert run.main(["test"]) == 1


def test_sure_looks_at_everything_before_it_complains(machine, capsys):
    machine.failing = {"bin/ruff check", "bin/mypy"}

    assert run.main(["sure"]) == 1
    assert capsys.readouterr().err == "Not yet: lint, types.\n"
    assert sum("bin/" in line and "-m" not in line for line in machine.said) == len(run.CHECKS)


def test_sure_ends_with_the_tests(machine):
    assert run.main(["sure"]) == 0
    assert "--fail-under" in machine.said[-1]


def test_bench_runs_every_script_and_names_those_that_fail(machine, capsys):
    (machine.checkout / "bench").mkdir()
    for name in ("__init__.py", "stage.py", "pages.py", "imports.py"):
        (machine.checkout / "bench" / name).touch()
    machine.failing = {"bench.imports"}

    assert run.main(["bench"]) == 1
    assert [line.split()[-1] for line in machine.said[-2:]] == ["bench.imports", "bench.pages"]
    assert capsys.readouterr().err == "These do not hold what they promise: imports.\n"


def test_soak_runs_only_the_long_ones(machine):
    run.main(["soak"])

    assert "-m soak" in machine.said[-1]


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("servr", 2)])
def test_the_usage_is_printed_for_help_and_for_a_slip(machine, word, status):
    assert run.main([word]) == status
    assert machine.said == []


def test_ctrl_c_while_installing_leaves_in_one_line(machine, monkeypatch, capsys):
    def interrupted(command, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run.subprocess, "run", interrupted)

    assert run.main([]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


def test_the_build_machine_types_what_the_readme_says():
    command = "python3 run.py test"

    assert command in (CHECKOUT / ".ci/run").read_text()
    assert command in (CHECKOUT / "README.md").read_text()
    assert os.access(CHECKOUT / ".ci/run", os.X_OK)
