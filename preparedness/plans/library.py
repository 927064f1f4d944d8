"""The plan templates: six hazards with objectives, triggers, roles and checklists, in every language we speak."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from preparedness.contacts.search import fold
from preparedness.database import Page
from preparedness.errors import Missing
from preparedness.i18n import _, nearest
from preparedness.vocabulary import Anchor, Capability, Hazard, HMeans, LedBy, Level, Phase, Risk, Verification


@dataclass(frozen=True)
class TriggerText:
    """What makes a level begin, in the words of a scheme."""

    level: Level
    scheme: str
    label: str
    condition: str


@dataclass(frozen=True)
class RoleText:
    """One role of a template: who leads it, and what its holder must bring."""

    code: str
    title: str
    summary: str
    led_by: LedBy
    essential: bool
    from_level: Level
    phases: tuple[Phase, ...]
    seats_by: str | None
    """`place` or `sector` where the role has one seat each; None for a single seat."""
    min_verification: Verification
    languages_needed: bool
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True)
class ItemText:
    """One line of a template's checklist. Preparedness items count for every level."""

    key: str
    phase: Phase
    anchor: Anchor
    offset_hours: int
    repeat_days: int | None
    text: str
    from_level: Level | None
    owner_role: str
    source: str


@dataclass(frozen=True)
class PlanText:
    """A whole template in one language, ready to become a plan."""

    key: str
    language: str
    title: str
    hazard: Hazard
    onset: str
    risk_class: Risk
    risk_note: str
    h_means: HMeans
    h_note: str
    objectives: tuple[str, ...]
    triggers: tuple[TriggerText, ...]
    roles: tuple[RoleText, ...]
    items: tuple[ItemText, ...]


@dataclass(frozen=True)
class Template:
    """A plan template: what it is about is fixed, its words are asked for by language."""

    key: str
    hazard: Hazard
    risk_class: Risk
    h_means: HMeans

    def in_language(self, language: str) -> PlanText:
        """The template worded in the language we speak that is nearest to the one asked for."""
        return _worded(self.key, nearest(language))

    def title(self, language: str) -> str:
        """What the template is called in a language."""
        return self.in_language(language).title


@cache
def templates() -> tuple[Template, ...]:
    """All templates, in the order they are offered."""
    return tuple(
        Template(
            key=row["key"],
            hazard=Hazard(row["hazard"]),
            risk_class=Risk(row["risk_class"]),
            h_means=HMeans(row["h_means"]),
        )
        for row in _library()["templates"]
    )


def template(key: str) -> Template:
    """The template of that key."""
    for known in templates():
        if known.key == key:
            return known
    raise Missing(_("There is no plan template “%(key)s”.", key=key))


def listed(
    language: str, *, q: str = "", filters: Mapping[str, Any] | None = None, page: int = 1, per_page: int = 50
) -> Page[PlanText]:
    """A page of the templates in a language: those whose title has each word of a search, and whose fields are so."""
    found = [each.in_language(language) for each in templates()]
    found = [each for each in found if all(word in fold(each.title) for word in fold(q).split())]
    found = [each for each in found if all(getattr(each, name) == value for name, value in (filters or {}).items())]
    return Page(found[(page - 1) * per_page : page * per_page], len(found), page, per_page)


@cache
def _library() -> Any:
    """The library as its data file holds it."""
    return json.loads((files("preparedness") / "library" / "plan-library.json").read_text(encoding="utf-8"))


@cache
def _worded(key: str, language: str) -> PlanText:
    """One template with all its texts in one language."""
    library = _library()
    row = next(row for row in library["templates"] if row["key"] == key)
    scheme = library["scheme"][language]
    return PlanText(
        key=key,
        language=language,
        title=row["title"][language],
        hazard=Hazard(row["hazard"]),
        onset=row["onset"][language],
        risk_class=Risk(row["risk_class"]),
        risk_note=row["risk_note"][language],
        h_means=HMeans(row["h_means"]),
        h_note=row["h_note"][language],
        objectives=tuple(objective[language] for objective in row["objectives"]),
        triggers=tuple(_trigger(trigger, scheme, language) for trigger in row["triggers"]),
        roles=tuple(_role(library["roles"][role["code"]] | role, language) for role in row["roles"]),
        items=tuple(_item(item, language) for item in row["items"]),
    )


def _trigger(row: dict[str, Any], scheme: str, language: str) -> TriggerText:
    """A trigger as read from the data file."""
    return TriggerText(Level(row["level"]), scheme, row["label"][language], row["condition"][language])


def _role(row: dict[str, Any], language: str) -> RoleText:
    """A role as read from the data file: the catalogue's row, with what this template says otherwise."""
    return RoleText(
        code=row["code"],
        title=row["title"][language],
        summary=row["summary"][language],
        led_by=LedBy(row["led_by"]),
        essential=row["essential"],
        from_level=Level(row["from_level"]),
        phases=tuple(Phase(phase) for phase in row["phases"]),
        seats_by=row["seats_by"],
        min_verification=Verification(row["min_verification"]),
        languages_needed=row["languages_needed"],
        capabilities=tuple(Capability(code) for code in row["capabilities"]),
    )


def _item(row: dict[str, Any], language: str) -> ItemText:
    """A checklist item as read from the data file."""
    return ItemText(
        key=row["id"],
        phase=Phase(row["phase"]),
        anchor=Anchor(row["anchor"]),
        offset_hours=row["offset_hours"],
        repeat_days=row["repeat_days"],
        text=row["text"][language],
        from_level=Level(row["from_level"]) if row["from_level"] else None,
        owner_role=row["owner_role"],
        source=row["source"],
    )
