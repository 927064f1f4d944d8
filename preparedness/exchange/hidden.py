"""Addresses and numbers that do not leave in a file: what a file says in their place never takes theirs.

Somebody sensitive is reached by relay, and whoever was not told yet is not handed on: their cells are empty in a copy.
An entry there would look like the first one, and would write over the address that nobody saw.
"""

from collections.abc import Collection, Mapping

from preparedness.exchange.arrivals import Arrival, Trouble
from preparedness.exchange.merge import MERGE, Returned, Rows
from preparedness.exchange.models import Outcome, Return
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.sheets import Snapshot
from preparedness.exchange.values import as_text
from preparedness.i18n import _

FIGURE = "hidden"
Hidden = Mapping[str, Collection[str]]
"""The columns of people that are hidden though something stands there, by Ref."""


def of(here: Snapshot, sheet: str) -> Hidden:
    """Whose address or number is here, and does not leave."""
    known = here.around.figures.get(FIGURE, {}) if sheet == PEOPLE.key else {}
    return {line.ref: known[line.id] for line in here.lines[sheet] if line.id in known} if known else {}


def set_aside(part: Arrival, base: Rows, here: Snapshot) -> None:
    """Leave out what a file says where something is hidden, and say where it is changed."""
    hidden, kept = of(here, part.sheet.key), []
    for row in part.rows if hidden else ():
        before = base.get(row.ref or "", {})
        said = [key for key in hidden.get(row.ref or "", ()) if key in row.cells and row.cells[key] != before.get(key)]
        for key in said:
            read, wanted, sentence = as_text(row.cells[key]), _("an empty cell"), _sentence()
            part.troubles.append(
                Trouble(part.name, part.address(key, row.number), row.number, key, read[:80], wanted, sentence)
            )
        cells = {key: value for key, value in row.cells.items() if key not in said} if said else row.cells
        kept.append(Returned(row.number, row.ref, cells, row.unread) if said else row)
    part.rows = kept if hidden else part.rows


def say_of_merged(brought: Return, here: Snapshot) -> None:
    """Say of new rows that are merged into somebody whose address is hidden that theirs is not taken."""
    hidden = of(here, PEOPLE.key) if PEOPLE.key in here.lines else {}
    for change in brought.changes if hidden else ():
        joined = change.outcome is Outcome.CREATE and change.decision == MERGE and change.sheet == PEOPLE.key
        if joined and set(hidden.get(change.twin or "", ())) & set(change.mine or ()):
            said = _("%(who)s: %(what)s", who=f"{change.label} ({change.ref or change.row})", what=_sentence())
            brought.notices = [*(each for each in brought.notices if each != said), said]


def _sentence() -> str:
    return _("This person has one that does not leave in a file, so none is taken from one. Change it on their page.")
