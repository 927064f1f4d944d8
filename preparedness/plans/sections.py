"""The headings of a plan with their texts (CPG 101)."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.database import expect, revise, touch
from preparedness.i18n import _l, speaking
from preparedness.plans import rows
from preparedness.plans.models import Plan, Section

FIELDS = ("heading", "text")
NEEDED = {"heading": _l("Write the heading.")}
STANDARD = (
    ("purpose", _l("Purpose and scope")),
    ("concept", _l("Concept of operations")),
    ("direction", _l("Direction, control and coordination")),
    ("information", _l("Information: collecting, analysing, sharing")),
    ("communications", _l("Communications")),
    ("administration", _l("Administration, finance and logistics")),
    ("maintenance", _l("Keeping the plan up to date")),
    ("authorities", _l("Authorities and references")),
)
"""The headings every plan begins with."""


def lay_out(plan: Plan) -> None:
    """Give a new plan its headings, in its own language, without text."""
    with speaking(plan.language):
        plan.sections = [
            Section(agency_id=plan.agency_id, key=key, heading=str(heading), position=position)
            for position, (key, heading) in enumerate(STANDARD, start=1)
        ]


def get(section_id: int, *, plan_id: int, agency: Agency) -> Section:
    """A section of a plan; raises Missing."""
    return rows.find(Section, section_id, plan_id=plan_id, agency=agency)


def add(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> Section:
    """Add a heading of one's own at the end."""
    rows.refuse_archived(plan)
    rows.refuse_empty({"heading": None, **data}, NEEDED)
    section = Section(
        agency_id=plan.agency_id,
        key=rows.own_key(),
        heading=data["heading"],
        text=data.get("text"),
        position=rows.last(plan.sections),
    )
    plan.sections.append(section)
    record(Action.SECTION_CHANGED, plan, by=by, added=section.key)
    return section


def change(section: Section, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change a heading or its text."""
    rows.refuse_archived(section.plan)
    rows.refuse_empty(data, NEEDED)
    expect(section, version, data, FIELDS)
    changes = revise(section, data, FIELDS)
    if changes:
        touch(section, by=by.label)
        record(Action.SECTION_CHANGED, section, by=by, changes=changes, plan=section.plan_id)


def move(section: Section, *, up: bool, by: Actor) -> None:
    """Put a section before or after its neighbour."""
    rows.refuse_archived(section.plan)
    if rows.move(section.plan.sections, section, up=up):
        record(Action.SECTION_CHANGED, section, by=by, plan=section.plan_id, position=section.position)


def remove(section: Section, *, version: int | None, by: Actor) -> None:
    """Take a section out of the working copy; approved versions keep theirs."""
    rows.refuse_archived(section.plan)
    expect(section, version, {}, ())
    record(Action.SECTION_CHANGED, section.plan, by=by, removed=section.key)
    section.plan.sections.remove(section)
