"""Which copy a workbook is: by what it says of itself, by what somebody says of it, or by the rows it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Access, Agency, User
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.exchange import arrivals, manifest, mappings, workbook, workbooks
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Return, Workbook, WorkbookKind
from preparedness.i18n import _
from preparedness.refs import is_spare

LOOKED_AT = 20
"""How many of somebody's latest copies are held against a workbook that does not say which it is."""

SHARE = 0.5
"""What share of the rows of a workbook a copy must hold to be meant by it."""


@dataclass(frozen=True)
class Recognised:
    """Which copy a workbook is, as far as anybody can say, and what it is about."""

    copy: Workbook | None
    kind: WorkbookKind
    subject_id: int | None
    notices: tuple[str, ...] = ()
    told: Mapping[str, Any] | None = None
    """What was read, in our columns, where somebody else made the file."""
    mapping: dict[str, Any] | None = None
    """Which of its columns is which of ours, or that somebody is to say so."""
    why: str | None = None
    """Why nothing can be said of it before that."""


ASK = {"ask": True}


def of(
    read: Mapping[str, Any],
    *,
    agency: Agency,
    member: User | None,
    chosen: Workbook | None = None,
    mapping: dict[str, Any] | None = None,
) -> Recognised:
    """Which copy a file is; `mapping` is what was said of one that somebody else made. Raises Refused for others."""
    known = _of(read, agency, member, chosen, mapping)
    return replace(known, notices=(*read.get("notices", ()), *known.notices))


def _of(
    read: Mapping[str, Any],
    agency: Agency,
    member: User | None,
    chosen: Workbook | None,
    mapping: dict[str, Any] | None,
) -> Recognised:
    if chosen is not None:
        notice = _("You said that it is copy no. %(number)s.", number=chosen.number)
        return Recognised(chosen, chosen.kind, chosen.subject_id, (notice,))
    fields = arrivals.manifest_fields(read, workbook.MANIFEST, manifest.PREFIX)
    export_id = manifest.export_named(fields)
    if export_id is None:
        return _by_its_rows(read, agency, member, mapping)
    copy = workbooks.known_as(export_id, agency=agency)
    if copy is None:
        raise Refused(_("This copy was not taken offline here."), field="file")
    if manifest.holds(fields, workbooks.secret()):
        return Recognised(copy, copy.kind, copy.subject_id)
    notice = _("What the workbook says about itself was changed; it was recognised by its number all the same.")
    return Recognised(copy, copy.kind, copy.subject_id, (notice,))


def _of_others(read: Mapping[str, Any], agency: Agency, mapping: dict[str, Any]) -> Recognised:
    """A list of somebody else's making: in our columns, once it is known which is which."""
    found = mappings.tables(read)
    if not found:
        raise Refused(_("This workbook is none of ours: its hidden sheet and first rows are missing."), field="file")
    said = mappings.said_of(found, mapping) if mapping else mappings.settled(found, agency)
    if said is None:
        why = _(
            "This file is no copy of ours, and it is not certain which of its columns is which. "
            "Open it on the page “Offline copies” and say so."
        )
        return Recognised(None, WorkbookKind.ROSTER, None, mapping=ASK, why=why)
    told, notices = mappings.named(read, said)
    return Recognised(None, WorkbookKind.ROSTER, None, tuple(notices), told, mappings.kept(said))


def _by_its_rows(
    read: Mapping[str, Any], agency: Agency, member: User | None, mapping: dict[str, Any] | None
) -> Recognised:
    """What a workbook is that does not say so: of the kind whose sheets it holds, about what its rows belong to."""
    kind = max(CONTENTS, key=lambda each: len(arrivals.found(read, CONTENTS[each].sheets)))
    parts = arrivals.found(read, CONTENTS[kind].sheets)
    if not parts:
        return _of_others(read, agency, mapping or {})
    if kind is WorkbookKind.ROSTER:
        return Recognised(None, kind, None)
    refs = {ref for part in parts.values() for _number, ref in arrivals.named(part) if not is_spare(ref)}
    matching = _matching(kind, refs, agency, member)
    if not matching:
        raise Refused(
            _(
                "This workbook does not say which copy it is, and none of your copies holds its rows. "
                "Take a fresh copy and enter the changes there."
            ),
            field="file",
        )
    return Recognised(None, kind, matching[0].subject_id)


def candidates(brought: Return, *, agency: Agency, member: User | None) -> list[Workbook]:
    """The copies that a returned workbook may be, where it does not say so: those of the one who brings it back."""
    if brought.workbook_id is not None or not brought.two_way:
        return []
    refs = {row[1] for part in brought.rows.values() for row in part["rows"] if row[1] and not is_spare(row[1])}
    refs |= {ref for part in brought.rows.values() for ref in part.get("same", ())}
    return _matching(brought.kind, refs, agency, member)


def _matching(kind: WorkbookKind, refs: Collection[str], agency: Agency, member: User | None) -> list[Workbook]:
    """The latest copies of somebody that hold most of these rows; a planner may bring back a colleague's."""
    query = select(Workbook).where(Workbook.agency_id == agency.id, Workbook.kind == kind, Workbook.expires_at > now())
    if member is not None and member.access is Access.OFFICIAL:
        query = query.where(Workbook.made_by_id == member.id)
    found = []
    for copy in db.session.scalars(query.order_by(Workbook.id.desc()).limit(LOOKED_AT)):
        given = {ref for lines in workbooks.base_of(copy).values() for ref in lines}
        if refs and len(given & set(refs)) >= SHARE * len(refs):
            found.append(copy)
    return found
