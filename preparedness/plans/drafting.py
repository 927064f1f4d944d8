"""Plans as they are written: begun from a template, described, found and listed."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor, record
from preparedness.contacts import search
from preparedness.database import db, expect, revise, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l, nearest
from preparedness.plans import library, objectives, rows, sections
from preparedness.plans.library import PlanText, RoleText
from preparedness.plans.models import (
    LIVE,
    Assignment,
    ChecklistItem,
    Objective,
    Plan,
    PlanState,
    PlanVersion,
    Role,
    Seat,
    Trigger,
)
from preparedness.vocabulary import Risk

FIELDS = (
    *("title", "title_fold", "country", "places", "hazard", "risk_class", "h_means", "situation", "assumptions"),
    *("language", "review_on"),
)
NEEDED = {
    "title": _l("Write what the plan is called."),
    "country": _l("Choose the country the plan is about."),
}
ABOUT = ("hazard", "risk_class", "h_means", "situation", "assumptions", "review_on")
HAZARD = _l("Choose the hazard the plan is about.")
"""What is said where neither a template nor anything else tells what a plan is about."""

WITH_TEXT = (
    selectinload(Plan.versions),
    selectinload(Plan.sections),
    selectinload(Plan.objectives),
    selectinload(Plan.triggers),
    selectinload(Plan.items).selectinload(ChecklistItem.owner_role),
    selectinload(Plan.roles).selectinload(Role.seats),
)
"""All that a plan says, and nobody who is designated in it."""


def plan(plan_id: int, *, agency: Agency) -> Plan:
    """A plan of this agency; raises Missing."""
    return _found(plan_id, agency, ())


def written(plan_id: int, *, agency: Agency) -> Plan:
    """A plan with all its text, in a number of statements that does not grow with it; raises Missing."""
    return _found(plan_id, agency, WITH_TEXT)


def whole(plan_id: int, *, agency: Agency) -> Plan:
    """A plan with all its rows, in a number of statements that does not grow with them."""
    designated = selectinload(Plan.roles).selectinload(Role.seats).selectinload(Seat.assignments)
    holders = (designated.selectinload(Assignment.person), designated.selectinload(Assignment.organisation))
    return _found(plan_id, agency, (*WITH_TEXT, *holders))


def _found(plan_id: int, agency: Agency, options: Collection[Any]) -> Plan:
    query = select(Plan).where(Plan.agency_id == agency.id, Plan.id == plan_id)
    found = db.session.scalar(query.options(*options))
    if found is None:
        raise Missing
    return found


def listed(agency: Agency, *, states: Collection[PlanState] | None = None) -> list[Plan]:
    """The plans of an agency by title, those in these states or all; archived ones only where asked for."""
    wanted = set(PlanState) - {PlanState.ARCHIVED} if states is None else set(states)
    query = select(Plan).where(Plan.agency_id == agency.id, Plan.state.in_(wanted))
    return list(db.session.scalars(query.options(selectinload(Plan.versions)).order_by(Plan.title_fold, Plan.id)))


def in_force(agency: Agency) -> list[Plan]:
    """The plans that have an approved version and are not archived: what operators read."""
    approved = select(PlanVersion.id).where(PlanVersion.plan_id == Plan.id).exists()
    query = select(Plan).where(Plan.agency_id == agency.id, Plan.state != PlanState.ARCHIVED, approved)
    return list(db.session.scalars(query.options(selectinload(Plan.versions)).order_by(Plan.title_fold, Plan.id)))


def create(agency: Agency, data: Mapping[str, Any], *, by: Actor) -> Plan:
    """Begin a plan in its own language: from a template, or as an empty draft about a hazard."""
    rows.refuse_empty({**dict.fromkeys(NEEDED), **data}, NEEDED)
    text = _template(data.get("template"), data.get("language") or agency.language)
    about = {name: getattr(text, name) for name in ("hazard", "risk_class", "h_means")} if text else {}
    about |= {name: data[name] for name in ABOUT if data.get(name) is not None}
    if about.get("hazard") is None:
        raise Refused(str(HAZARD), field="hazard")
    made = Plan(
        agency_id=agency.id,
        ref=refs.make(refs.PLAN, set(db.session.scalars(select(Plan.ref).where(Plan.agency_id == agency.id)))),
        title=data["title"],
        title_fold=search.fold(data["title"]),
        country=data["country"],
        places=[],
        template_key=text.key if text else None,
        language=nearest(data.get("language") or agency.language),
        state=PlanState.DRAFT,
        updated_by=by.label,
        **about,
    )
    db.session.add(made)
    sections.lay_out(made)
    if text:
        _copy(text, made)
    db.session.flush()
    record(Action.PLAN_CREATED, made, by=by, template=made.template_key, language=made.language)
    if data.get("objectives") is not None:
        objectives.set_out(made, data["objectives"], by=by)
    return made


def _template(key: str | None, language: str) -> PlanText | None:
    """The text of a template in a language; raises Refused for a key that none has."""
    if key is None:
        return None
    try:
        return library.template(key).in_language(language)
    except Missing as missing:
        raise Refused(str(HAZARD), field="template") from missing


def _copy(text: PlanText, plan: Plan) -> None:
    """Write a template's texts into a plan."""
    agency_id = plan.agency_id
    plan.objectives = [
        Objective(agency_id=agency_id, key=f"objective.{number:02d}", text=words, position=number)
        for number, words in enumerate(text.objectives, start=1)
    ]
    plan.triggers = [
        Trigger(
            agency_id=agency_id,
            key=f"trigger.{each.level.value}.{number:02d}",
            level=each.level,
            scheme=each.scheme,
            label=each.label,
            condition=each.condition,
            position=number,
        )
        for number, each in enumerate(text.triggers, start=1)
    ]
    plan.roles = [_role(each, plan, number) for number, each in enumerate(text.roles, start=1)]
    owners = {role.key: role for role in plan.roles}
    plan.items = [
        ChecklistItem(
            agency_id=agency_id,
            key=each.key,
            phase=each.phase,
            anchor=each.anchor,
            offset_hours=each.offset_hours,
            repeat_days=each.repeat_days,
            text=each.text,
            from_level=each.from_level,
            owner_role=owners.get(each.owner_role),
            source=each.source,
            position=number,
        )
        for number, each in enumerate(text.items, start=1)
    ]


