"""Copies that come back: recognised, understood row by row, and compared. Nothing of them is written here."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency, User
from preparedness.audit import Action, Actor, record
from preparedness.database import Page, db, now, page_of, touch
from preparedness.errors import Missing, Refused
from preparedness.exchange import arrivals, manifest, workbook, workbooks
from preparedness.exchange.arrivals import Arrival, Trouble
from preparedness.exchange.comparisons import base_rows, compare
from preparedness.exchange.kinds import CONTENTS, Content
from preparedness.exchange.merge import Returned, Row
from preparedness.exchange.models import Return, ReturnState, Workbook, WorkbookKind
from preparedness.exchange.sheets import Editable, Scope, Snapshot, Surroundings
from preparedness.exchange.values import clean
from preparedness.i18n import _, day

May = Callable[[WorkbookKind, int | None], bool]
"""Whether the one who brings a file back may bring back this kind, about this subject."""


def bring(
    read: Mapping[str, Any],
    *,
    filename: str,
    sha256: str,
    agency: Agency,
    member: User | None,
    may: May,
    by: Actor,
) -> Return:
    """Take in what was read from a returned workbook, and say what it would change. Nothing of it is written yet."""
    copy, notices = _recognised(read, agency)
    kind, subject = (copy.kind, copy.subject_id) if copy else (WorkbookKind.ROSTER, None)
    if not may(kind, subject):
        raise Refused(_("You cannot bring this copy back yourself. Give the file to a planner."), field="file")
    if copy and copy.expires_at < now():
        raise Refused(_("This copy is too old to be brought back. Take a fresh one."), field="file")
    content = CONTENTS[kind]
    scope = Scope(copy.timezone if copy else agency.timezone, copy.made_at if copy else now(), contacts=True)
    here = content.snapshot(agency, subject, scope)
    parts = _understood(read, content, here, copy, contacts=copy.contacts if copy else True)
    made = Return(
        agency_id=agency.id,
        workbook=copy,
        kind=kind,
        subject_id=subject,
        uploaded_by=by.label,
        uploaded_by_id=member.id if member else None,
        uploaded_at=now(),
        filename=clean(filename)[:200],
        sha256=sha256,
        rows={part.sheet.key: _kept(part) for part in parts},
        problems=[asdict(trouble) for part in parts for trouble in part.troubles],
        notices=[*notices, *_brought_before(agency, copy, sha256), *(each for part in parts for each in part.notices)],
    )
    db.session.add(made)
    db.session.flush()
    compare(made, here, agency)
    record(Action.BROUGHT_BACK, made, by=by, kind=kind, workbook=copy.id if copy else None, counts=made.counts)
    return made


def get(return_id: int, *, agency: Agency, member: User | None = None) -> Return:
    """One returned copy; with `member`, only what they brought back."""
    query = select(Return).where(Return.id == return_id, Return.agency_id == agency.id)
    found = db.session.scalar(query.where(Return.uploaded_by_id == member.id) if member else query)
    if found is None:
        raise Missing
    return found


def listed(agency: Agency, page: int, *, member: User | None = None) -> Page[Return]:
    """The copies that came back, newest first; with `member`, only theirs."""
    query = select(Return).where(Return.agency_id == agency.id).order_by(Return.id.desc())
    return page_of(query.where(Return.uploaded_by_id == member.id) if member else query, page)


def of(copy: Workbook) -> list[Return]:
    """What came back of one copy, newest first."""
    query = select(Return).where(Return.workbook_id == copy.id).order_by(Return.id.desc())
    return list(db.session.scalars(query))


def waiting(agency: Agency) -> list[Return]:
    """The copies that came back and are not settled yet."""
    query = select(Return).where(Return.agency_id == agency.id, Return.state == ReturnState.READY)
    return list(db.session.scalars(query.order_by(Return.id)))


def put_aside(brought: Return, *, by: Actor) -> None:
    """Close a returned copy without taking anything of it; what was read from it is deleted."""
    if brought.state is not ReturnState.READY:
        raise Refused(_("This copy was settled already."))
    brought.state, brought.rows, brought.changes, brought.problems = ReturnState.REFUSED, {}, [], []
    brought.refusal = _("Put aside by %(name)s. Nothing of it was taken.", name=by.label)
    touch(brought, by=by.label)
    record(Action.RETURN_DECIDED, brought, by=by, put_aside=True)


def _recognised(read: Mapping[str, Any], agency: Agency) -> tuple[Workbook | None, list[str]]:
    """Which copy a workbook is. A roster may come in without having been taken offline here."""
    fields = arrivals.manifest_fields(read, workbook.MANIFEST, manifest.PREFIX)
    export_id = manifest.export_named(fields)
    if export_id is None:
        if not arrivals.found(read, CONTENTS[WorkbookKind.ROSTER].sheets):
            raise Refused(
                _("This workbook is none of ours: its hidden sheet and first rows are missing."), field="file"
            )
        return None, [_("The workbook does not say which copy it is, so only new rows can be taken from it.")]
    copy = workbooks.known_as(export_id, agency=agency)
    if copy is None:
        raise Refused(_("This copy was not taken offline here."), field="file")
    if manifest.holds(fields, workbooks.secret()):
        return copy, []
    return copy, [_("What the workbook says about itself was changed; it was recognised by its number all the same.")]


def _understood(
    read: Mapping[str, Any], content: Content, here: Snapshot, copy: Workbook | None, *, contacts: bool
) -> list[Arrival]:
    """The sheets of the file with their rows understood and checked against the shapes they will be written by."""
    found = arrivals.found(read, content.sheets)
    if not found:
        raise Refused(_("No sheet of this workbook is known: its hidden first rows are missing."), field="file")
    bases = base_rows(copy, content)
    created = workbooks.created(copy) if copy else {}
    around = content.with_new(here.around, found, bases)
    for key, part in found.items():
        arrivals.take(part, bases[key], around, created=created, offered=part.sheet.offered(contacts=contacts))
        _check(part, bases[key], content, around)
    for sheet in content.sheets:
        if sheet.key not in found:
            notice = _("The sheet “%(sheet)s” is missing, so nothing in it was changed.", sheet=sheet.title)
            next(iter(found.values())).notices.append(notice)
    return list(found.values())


def _check(part: Arrival, base: Mapping[str, Row], content: Content, around: Surroundings) -> None:
    """Say what is wrong with rows as they would be. A bad cell goes, the others of its row stay; a new row goes whole
    where one that it needs is bad or empty."""
    needed = [column for column in part.sheet.columns if column.required and column.editable is not Editable.NO]
    troubled = {(trouble.row, trouble.column) for trouble in part.troubles}
    kept = []
    for row in part.rows:
        before = base.get(row.ref or "")
        changed = {key: value for key, value in row.cells.items() if before is None or value != before.get(key)}
        filled = {key: value for key, value in row.cells.items() if value is not None}
        would_be = filled if before is None else {**before, **row.cells}
        said = content.problems(part.sheet.key, would_be, around) if changed else {}
        said = {key: sentence for key, sentence in said.items() if before is None or key in changed}
        for column in needed:
            empty = row.cells.get(column.key) is None
            new = before is None and not column.follows
            if (
                empty
                and (new or (before is not None and column.key in changed))
                and (row.number, column.key) not in troubled
            ):
                said[column.key] = _("“%(column)s” is needed.", column=column.heading)
        part.troubles += [_trouble(part, row, key, sentence) for key, sentence in said.items()]
        lacking = before is None and any(
            column.key in said or (row.number, column.key) in troubled for column in needed if not column.follows
        )
        if not lacking:
            kept.append(Returned(row.number, row.ref, {k: v for k, v in row.cells.items() if k not in said}))
    part.rows = kept


def _trouble(part: Arrival, row: Returned, key: str, sentence: str) -> Trouble:
    value = row.cells.get(key)
    read = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return Trouble(part.name, part.address(key, row.number), row.number, key, read[:80], sentence, sentence)


def _kept(part: Arrival) -> dict[str, Any]:
    """A sheet's rows as they are kept until the copy is settled."""
    return {
        "name": part.name,
        "columns": part.columns,
        "rows": [[row.number, row.ref, dict(row.cells), part.slots.get(row.number)] for row in part.rows],
    }


def _brought_before(agency: Agency, copy: Workbook | None, sha256: str) -> list[str]:
    """That this very file was applied before, by whom and when."""
    query = select(Return).where(
        Return.agency_id == agency.id, Return.sha256 == sha256, Return.state == ReturnState.APPLIED
    )
    before = db.session.scalars(query.order_by(Return.id.desc()).limit(1)).first()
    if before is None or before.applied_at is None:
        return []
    said = _(
        "This very file was already brought in on %(day)s by %(name)s.",
        day=day(before.applied_at, agency.timezone),
        name=before.uploaded_by,
    )
    return [said]
