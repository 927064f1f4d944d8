"""What a workbook is made of: sheets and columns. The tables stand in the three modules named after their kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import LazyString

from preparedness.exchange import moved
from preparedness.exchange.choices import Choice, Choices
from preparedness.exchange.merge import Row
from preparedness.exchange.values import Kind, Pattern, Value, canonical
from preparedness.i18n import WORKBOOK_LANGUAGES, _, _l, current, speaking
from preparedness.vocabulary import Worded, WordedRank, countries, languages, zones

SCHEMA = 1
"""The version of these tables: a copy says which it was made from."""


class Editable(StrEnum):
    """Whether a column may be changed offline: always, in new rows only, or never."""

    YES = "yes"
    NEW = "new"
    NO = "no"


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its key in the hidden row, its heading, what it holds and how it is read from a row."""

    key: str
    heading: LazyString
    kind: Kind
    width: int
    editable: Editable
    read: Callable[[Any, "Surroundings"], Any]
    choices: str | None = None
    required: bool = False
    follows: bool = False
    """Needed, but where a new row leaves it empty it follows from its organisation or the institution."""
    prints: bool = True
    private: bool = False
    """A contact detail, which leaves only where it is asked for, with a reason."""
    hint: LazyString | None = None
    between: tuple[int, int] = (-100_000, 1_000_000)
    """The least and the greatest whole number that makes sense here."""
    grows: bool = False
    """What the same file adds elsewhere may be named too: its list warns, and does not forbid."""


@dataclass(frozen=True)
class Due:
    """Which column says by when a row is to be dealt with, and the states in which it is."""

    by: str
    state: str
    finished: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: key, title, columns, how many rows are left empty for something new, whether rows may be removed."""

    key: str
    title: LazyString
    columns: tuple[Column, ...]
    spare: int = 15
    removable: bool = False
    named_by: str = "name"
    """The column whose words say which row is meant."""
    told_apart_by: str | None = None
    """The column that tells rows of the same words apart."""
    due: Due | None = None
    frozen: int = 1
    """How many columns stay in sight while one moves to the side."""

    @property
    def tag(self) -> str:
        """What names the sheet in its hidden row, whatever people call it."""
        return f"#pp:{self.key}:{SCHEMA}"

    def offered(self, *, contacts: bool) -> tuple[Column, ...]:
        """The columns of a copy with or without contact details."""
        return tuple(column for column in self.columns if contacts or not column.private)


@dataclass(frozen=True)
class Surroundings:
    """What the columns of a workbook need beside the row: the zone of the file, when it is made, lists and figures."""

    zone: str
    at: datetime
    lists: Mapping[str, Choices] = field(default_factory=dict)
    figures: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment as the clock of the file's zone shows it."""
        return moment.astimezone(ZoneInfo(self.zone)) if moment else None

    def day(self, moment: datetime | None) -> date | None:
        """The day of a moment in the file's zone."""
        local = self.local(moment)
        return local.date() if local else None

    def moment(self, text: str) -> datetime:
        """The moment that a date and time in the file's zone means."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def city(self) -> str:
        """The file's zone as a heading names it."""
        return self.zone.rsplit("/", 1)[-1].replace("_", " ")

    def heading(self, column: Column) -> str:
        """A column's heading; one of times names the zone."""
        return str(column.heading).replace("{zone}", self.city)

    def pattern(self, column: Column) -> Pattern:
        """What a column's cells may hold in this workbook."""
        choices = self.lists[column.choices] if column.choices else None
        return Pattern(column.kind, choices, self.local(self.at), moved.successors(column.choices))


class Line(NamedTuple):
    """A row as it leaves: its Ref, its version here, its cells in canonical form, and who changed it last."""

    ref: str
    version: int
    cells: Row
    id: int = 0
    by: str | None = None
    at: datetime | None = None


def lines(rows: Iterable[Any], columns: Sequence[Column], around: Surroundings) -> list[Line]:
    """Rows of the server in the form in which they are written, compared and kept as base."""
    identity, *others = columns
    return [
        Line(
            str(identity.read(row, around)),
            getattr(row, "version", 1),
            {column.key: canonical(column.kind, column.read(row, around)) for column in others},
            getattr(row, "id", 0),
            getattr(row, "updated_by", None),
            getattr(row, "updated_at", None),
        )
        for row in rows
    ]


