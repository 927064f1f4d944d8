"""Copies that come back: kept, understood and compared, applied and taken back; by a worker where it takes long."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Access, Agency, User
from preparedness.audit import Action, Actor, record
from preparedness.database import Page, db, now, page_of, touch
from preparedness.errors import Missing, Refused
from preparedness.exchange import (
    claims,
    decisions,
    guard,
    originals,
    readings,
    recognitions,
    reversals,
    rights,
    settlements,
)
from preparedness.exchange.comparisons import compare
from preparedness.exchange.decisions import Decision
from preparedness.exchange.models import BroughtFile, Errand, Return, ReturnState, Workbook, WorkbookKind
from preparedness.exchange.readings import Reading
from preparedness.exchange.recognitions import Recognised
from preparedness.exchange.reversals import Undone
from preparedness.exchange.values import clean
from preparedness.i18n import _, day
from preparedness.quiet import quiet

QUICK_BYTES, QUICK_CHANGES = 200_000, 400
"""What is read, applied or taken back within the request: about a second's work. The rest a worker does."""

UNSETTLED = (ReturnState.READING, ReturnState.REFUSED)
"""States in which nobody knows, or may not say, what a file is about: whoever brought it sees how it stands."""


# --- Finding -------------------------------------------------------------------------------------------------------


def get(return_id: int, *, agency: Agency, member: User | None = None) -> Return:
    """One returned copy that a member may work with; without one, any of the agency. Raises Missing."""
    query = select(Return).where(Return.id == return_id, Return.agency_id == agency.id)
    found = db.session.scalar(query.where(*_own(member)))
    if found is None:
        raise Missing
    settled = found.state not in UNSETTLED
    if member and settled and not rights.may(found.kind, found.subject_id, agency=agency, member=member):
        raise Missing
    return found


def listed(agency: Agency, page: int, *, member: User | None = None, per_page: int = 50) -> Page[Return]:
    """The copies that came back, newest first; operators see their own."""
    query = select(Return).where(Return.agency_id == agency.id, *_own(member))
    return page_of(query.order_by(Return.id.desc()), page, per_page)


def _own(member: User | None) -> list[Any]:
    own = member is not None and member.access is Access.OFFICIAL
    return [Return.uploaded_by_id == member.id] if own and member else []


def of(copy: Workbook) -> list[Return]:
    """What came back of one copy, newest first."""
    query = select(Return).where(Return.workbook_id == copy.id).order_by(Return.id.desc())
    return list(db.session.scalars(query))


def waiting(agency: Agency) -> list[Return]:
    """The copies that came back and are not settled yet."""
    query = select(Return).where(Return.agency_id == agency.id, Return.state == ReturnState.READY)
    return list(db.session.scalars(query.order_by(Return.id)))


def kept_for_others(agency: Agency) -> list[Return]:
    """The files that whoever brought them back may not bring in: they wait for somebody who may."""
    kept = select(BroughtFile.return_id)
    query = select(Return).where(Return.agency_id == agency.id, Return.state == ReturnState.REFUSED)
    return list(db.session.scalars(query.where(Return.id.in_(kept)).order_by(Return.id)))


# --- Bringing back -------------------------------------------------------------------------------------------------


def is_quick(content: bytes, *, member: User | None) -> bool:
    """True for a file that is read within the request: it is small, and nothing of this member waits before it."""
    return len(content) <= QUICK_BYTES and not claims.busy(member)


@quiet()
def bring(
    content: bytes,
    *,
    filename: str,
    agency: Agency,
    member: User | None,
    by: Actor,
    read: Mapping[str, Any] | None = None,
    refusal: str | None = None,
    ask: bool = False,
) -> Return:
    """Take a file in. What was read of it already is compared at once; without that, a worker reads it.

    Nothing of it is written yet. Raises Refused for what nobody can read; where the reader said so already (`refusal`),
    all that is kept is that it came, and why it was not taken. With `ask`, somebody is there to say which column is
    which in a list of somebody else's making.
    """
    if len(content) > guard.LARGEST_FILE:
        raise guard.refusal("too_large")
    mapping = recognitions.ASK if ask else None
    known = recognitions.of(read, agency=agency, member=member, mapping=mapping) if read is not None else None
    made = _new(content, filename, agency, member, by)
    made.mapping = mapping
    if refusal is not None:
        claims.end(made, ReturnState.REFUSED)
        made.refusal = refusal
        record(Action.BROUGHT_BACK, made, by=by, kind=made.kind, refused=True)
        return made
    originals.keep(made, content)
    if read is None or known is None:
        claims.begin(made, Errand.READ, by=by)
    else:
        keep(made, understood(read, known, agency=agency, member=member), agency=agency, by=by)
    return made


