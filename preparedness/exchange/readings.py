"""What a returned workbook says: which copy it is, and each of its rows understood and checked. Nothing is kept."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from preparedness import audit
from preparedness.accounts.models import Agency
from preparedness.database import now
from preparedness.errors import Refused
from preparedness.exchange import arrivals, checks, drafts, erasing, hidden, workbooks
from preparedness.exchange.arrivals import Arrival
from preparedness.exchange.comparisons import base_rows
from preparedness.exchange.kinds import CONTENTS, Content
from preparedness.exchange.merge import Returned, Row
from preparedness.exchange.models import Workbook, WorkbookKind
from preparedness.exchange.recognitions import Recognised
from preparedness.exchange.sheets import Scope, Snapshot
from preparedness.i18n import _, day, ngettext
from preparedness.quiet import quiet

Bases = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True)
class Reading:
    """A returned workbook as it was understood, with what is here now."""

    copy: Workbook | None
    kind: WorkbookKind
    subject_id: int | None
    two_way: bool
    rows: dict[str, Any]
    problems: list[dict[str, Any]]
    notices: list[str]
    erased: bool
    """True where the file holds somebody who was erased, so that it must not be kept."""
    here: Snapshot
    seen: int | None = None
    """The last line of the audit before that was looked at."""
    mapping: dict[str, Any] | None = None
    """Which column is which, in a list of somebody else's making."""


@quiet()
def understood(read: Mapping[str, Any], known: Recognised, *, agency: Agency) -> Reading:
    """Each row of a workbook, understood and checked. Raises Refused where no sheet of it is known."""
    copy, content = known.copy, CONTENTS[known.kind]
    found = arrivals.found(known.told or read, content.sheets)
    if not found:
        raise Refused(_("No sheet of this workbook is known: its hidden first rows are missing."), field="file")
    gone = erasing.gone(copy, agency)
    forgotten = [erasing.set_aside(part, gone) for part in found.values()]
    seen = audit.last(agency.id)
    here = content.snapshot(agency, known.subject_id, scope(copy, agency))
    two_way = _is_two_way(copy, found.values(), here)
    bases = {sheet.key: here.rows(sheet.key) for sheet in content.sheets} if two_way else base_rows(copy, content)
    created = workbooks.created(copy) if copy else {}
    around = content.with_new(here.around, found, bases)
    for key, part in found.items():
        offered = part.sheet.offered(contacts=copy.contacts if copy else _tells_contacts(part))
        arrivals.take(part, bases[key], around, created=created, offered=offered)
        forgotten.append(erasing.set_aside_added(part, gone))
        hidden.set_aside(part, bases[key], here)
        _leave_forgotten(part, bases[key])
        checks.check(part, bases[key], content, around)
    notices = [*known.notices, *_what_is_missing(copy, two_way, found, content, agency)]
    given = workbooks.base_of(copy) if copy and not two_way else {}
    return Reading(
        copy=copy,
        kind=known.kind,
        subject_id=known.subject_id,
        two_way=two_way,
        rows={key: drafts.kept(part, given.get(key, {})) for key, part in found.items()},
        problems=[asdict(trouble) for part in found.values() for trouble in part.troubles],
        notices=[*notices, *(each for part in found.values() for each in part.notices)],
        erased=any(forgotten),
        here=here,
        seen=seen,
        mapping=known.mapping,
    )


def scope(copy: Workbook | None, agency: Agency) -> Scope:
    """What is looked at here to compare a returned workbook."""
    given = workbooks.base_of(copy) if copy else None
    return Scope(copy.timezone if copy else agency.timezone, copy.made_at if copy else now(), True, given=given)


def _is_two_way(copy: Workbook | None, parts: Collection[Arrival], here: Snapshot) -> bool:
    """True where nobody knows what was given out: the base is no longer kept, or nobody can say which it was."""
    if copy is not None:
        return copy.expires_at <= now()
    return any(ref in here.rows(part.sheet.key) for part in parts for _number, ref in arrivals.named(part))


def _tells_contacts(part: Arrival) -> bool:
    """True for a sheet with contact details, where nobody can say whether it was given out with them."""
    return any(column.private and column.key in part.columns for column in part.sheet.columns)


def _what_is_missing(
    copy: Workbook | None, two_way: bool, found: Mapping[str, Arrival], content: Content, agency: Agency
) -> list[str]:
    """What a workbook lost on its way: its base, its name, or whole sheets."""
    if any(part.foreign for part in found.values()):
        return []
    said = []
    if two_way and copy is not None:
        said.append(
            _(
                "Copy no. %(number)s was to be brought back until %(day)s. What it held then is no longer kept, so "
                "nobody can say what you changed: every difference is shown, and nothing is taken unless you say so.",
                number=copy.number,
                day=day(copy.expires_at, agency.timezone),
            )
        )
    elif two_way:
        said.append(
            _(
                "The workbook does not say which copy it is, so nobody can say what you changed: "
                "every difference is shown, and nothing is taken unless you say so."
            )
        )
    elif copy is None:
        said.append(_("The workbook does not say which copy it is, so only new rows can be taken from it."))
    missing = [sheet for sheet in content.sheets if sheet.key not in found]
    return said + [
        _("The sheet “%(sheet)s” is missing, so nothing in it was changed.", sheet=sheet.title) for sheet in missing
    ]


def _leave_forgotten(part: Arrival, base: Mapping[str, Row]) -> None:
    """Leave aside what the base has forgotten: the words of somebody who was erased do not come back by a file."""
    kept, left = [], 0
    for row in part.rows:
        before = base.get(row.ref or "")
        if row.cells is not before and before is not None and not row.cells.keys() <= before.keys():
            left += any(value is not None for key, value in row.cells.items() if key not in before)
            row = Returned(row.number, row.ref, {key: value for key, value in row.cells.items() if key in before})
        kept.append(row)
    part.rows = kept
    if left:
        said = ngettext(
            "%(num)s row holds words of somebody who was erased; they were left aside.",
            "%(num)s rows hold words of somebody who was erased; they were left aside.",
            left,
        )
        part.notices.append(_("%(who)s: %(what)s", who=part.name, what=said))
