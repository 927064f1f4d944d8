"""Likely twins: somebody in the roster who shares an address, a number, or a name and a country with a new row."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.contacts import parts
from preparedness.contacts.models import PHONE_KINDS, Channel, ContactState, Organisation, Person
from preparedness.contacts.parts import Data
from preparedness.contacts.search import fold
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.i18n import _, _l
from preparedness.vocabulary import ChannelKind, Worded

CHUNK, MANY = 500, 2_000


class Likeness(Worded):
    """What makes two rows alike, the surest first."""

    EMAIL = "email", _l("the same e-mail address")
    PHONE = "phone", _l("the same number")
    NAME = "name", _l("the same name and country")


@dataclass(frozen=True)
class Twin:
    """A row of the roster that may be the same as a new one."""

    id: int
    ref: str
    name: str
    likeness: Likeness


def twins(
    agency: Agency, rows: Sequence[Data], *, among: type[Person] | type[Organisation] = Person
) -> dict[int, list[Twin]]:
    """The likely twins of new rows, by the place of each among them; places without a twin are left out."""
    return _likely(agency, [dict.fromkeys(_traits(row)) for row in rows], among)


def twins_and_alike(
    agency: Agency, rows: Sequence[Data], *, among: type[Person] | type[Organisation]
) -> tuple[dict[int, list[Twin]], dict[int, int]]:
    """The likely twins of new rows, and which of the rows seem to be the same as an earlier one among them."""
    traits = [dict.fromkeys(_traits(row)) for row in rows]
    return _likely(agency, traits, among), _alike(traits)


def _likely(
    agency: Agency, traits: Sequence[dict["Trait", None]], among: type[Person] | type[Organisation]
) -> dict[int, list[Twin]]:
    if db.session.scalar(select(among.id).where(among.agency_id == agency.id).limit(1)) is None:
        return {}  # a first roster: nobody is here yet
    wanted = {trait for each in traits for trait in each}
    known = _known(agency, among, wanted)
    found: dict[int, list[Twin]] = {}
    for place, each in enumerate(traits) if known else ():
        like = {twin.id: twin for trait in reversed(each) for twin in known.get(trait, [])}
        if like:
            found[place] = [*reversed(like.values())]
    return found


def of(agency: Agency, row: Data, *, among: type[Person] | type[Organisation] = Person) -> list[Twin]:
    """The likely twins of one new row."""
    return twins(agency, [row], among=among).get(0, [])


def _alike(traits: Sequence[dict["Trait", None]]) -> dict[int, int]:
    """Rows that seem to be the same as an earlier one among them: the place of each, and of the earlier."""
    first: dict[Trait, int] = {}
    found: dict[int, int] = {}
    for place, each in enumerate(traits):
        for trait in each:
            earlier = first.setdefault(trait, place)
            if earlier != place:
                found.setdefault(place, earlier)
    return found


def refuse(twins: Sequence[Twin], *, anyway: bool) -> None:
    """Raises Refused where a new row has a likely twin and nobody said that it is somebody else."""
    if twins and not anyway:
        names = ", ".join(f"{twin.name} ({twin.likeness.words})" for twin in twins)
        raise Refused(_("Somebody like this is already here: %(names)s.", names=names), field="anyway")


Trait = tuple[Likeness, str, str]


def _traits(row: Data) -> Iterator[Trait]:
    """What a row could be known by: likeness, the value, and for a name its country."""
    for kind, address in parts.reached(row):
        if kind is ChannelKind.EMAIL:
            yield Likeness.EMAIL, address, ""
        elif kind in PHONE_KINDS:
            yield Likeness.PHONE, address, ""
    for name in ("name", "name_local"):
        if row.get(name):
            yield Likeness.NAME, fold(row[name]), row.get("country") or ""


def _known(agency: Agency, model: Any, wanted: set[Trait]) -> dict[Trait, list[Twin]]:
    known: dict[Trait, list[Twin]] = defaultdict(list)
    owner = Channel.person_id if model is Person else Channel.organisation_id
    standing = (model.agency_id == agency.id, model.state != ContactState.ERASED)
    told = _told(model)
    for some in _chunks({value for likeness, value, _country in wanted if likeness is not Likeness.NAME}):
        reached = select(*told, Channel.kind, Channel.address_fold).join(Channel, owner == model.id)
        query = reached.where(*standing, *_among(Channel.address_fold, some)).order_by(model.id.desc(), Channel.id)
        for row in db.session.execute(query):
            likeness = Likeness.EMAIL if row.kind is ChannelKind.EMAIL else Likeness.PHONE
            if (likeness, row.address_fold, "") in wanted:
                known[likeness, row.address_fold, ""].append(_twin(row, likeness))
    for some in _chunks({value for likeness, value, _country in wanted if likeness is Likeness.NAME}):
        query = select(*told).where(*standing, *_among(model.name_fold, some)).order_by(model.id.desc())
        for row in db.session.execute(query):
            for country in (row.country, ""):
                if (Likeness.NAME, row.name_fold, country) in wanted:
                    known[Likeness.NAME, row.name_fold, country].append(_twin(row, Likeness.NAME))
    return known


def _told(model: Any) -> list[Any]:
    """What is looked at of a row: no more, for there may be ten thousand."""
    discreet = (model.sensitive, model.alias) if model is Person else ()
    return [model.id, model.ref, model.name, model.name_fold, model.country, *discreet]


def _among(column: Any, some: list[str] | None) -> list[Any]:
    return [] if some is None else [column.in_(some)]


def _twin(row: Any, likeness: Likeness) -> Twin:
    hidden = getattr(row, "sensitive", False) and getattr(row, "alias", None)
    return Twin(row.id, row.ref, row.alias if hidden else row.name, likeness)


def _chunks(values: set[str]) -> Iterator[list[str] | None]:
    """The values in parts that both engines take; None where there are so many that all rows are looked at."""
    if len(values) > MANY:
        yield None
        return
    listed = sorted(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
