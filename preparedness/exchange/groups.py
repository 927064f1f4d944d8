"""Cells that mean something only together, sheet by sheet: where both sides changed them, they are settled as one.

A number belongs to the way it is used, a town to its country and clock, a report on a task to the hour it speaks of.
"""

from collections.abc import Mapping

from preparedness.exchange.activation_sheets import CALL_LIST, CHECKLIST
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.plan_sheets import ITEMS

Groups = Mapping[str, tuple[str, ...]]
"""The columns that belong together, by the group's name."""

GROUPS: Mapping[str, Groups] = {
    ORGANISATIONS.key: {"place": ("country", "city")},
    PEOPLE.key: {
        "phone": ("channel", "phone"),
        "place": ("country", "city", "timezone"),
        "function": ("organisation", "function"),
    },
    ITEMS.key: {"when": ("phase", "anchor", "offset", "unit", "repeat_days")},
    CHECKLIST.key: {"report": ("state", "done_at", "done_by", "note")},
    CALL_LIST.key: {"answer": ("called_at", "state", "available_from", "answered_by")},
}
"""Sheets that are not named here have no such cells."""


def of(sheet: str) -> Groups:
    """The groups of a sheet."""
    return GROUPS.get(sheet, {})
