"""What belongs to a person or organisation row by row: channels, capabilities, places, languages, absences.

Each part says which rows are wanted after a change; what differs from the rows that are there is written in bulk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from preparedness.contacts.models import PHONE_KINDS, Absence, Capability, Channel, Coverage, Spoken
from preparedness.vocabulary import Capability as CapabilityCode
from preparedness.vocabulary import ChannelKind, Relation

Data = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One kind of child row: what tells two of them apart, what else they say, by which names a change speaks of them,
    and which rows it then wants, each with all that it says."""

    name: str
    attribute: str
    model: type[Any]
    key: tuple[str, ...]
    said: tuple[str, ...]
    names: frozenset[str]
    wanted: Callable[[Data, list[Row]], list[Row]]

    def rows(self, children: Iterable[Any]) -> list[Row]:
        """Children as plain rows."""
        return [{name: getattr(child, name) for name in self.key + self.said} for child in children]

    def speaks(self, said: Iterable[str]) -> bool:
        """Whether changes that say something by these names say anything of these rows."""
        return not self.names.isdisjoint(said)

    def after(self, data: Data, before: list[Row]) -> list[Row] | None:
        """The rows wanted after a change, each once; None where the change does not speak of them."""
        if not self.speaks(data):
            return None
        wanted = self.wanted(data, before)
        once = {self.keyed(row): row for row in reversed(wanted)}
        return wanted if len(once) == len(wanted) else [*reversed(once.values())]

    def brief(self, rows: Iterable[Row]) -> list[str]:
        """Rows in few words, for the audit."""
        return sorted(" ".join(str(row[name]) for name in self.key if row[name] is not None) for row in rows)

    @cached_property
    def keyed(self) -> Callable[[Row], Any]:
        """What tells a row from the others."""
        return itemgetter(*self.key)


def folded(kind: ChannelKind, address: str) -> str:
    """An address as two spellings of it are compared: signs of a number, or small letters."""
    if kind in PHONE_KINDS:
        if address[:1] == "+" and address[1:].isdigit():  # as nearly all are
            return address
        return "".join(sign for sign in address if sign.isdigit() or sign == "+")
    return address.strip().lower()


def channel(kind: ChannelKind | str, address: str, preference: int = 1) -> Row:
    """One channel as a plain row."""
    kind = ChannelKind(kind)
    return {"kind": kind, "address_fold": folded(kind, address), "address": address, "preference": preference}


def reached(data: Data) -> Iterator[tuple[ChannelKind, str]]:
    """The addresses of somebody new, each with its kind, as two spellings of it are compared."""
    for each in data.get("channels") or ():
        kind = ChannelKind(each["kind"])
        yield kind, folded(kind, each["address"])
    for kind in (ChannelKind.EMAIL, ChannelKind.PHONE):
        if data.get(kind):
            yield kind, folded(kind, data[kind])


def _channels(data: Data, before: list[Row]) -> list[Row]:
    """The whole list; else the first e-mail address and the first number, and which of all comes first."""
    if "channels" in data:
        rows = [
            channel(each["kind"], each["address"], each.get("preference") or turn)
            for turn, each in enumerate(data["channels"] or [], 1)
        ]
    else:
        rows = sorted(before, key=lambda row: row["preference"])
    for name, kinds in (("email", {ChannelKind.EMAIL}), ("phone", PHONE_KINDS)):
        if name in data:
            rows = _with_first(rows, kinds, ChannelKind(name), data[name])
    if best := data.get("best_channel"):
        rows = sorted(rows, key=lambda row: row["kind"] != best)
        rows = [{**row, "preference": turn} for turn, row in enumerate(rows, 1)]
    return rows


def _with_first(rows: list[Row], kinds: Iterable[ChannelKind], new: ChannelKind, address: str | None) -> list[Row]:
    """The rows with the first of these kinds reached at another address; without it where there is none."""
    first = next((row for row in rows if row["kind"] in kinds), None)
    if first is None:
        return [*rows, channel(new, address, len(rows) + 1)] if address else rows
    if not address:
        return [row for row in rows if row is not first]
    moved = channel(first["kind"], address, first["preference"])
    return [moved if row is first else row for row in rows]


CHECKED = ("verified_on", "verified_by", "regulator", "reference", "expires_on")
DECLARED = dict.fromkeys(("licence_country", *CHECKED))
"""What is known of a capability that was merely declared."""


def _capabilities(data: Data, before: list[Row]) -> list[Row]:
    """Codes keep what is known of each; whole rows say it themselves."""
    rows: list[Row] = []
    for each in data["capabilities"] or []:
        if isinstance(each, Mapping):
            rows.append({**DECLARED, **each, "code": CapabilityCode(each["code"])})
        else:
            known = [row for row in before if row["code"] == each] if before else []
            rows += known or [{**DECLARED, "code": CapabilityCode(each)}]
    return rows


