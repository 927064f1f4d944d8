"""What is wrong with the rows that came back, as they would be here: cell by cell, by the shapes of the domain."""

from collections.abc import Collection, Mapping

from preparedness.exchange.arrivals import Arrival, Trouble
from preparedness.exchange.kinds import Content
from preparedness.exchange.merge import Returned, Row
from preparedness.exchange.sheets import Column, Editable, Surroundings
from preparedness.i18n import _

Said = dict[str, str]
"""What is wrong with a row: column and sentence."""


def check(part: Arrival, base: Mapping[str, Row], content: Content, around: Surroundings) -> None:
    """Say what is wrong with rows as they would be. A bad cell goes, the others of its row stay; a new row goes whole
    where one that it needs is bad or empty."""
    checks, kept = _Checks(part, content, around), []
    for row in part.rows:
        before = base.get(row.ref or "")
        if before is None:
            said = checks.new(row)
            if checks.lacks(row, said):
                continue
        else:
            said = {} if row.cells is before else checks.changed(row, before)
        if said:
            row = Returned(row.number, row.ref, {key: value for key, value in row.cells.items() if key not in said})
        kept.append(row)
    part.rows = kept


class _Checks:
    """What is asked of each row of a sheet."""

    def __init__(self, part: Arrival, content: Content, around: Surroundings) -> None:
        self.part, self.content, self.around = part, content, around
        columns = [column for column in part.sheet.columns if column.editable is not Editable.NO]
        self.needed = [column for column in columns if column.required]
        self.asked = [column for column in self.needed if not column.follows]
        self.troubled = {(trouble.row, trouble.column) for trouble in part.troubles}

    def new(self, row: Returned) -> Said:
        """What is wrong with a new row."""
        said = self.content.problems(self.part.sheet.key, row.cells, self.around)
        empty = [column for column in self.asked if row.cells.get(column.key) is None]
        return self._told(row, said, empty) if said or empty else said

    def changed(self, row: Returned, before: Row) -> Said:
        """What is wrong with what a row says anew."""
        changed = {key: value for key, value in row.cells.items() if value != before.get(key)}
        if not changed:
            return {}
        looked_at = changed if self.content.by_cell else {**before, **row.cells}
        said = self.content.problems(self.part.sheet.key, looked_at, self.around)
        emptied = [column for column in self.needed if changed.get(column.key, column) is None]
        return self._told(row, {key: sentence for key, sentence in said.items() if key in changed}, emptied)

    def lacks(self, row: Returned, said: Said) -> bool:
        """True for a new row without something that it needs."""
        return bool(said or self.troubled) and any(
            column.key in said or (row.number, column.key) in self.troubled for column in self.asked
        )

    def _told(self, row: Returned, said: Said, empty: Collection[Column]) -> Said:
        """Say it by address, with what is needed and empty; what could not be read was told already."""
        for column in empty:
            if (row.number, column.key) not in self.troubled:
                said[column.key] = _("“%(column)s” is needed.", column=column.heading)
        self.part.troubles += [_trouble(self.part, row, key, sentence) for key, sentence in said.items()]
        return said


def _trouble(part: Arrival, row: Returned, key: str, sentence: str) -> Trouble:
    value = row.cells.get(key)
    read = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return Trouble(part.name, part.address(key, row.number), row.number, key, read[:80], sentence, sentence)