def _new(content: bytes, filename: str, agency: Agency, member: User | None, by: Actor) -> Return:
    """The row of a file that came in."""
    made = Return(
        agency_id=agency.id,
        kind=WorkbookKind.ROSTER,  # until it is read
        uploaded_by=by.label,
        uploaded_by_id=member.id if member else None,
        uploaded_at=now(),
        filename=clean(filename)[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        rows={},
        problems=[],
        notices=[],
    )
    db.session.add(made)
    db.session.flush()
    return made


@dataclass(frozen=True)
class Barred:
    """A copy that may not be brought back now, or not by this member: it is kept for whoever may."""

    known: Recognised
    why: str


def understood(read: Mapping[str, Any], known: Recognised, *, agency: Agency, member: User | None) -> Reading | Barred:
    """What a workbook says, unless it may not be brought back: that is said before anything is compared."""
    why = rights.why_not(known.kind, known.subject_id, known.copy, agency=agency, member=member) or known.why
    return Barred(known, why) if why else readings.understood(read, known, agency=agency)


def keep(brought: Return, found: Reading | Barred, *, agency: Agency, by: Actor) -> None:
    """Keep what was understood as a draft, and say what it would change."""
    known = found.known if isinstance(found, Barred) else found
    brought.workbook, brought.kind, brought.subject_id = known.copy, known.kind, known.subject_id
    brought.mapping = known.mapping
    if isinstance(found, Barred):
        claims.end(brought, ReturnState.REFUSED)
        brought.refusal, brought.rows, brought.counts = found.why, {}, {}
        touch(brought, by=by.label)
        record(Action.BROUGHT_BACK, brought, by=by, kind=brought.kind, refused=True)
        return
    brought.two_way, brought.rows, brought.problems = found.two_way, found.rows, found.problems
    brought.notices = [*found.notices, *_brought_before(agency, brought)]
    brought.refusal = None
    claims.end(brought, ReturnState.READY)
    brought.seen = found.seen
    compare(brought, found.here, agency)
    touch(brought, by=by.label)
    if found.erased:
        originals.forget([brought.id])
    copy_id = found.copy.id if found.copy else None
    record(Action.BROUGHT_BACK, brought, by=by, kind=brought.kind, workbook=copy_id, counts=brought.counts)


def _brought_before(agency: Agency, brought: Return) -> list[str]:
    """That this very file was applied before, by whom and when."""
    query = select(Return).where(
        Return.agency_id == agency.id, Return.sha256 == brought.sha256, Return.state == ReturnState.APPLIED
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


def read_again(brought: Return, *, copy: Workbook | None = None, by: Actor) -> None:
    """Read a kept file once more: by somebody who may, or as the copy that somebody says it is."""
    open_ = brought.state is ReturnState.REFUSED or (brought.state is ReturnState.READY and copy is not None)
    if not open_ or not originals.there(brought):
        raise Refused(_("This file is no longer kept. Bring it back again."))
    claims.begin(brought, Errand.READ, by=by)
    if copy is not None:
        brought.errand_of = {**brought.errand_of, "copy": copy.id}
    touch(brought, by=by.label)


def recognised(brought: Return, read: Mapping[str, Any], *, agency: Agency, member: User | None) -> Recognised:
    """Which copy a kept file is: what somebody said of it counts before what it says itself."""
    number = brought.errand_of.get("copy")
    chosen = db.session.get(Workbook, number) if number else None
    return recognitions.of(read, agency=agency, member=member, chosen=chosen, mapping=brought.mapping)


def candidates(brought: Return, *, agency: Agency, member: User | None) -> list[Workbook]:
    """The copies that a returned workbook may be, where it does not say so and the file is still there to be read."""
    if brought.state is not ReturnState.READY or not originals.there(brought):
        return []
    return recognitions.candidates(brought, agency=agency, member=member)


# --- Settling ------------------------------------------------------------------------------------------------------


def apply(
    brought: Return,
    *,
    agency: Agency,
    member: User | None,
    by: Actor,
    choices: Mapping[int, Decision] | None = None,
    version: int | None = None,
    at_once: bool = False,
) -> bool:
    """Write what is taken, all or nothing; much of it a worker writes. False where rows moved since the preview.

    Raises Refused where it may not be brought back any more; the draft stays.
    """
    if brought.state in (ReturnState.APPLIED, ReturnState.APPLYING):
        return True
    decisions.refuse_settled(brought)
    if why := rights.why_not(brought.kind, brought.subject_id, brought.workbook, agency=agency, member=member):
        raise Refused(why)
    if choices and not decisions.decide(brought, choices, version=version, by=by):
        return False
    if not at_once and sum(brought.counts.get(each, 0) for each in ("create", "update")) > QUICK_CHANGES:
        claims.begin(brought, Errand.APPLY, by=by)
        touch(brought, by=by.label)
        return True
    return write(brought, agency=agency, by=by)


def write(brought: Return, *, agency: Agency, by: Actor) -> bool:
    """Write what is taken, in this transaction. False, with nothing written, where rows moved since the preview."""
    done = settlements.apply(brought, agency=agency, by=by)
    if done:
        originals.forget([brought.id])
    return done


def undo(brought: Return, *, agency: Agency, member: User | None, by: Actor, at_once: bool = False) -> Undone:
    """Take back what an applied copy wrote, row by row where somebody touched some since; much of it by a worker."""
    if brought.state is not ReturnState.APPLIED:
        raise Refused(_("Only what was applied can be undone."))
    if why := rights.why_not(brought.kind, brought.subject_id, None, agency=agency, member=member):
        raise Refused(why)
    if not at_once and sum(brought.counts.get(each, 0) for each in ("create", "update")) > QUICK_CHANGES:
        claims.begin(brought, Errand.UNDO, by=by)
        touch(brought, by=by.label)
        return Undone(later=True)
    return reversals.undo(brought, agency=agency, by=by)
