"""What a row of a returned copy is called on its page."""

from collections.abc import Iterable, Mapping

from preparedness.exchange import workbooks
from preparedness.exchange.models import Change, Return
from preparedness.exchange.sheets import Line, Sheet
from preparedness.i18n import _


def given(brought: Return, sheets: Iterable[Sheet]) -> Mapping[str, Mapping[str, Line]]:
    """What was given out, where some of its rows are told apart by it; opened once for a page."""
    copy = brought.workbook if any(sheet.told_apart_by for sheet in sheets) else None
    return workbooks.base_of(copy) if copy else {}


def of(change: Change, sheet: Sheet, given: Mapping[str, Line]) -> str:
    """The words that name a row, and what tells it from others of the same words: one task has many seats."""
    name, line = change.label or change.ref or "", given.get(change.ref or "")
    apart = line.cells.get(sheet.told_apart_by or "") if line else None
    return _("%(name)s (%(apart)s)", name=name, apart=apart) if apart else name
