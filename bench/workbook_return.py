"""What does a roster cost that comes back from a week offline, against the least there is and against the usual way?

10,000 people in 15 columns, 1,000 rows edited offline, 500 of them also here; and a first import of 10,000 new people.
The least is the same reader and one statement that writes many rows. The usual way is django-import-export with the
same cells on SQLite, in an environment of its own that is made in a temporary folder and needs the package index once.
Its bulk create is measured with its models' own checks on, for ours checks every cell too, and that is what is promised
against; also without them, and without noting what each row changed either. CPU seconds of all processes, the best of
the turns on both sides; what it costs to start the reading child is told apart. What lies between ours and the least is
named by its parts, from a turn of its own under the profiler.
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

from bench.stage import counted, made_of, stage
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.contacts import organisations, people
from preparedness.contacts.models import Person
from preparedness.database import db, transaction
from preparedness.exchange import returns, uploads, workbooks
from preparedness.exchange.models import Return, WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE as SHEET

PEOPLE, EDITED, ALSO_HERE, TURNS, PEER_TURNS = 10_000, 1_000, 500, 3, 2
PREVIEW_SECONDS, PATIENT_SECONDS, APPLY_SECONDS, MOST_STATEMENTS = 0.8, 2.0, 1.0, 60
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


def reckoned(book: Any) -> bytes:
    """The same with a formula beside the rows, which the quick reader leaves to the patient one."""
    page, _columns = page_of(book)
    page.cell(3, page.max_column + 2).value = "=1+1"
    return saved(book)


def changed_here(into: Agency, book: Any) -> None:
    """Half of these rows are changed here meanwhile: half of those in the very cell."""
    page, columns = page_of(book)
    refs = [page.cell(3 + number * (PEOPLE // EDITED), columns["ref"]).value for number in range(ALSO_HERE)]
    with transaction():
        ids = {row.ref: row.id for row in db.session.execute(db.select(Person.id, Person.ref))}
        people.change_many(into, [(ids[ref], None, {"city": "Montréal"}) for ref in refs], by=CONSOLE)


def filled(book: Any, turn: int) -> bytes:
    """A blank roster with ten thousand people typed into it, whom no turn before has seen."""
    page, columns = page_of(book)
    for number, row in enumerate(told(turn)):
        for key, value in row.items():
            if key in columns:
                page.cell(3 + number, columns[key]).value = value
    return saved(book)


def told(turn: int) -> Iterator[dict[str, Any]]:
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
            "phone": f"+1 41{turn} 555 {number:04d}",
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
    with counted(app) as asked:
        compare_seconds, brought = spent(lambda: shown(into, content, read))
    with counted(app) as wrote:
        apply_seconds, _answer = spent(lambda: applied(into, brought))
    return {
        "read": max(read_seconds - started, 0.0),
        "compare": compare_seconds,
        "preview": max(read_seconds - started, 0.0) + compare_seconds,
        "apply": apply_seconds,
        "statements": (len(asked), len(wrote)),
        "counts": brought.counts,
        "problems": brought.problems[:3],
    }


def shown(into: Agency, content: bytes, read: Any) -> Return:
    """What the file would change, kept for its page."""
    with transaction():
        return returns.bring(content, filename="roster.xlsx", agency=into, member=None, by=CONSOLE, read=read)


def applied(into: Agency, brought: Return) -> None:
    """All of it that is taken without a decision."""
    with transaction():
        if not returns.apply(brought, agency=into, member=None, by=CONSOLE, at_once=True):
            raise SystemExit("something moved meanwhile")


def parts(into: Agency, content: bytes) -> tuple[str, str]:
    """What comparing and applying are made of."""
    gc.collect()
    gc.freeze()
    read = uploads.read(content)
    kept: list[Return] = []
    return made_of(lambda: kept.append(shown(into, content, read))), made_of(lambda: applied(into, kept[0]))


def patient(into: Agency, content: bytes, started: float) -> float:
    """The preview of a workbook that only the patient reader reads."""
    read_seconds, read = spent(lambda: uploads.read(content))
    return read_seconds - started + spent(lambda: shown(into, content, read))[0]


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

def create(**options):
    Person.objects.all().delete()
    bulk = resource(use_bulk=True, **options)
    seconds, _ = spent(lambda: checked(bulk.import_data(load(sys.argv[3]), dry_run=False, raise_errors=True)))
    return seconds

found = {"unnoted": [], "checked": [], "create": [], "preview": [], "confirm": []}
usual = resource(skip_unchanged=True, report_skipped=False)
for turn in range(int(sys.argv[5])):
    found["unnoted"].append(create(skip_diff=True))
    found["checked"].append(create(clean_model_instances=True))
    found["create"].append(create())
    preview, _ = spent(lambda: checked(usual.import_data(load(sys.argv[4]), dry_run=True, raise_errors=False)))
    confirm, result = spent(lambda: checked(usual.import_data(load(sys.argv[4]), dry_run=False, raise_errors=True)))
    found["preview"].append(preview)
    found["confirm"].append(confirm)
print(json.dumps({"totals": dict(result.totals), **{name: min(turns) for name, turns in found.items()}}))
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
        command = [str(python), str(place / "peer_run.py"), str(place / "peer.sqlite"), json.dumps(list(headings))]
        done = subprocess.run(
            [*command, place / "before.xlsx", place / "after.xlsx", str(PEER_TURNS)],
            check=True,
            capture_output=True,
            text=True,
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


class Found:
    """The figures of several turns, each with a database of its own, and the cells that the usual way is given."""

    def __init__(self) -> None:
        with stage() as app, app.app_context():
            self.started = child_start()
        self.back: list[dict[str, Any]] = []
        self.back_floors: list[float] = []
        self.patient: list[float] = []
        self.new: list[dict[str, Any]] = []
        self.new_floors: list[float] = []
        self.headings: list[str] = []
        self.before: Rows = []
        self.after: Rows = []

    def comes_back(self) -> None:
        """A copy that was edited offline, while half of its rows were changed here."""
        with stage() as app, app.app_context():
            into = agency("Civil Protection")
            content, again = self._edited(into)
            self.back_floors.append(floor(content, self.started))
            self.patient.append(patient(into, again, self.started))
            self.back.append(bring_in(into, content, self.started, app))

    def comes_first(self) -> None:
        """A blank copy with ten thousand people in it."""
        with stage() as app, app.app_context():
            into = agency("New Protection")
            content = filled(taken(into, blank=True), len(self.new))
            self.new_floors.append(floor(content, self.started))
            self.new.append(bring_in(into, content, self.started, app))

    def parts(self) -> dict[str, tuple[str, str]]:
        """What the two are made of."""
        with stage() as app, app.app_context():
            back, first = agency("Civil Protection"), agency("New Protection")
            return {
                "back": parts(back, self._edited(back)[0]),
                "new": parts(first, filled(taken(first, blank=True), TURNS)),
            }

    def _edited(self, into: Agency) -> tuple[bytes, bytes]:
        peopled(into)
        book = taken(into)
        if not self.before:
            self.headings = [key for key in page_of(book)[1] if key != "check" and not key.startswith("pp:")]
            self.before = cells(saved(book), self.headings)
        content = edited(book)
        self.after = self.after or cells(content, self.headings)
        changed_here(into, book)
        return content, reckoned(book)


def main() -> None:
    """Measure, say every ratio, and fail where a promise is broken."""
    found = Found()
    for _turn in range(TURNS):
        found.comes_back()
        found.comes_first()
    made = found.parts()
    theirs = peer(found.before, found.after, found.headings)
    promises = say_back(found, made["back"], theirs) | say_new(found, made["new"], theirs)
    broken = [promise for promise, held in promises.items() if not held]
    if broken:
        raise SystemExit("broken: " + "; ".join(broken))


def say_back(found: Found, made: tuple[str, str], theirs: dict[str, Any]) -> dict[str, bool]:
    """Print what a copy costs that comes back; what was promised of it."""
    best, least, slow = quickest(found.back), min(found.back_floors), min(found.patient)
    ours, usual = best["preview"] + best["apply"], theirs["preview"] + theirs["confirm"]
    print(f"{PEOPLE} people, {EDITED} rows edited, {ALSO_HERE} of them also here: {best['counts']} {best['problems']}")
    print(f"  child start {found.started:.2f} s, read {best['read']:.2f} s, compare and keep {best['compare']:.2f} s")
    print(f"  preview {best['preview']:.2f} s CPU, apply {best['apply']:.2f} s; {told_of(best)}")
    print(f"  preview where the patient reader reads {slow:.2f} s")
    say_gap(ours, least, made)
    print(f"  peer: preview {theirs['preview']:.2f} s, confirm {theirs['confirm']:.2f} s, {theirs['totals']}")
    print(f"  ratio to the peer: {usual / ours:.1f} times less")
    return {
        f"preview within {PREVIEW_SECONDS} s": best["preview"] <= PREVIEW_SECONDS,
        f"preview by the patient reader within {PATIENT_SECONDS} s": slow <= PATIENT_SECONDS,
        f"apply within {APPLY_SECONDS} s": best["apply"] <= APPLY_SECONDS,
        f"fewer than {MOST_STATEMENTS} statements in each": max(best["statements"]) < MOST_STATEMENTS,
        f"{LESS_THAN_PEER} times less than the peer": usual >= LESS_THAN_PEER * ours,
        "every conflict was found": best["counts"]["conflict"] == ALSO_HERE // 2,
    }


def say_new(found: Found, made: tuple[str, str], theirs: dict[str, Any]) -> dict[str, bool]:
    """Print what a first import costs; what was promised of it."""
    best, least = quickest(found.new), min(found.new_floors)
    ours = best["preview"] + best["apply"]
    print(f"{PEOPLE} new people: {best['counts']} {best['problems']}")
    print(f"  read {best['read']:.2f} s, compare and keep {best['compare']:.2f} s")
    print(f"  preview {best['preview']:.2f} s CPU, apply {best['apply']:.2f} s; {told_of(best)}")
    say_gap(ours, least, made)
    print(f"  peer: bulk create with checks {theirs['checked']:.2f} s; ratio {theirs['checked'] / ours:.1f} times less")
    print(f"    with nothing checked {theirs['create']:.2f} s; {theirs['create'] / ours:.1f} times less")
    print(f"    and nothing noted either {theirs['unnoted']:.2f} s; {theirs['unnoted'] / ours:.1f} times less")
    return {
        f"first import {LESS_THAN_PEER_AT_FIRST} times less": theirs["checked"] >= LESS_THAN_PEER_AT_FIRST * ours,
        "everybody new was found": best["counts"]["create"] == PEOPLE,
    }


def quickest(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The turn that others disturbed the least."""
    return min(turns, key=lambda turn: turn["preview"] + turn["apply"])


def say_gap(ours: float, least: float, made: tuple[str, str]) -> None:
    """Print how far ours is from the least there is, and what lies between."""
    print(f"  floor {least:.2f} s: ours is {ours / least:.1f} times that")
    print(f"  comparing is made of {made[0]}")
    print(f"  applying is made of {made[1]}")


def told_of(turn: dict[str, Any]) -> str:
    """The statements of the two acts; each is a transaction of its own."""
    asked, wrote = turn["statements"]
    return f"{asked} statements to compare, {wrote} to apply"


if __name__ == "__main__":
    main()
