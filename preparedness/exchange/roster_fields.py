"""A row of the roster's sheets by the names of its fields, as a page or a program would send it."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow.fields import String
from marshmallow.validate import Length

from preparedness.addresses import is_e164, is_email
from preparedness.contacts.models import PHONE_KINDS
from preparedness.contacts.schemas import OrganisationSchema, PersonSchema
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.places import Row
from preparedness.vocabulary import ChannelKind

Ids = Mapping[str, int]
"""Numbers by Ref, or by what names a new row."""

FIELDS = {
    "organisation": "organisation_id",
    "channel": "best_channel",
    "parent": "parent_id",
    "contact_person": "contact_person_id",
    "covers": "serves",
}
"""Columns whose field is called otherwise: in the workbook a Ref or a word stands for it."""

WRITTEN = frozenset({"name", "alias", "city", "function", "covers", "contact", "email", "phone"})
"""Columns that people write freely; what the others hold was chosen from a list, and found there."""


def problems(sheet: str, cells: Row) -> dict[str, str]:
    """What the shapes of contacts say about cells, each by itself: column and sentence."""
    glances = _glances(sheet)
    odd = {
        key: value
        for key, value in cells.items()
        if key in glances and not (type(value) is str and glances[key](value))
    }
    shape, said = _shape(sheet).fields, {}
    for name, value in sent(sheet, odd).items() if odd else ():
        try:
            shape[name].deserialize(value)
        except ValidationError as error:
            said[_column(sheet, name, cells)] = _first(error.messages)
    return said


@cache
def _glances(sheet: str) -> dict[str, Callable[[str], bool]]:
    """What the shapes surely take in the columns that people write freely, told at a glance: so it is in nearly all."""
    glances: dict[str, Callable[[str], bool]] = {"email": is_email, "phone": is_e164}
    return {key: glances.get(key) or _fits(_shape(sheet).fields.get(key)) for key in WRITTEN}


def _fits(shape: Any) -> Callable[[str], bool]:
    """Whether a text is surely no longer than a field takes."""
    limits = shape.validators if type(shape) is String else []
    longest = limits[0].max if len(limits) == 1 and isinstance(limits[0], Length) else None
    return lambda text: longest is not None and len(text) <= longest


LATER = ("parent", "contact_person")
"""Columns of a new organisation that may point to rows of the same file that come after it."""


class Loader:
    """Turns the rows of a sheet into what the verbs of contacts take, cell by cell through the same shapes.

    Texts that people write freely were held against them when they were read, and stay as they are; a number gets its
    one form; words of a list mean the same in each row, and are looked up once.
    """

    def __init__(self, sheet: str, ids: Ids) -> None:
        self.sheet, self.ids = sheet, ids
        self.shape = _shape(sheet).fields
        self.told: dict[tuple[str, str], dict[str, Any]] = {}

    def new(self, cells: Row) -> dict[str, Any]:
        """All that a new row says; what points to other new rows comes later."""
        said = self.changed(cells if cells.keys().isdisjoint(LATER) else _without(cells, LATER))
        return with_channels(said) if self.sheet == PEOPLE.key else said

    def changed(self, cells: Row) -> dict[str, Any]:
        """What a row says anew."""
        said: dict[str, Any] = {}
        for key, value in cells.items():
            if key in FREE or (key == "phone" and is_e164(str(value))):
                said[key] = value
            else:
                said |= self._meaning(key, value)
        return said

    def _meaning(self, key: str, value: Any) -> dict[str, Any]:
        """What a cell says, by the names of its fields."""
        words = (key, repr(value))
        if words not in self.told:
            said = sent(self.sheet, {key: value}, self.ids)
            self.told[words] = {name: self.shape[name].deserialize(each) for name, each in said.items()}
        return self.told[words]


def _without(cells: Row, keys: Collection[str]) -> Row:
    return {key: value for key, value in cells.items() if key not in keys}


FREE = frozenset({"name", "alias", "city", "function", "email"})
"""Columns that people write freely and that are called like their fields."""


@cache
def _shape(sheet: str) -> Schema:
    """The shape of a sheet's rows, made once: making it takes as long as loading several rows."""
    return OrganisationSchema(partial=True) if sheet == ORGANISATIONS.key else PersonSchema(partial=True)


def with_channels(said: dict[str, Any]) -> dict[str, Any]:
    """How somebody new is reached: the best channel first; a number is of the kind that the best channel names."""
    best = said.pop("best_channel", None)
    kinds = {"email": ChannelKind.EMAIL, "phone": ChannelKind(best) if best in PHONES else ChannelKind.PHONE}
    channels = [{"kind": kind, "address": said.pop(key)} for key, kind in kinds.items() if key in said]
    if len(channels) > 1 and channels[1]["kind"] == best:
        channels.reverse()
    said["channels"] = channels
    return said


PHONES = frozenset(str(kind) for kind in PHONE_KINDS)


def sent(sheet: str, cells: Row, ids: Ids | None = None) -> dict[str, Any]:
    """Cells by the names of their fields, as a page or a program would send them."""
    sent: dict[str, Any] = {}
    for key, value in cells.items():
        if key == "covers":
            sent["serves"] = [_place(code) for code in _several(value)]
        elif key in ("capabilities", "languages"):
            sent[key] = _several(value)
        elif key == "contact":
            sent |= _contact(value)
        elif key in FIELDS and key != "channel":
            sent[FIELDS[key]] = (ids or {}).get(str(value)) if value else None
        else:
            sent[FIELDS.get(key, key)] = value
    return sent


def _several(value: Any) -> list[str]:
    return list(value or [])


def _place(code: str) -> dict[str, str | None]:
    country, _colon, place = code.partition(":")
    return {"country": country, "place": place.strip() or None}


def _contact(value: Any) -> dict[str, str | None]:
    """A functional contact is a mailbox or a number: which of the two, its sign tells."""
    if value is None:
        return {"email": None, "phone": None}
    return {"email": value} if "@" in str(value) else {"email": None, "phone": value}


def _column(sheet: str, name: str, cells: Row) -> str:
    """The column that a field of the shape stands in."""
    if sheet == ORGANISATIONS.key and name in ("email", "phone"):
        return "contact"
    known = {field: column for column, field in FIELDS.items()}
    return known.get(name, name) if name not in cells else name


def _first(said: Any) -> str:
    while isinstance(said, dict | list):
        said = next(iter(said.values())) if isinstance(said, dict) else said[0]
    return str(said)
