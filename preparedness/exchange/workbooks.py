"""Copies taken offline: what was given out is kept here as the base against which the copy is merged on its return."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import defer

from preparedness import bulk, config
from preparedness.accounts.models import Agency, User
from preparedness.audit import Action, Actor, record
from preparedness.database import Page, db, now, page_of
from preparedness.errors import Missing, Refused
from preparedness.exchange import bases, covers, disclosures, manifest, moved, prints, workbook
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.manifest import Manifest
from preparedness.exchange.models import CreatedRow, Workbook, WorkbookKind
from preparedness.exchange.sheets import SCHEMA, Line, Scope
from preparedness.i18n import WORKBOOK_LANGUAGES, _, nearest, speaking

KEPT = timedelta(days=180)
"""How long a copy may come back and be merged with what was given out."""

LIES_ABOUT = timedelta(days=30)
"""How long a copy with addresses or numbers may lie about before it is to be destroyed."""

CHUNK = 500

Base = dict[str, dict[str, Line]]
"""The lines that were given out, by sheet and Ref."""


def take(
    kind: WorkbookKind,
    subject_id: int | None,
    *,
    agency: Agency,
    member: User | None,
    by: Actor,
    contacts: bool = False,
    reason: str | None = None,
    blank: bool = False,
    language: str | None = None,
) -> Workbook:
    """Take a copy offline: note who has it and why, and keep what it holds as the base of its return."""
    if contacts and not reason:
        raise Refused(_("Say why the copy must hold contact details."), field="reason")
    spoken = nearest(language or (member.language if member else agency.language), among=WORKBOOK_LANGUAGES)
    scope = Scope(member.timezone if member else agency.timezone, now(), contacts, blank)
    with speaking(spoken, among=WORKBOOK_LANGUAGES):
        given = CONTENTS[kind].outgoing(agency, subject_id, scope)
        made = _kept(given, scope, kind=kind, subject_id=subject_id, language=spoken)
    made.agency_id, made.number, made.reason = agency.id, _next_number(agency), reason
    made.made_by, made.made_by_id = by.label, member.id if member else None
    made.destroy_by = scope.at + LIES_ABOUT if contacts else None
    db.session.add(made)
    record(Action.TAKEN_OFFLINE, made, by=by, kind=kind, about=subject_id, rows=made.rows, contacts=contacts)
    disclosures.tell_another(made, agency)
    return made


def _kept(
    given: Mapping[str, Iterable[Line]], scope: Scope, *, kind: WorkbookKind, subject_id: int | None, language: str
) -> Workbook:
    """What is kept of a copy: which one it is, and what it was given."""
    base, rows = bases.pressed(given)
    return Workbook(
        export_id=secrets.token_hex(16),
        kind=kind,
        subject_id=subject_id,
        language=language,
        timezone=scope.zone,
        schema=SCHEMA,
        contacts=scope.contacts or scope.blank,
        made_at=scope.at,
        rows=rows,
        base=base,
        sha256=hashlib.sha256(base).hexdigest(),
        expires_at=scope.at + KEPT,
    )


def file(copy: Workbook, *, agency: Agency) -> bytes:
    """The copy itself, written from what was kept when it was taken."""
    if copy.destroyed_at is not None:
        raise Refused(_("This copy is destroyed. Take a new one where you need it."))
    if copy.forgotten_at is not None:
        raise Refused(_("What this copy held is no longer kept. Take a new one where you need it."))
    content = CONTENTS[copy.kind]
    scope = Scope(copy.timezone, copy.made_at, copy.contacts, offering=True)
    with speaking(copy.language, among=WORKBOOK_LANGUAGES):
        around = content.around(agency, copy.subject_id, scope)
        pages = _pages(copy)
        cover = covers.cover(copy, agency, pages)
        told, beside = _manifest(copy).fields(secret()), prints.of(copy, agency, around, cover.warning)
        return workbook.write(cover, pages, around, told, beside)


def destroyed(copy: Workbook, *, by: Actor) -> None:
    """Note that a copy with addresses or numbers is gone; saying it twice changes nothing."""
    if copy.destroy_by is None:
        raise Refused(_("This copy holds no contact details: nobody needs to destroy it."))
    if copy.destroyed_at is None:
        copy.destroyed_at = now()
        record(Action.COPY_DESTROYED, copy, by=by)


def overdue(agency: Agency, *, member: User | None = None) -> list[Workbook]:
    """The copies that should be destroyed by now and of which nobody said so; with `member`, only their own."""
    query = select(Workbook).where(
        Workbook.agency_id == agency.id, Workbook.destroy_by < now(), Workbook.destroyed_at.is_(None)
    )
    query = query.options(defer(Workbook.base)).order_by(Workbook.id)
    return list(db.session.scalars(query.where(Workbook.made_by_id == member.id) if member else query))


def _pages(copy: Workbook) -> list[workbook.Page]:
    numbers, first_spare, pages = bases.counted(copy.base), 1, []
    check = manifest.row_checks(copy.export_id, secret())
    for sheet in CONTENTS[copy.kind].sheets:
        lines = _Rows(copy, sheet.key, numbers[sheet.key])
        columns = sheet.offered(contacts=copy.contacts)
        pages.append(workbook.Page(sheet, columns, lines, lambda line: check(line.ref, line.version), first_spare))
        first_spare += sheet.spare
    return pages


def filename(copy: Workbook) -> str:
    """What the file is called: which copy it is, without names."""
    with speaking(copy.language, among=WORKBOOK_LANGUAGES):
        return f"{copy.kind.words}-{copy.number}.xlsx".replace(" ", "-")


@dataclass(frozen=True)
class _Rows:
    """The rows of one sheet as they were given out: opened anew, some at a time, for whoever goes through them."""

    copy: Workbook
    sheet: str
    number: int

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[Line]:
        return _given(self.copy, self.sheet)


def base_of(copy: Workbook) -> Base:
    """What was given out, with the rows that the copy has added since; opened once for as long as it stays the same."""
    packed, base = copy.__dict__.get("_opened", (None, None))
    if packed is not copy.base:
        base = {sheet: {line.ref: line for line in _given(copy, sheet)} for sheet in bases.counted(copy.base)}
        copy.__dict__["_opened"] = copy.base, base
    return {sheet: dict(rows) for sheet, rows in base.items()}


def _given(copy: Workbook, sheet: str) -> Iterator[Line]:
    """The rows of one sheet that were given out, in the columns and codes of today."""
    lines = bases.opened(copy.base, sheet)
    return _as_today(lines, copy, sheet) if copy.schema < SCHEMA or moved.RETIRED else lines


def _as_today(lines: Iterator[Line], copy: Workbook, sheet: str) -> Iterator[Line]:
    """What an older copy held, in the columns and codes of today."""
    lists = {
        column.key: column.choices
        for each in CONTENTS[copy.kind].sheets
        if each.key == sheet
        for column in each.columns
    }
    for line in lines:
        cells = moved.cells(sheet, line.cells, copy.schema)
        yield line._replace(cells={key: moved.successor(lists.get(key), value) for key, value in cells.items()})


def keep_created(copy: Workbook, made: Mapping[str, Mapping[str, Line]], slots: Mapping[str, str]) -> None:
    """Remember the rows that a returned copy added, so that the same file does not add them again."""
    base, rows = base_of(copy), []
    for sheet, lines in made.items():
        base[sheet] |= {line.ref: line for line in lines.values()}
        rows += [
            {"workbook_id": copy.id, "slot": slots[name], "kind": sheet, "row_id": line.id}
            for name, line in lines.items()
        ]
    if rows:
        bulk.insert(CreatedRow, rows)
        copy.base = pressed(base)


def forget_created(copy: Workbook, gone: Mapping[str, Sequence[int]]) -> None:
    """Forget rows that a returned copy had added and that were taken back: the same file may add them again."""
    base = base_of(copy)
    for sheet, ids in gone.items():
        base[sheet] = {ref: line for ref, line in base[sheet].items() if line.id not in set(ids)}
        theirs = delete(CreatedRow).where(CreatedRow.workbook_id == copy.id, CreatedRow.kind == sheet)
        for start in range(0, len(ids), CHUNK):
            db.session.execute(theirs.where(CreatedRow.row_id.in_(ids[start : start + CHUNK])))
    if gone:
        copy.base = pressed(base)


def created(copy: Workbook) -> dict[str, str]:
    """The Refs of the rows that this copy added, by what stood for them in the file."""
    rows = db.session.scalars(select(CreatedRow).where(CreatedRow.workbook_id == copy.id)).all()
    if not rows:
        return {}
    ids = {(sheet, line.id): ref for sheet, lines in base_of(copy).items() for ref, line in lines.items()}
    return {row.slot: ids[row.kind, row.row_id] for row in rows if (row.kind, row.row_id) in ids}


def get(copy_id: int, *, agency: Agency, member: User | None = None) -> Workbook:
    """One copy; with `member`, only their own."""
    query = select(Workbook).where(Workbook.id == copy_id, Workbook.agency_id == agency.id)
    found = db.session.scalar(query.where(Workbook.made_by_id == member.id) if member else query)
    if found is None:
        raise Missing
    return found


def known_as(export_id: str, *, agency: Agency) -> Workbook | None:
    """The copy that a workbook says it is."""
    return db.session.scalar(select(Workbook).where(Workbook.export_id == export_id, Workbook.agency_id == agency.id))


def listed(agency: Agency, page: int, *, member: User | None = None, per_page: int = 50) -> Page[Workbook]:
    """The copies taken offline, newest first; with `member`, only their own."""
    query = select(Workbook).where(Workbook.agency_id == agency.id).order_by(Workbook.id.desc())
    query = query.options(defer(Workbook.base))
    return page_of(query.where(Workbook.made_by_id == member.id) if member else query, page, per_page)


def secret() -> str:
    """The secret that seals manifests."""
    return config.current().secret_key


def _next_number(agency: Agency) -> int:
    return (db.session.scalar(select(func.max(Workbook.number)).where(Workbook.agency_id == agency.id)) or 0) + 1


def pressed(base: Base) -> bytes:
    """What was given out, as it is kept."""
    return bases.pressed({sheet: rows.values() for sheet, rows in base.items()})[0]


def _manifest(copy: Workbook) -> Manifest:
    return Manifest(
        copy.export_id,
        copy.kind.value,
        copy.subject_id,
        copy.schema,
        copy.made_at,
        copy.timezone,
        copy.language,
        {sheet: int(number) for sheet, number in copy.rows.items()},
    )
