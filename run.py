#!/usr/bin/env python3
"""Run Preparedness from its checkout with nothing but Python: `python3 run.py`, and `python3 run.py test`."""

import configparser
import ctypes.util
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

USAGE = """\
python3 run.py [serve] [--port N] [--host H]   open Preparedness on http://127.0.0.1:5000
python3 run.py test [pytest arguments]         run the tests; without arguments all of them, with coverage
python3 run.py sure                            format, lint, types, templates and catalogues, then the tests
python3 run.py bench                           measure, each script of bench/ in turn
python3 run.py soak                            the long fault and fuzz runs
python3 run.py setup [extras]                  install only, for example: setup postgres server
"""

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "installed.json"
TO_SERVE = {"postgres"}
TO_TEST = {"postgres", "test", "dev"}
COUNTED, UNCOUNTED = "coverage.json", "preparedness/migrations/*"
"""Where the lines are counted; those of migrations are not, for Alembic opens them by their paths, past the counter."""
LEAST_REACHED = "95"
"""The only place where the threshold stands: the share of lines that the tests must reach, in per cent."""

# What the tests need besides Python: the Debian package, how to see that it is here, and what it is for.
PROGRAMS = {
    "chromium": (lambda: any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "browser journeys"),
    "libatomic1": (lambda: sys.platform != "linux" or ctypes.util.find_library("atomic"), "browser journeys"),
    "fonts-dejavu-core": (lambda: has_font("DejaVuSans.ttf"), "pages and sheets as pictures"),
    "fonts-noto-core": (lambda: has_font("NotoNaskhArabic-Regular.ttf"), "pages and sheets as pictures"),
    "libreoffice-calc": (lambda: shutil.which("soffice"), "workbooks opened by another program"),
}

# What `sure` looks at before the tests, each with its sentence.
CHECKS = {
    "Format": ["ruff", "format", "--check", "--quiet", "."],
    "Lint": ["ruff", "check", "--quiet", "."],
    "Types": ["mypy"],
    "Templates": ["djlint", "--quiet", "--lint", "templates"],
    "Catalogues": ["pytest", "-q", "--no-header", "tests/test_translations.py", "tests/test_templates.py"],
}


class Stopped(Exception):  # noqa: N818 - it reads as a sentence: raise Stopped
    """Something is missing that only the person at the keyboard can give; the message says what to type."""


def main(arguments):
    """Do what the first word says; without one, serve."""
    if not arguments or arguments[0] in {"--port", "--host"} or arguments[0].startswith(("--port=", "--host=")):
        arguments = ["serve", *arguments]
    word, *rest = arguments
    acts = {"serve": serve, "test": test, "sure": sure, "bench": bench, "soak": soak, "setup": setup}
    if word not in acts:
        print(USAGE, end="", file=sys.stdout if word in {"-h", "--help", "help"} else sys.stderr)
        return 0 if word in {"-h", "--help", "help"} else 2
    try:
        return acts[word](rest)
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def serve(arguments):
    """Bring the database up to date, load the example on the first run, and serve until Ctrl-C."""
    ready(TO_SERVE)
    return become("preparedness", "serve", "--prepare", *arguments)


def test(arguments):
    """Run the tests: all of them with coverage, or those that were named."""
    ready(TO_TEST)
    find_programs()
    if arguments:
        return call("pytest", *arguments)
    # A file stays with one worker; in the order they are collected in, which puts the longest first. One worker more
    # than two cores: some wait for a browser or another process.
    shared = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    counting = ["--source", "preparedness", "--omit", UNCOUNTED, "--json", "--out", COUNTED]
    failed = call("slipcover", *counting, "-m", "pytest", *shared)
    said("Lines that no test reaches, and the share that some test does")
    few = call("slipcover", "--merge", COUNTED, "--out", COUNTED, "--skip-covered", "--fail-under", LEAST_REACHED)
    return failed or few


def sure(arguments):
    """Look at everything a reviewer would: each check says its name, and the tests come last."""
    ready(TO_TEST)
    failed = [name for name, command in CHECKS.items() if said(name) and call(*command)]
    if failed:
        raise Stopped(f"Not yet: {', '.join(failed).lower()}.")
    return test(arguments)


def bench(arguments):
    """Measure: each script prints its ratios, and a broken promise is a failure."""
    ready(TO_TEST)
    scripts = sorted(path.stem for path in (HERE / "bench").glob("*.py") if path.stem not in {"__init__", "stage"})
    failed = [script for script in scripts if said(script) and call("python", "-m", f"bench.{script}", *arguments)]
    if failed:
        raise Stopped(f"These do not hold what they promise: {', '.join(failed)}.")
    return 0


def soak(arguments):
    """The long fault and fuzz runs, which an ordinary test run leaves out."""
    ready(TO_TEST)
    find_programs()
    return call("pytest", "-m", "soak", "--timeout", "0", *arguments)


