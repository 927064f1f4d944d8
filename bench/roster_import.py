"""How much does a roster of 1,000 people cost, from the file to the last row, against the least there is?

The least is to read the same cells and put them into one table. Both processes count: the one that reads the file, and
the one that compares and writes.
"""

import io
import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from openpyxl import load_workbook

from bench.stage import counted, stage
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.database import db, transaction
from preparedness.exchange import returns, uploads, workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE as SHEET

PEOPLE, TURNS = 1000, 3
MOST_SECONDS, MOST_STATEMENTS = 2.0, 0.1
HELP = ("clinical care", "translation and interpreting; logistics", "shelter")
LANDS = (("Canada", "America/Toronto"), ("France", "Europe/Paris"), ("United States", "America/New_York"))


def spent(act: Callable[[], object]) -> float:
    """CPU seconds of an act, in this process and in those it waited for."""
    begun = os.times()
    act()
    ended = os.times()
    return sum(ended[:4]) - sum(begun[:4])


def agency(turn: int) -> Agency:
    """One more institution with an empty roster."""
    with transaction():
        made = Agency(name=f"Civil Protection {turn}", country="HT", timezone="America/Port-au-Prince")
        db.session.add(made)
    return made


def filled(into: Agency) -> bytes:
    """A blank roster, taken offline and filled with people in every column."""
    with transaction():
        copy = workbooks.take(WorkbookKind.ROSTER, None, agency=into, member=None, by=CONSOLE, blank=True)
        book = load_workbook(io.BytesIO(workbooks.file(copy, agency=into)))
    page = next(each for each in book if any(cell.value == SHEET.tag for cell in each[1]))
    columns = {cell.value: cell.column for cell in page[1]}
    for number in range(PEOPLE):
        land, zone = LANDS[number % len(LANDS)]
        said = {
            "#name": f"Person {number}",
            "#function": "Member",
            "#country": land,
            "#city": "Town",
            "#timezone": zone,
            "#language": "French",
            "#capabilities": HELP[number % len(HELP)],
            "#languages": "English; Haitian Creole",
            "#channel": "e-mail",
            "#email": f"person{number}@example.org",
            "#phone": f"+1 416 555 {number:04d}",
            "#source": "a colleague",
            "#told_on": "2026-03-04",
        }
        for key, value in said.items():
            page.cell(3 + number, columns[key]).value = value
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def floor(content: bytes) -> None:
    """The floor: every cell read by the same reader, and put into one table with nothing asked."""
    rows = []
    for page in load_workbook(io.BytesIO(content), read_only=True):
        page.reset_dimensions()
        rows += [json.dumps(row, default=str) for row in page.iter_rows(values_only=True)]
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, said TEXT)")
        connection.exec_driver_sql("INSERT INTO floor (said) VALUES (?)", [(row,) for row in rows])


def bring_in(into: Agency, content: bytes) -> dict[str, float]:
    """The whole import, as a page does it: read, compare and show, then apply; the CPU seconds of each."""
    made: dict[str, Any] = {}

    def read() -> None:
        made["read"] = uploads.read(content)

    def show() -> None:
        with transaction():
            told = {"agency": into, "member": None, "by": CONSOLE, "read": made["read"]}
            made["brought"] = returns.bring(content, filename="roster.xlsx", **told)

    def apply() -> None:
        with transaction():
            returns.apply(made["brought"], agency=into, member=None, by=CONSOLE, at_once=True)

    took = {"read": spent(read), "compare and show": spent(show)}
    brought = made["brought"]
    if brought.counts["create"] != PEOPLE or brought.problems:
        raise SystemExit(f"the file was not understood: {brought.counts} {brought.problems[:3]}")
    return took | {"apply": spent(apply)}


def main() -> None:
    """Bring the file in, and do the least that could be done with it, in turn; the best of each counts."""
    turns, floors = [], []
    with stage() as app, app.app_context():
        for turn in range(TURNS):
            into = agency(turn)
            content = filled(into)
            floors.append(spent(partial(floor, content)))
            with counted(app) as said:
                turns.append(bring_in(into, content))
    best = min(turns, key=lambda turn: sum(turn.values()))
    took, a_row = sum(best.values()), len(said) / PEOPLE
    print(f"A roster of {PEOPLE} people: {took:.2f} s CPU in all, both processes; the floor {min(floors):.2f} s")
    print("  " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in best.items()))
    print(f"  ratio: {took / min(floors):.1f}")
    print(f"  statements a row: {a_row:.3f}")
    if took > MOST_SECONDS or a_row > MOST_STATEMENTS:
        raise SystemExit(f"more than {MOST_SECONDS} s or {MOST_STATEMENTS} statements a row")


if __name__ == "__main__":
    main()
