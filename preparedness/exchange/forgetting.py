"""What is kept of copies no longer than it is needed: bases that nothing can be merged with, files nobody settled."""

from datetime import datetime, timedelta

from sqlalchemy import select

from preparedness.database import db
from preparedness.exchange import claims, originals, workbooks
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import BroughtFile, Return, ReturnState, Workbook
from preparedness.i18n import _

UNSETTLED_FOR = timedelta(days=90)
"""How long a copy that came back waits for somebody to settle it."""


def forget(moment: datetime) -> int:
    """Forget what is too old; returns how many copies and files it was."""
    return _forget_bases(moment) + _forget_drafts(moment)


def _forget_bases(moment: datetime) -> int:
    """Empty what was given out where a copy may no longer be merged with it; what it added stays known by its row."""
    old = select(Workbook).where(Workbook.expires_at <= moment, Workbook.forgotten_at.is_(None))
    found = list(db.session.scalars(old))
    for copy in found:
        copy.base = workbooks.pressed({sheet.key: {} for sheet in CONTENTS[copy.kind].sheets})
        copy.forgotten_at = moment
    return len(found)


def _forget_drafts(moment: datetime) -> int:
    """Close what nobody settled: its rows and its file are personal data."""
    query = select(Return).where(
        Return.state.in_((ReturnState.READY, ReturnState.REFUSED)), Return.updated_at <= moment - UNSETTLED_FOR
    )
    kept = select(BroughtFile.return_id)
    found = list(db.session.scalars(query.where((Return.state == ReturnState.READY) | Return.id.in_(kept))))
    for brought in found:
        claims.end(brought, ReturnState.REFUSED)
        brought.rows, brought.changes, brought.problems = {}, [], []
        brought.refusal = _("Nobody settled it in time, so it was closed. Nothing of it was taken.")
    originals.forget([brought.id for brought in found])
    return len(found)
