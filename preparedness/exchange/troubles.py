"""What could not be taken of a returned copy, in the order of its sheets and rows, as people read it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from preparedness.accounts.models import Agency
from preparedness.exchange import decisions
from preparedness.exchange.cells import Trouble
from preparedness.exchange.choices import WRITTEN_BETWEEN
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Return
from preparedness.exchange.sheets import Column, Surroundings
from preparedness.exchange.values import Kind, written

SHOWN = 200
"""More than anybody mends by a list; the marked copy holds them all."""


def of(brought: Return, agency: Agency) -> list[Trouble]:
    """The first of a copy's troubles. What a rule refuses was read as a code: it is shown as the cell says it."""
    found = [Trouble(**problem) for problem in brought.problems]
    sheets = {name: place for place, name in enumerate(dict.fromkeys(each.sheet for each in found))}
    first = sorted(found, key=lambda each: (sheets[each.sheet], each.row, len(each.cell), each.cell))[:SHOWN]
    if not any(map(_is_read, first)):
        return first
    content = CONTENTS[brought.kind]
    around = content.around(agency, brought.subject_id, decisions.scope(brought, agency))
    columns = [column for sheet in content.sheets for column in sheet.columns]
    return [replace(each, read=_in_words(each, columns, around)) for each in first]


def _is_read(trouble: Trouble) -> bool:
    """True where the cell was understood, and a rule says no; else it is shown as it was typed."""
    return bool(trouble.read) and trouble.wanted == trouble.sentence


def _in_words(trouble: Trouble, columns: Sequence[Column], around: Surroundings) -> str:
    """What stands in a cell, by the first column of its name whose list knows the code."""
    told = (_said(column, trouble.read, around) for column in columns if column.key == trouble.column)
    known = (words for words in told if words != trouble.read) if _is_read(trouble) else iter(())
    return next(known, trouble.read)


def _said(column: Column, read: str, around: Surroundings) -> str:
    if column.kind is Kind.DATETIME:
        return datetime.fromisoformat(read).strftime("%Y-%m-%d %H:%M")
    several = column.kind is Kind.SET
    return str(written(read.split(WRITTEN_BETWEEN) if several else read, around.pattern(column)))
