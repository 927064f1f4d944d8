"""What may leave of somebody in a file: whose address and number, what a small number gives away, and who is told."""

from typing import Any

from preparedness.accounts import members
from preparedness.accounts.models import Access, Agency, User
from preparedness.database import db
from preparedness.exchange.models import Workbook
from preparedness.i18n import _
from preparedness.notifications import outbox
from preparedness.vocabulary import ChannelKind, Source

LETTER = "numbers_left"
TOLD = (Access.ADMINISTRATOR, Access.PLANNER)
"""Who is told, the first of them before the others."""

FEW = 5
"""Below this a public number would name somebody (safety.md S10)."""


def may_leave(row: Any) -> bool:
    """Whether somebody's address and number may leave in a file.

    Not of somebody sensitive, who is reached by relay; nor of somebody whom another entered and nobody told (S16).
    """
    return not row.sensitive and told(row.told_on, row.source)


def told(told_on: Any, source: Any) -> bool:
    """Whether somebody knows that they are in the roster: they entered themselves, or were told when."""
    return bool(told_on) or source == Source.THEMSELVES


def few(count: int) -> str:
    """A number as the public may read it."""
    return str(count) if count == 0 or count >= FEW else _("fewer than 5")


def tell_another(copy: Workbook, agency: Agency) -> User | None:
    """Tell a second member that addresses or numbers left (S11): an administrator, else a planner; not their taker."""
    if copy.destroy_by is None:
        return None
    db.session.flush()
    others = [each for each in members.active(agency) if each.id != copy.made_by_id and each.access in TOLD]
    if not others:
        return None
    other = min(others, key=lambda each: TOLD.index(each.access))
    outbox.queue(
        agency_id=agency.id,
        key=outbox.key(LETTER, copy.id, other.id),
        kind=LETTER,
        channel=ChannelKind.EMAIL,
        template=LETTER,
        params={"member_id": other.id},
        language=other.language,
        subject=copy,
        priority=4,
    )
    return other
