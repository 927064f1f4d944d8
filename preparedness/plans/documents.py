"""The text of a plan as it is frozen at an approval: what is to be done, and no person."""

import hashlib
import json
from typing import Any

from preparedness.plans import roles
from preparedness.plans.models import ChecklistItem, Plan, Role
from preparedness.vocabulary import Anchor, Hazard, HMeans, LedBy, Level, Phase, Risk, Verification

Document = dict[str, Any]


def frozen(plan: Plan) -> Document:
    """The working copy as one document: the same content is the same document, to the letter."""
    kept = roles.of(plan)
    return {
        "title": plan.title,
        "country": plan.country,
        "hazard": plan.hazard.value,
        "risk_class": plan.risk_class.value,
        "h_means": plan.h_means.value,
        "situation": plan.situation,
        "assumptions": plan.assumptions,
        "sections": [{"key": each.key, "heading": each.heading, "text": each.text} for each in plan.sections],
        "objectives": [{"key": each.key, "text": each.text} for each in plan.objectives],
        "triggers": [
            {
                "key": each.key,
                "level": each.level.value,
                "scheme": each.scheme,
                "label": each.label,
                "condition": each.condition,
            }
            for each in plan.triggers
        ],
        "roles": [_role(each) for each in kept],
        "items": [_item(each, number) for number, each in enumerate(plan.items, start=1)],
    }


def _role(role: Role) -> Document:
    return {
        "key": role.key,
        "title": role.title,
        "summary": role.summary,
        "led_by": role.led_by.value,
        "essential": role.essential,
        "from_level": role.from_level.value,
        "phases": list(role.phases),
        "min_verification": int(role.min_verification),
        "languages": list(role.languages),
        "capabilities": list(role.capabilities),
        "deputies_wanted": role.deputies_wanted,
        "seats": [
            {"id": seat.id, "label": seat.label, "country": seat.country, "place": seat.place} for seat in role.seats
        ],
    }


def _item(item: ChecklistItem, number: int) -> Document:
    return {
        "key": item.key,
        "phase": item.phase.value,
        "anchor": item.anchor.value,
        "offset_hours": item.offset_hours,
        "repeat_days": item.repeat_days,
        "text": item.text,
        "from_level": item.from_level.value if item.from_level else None,
        "owner_role": item.owner_role.key if item.owner_role else None,
        "source": item.source,
        "position": number,
    }


CODES: dict[str, dict[str, Any]] = {
    "triggers": {"level": Level},
    "roles": {"led_by": LedBy, "from_level": Level, "min_verification": Verification},
    "items": {"phase": Phase, "anchor": Anchor, "from_level": Level},
}
"""The codes of each list in a document, with what they are members of."""


def worded(document: Document) -> Document:
    """A document for readers: its codes as members, with their words; each task with the title of its owner."""
    read = {**document, "hazard": Hazard(document["hazard"]), "risk_class": Risk(document["risk_class"])}
    read["h_means"] = HMeans(document["h_means"])
    for part, codes in CODES.items():
        members = [{name: codes[name](row[name]) for name in codes if row[name] is not None} for row in document[part]]
        read[part] = [{**row, **known} for row, known in zip(document[part], members, strict=True)]
    titles = {role["key"]: role["title"] for role in document["roles"]}
    for item in read["items"]:
        item["owner"] = titles.get(item["owner_role"])
    return read


def digest(document: Document) -> str:
    """What tells two documents apart."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
