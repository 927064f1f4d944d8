"""How much does a roster of 1,000 people cost, from the file to the last row, against only reading the same file?

Both processes count: the one that reads the file, and the one that compares and writes.
"""

import hashlib
import io
import os
from collections.abc import Callable

from openpyxl import load_workbook

from bench.stage import counted, stage
from preparedness.accounts.models import Agency
from preparedness.audit import CONSOLE
from preparedness.database import db, transaction
from preparedness.exchange import returns, settlements, uploads, workbooks
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE as SHEET

PEOPLE = 1000
MOST_SECONDS, MOST_STATEMENTS = 2.0, 0.1
HELP = ("clinical care", "translation and interpreting; logistics", "shelter")
LANDS = (("Canada", "America/Toronto"), ("France", "Europe/Paris"), ("United States", "America/New_York"))


def spent(act: Callable[[], object]) -> float:
    """CPU seconds of an act, in this process and in those it waited for."""
    begun = os.times()
    act()
    ended = os.times()
    return sum(ended[:4]) - sum(begun[:4])


def agency() -> Agency:
    """An institution with an empty roster."""
    with transaction():
        made = Agency(name="Civil Protection", country="HT", timezone="America/Port-au-Prince")
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


def only_read(content: bytes) -> None:
    """The floor: every cell read, and nothing done with it."""
    for page in load_workbook(io.BytesIO(content), read_only=True):
        page.reset_dimensions()
        for _row in page.iter_rows(values_only=True):
            pass


def bring_in(into: Agency, content: bytes) -> None:
    """The whole import, as a page does it: read, compare and show, then apply."""
    read = uploads.read(content)
    with transaction():
        brought = returns.bring(
            read,
            filename="roster.xlsx",
            sha256=hashlib.sha256(content).hexdigest(),
            agency=into,
            member=None,
            may=lambda _kind, _subject: True,
            by=CONSOLE,
        )
    if brought.counts["create"] != PEOPLE or brought.problems:
        raise SystemExit(f"the file was not understood: {brought.counts} {brought.problems[:3]}")
    with transaction():
        settlements.apply(brought, agency=into, by=CONSOLE)


def main() -> None:
    """Bring the file in once, and read it alone three times."""
    with stage() as app, app.app_context():
        into = agency()
        content = filled(into)
        floor = min(spent(lambda: only_read(content)) for _turn in range(3))
        with counted(app) as said:
            took = spent(lambda: bring_in(into, content))
    a_row = len(said) / PEOPLE
    print(f"roster of {PEOPLE} people: {took:.2f} s CPU in all, only reading it {floor:.2f} s")
    print(f"ratio: {took / floor:.1f}")
    print(f"statements a row: {a_row:.3f}")
    if took > MOST_SECONDS or a_row > MOST_STATEMENTS:
        raise SystemExit(f"more than {MOST_SECONDS} s or {MOST_STATEMENTS} statements a row")


if __name__ == "__main__":
    main()
