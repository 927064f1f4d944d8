"""What an official does to a workbook away from the office, in tests: open it, find a row and a column, write, save."""

import io

from openpyxl import load_workbook

from preparedness.accounts.models import User
from preparedness.audit import Actor
from preparedness.database import db, writing
from preparedness.exchange import returns, settlements, uploads, workbooks
from preparedness.exchange.models import Return, Workbook, WorkbookKind


class Copy:
    """A workbook in somebody's hands: cells are found by the hidden keys, as a program would."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))

    def sheet(self, key: str):
        return next(page for page in self.book if any(cell.value == f"#pp:{key}:1" for cell in page[1]))

    def place(self, key: str, column: str) -> int:
        return next(cell.column for cell in self.sheet(key)[1] if cell.value == f"#{column}")

    def row(self, key: str, ref: str) -> int:
        return next(cell.row for cell in self.sheet(key)["A"] if cell.value == ref)

    def refs(self, key: str) -> list[str]:
        """The Refs of the rows that were given out, in their order."""
        told = [str(cell.value) for cell in self.sheet(key)["A"][2:] if cell.value]
        return [ref for ref in told if not ref.startswith("N-")]

    def cell(self, key: str, ref: str, column: str):
        return self.sheet(key).cell(self.row(key, ref), self.place(key, column))

    def write(self, key: str, ref: str, **values: object) -> None:
        for column, value in values.items():
            self.cell(key, ref, column).value = value

    def append(self, key: str, **values: object) -> None:
        """Type a row below all others, without a Ref, after a gap."""
        page = self.sheet(key)
        last = max(cell.row for cell in page["A"] if cell.value) + 4
        for column, value in values.items():
            page.cell(last, self.place(key, column)).value = value

    def forget_which_copy(self) -> None:
        """Lose what says which copy it is: the hidden sheet and the properties."""
        del self.book["_preparedness"]
        for name in [each.name for each in self.book.custom_doc_props.props]:
            del self.book.custom_doc_props[name]

    def saved(self) -> bytes:
        held = io.BytesIO()
        self.book.save(held)
        return held.getvalue()


def taken(world, kind: WorkbookKind, subject_id: int | None = None, **options: object) -> tuple[Workbook, Copy]:
    """Ana takes a copy offline and opens it."""
    with writing():
        copy = workbooks.take(
            kind, subject_id, agency=world.agency, member=world.members["ana"], by=world.ana, **options
        )
        db.session.commit()
        return copy, Copy(workbooks.file(copy, agency=world.agency))


def brought(world, content: bytes, *, member: User | None = None, by: Actor | None = None) -> Return:
    """Ana brings a file back."""
    with writing():
        made = returns.bring(
            content,
            filename="back.xlsx",
            agency=world.agency,
            member=member or world.members["ana"],
            by=by or world.ana,
            read=uploads.read(content),
        )
        db.session.commit()
        return made


def applied(world, back: Return) -> bool:
    """Ana applies what she brought back."""
    with writing():
        done = settlements.apply(back, agency=world.agency, by=world.ana)
        db.session.commit()
        return done


def fresh(back: Return) -> list[tuple[str, str | None, str]]:
    """The same without what stands here already."""
    return [each for each in news(back) if each[0] not in ("same", "parallel")]


def news(back: Return) -> list[tuple[str, str | None, str]]:
    """What a returned copy would change: outcome, Ref and column."""
    return [(change.outcome.value, change.ref, change.column) for change in back.changes]