def ref_column(read: Callable[[Any, Surroundings], Any], width: int = 9) -> Column:
    """The first column of every sheet: which row it is."""
    return Column("ref", _l("Ref"), Kind.TEXT, width, Editable.NO, read)


def worded(members: type[Worded] | type[WordedRank], only: tuple[Worded, ...] | None = None) -> Choices:
    """A standard list: written in the language spoken now, understood in every language of a workbook."""
    return _worded(members, only, current())


@cache
def _worded(members: type[Worded] | type[WordedRank], only: tuple[Worded, ...] | None, _language: str) -> Choices:
    words: dict[str, list[str]] = {str(member.value): [] for member in members}
    for language in WORKBOOK_LANGUAGES:
        with speaking(language, among=WORKBOOK_LANGUAGES):
            for member in members:
                words[str(member.value)].append(str(member.words))
    return Choices(
        Choice(str(member.value), str(member.words), tuple(words[str(member.value)]))
        for member in members
        if only is None or member in only
    )


def yes_or_no() -> Choices:
    """The two words of a yes/no column, understood in every language of a workbook."""
    return _yes_or_no(current())


@cache
def _yes_or_no(_language: str) -> Choices:
    others: dict[str, list[str]] = {"yes": [], "no": []}
    for language in WORKBOOK_LANGUAGES:
        with speaking(language, among=WORKBOOK_LANGUAGES):
            others["yes"].append(_("yes"))
            others["no"].append(_("no"))
    return Choices([Choice("yes", _("yes"), tuple(others["yes"])), Choice("no", _("no"), tuple(others["no"]))])


def country_choices(*, detail: bool = False) -> Choices:
    """All countries by name; with `detail`, a province may follow after a colon."""
    return _countries(current(), detail)


@cache
def _countries(_language: str, detail: bool) -> Choices:
    names = [Locale(language).territories for language in WORKBOOK_LANGUAGES]
    return Choices(
        (Choice(code, name, tuple(each.get(code, code) for each in names)) for code, name in countries()),
        detail=detail,
    )


def language_choices() -> Choices:
    """The languages offered, by name, understood in every language of a workbook."""
    return _languages(current())


@cache
def _languages(_language: str) -> Choices:
    others: dict[str, list[str]] = {}
    for spoken in WORKBOOK_LANGUAGES:
        with speaking(spoken, among=WORKBOOK_LANGUAGES):
            for code, name in languages():
                others.setdefault(code, []).append(name)
    return Choices(Choice(code, name, tuple(others[code])) for code, name in languages())


@cache
def zone_choices() -> Choices:
    """The time zones people choose from, by their names in the world's table."""
    return Choices(Choice(zone, zone, (zone.rsplit("/", 1)[-1].replace("_", " "),)) for zone in zones())


@dataclass(frozen=True)
class Snapshot:
    """Everything of one kind as it is now, in the form in which it leaves, with what its columns need."""

    around: Surroundings
    columns: Mapping[str, tuple[Column, ...]]
    lines: Mapping[str, list[Line]]

    def rows(self, sheet: str) -> dict[str, Row]:
        """A sheet's rows by their Ref."""
        return {each.ref: each.cells for each in self.lines[sheet]}

    def by_ref(self, sheet: str) -> dict[str, Line]:
        """A sheet's lines by their Ref."""
        return {each.ref: each for each in self.lines[sheet]}


@dataclass(frozen=True)
class Scope:
    """What a copy holds: the zone its times are told in, with contact details or without, or no rows at all."""

    zone: str
    at: datetime
    contacts: bool = False
    blank: bool = False
    given: Mapping[str, Mapping[str, Line]] | None = None
    """What was given out before, by sheet and Ref: a row of the same version need not be read again."""
    offering: bool = False
    """Whether its lists are only offered: one that is too long to be offered need not be known whole."""


@dataclass(frozen=True)
class Subject:
    """What a copy is about, in words: its title, what else its first sheet says, and EXERCISE where it is one."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    banner: str = ""


@dataclass
class Taken:
    """What is to be written to one sheet: new rows by what names them, cells by Ref, and Refs to be removed."""

    create: dict[str, Row] = field(default_factory=dict)
    update: dict[str, dict[str, Value]] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)


Made = dict[str, tuple[int, str]]
"""The rows that were made: by what named them in the file, their id and Ref."""
