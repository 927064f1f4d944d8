"""What does a roster cost that comes back from a week offline, against the least there is and against the usual way?

10,000 people in 15 columns, 1,000 rows edited offline, 500 of them also here; and a first import of 10,000 new people.
The least is the same reader and one statement that writes many rows. The usual way is django-import-export with the
same cells on SQLite, in an environment of its own that is made in a temporary folder and needs the package index once.
CPU seconds of all processes; what it costs to start the reading child is told apart.
"""

import gc
import io
import json
import os
import subprocess
import tempfile
import textwrap
import venv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook as Plain
from openpyxl import load_workbook

from bench.stage import counted, stage
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.contacts import organisations, people
from preparedness.database import db, transaction
from preparedness.exchange import returns, uploads, workbooks
from preparedness.exchange.models import Return, WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE as SHEET

PEOPLE, EDITED, ALSO_HERE, TURNS = 10_000, 1_000, 500, 3
PREVIEW_SECONDS, APPLY_SECONDS, MOST_STATEMENTS = 0.8, 1.0, 60
LESS_THAN_PEER, LESS_THAN_PEER_AT_FIRST = 12, 4
PACKAGES = ("django", "django-import-export", "tablib[xlsx]", "openpyxl")
LANDS = (("CA", "America/Toronto"), ("FR", "Europe/Paris"), ("US", "America/New_York"))
SKILLS = (["health_clinical"], ["translation", "logistics"], ["shelter"])

Rows = list[list[Any]]


