"""What does it cost to take a roster of 10,000 people offline, and does a bigger one need more memory?

The least is XlsxWriter alone, told to write the same cells with no style, no list and no sheet beside. Ours looks into
the database, keeps what was given out, and writes it styled and validated. Of memory counts what is added at its peak,
each time in a process of its own.
"""

import gc
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from xlsxwriter import Workbook as Book

from bench.stage import PEOPLE, grow, stage
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.database import db, transaction
from preparedness.exchange import roster_sheets, workbook, workbooks
from preparedness.exchange.manifest import Manifest
from preparedness.exchange.models import Workbook, WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE as SHEET
from preparedness.exchange.sheets import Line, Surroundings
from preparedness.serving import settle

TURNS = 5
MOST_SECONDS, MOST_MEGABYTES, MOST_GROWTH = 1.3, 60.0, 4.0
"""Promises: with ten times as many people memory grows by the file, what is kept of it, and no more than this."""

COPIES = 3
"""What is kept is there three times for a moment: ours, the statement's, and the pages of the database."""

FEW, MANY = 10_000, 100_000
SECRET = "a secret of the bench, long enough to be one"


def agency() -> Agency:
    """The institution whose roster is taken."""
    return db.session.query(Agency).one()


def take() -> Workbook:
    """Take the roster offline with everything in it, and keep what was given out."""
    with transaction():
        return workbooks.take(
            WorkbookKind.ROSTER, None, agency=agency(), member=None, by=CONSOLE, contacts=True, reason="The bench"
        )


def bare(copy: Workbook) -> bytes:
    """The floor: XlsxWriter by itself, the same cells, nothing else."""
    held = io.BytesIO()
    book = Book(held, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for lines in workbooks.base_of(copy).values():
        page = book.add_worksheet()
        for row, line in enumerate(lines.values()):
            page.write_string(row, 0, line.ref)
            for place, value in enumerate(line.cells.values(), start=1):
                if value is not None:
                    page.write_string(row, place, "; ".join(value) if isinstance(value, list) else str(value))
    book.close()
    return held.getvalue()


def cpu(act: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of an act, and what it made."""
    begun = time.process_time()
    made = act()
    return time.process_time() - begun, made


def added(act: Callable[[], Any]) -> tuple[float, Any]:
    """By how much an act raises the memory of this process at its peak, in MiB, and what it made."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _memory("VmRSS")
    made = act()
    return _memory("VmHWM") - before, made


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


class Rows:
    """So many lines of people, each made when it is asked for."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[Line]:
        for number in range(self.number):
            cells: dict[str, Any] = {column.key: None for column in SHEET.columns[1:]}
            cells |= {"name": f"Person {number}", "country": "CA", "city": "Town", "email": f"p{number}@example.org"}
            cells |= {"capabilities": ["health_clinical", "logistics"], "told_on": "2026-03-04", "language": "fr"}
            yield Line(f"C-{number:06d}-0", 1, cells, number)


def written(number: int) -> float:
    """The memory that writing so many rows adds, in MiB, without the file itself."""
    around = Surroundings("America/Port-au-Prince", datetime(2026, 3, 4, tzinfo=UTC), roster_sheets.lists([], []))
    told = Manifest("ab12", "roster", None, 1, around.at, around.zone, "en", {SHEET.key: number}).fields(SECRET)
    cover = workbook.Cover("A roster", [], [], "")

    def write(rows: int) -> bytes:
        return workbook.write(cover, [workbook.Page(SHEET, SHEET.columns, Rows(rows), _seal)], around, told)

    write(100)
    more, content = added(lambda: write(number))
    return more - len(content) / 1024**2


def _seal(line: Line) -> str:
    return f"{line.ref} {line.version} abcdef12"


def exported() -> list[float]:
    """The memory that a whole export adds, in MiB; and how large the file is, and what is kept beside it."""

    def export() -> tuple[bytes, bytes]:
        copy = take()
        return workbooks.file(copy, agency=agency()), copy.base

    more, (content, base) = added(export)
    return [more, len(content) / 1024**2, len(base) / 1024**2]


def alone(what: str) -> Any:
    """A figure of memory, from a process that did nothing else."""
    said = subprocess.run([sys.executable, "-m", "bench.workbook_export", what], check=True, capture_output=True)
    return json.loads(said.stdout)


def prepared(app: Flask, people: int = PEOPLE) -> None:
    """A roster of many people, and a process as it is once it serves."""
    with app.app_context(), transaction():
        db.session.add(Agency(name="Civil Protection", country="HT", timezone="America/Port-au-Prince"))
    grow(people)
    settle()


def speed() -> tuple[float, float, float]:
    """CPU seconds of taking, of writing and of the floor, in turn; the median of each."""
    takes, files, floors = [], [], []
    with stage() as app, app.app_context():
        prepared(app)
        for _turn in range(TURNS):
            db.session.expunge_all()
            seconds, copy = cpu(take)
            takes.append(seconds)
            files.append(cpu(partial(workbooks.file, copy, agency=agency()))[0])
            floors.append(cpu(partial(bare, copy))[0])
    return median(takes), median(files), median(floors)


def main() -> None:
    """Measure, print, and end badly where a promise is broken."""
    took, wrote, least = speed()
    print(f"Export of {PEOPLE} people, styled and validated: {took + wrote:.2f} s CPU")
    print(f"  reading and keeping them {took:.2f} s, writing the file {wrote:.2f} s; bare XlsxWriter {least:.2f} s")
    print(f"  ratio to the floor: the file {wrote / least:.2f}, all of it {(took + wrote) / least:.2f}")
    whole, grown = memory()
    few, many = alone("few"), alone("many")
    print(f"Writing {FEW} rows adds {few:.1f} MiB beside the file itself, {MANY} rows {many:.1f} MiB")
    if took + wrote > MOST_SECONDS or whole > MOST_MEGABYTES:
        raise SystemExit(f"more than {MOST_SECONDS} s or {MOST_MEGABYTES:.0f} MiB")
    if max(many - few, grown) > MOST_GROWTH:
        raise SystemExit(f"memory grows with the rows: by {max(many - few, grown):.1f} MiB")


def memory() -> tuple[float, float]:
    """What a whole export adds, and by how much more one of many people does, beside the bytes it is to hold."""
    (whole, file, base), (crowd, larger, longer) = alone("whole"), alone("crowd")
    grown = crowd - whole - (larger - file) - COPIES * (longer - base)
    print(f"  memory added: {whole:.1f} MiB, with the file of {file:.1f} MiB and what is kept, {base:.1f} MiB")
    print(f"  of {MANY} people: {crowd:.1f} MiB, with the file of {larger:.1f} MiB and what is kept, {longer:.1f} MiB")
    print(f"  beside these bytes it grows by {grown:.1f} MiB, with the numbers of all rows among them")
    return whole, grown


def figure(what: str) -> float | list[float]:
    """Figures of memory, for the process that asked."""
    if what in ("whole", "crowd"):
        with stage() as app, app.app_context():
            prepared(app, PEOPLE if what == "whole" else MANY)
            return exported()
    with stage() as app, app.app_context():
        return written(FEW if what == "few" else MANY)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(figure(sys.argv[1])))
    else:
        main()