def _role(text: RoleText, plan: Plan, position: int) -> Role:
    """A role of a template; one that is divided by place or sector waits for its seats to be named."""
    role = Role(
        agency_id=plan.agency_id,
        key=text.code,
        title=text.title,
        summary=text.summary,
        led_by=text.led_by,
        essential=text.essential,
        from_level=text.from_level,
        phases=[phase.value for phase in text.phases],
        seats_by=text.seats_by,
        min_verification=int(text.min_verification),
        languages=[],
        capabilities=[code.value for code in text.capabilities],
        deputies_wanted=1,
        position=position,
    )
    if text.seats_by is None:
        role.seats = [Seat(agency_id=plan.agency_id, label="", position=1)]
    return role


def describe(plan: Plan, data: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Change what the plan says of itself: title, situation, assumptions and the like."""
    rows.refuse_archived(plan)
    rows.refuse_empty(data, {name: NEEDED[name] for name in ("title", "country")})
    if data.get("risk_class") is Risk.HIGH and not plan.high_risk and _names_somebody(plan):
        raise Refused(
            _("People are designated by name: end their designations before the plan is of high risk."),
            field="risk_class",
        )
    expect(plan, version, data, FIELDS)
    folded = {"title_fold": search.fold(data["title"])} if data.get("title") else {}
    changes = revise(plan, {**data, **folded}, FIELDS)
    if changes:
        touch(plan, by=by.label)
        record(Action.PLAN_CHANGED, plan, by=by, changes=changes)
    if data.get("objectives") is not None:
        objectives.set_out(plan, data["objectives"], by=by)


def _names_somebody(plan: Plan) -> bool:
    """True while a person, not an organisation, stands in a seat."""
    query = select(Assignment.id).join(Assignment.seat).join(Seat.role).where(Role.plan_id == plan.id)
    return db.session.scalar(query.where(Assignment.person_id.is_not(None), Assignment.status.in_(LIVE))) is not None
