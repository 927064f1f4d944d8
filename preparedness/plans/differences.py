"""What changed from one version of a plan to the next, in words, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from preparedness import i18n
from preparedness.i18n import _, _l
from preparedness.plans.documents import Document
from preparedness.vocabulary import Anchor, Capability, Hazard, HMeans, LedBy, Level, Phase, Risk, Verification, Worded


class Kind(Worded):
    """What happened to a row."""

    ADDED = "added", _l("added")
    REMOVED = "removed", _l("removed")
    CHANGED = "changed", _l("changed")


@dataclass(frozen=True)
class Difference:
    """One row that is not what it was."""

    part: Any
    kind: Kind
    title: str
    fields: list[tuple[Any, str, str]] = field(default_factory=list)


PARTS = (
    ("sections", _l("Sections"), "heading"),
    ("objectives", _l("Objectives"), "text"),
    ("triggers", _l("Triggers"), "label"),
    ("roles", _l("Roles"), "title"),
    ("items", _l("Checklist"), "text"),
)

LABELS = {
    "title": _l("Title"),
    "country": _l("Country"),
    "hazard": _l("Hazard"),
    "risk_class": _l("Risk"),
    "h_means": _l("What H is"),
    "situation": _l("Situation"),
    "assumptions": _l("Assumptions"),
    "heading": _l("Heading"),
    "text": _l("Text"),
    "level": _l("Level"),
    "scheme": _l("Scheme"),
    "label": _l("Name of the level"),
    "condition": _l("Condition"),
    "summary": _l("What the holder does"),
    "led_by": _l("Led by"),
    "essential": _l("Essential"),
    "from_level": _l("From level"),
    "phases": _l("Phases"),
    "min_verification": _l("Verification asked for"),
    "languages": _l("Languages"),
    "capabilities": _l("Capabilities"),
    "deputies_wanted": _l("Deputies wanted"),
    "seats": _l("Seats"),
    "phase": _l("Phase"),
    "anchor": _l("Counts from"),
    "offset_hours": _l("Time"),
    "repeat_days": _l("Repeats every (days)"),
    "owner_role": _l("Owner role"),
    "source": _l("Source"),
}

WORDED: dict[str, type[Enum]] = {
    "hazard": Hazard,
    "risk_class": Risk,
    "h_means": HMeans,
    "level": Level,
    "from_level": Level,
    "led_by": LedBy,
    "phase": Phase,
    "phases": Phase,
    "anchor": Anchor,
    "capabilities": Capability,
    "min_verification": Verification,
}


def between(before: Document, after: Document) -> list[Difference]:
    """What is different in `after`, in the order in which a plan is read."""
    whole = [name for name, value in after.items() if not isinstance(value, list) and value != before.get(name)]
    found = [Difference(LABELS[name], Kind.CHANGED, "", [_field(name, before, after)]) for name in whole]
    for part, words, titled in PARTS:
        found += _rows(words, titled, before.get(part, []), after.get(part, []))
    return found


def _rows(part: Any, titled: str, before: list[Document], after: list[Document]) -> Iterator[Difference]:
    """Rows are the same where their key is; that others moved is no difference of theirs."""
    then, here = ({row["key"]: row for row in rows} for rows in (before, after))
    for key in then.keys() - here.keys():
        yield Difference(part, Kind.REMOVED, then[key][titled])
    for key, row in here.items():
        if key not in then:
            yield Difference(part, Kind.ADDED, row[titled])
            continue
        names = [name for name in row if name in LABELS and row[name] != then[key].get(name)]
        if names:
            yield Difference(part, Kind.CHANGED, row[titled], [_field(name, then[key], row) for name in names])


def _field(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Any, str, str]:
    return LABELS[name], _said(name, before), _said(name, after)


def _said(name: str, row: Mapping[str, Any]) -> str:
    """A value as people read it."""
    value = row.get(name)
    if value in (None, "", []):
        return "–"
    if name == "offset_hours":
        return i18n.offset(value, row["anchor"])
    if name == "country":
        return i18n.country_name(value)
    if name == "seats":
        return ", ".join(seat["label"] or _("one seat") for seat in value)
    if name == "languages":
        return ", ".join(i18n.language_name(code) for code in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_word(name, each) for each in value)
    return _word(name, value)


def _word(name: str, value: Any) -> str:
    return str(getattr(WORDED[name](value), "words", value)) if name in WORDED else str(value)