def setup(arguments):
    """Install and go no further; further words are the extras to install."""
    if unknown := set(arguments) - extras():
        raise Stopped(f"There is no extra {', '.join(sorted(unknown))}: choose among {', '.join(sorted(extras()))}.")
    ready(TO_SERVE | set(arguments))
    return 0


def ready(wanted):
    """Make sure that `.venv` is whole and holds what is wanted; nothing is done where it already does."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is what an older Python is pointed at)
        raise Stopped("Preparedness needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    before = stamp()
    if tool("python").exists() and before.get("of") == fingerprint() and wanted <= set(before["extras"]):
        return
    if not whole():
        before = {}
        make_venv()
    install(wanted | set(before.get("extras", [])), may_do_without=wanted <= set(before.get("extras", [])))


def stamp():
    """What was installed last, or nothing where no installation was finished."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def fingerprint():
    """What an installation depends on, its folder included: `.venv` is full of paths."""
    parts = [(HERE / name).read_bytes() for name in ("setup.cfg", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, str(HERE).encode()])).hexdigest()


def extras():
    """The extras that setup.cfg knows."""
    settings = configparser.ConfigParser()
    settings.read(HERE / "setup.cfg")
    return set(settings["options.extras_require"])


def whole():
    """Whether `.venv` was made to the end, here, and by a Python that is still there: its pip answers."""
    if not tool("python").exists() or str(HERE) not in (VENV / "pyvenv.cfg").read_text():
        return False
    return subprocess.run([tool("python"), "-m", "pip", "--version"], capture_output=True).returncode == 0


def make_venv():
    """Make `.venv`, over a half-made one too; Debian keeps what that needs in a package of its own."""
    said("Making a Python environment in .venv")
    if not importlib.util.find_spec("ensurepip"):
        apt(["python3-venv"], otherwise="Python cannot make an environment here. Type this, then try again:")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode or not whole():
        raise Stopped(f"Python could not make {VENV}:\n{last_lines(made.stdout + made.stderr)}")


def install(wanted, *, may_do_without=False):
    """Install the product and these extras as pinned, then leave the stamp that makes the next start immediate."""
    said("Installing what Preparedness needs: a minute or two, once")
    started = time.monotonic()
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    product = f"{HERE}[{','.join(sorted(wanted))}]"
    command = [tool("python"), "-m", "pip", "install", *quiet, "-c", HERE / "constraints.txt", "-e", product]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"})
    if done.returncode == 0:
        STAMP.write_text(json.dumps({"of": fingerprint(), "extras": sorted(wanted)}))
        said(f"Installed in {time.monotonic() - started:.0f} s")
    elif may_do_without:
        said("The packages could not be brought up to date (no network?): going on with those already here")
    else:
        raise Stopped(
            f"{last_lines(done.stderr)}\n"
            "The packages could not be installed. Is this computer on the internet? Behind a mirror, "
            "set PIP_INDEX_URL to its address; with a folder of wheels, PIP_FIND_LINKS to it. Then try again."
        )


def find_programs():
    """Find the programs the tests need, or install them; where that cannot be, their tests say so themselves."""
    missing = [package for package, (here, _) in PROGRAMS.items() if not here()]
    if not missing:
        return
    uses = " and ".join(sorted({PROGRAMS[package][1] for package in missing}))
    try:
        apt(missing, otherwise=f"Without these there are no {uses}; to have them, type:")
    except Stopped as stopped:
        print(stopped, file=sys.stderr)


def apt(packages, *, otherwise):
    """Install Debian packages as root; to anybody else say the line that does."""
    line = f"apt install {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Stopped(f"{otherwise}\n    (on Debian) sudo {line}")
    if os.geteuid() != 0:
        raise Stopped(f"{otherwise}\n    sudo {line}")
    said(f"Installing {', '.join(packages)} with apt")
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # An index that cannot be refreshed need not stop the installation; a failed installation does.
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-q", *step], capture_output=True, text=True, env=quietly)
    if done.returncode:
        raise Stopped(f"{last_lines(done.stderr)}\n{otherwise}\n    {line}")


def has_font(name):
    """Whether a font file is among those of this system."""
    return any(Path("/usr/share/fonts").rglob(name)) if sys.platform == "linux" else True


def tool(name):
    """A program inside `.venv`."""
    return SCRIPTS / (f"{name}.exe" if os.name == "nt" else name)


def call(name, *arguments):
    """Run a program of `.venv` from the checkout and give back its exit status."""
    return subprocess.run([tool(name), *arguments], cwd=HERE).returncode


def become(name, *arguments):
    """Turn into a program of `.venv`, so that Ctrl-C goes straight to it."""
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(tool(name), [str(tool(name)), *arguments])
    return call(name, *arguments)


def said(sentence):
    """Say where we are, one line a step."""
    print(f"· {sentence}", flush=True)
    return True


def last_lines(text, count=6):
    """The end of what a program said: there it says why."""
    return "\n".join(text.strip().splitlines()[-count:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
