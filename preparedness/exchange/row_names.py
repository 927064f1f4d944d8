"""What a row of a returned copy is called on its page."""

from preparedness.exchange import workbooks
from preparedness.exchange.models import Change, Return
from preparedness.exchange.sheets import Sheet
from preparedness.i18n import _


def of(change: Change, sheet: Sheet, brought: Return) -> str:
    """The words that name a row, and what tells it from others of the same words: one task has many seats."""
    name, copy = change.label or change.ref or "", brought.workbook
    line = workbooks.base_of(copy).get(sheet.key, {}).get(change.ref or "") if copy and sheet.told_apart_by else None
    apart = line.cells.get(sheet.told_apart_by or "") if line else None
    return _("%(name)s (%(apart)s)", name=name, apart=apart) if apart else name
