"""What may leave of somebody in a file: whose address and number, and what a small number would give away."""

from typing import Any

from preparedness.i18n import _
from preparedness.vocabulary import Source

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
