"""The ways the domain says no, each with a sentence that a person can act on."""

import traceback
from dataclasses import dataclass
from typing import Any


class Missing(Exception):  # noqa: N818 - it reads as a sentence: raise Missing
    """Nothing of that name or number is there for this agency: a 404, the same for another agency's row.

    `field` names the field that pointed to it, where one did.
    """

    def __init__(self, sentence: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Refused(Exception):  # noqa: N818
    """A rule refuses the act; nothing was changed. `field` names the field it is about, where there is one."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.field = field


@dataclass(frozen=True)
class Difference:
    """One field that two people changed: what this form says, and what is there now."""

    field: str
    mine: Any
    theirs: Any


class Stale(Refused):
    """Someone else saved the row first: both values are shown, neither is lost."""

    def __init__(self, sentence: str, differences: list[Difference], version: int, by: str | None = None) -> None:
        super().__init__(sentence)
        self.differences = differences
        self.version = version
        self.by = by


def frames(error: BaseException) -> str:
    """Where an error came from, without what it says: its text may hold an address, and logs must not."""
    return "".join(traceback.format_tb(error.__traceback__)).rstrip()