def _covers(data: Data, before: list[Row]) -> list[Row]:
    """The whole list; else the places of one relation, the others as they are."""
    if "covers" in data:
        return [_place(each["relation"], each) for each in data["covers"] or []]
    relations = [relation for relation in Relation if relation in data]
    kept = [row for row in before if row["relation"] not in relations]
    return kept + [_place(relation, each) for relation in relations for each in data[relation] or []]


def _place(relation: Relation | str, place: Mapping[str, Any]) -> Row:
    return {"relation": Relation(relation), "country": place["country"], "place": place.get("place") or None}


def _languages(data: Data, before: list[Row]) -> list[Row]:
    levels = {row["language"]: row["level"] for row in before}
    return [
        {"level": levels.get(each["language"]), **each}
        if isinstance(each, Mapping)
        else {"language": each, "level": levels.get(each)}
        for each in data["languages"] or []
    ]


def _absences(data: Data, _before: list[Row]) -> list[Row]:
    return [{"since": each["since"], "until": each["until"]} for each in data["absences"] or []]


CHANNELS = Part(
    "channels",
    "channels",
    Channel,
    ("kind", "address_fold"),
    ("address", "preference"),
    frozenset({"channels", "email", "phone", "best_channel"}),
    _channels,
)
CAPABILITIES = Part(
    "capabilities",
    "capabilities",
    Capability,
    ("code", "licence_country"),
    CHECKED,
    frozenset({"capabilities"}),
    _capabilities,
)
COVERS = Part(
    "covers",
    "covers",
    Coverage,
    ("relation", "country", "place"),
    (),
    frozenset({"covers", *map(str, Relation)}),
    _covers,
)
LANGUAGES = Part("languages", "spoken", Spoken, ("language",), ("level",), frozenset({"languages"}), _languages)
ABSENCES = Part("absences", "absences", Absence, ("since", "until"), (), frozenset({"absences"}), _absences)


@dataclass(frozen=True)
class Difference:
    """What has to be written so that the children of a row are those wanted."""

    part: Part
    gone: list[int]
    new: list[Row]
    other: list[Row]
    """Rows that stay and say something else: their id and what they say."""
    before: list[Row]
    after: list[Row]

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.other)


def difference(part: Part, data: Data, children: Sequence[Any]) -> Difference | None:
    """How the children must change, or None where the change does not speak of them."""
    before = part.rows(children)
    after = part.after(data, before)
    if after is None:
        return None
    standing = {part.keyed(row): (child.id, row) for row, child in zip(before, children, strict=True)}
    wanted = {part.keyed(row): row for row in after}
    return Difference(
        part,
        gone=[number for key, (number, _row) in standing.items() if key not in wanted],
        new=[row for key, row in wanted.items() if key not in standing],
        other=[
            {"row": standing[key][0], **{name: row[name] for name in part.said}}
            for key, row in wanted.items()
            if key in standing and row != standing[key][1]
        ],
        before=before,
        after=after,
    )


# --- What is said now ----------------------------------------------------------------------------------------------


def said(parts: Sequence[Part], row: Any) -> dict[str, Any]:
    """What belongs to a row in the words a change is made in."""
    held = {part.name: part.rows(getattr(row, part.attribute)) for part in parts}
    found: dict[str, Any] = {}
    if "channels" in held:
        channels = sorted(held["channels"], key=lambda each: each["preference"])
        found["channels"] = [{"kind": each["kind"], "address": each["address"]} for each in channels]
        for name, kinds in (("email", {ChannelKind.EMAIL}), ("phone", PHONE_KINDS)):
            found[name] = next((each["address"] for each in channels if each["kind"] in kinds), None)
        found["best_channel"] = channels[0]["kind"] if channels else None
    if "capabilities" in held:
        found["capabilities"] = [each["code"] for each in held["capabilities"]]
    if "languages" in held:
        found["languages"] = [each["language"] for each in held["languages"]]
    if "covers" in held:
        found["covers"] = held["covers"]
        for relation in Relation:
            found[relation.value] = [_without_relation(each) for each in held["covers"] if each["relation"] == relation]
    if "absences" in held:
        found["absences"] = held["absences"]
    return found


def _without_relation(row: Row) -> Row:
    return {"country": row["country"], "place": row["place"]}


def ordered(value: Any) -> Any:
    """A value in an order of its own, for comparing."""
    return sorted(value, key=str) if isinstance(value, list) else value