def spent(act: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of an act, in this process and in those it waited for; and what it answered."""
    begun = os.times()
    answer = act()
    ended = os.times()
    return sum(ended[:4]) - sum(begun[:4]), answer


# --- Ours ----------------------------------------------------------------------------------------------------------


def agency(name: str) -> Agency:
    """One more institution with an empty roster."""
    with transaction():
        made = Agency(name=name, country="HT", timezone="America/Port-au-Prince")
        db.session.add(made)
    return made


def peopled(into: Agency) -> list[int]:
    """Ten thousand people with something in every column."""
    with transaction():
        groups = organisations.add_many(
            into,
            [{"name": f"Association {n}", "kind": "hometown_association", "country": "CA"} for n in range(200)],
            by=CONSOLE,
        )
        return people.add_many(into, [somebody(n, groups[n % 200]) for n in range(PEOPLE)], by=CONSOLE)


def somebody(number: int, group: int) -> dict[str, Any]:
    """One of them."""
    country, zone = LANDS[number % len(LANDS)]
    return {
        "name": f"Person {number}",
        "organisation_id": group,
        "function": "Member",
        "country": country,
        "city": f"Town {number % 50}",
        "timezone": zone,
        "language": "fr",
        "languages": ["en", "ht"],
        "capabilities": SKILLS[number % len(SKILLS)],
        "source": "themselves",
        "channels": [
            {"kind": "email", "address": f"person{number}@example.org"},
            {"kind": "phone", "address": f"+1416555{number:04d}"},
        ],
    }


def taken(into: Agency, *, blank: bool = False) -> Any:
    """A copy taken offline, opened as a person would."""
    with transaction():
        copy = workbooks.take(
            WorkbookKind.ROSTER,
            None,
            agency=into,
            member=None,
            by=CONSOLE,
            contacts=not blank,
            reason=None if blank else "bench",
            blank=blank,
        )
        return load_workbook(io.BytesIO(workbooks.file(copy, agency=into)))


def page_of(book: Any) -> tuple[Any, dict[str, int]]:
    """The sheet of people, and where its columns stand."""
    page = next(each for each in book if any(cell.value == SHEET.tag for cell in each[1]))
    return page, {str(cell.value)[1:]: cell.column for cell in page[1] if str(cell.value).startswith("#")}


def edited(book: Any) -> bytes:
    """The same, with another town or function in 1,000 rows."""
    page, columns = page_of(book)
    for number in range(EDITED):
        column, said = ("city", "Laval") if number % 2 else ("function", "Secretary")
        page.cell(3 + number * (PEOPLE // EDITED), columns[column]).value = said
    return saved(book)


def changed_here(into: Agency, book: Any) -> None:
    """Half of these rows are changed here meanwhile: half of those in the very cell."""
    page, columns = page_of(book)
    refs = [page.cell(3 + number * (PEOPLE // EDITED), columns["ref"]).value for number in range(ALSO_HERE)]
    with transaction():
        ids = {row.ref: row.id for row in db.session.execute(db.select(people.Person.id, people.Person.ref))}
        people.change_many(into, [(ids[ref], None, {"city": "Montréal"}) for ref in refs], by=CONSOLE)


def filled(book: Any) -> bytes:
    """A blank roster with ten thousand people typed into it."""
    page, columns = page_of(book)
    for number, row in enumerate(told()):
        for key, value in row.items():
            if key in columns:
                page.cell(3 + number, columns[key]).value = value
    return saved(book)


def told() -> Iterator[dict[str, Any]]:
    """The same people as somebody would type them."""
    words = ("clinical care", "translation and interpreting; logistics", "shelter")
    lands = ("Canada", "France", "United States")
    for number in range(PEOPLE):
        yield {
            "name": f"Person {number}",
            "function": "Member",
            "country": lands[number % 3],
            "city": f"Town {number % 50}",
            "timezone": LANDS[number % 3][1],
            "language": "French",
            "capabilities": words[number % 3],
            "languages": "English; Haitian Creole",
            "channel": "e-mail",
            "email": f"person{number}@example.org",
            "phone": f"+1 416 555 {number:04d}",
            "source": "a colleague",
            "told_on": "2026-03-04",
        }


def saved(book: Any) -> bytes:
    """A workbook as bytes."""
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def child_start() -> float:
    """What it costs to start the reading child and have it read next to nothing."""
    book = Plain()
    book.active["A1"] = "#ref"
    content = saved(book)
    return min(spent(lambda: uploads.read(content))[0] for _turn in range(TURNS))


def bring_in(into: Agency, content: bytes, started: float, app: Any) -> dict[str, Any]:
    """The whole way, as a page goes it: read, compare and keep; then apply."""
    gc.collect()
    gc.freeze()  # the workbooks that this script itself holds are no part of what is measured
    read_seconds, read = spent(lambda: uploads.read(content))

    def show() -> Return:
        with transaction():
            return returns.bring(content, filename="roster.xlsx", agency=into, member=None, by=CONSOLE, read=read)

    def apply() -> None:
        with transaction():
            if not returns.apply(brought, agency=into, member=None, by=CONSOLE, at_once=True):
                raise SystemExit("something moved meanwhile")

    with counted(app) as asked:
        compare_seconds, brought = spent(show)
    with counted(app) as wrote:
        apply_seconds, _answer = spent(apply)
    return {
        "read": max(read_seconds - started, 0.0),
        "compare": compare_seconds,
        "preview": max(read_seconds - started, 0.0) + compare_seconds,
        "apply": apply_seconds,
        "statements": (len(asked), len(wrote)),
        "counts": brought.counts,
        "problems": brought.problems[:3],
    }


def floor(content: bytes, started: float) -> float:
    """The same reader, and every row put into one table in one statement."""

    def least() -> None:
        read = uploads.read(content)
        rows = [(json.dumps(row),) for sheet in read["sheets"] for row in sheet["rows"]]
        with db.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, said TEXT)")
            connection.exec_driver_sql("INSERT INTO floor (said) VALUES (?)", rows)

    return spent(least)[0] - started


# --- The usual way -------------------------------------------------------------------------------------------------

PEER = """
import json, os, sys, time
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["import_export"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
)
django.setup()
from django.db import connection, models
from import_export import resources
import tablib

COLUMNS = json.loads(sys.argv[2])
fields = {name: models.CharField(max_length=200, blank=True, default="") for name in COLUMNS if name != "ref"}
fields |= {"ref": models.CharField(max_length=20, unique=True), "__module__": "peer",
           "Meta": type("Meta", (), {"app_label": "import_export"})}
Person = type("Person", (models.Model,), fields)
with connection.schema_editor() as editor:
    editor.create_model(Person)

def resource(**options):
    meta = type("Meta", (), {"model": Person, "fields": tuple(COLUMNS), "import_id_fields": ("ref",), **options})
    return type("PersonResource", (resources.ModelResource,), {"Meta": meta})()

def load(path):
    with open(path, "rb") as file:
        return tablib.Dataset().load(file.read(), format="xlsx")

def spent(act):
    begun = time.process_time()
    answer = act()
    return time.process_time() - begun, answer

def checked(result):
    assert not result.has_errors() and not result.has_validation_errors(), result.row_errors()[:1]
    return result

bulk = resource(use_bulk=True, batch_size=1000, skip_diff=True)
create, _ = spent(lambda: checked(bulk.import_data(load(sys.argv[3]), dry_run=False, raise_errors=True)))
usual = resource(skip_unchanged=True, report_skipped=False)
preview, _ = spent(lambda: checked(usual.import_data(load(sys.argv[4]), dry_run=True, raise_errors=False)))
confirm, result = spent(lambda: checked(usual.import_data(load(sys.argv[4]), dry_run=False, raise_errors=True)))
print(json.dumps({"create": create, "preview": preview, "confirm": confirm, "totals": dict(result.totals)}))
"""


def peer(before: Rows, after: Rows, headings: Sequence[str]) -> dict[str, Any]:
    """django-import-export with the same cells: a bulk create, then a preview and a confirmation of the edits."""
    with tempfile.TemporaryDirectory(prefix="preparedness-peer-") as folder:
        place = Path(folder)
        print(f"making an environment for {', '.join(PACKAGES)} in {place}", flush=True)
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        for name, rows in (("before", before), ("after", after)):
            book = Plain(write_only=True)
            page = book.create_sheet()
            page.append(list(headings))
            for row in rows:
                page.append(row)
            book.save(place / f"{name}.xlsx")
        (place / "peer_run.py").write_text(textwrap.dedent(PEER))
        command = [python, place / "peer_run.py", place / "peer.sqlite", json.dumps(list(headings))]
        done = subprocess.run(
            [*command, place / "before.xlsx", place / "after.xlsx"], check=True, capture_output=True, text=True
        )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


def cells(content: bytes, keys: Sequence[str]) -> Rows:
    """The people of a workbook as plain rows, as the usual way takes them."""
    page, columns = page_of(load_workbook(io.BytesIO(content), read_only=True))
    found = []
    for row in page.iter_rows(min_row=3, max_row=2 + PEOPLE, values_only=True):
        found.append(["" if row[columns[key] - 1] is None else str(row[columns[key] - 1]) for key in keys])
    return found


# --- The whole -----------------------------------------------------------------------------------------------------


def main() -> None:
    """Measure, say every ratio, and fail where a promise is broken."""
    turns, firsts, floors, first_floors = [], [], [], []
    headings: Sequence[str] = ()
    before: Rows = []
    after: Rows = []
    with stage() as app, app.app_context():
        started = child_start()
        for turn in range(TURNS):
            into = agency(f"Civil Protection {turn}")
            peopled(into)
            book = taken(into)
            if not before:
                _page, columns = page_of(book)
                headings = [key for key in columns if key not in {"check"} and not key.startswith("pp:")]
                before = cells(saved(book), headings)
            content = edited(book)
            after = after or cells(content, headings)
            changed_here(into, book)
            floors.append(floor(content, started))
            turns.append(bring_in(into, content, started, app))
            fresh = agency(f"New Protection {turn}")
            blank = filled(taken(fresh, blank=True))
            first_floors.append(floor(blank, started))
            firsts.append(bring_in(fresh, blank, started, app))
    best = min(turns, key=lambda turn: turn["preview"] + turn["apply"])
    first = min(firsts, key=lambda turn: turn["preview"] + turn["apply"])
    theirs = peer(before, after, headings)
    say(best, first, started, min(floors), min(first_floors), theirs)


def say(
    best: dict[str, Any],
    first: dict[str, Any],
    started: float,
    least: float,
    least_first: float,
    theirs: dict[str, Any],
) -> None:
    """Print what was found, and what was promised of it."""
    ours, new = best["preview"] + best["apply"], first["preview"] + first["apply"]
    usual = theirs["preview"] + theirs["confirm"]
    print(f"{PEOPLE} people, {EDITED} rows edited, {ALSO_HERE} of them also here: {best['counts']} {best['problems']}")
    print(f"  child start {started:.2f} s, read {best['read']:.2f} s, compare and keep {best['compare']:.2f} s")
    print(f"  preview {best['preview']:.2f} s CPU, apply {best['apply']:.2f} s; {told_of(best)}")
    print(f"  floor {least:.2f} s: ours is {ours / least:.1f} times that")
    print(f"  peer: preview {theirs['preview']:.2f} s, confirm {theirs['confirm']:.2f} s, {theirs['totals']}")
    print(f"  ratio to the peer: {usual / ours:.1f} times less")
    print(f"{PEOPLE} new people: {first['counts']} {first['problems']}")
    print(f"  preview {first['preview']:.2f} s CPU, apply {first['apply']:.2f} s; {told_of(first)}")
    print(f"  floor {least_first:.2f} s: ours is {new / least_first:.1f} times that")
    print(f"  peer: bulk create {theirs['create']:.2f} s; ratio {theirs['create'] / new:.1f} times less")
    promises = {
        f"preview within {PREVIEW_SECONDS} s": best["preview"] <= PREVIEW_SECONDS,
        f"apply within {APPLY_SECONDS} s": best["apply"] <= APPLY_SECONDS,
        f"fewer than {MOST_STATEMENTS} statements in each": max(best["statements"]) < MOST_STATEMENTS,
        f"{LESS_THAN_PEER} times less than the peer": usual >= LESS_THAN_PEER * ours,
        f"first import {LESS_THAN_PEER_AT_FIRST} times less": theirs["create"] >= LESS_THAN_PEER_AT_FIRST * new,
        "what was to be found was found": best["counts"]["conflict"] == 250 and first["counts"]["create"] == PEOPLE,
    }
    broken = [promise for promise, held in promises.items() if not held]
    if broken:
        raise SystemExit("broken: " + "; ".join(broken))


def told_of(turn: dict[str, Any]) -> str:
    """The statements of the two acts; each is a transaction of its own."""
    asked, wrote = turn["statements"]
    return f"{asked} statements to compare, {wrote} to apply"


if __name__ == "__main__":
    main()
