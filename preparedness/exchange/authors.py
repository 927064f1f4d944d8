"""Who changed a cell here, and when: read from the audit, which names the fields of every change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Detail, Entry
from preparedness.database import db
from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import ITEMS, ROLES, TEXTS
from preparedness.exchange.sheets import Line

CHUNK = 500

Author = tuple[str | None, datetime | None]
"""Who it was, and when."""


@dataclass(frozen=True)
class Audited:
    """What the audit calls the rows of a sheet, and the columns whose field is called otherwise."""

    subject: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, column: str) -> tuple[str, ...]:
        """The fields that speak of a column."""
        return self.fields.get(column, (column,))


CHANNELS = ("channels",)
AUDITED: Mapping[str, Audited] = {
    PEOPLE.key: Audited(
        "person",
        {
            "name": ("name", "alias"),
            "organisation": ("organisation_id",),
            **dict.fromkeys(("channel", "email", "phone"), CHANNELS),
        },
    ),
    ORGANISATIONS.key: Audited(
        "organisation", {"contact": CHANNELS, "parent": ("parent_id",), "contact_person": ("contact_person_id",)}
    ),
    TEXTS.key: Audited("section"),
    ROLES.key: Audited("seat", {"place": ("label",)}),
    ITEMS.key: Audited(
        "checklist_item", {**dict.fromkeys(("offset", "unit"), ("offset_hours",)), "owner_role": ("owner_role_id",)}
    ),
    CHECKLIST.key: Audited("task"),
    CALL_LIST.key: Audited("reply"),
}
"""What cannot be found there is told by the row's own last change."""


def of(
    agency: Agency, sheet: str, lines: Collection[Line], columns: Collection[str], since: datetime
) -> dict[tuple[int, str], Author]:
    """Who changed these columns of these rows last since a moment: row and column, then name and time."""
    audited = AUDITED.get(sheet)
    if audited is None or not lines:
        return {}
    found: dict[tuple[int, str], Author] = {}
    for some in _chunks(sorted({line.id for line in lines})):
        query = select(Entry.subject_id, Entry.actor_label, Entry.at, Detail.before, Detail.after)
        query = query.join(Detail, Detail.entry_id == Entry.id).where(
            Entry.agency_id == agency.id,
            Entry.subject_kind == audited.subject,
            Entry.subject_id.in_(some),
            Entry.at >= since,
        )
        for number, label, at, before, after in db.session.execute(query.order_by(Entry.id)):
            for column in columns:
                if any(name in before or name in after for name in audited.of(column)):
                    found[number or 0, column] = (label, at)
    return found


@dataclass(frozen=True)
class Departure:
    """How a row left: who took it away, when, and whether it was erased for good."""

    by: str
    at: datetime
    erased: bool


def departures(agency: Agency, sheet: str, ids: Collection[int]) -> dict[int, Departure]:
    """How the rows that are here no more left, by their numbers."""
    audited = AUDITED.get(sheet)
    found: dict[int, Departure] = {}
    if audited is None:
        return found
    for some in _chunks(sorted(ids)):
        last = (
            select(func.max(Entry.id))
            .where(Entry.agency_id == agency.id, Entry.subject_kind == audited.subject, Entry.subject_id.in_(some))
            .group_by(Entry.subject_id)
        )
        query = select(Entry.subject_id, Entry.actor_label, Entry.at, Entry.action).where(Entry.id.in_(last))
        for number, label, at, action in db.session.execute(query):
            found[number or 0] = Departure(label, at, action is Action.PERSON_ERASED)
    return found


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
