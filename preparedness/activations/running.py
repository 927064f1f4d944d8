"""Activations: starting one, moving its level, standing it down, closing it, and calling off a false alarm."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.accounts import webhooks
from preparedness.accounts.models import Agency, Event, User
from preparedness.activations import alerts, checklists, duties, lists, log, numbers
from preparedness.activations.models import (
    Activation,
    ActivationKind,
    ActivationState,
    LogKind,
)
from preparedness.audit import Action, Actor, record
from preparedness.database import db, now, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, speaking
from preparedness.plans.models import Plan, PlanState, PlanVersion
from preparedness.vocabulary import Anchor, Level

REVIEW_AFTER = timedelta(hours=72)
ANSWER_WITHIN = 60


def get(activation_id: int, *, agency: Agency, member: User | None = None) -> Activation:
    """An activation of the agency. For an operator only those they work on. Raises Missing."""
    activation = db.session.scalar(
        select(Activation)
        .where(Activation.id == activation_id, *lists.visible(agency, member))
        .options(selectinload(Activation.plan), selectinload(Activation.plan_version))
    )
    if activation is None:
        raise Missing
    return activation


def listed(agency: Agency, member: User | None = None) -> list[Activation]:
    """The activations a member may see: those that run first, then the latest."""
    query = select(Activation).where(*lists.visible(agency, member)).options(selectinload(Activation.plan))
    found = db.session.scalars(query.order_by(Activation.started_at.desc(), Activation.id.desc()))
    order = list(ActivationState)
    return sorted(found, key=lambda each: min(order.index(each.state), 2))


def bands(agency: Agency, member: User | None = None) -> list[Activation]:
    """What runs now and is shown over every page: the real ones first."""
    query = (
        select(Activation)
        .where(*lists.visible(agency, member), Activation.state == ActivationState.ACTIVE)
        .options(selectinload(Activation.plan))
        .order_by(Activation.started_at)
    )
    return sorted(db.session.scalars(query), key=lambda each: each.exercise)


def of(plan: Plan) -> list[Activation]:
    """The activations of a plan, the latest first."""
    query = select(Activation).where(Activation.plan_id == plan.id, Activation.agency_id == plan.agency_id)
    return list(db.session.scalars(query.order_by(Activation.id.desc())))


def to_review(agency: Agency) -> list[Activation]:
    """The running activations whose review date is past: go on, step down or stand down?"""
    return [activation for activation in bands(agency) if activation.review_at <= now()]


def version_of(plan: Plan) -> PlanVersion:
    """The version of a plan that activates. Raises Refused while none is approved."""
    if plan.latest_version is None:
        raise Refused(_("Approve the plan first: only an approved version can be activated."))
    return plan.latest_version


def start(plan: Plan, data: Mapping[str, Any], *, by: Actor) -> Activation:
    """Activate the approved version of a plan: tasks get their due times, holders are alerted.

    A real activation ends an exercise of the same plan first (safety.md S13).
    """
    numbers.alone(plan.agency_id)
    check_start(plan, data)
    version, moment = version_of(plan), now()
    kind, level = data["kind"], data["level"]
    if kind is ActivationKind.REAL:
        _end_exercise(plan, by)

    activation = Activation(
        agency_id=plan.agency_id,
        number=numbers.of_activation(plan.agency_id),
        plan=plan,
        plan_version=version,
        kind=kind,
        level=level,
        level_label=checklists.level_label(version, level),
        reason=data.get("reason"),
        h_hour=data.get("h_hour") or moment,
        started_at=moment,
        started_by=by.label,
        review_at=data.get("review_at") or moment + REVIEW_AFTER,
        answer_within_minutes=data.get("answer_within_minutes") or ANSWER_WITHIN,
    )
    db.session.add(activation)
    db.session.flush()
    begun = checklists.lines(version, {Anchor.H, Anchor.R}, level)
    made = checklists.make(version, begun, {Anchor.H: activation.h_hour}, activation=activation)
    record(Action.ACTIVATED, activation, by=by, kind=kind, level=level, version=version.number, tasks=len(made))
    duties.change(activation, data.get("on_duty") or [], by=by)
    _note(activation, _first_line(activation), by)
    alerts.send(activation, by=by)
    _announce(Event.ACTIVATION_STARTED, activation)
    return activation


def _running(plan: Plan) -> dict[ActivationKind, Activation]:
    return {each.kind: each for each in of(plan) if each.state is ActivationState.ACTIVE}


def _end_exercise(plan: Plan, by: Actor) -> None:
    if exercise := _running(plan).get(ActivationKind.EXERCISE):
        with speaking(plan.language):
            ended = _("Ended by a real activation of the same plan.")
        cancel(exercise, ended, by=by)


def check_start(plan: Plan, data: Mapping[str, Any]) -> None:
    """Raises Refused where a plan cannot be activated like this."""
    version_of(plan)
    running = _running(plan)
    if plan.state is PlanState.ARCHIVED:
        raise Refused(_("This plan is archived: it can no longer be activated."))
    if data["kind"] in running:
        raise Refused(
            _("This plan is activated already, as number %(number)s.", number=running[data["kind"]].number),
            field="kind",
        )
    if data["kind"] is ActivationKind.EXERCISE and ActivationKind.REAL in running:
        raise Refused(_("A real activation of this plan runs: no exercise beside it."), field="kind")
    if plan.high_risk and data["kind"] is ActivationKind.EXERCISE and not data.get("announced"):
        raise Refused(
            _("At high risk an exercise may not come as a surprise: tell the organisations first, then say so here."),
            field="announced",
        )
    if data.get("review_at") and data["review_at"] <= now():
        raise Refused(_("Choose a time that is still to come."), field="review_at")


def step(activation: Activation, level: Level, reason: str | None, *, by: Actor) -> None:
    """Move the level. Up adds tasks and alerts those not yet alerted; down stops what has not begun or left."""
    check_step(activation, level)
    before, activation.level = activation.level, level
    activation.level_label = checklists.level_label(activation.plan_version, level)
    if level.rank > before.rank:
        checklists.step_up(activation, by=by.label)
    else:
        checklists.step_down(activation, by=by.label)
        reached = alerts.preview(activation.plan, activation.plan_version, level)
        alerts.withdraw(activation, keep={each.person.id for each in reached if each.person})
    touch(activation, by=by.label)
    record(Action.LEVEL_CHANGED, activation, by=by, changes={"level": (before, level)})
    with speaking(activation.plan_version.language):
        said = _("Level: %(level)s. %(reason)s", level=activation.level_label, reason=reason or "").strip()
    _note(activation, said, by)
    if level.rank > before.rank:
        alerts.send(activation, by=by)


def check_step(activation: Activation, level: Level) -> None:
    """Raises Refused where the level cannot be moved there."""
    _refuse_unless(activation, ActivationState.ACTIVE)
    if level is activation.level:
        raise Refused(_("It is at this level already."), field="level")


def stand_down(activation: Activation, summary: str | None, *, by: Actor) -> None:
    """End the response: recovery tasks get their due times, and everybody who was asked is told."""
    _refuse_unless(activation, ActivationState.ACTIVE)
    alerts.withdraw(activation)
    activation.state, activation.stood_down_at, activation.summary = ActivationState.RECOVERY, now(), summary
    due = [task for task in activation.tasks if task.anchor is Anchor.R and task.due_at is None]
    for task in due:
        task.due_at = activation.stood_down_at + timedelta(hours=task.offset_hours)
        touch(task, by=by.label)
    touch(activation, by=by.label)
    told = alerts.tell(activation, "stood_down")
    record(Action.STOOD_DOWN, activation, by=by, tasks=len(due), told=told)
    _announce(Event.ACTIVATION_STOOD_DOWN, activation)
    with speaking(activation.plan_version.language):
        _note(activation, _("Stood down. %(summary)s", summary=summary or "").strip(), by)


def close(activation: Activation, report_back: str, *, by: Actor) -> None:
    """End recovery with a report back, which everybody who was asked receives."""
    _refuse_unless(activation, ActivationState.RECOVERY)
    if not report_back:
        raise Refused(_("Say to those who were asked what came of it."), field="report_back")
    activation.state, activation.closed_at = ActivationState.CLOSED, now()
    activation.report_back = report_back
    touch(activation, by=by.label)
    told = alerts.tell(activation, "report_back")
    record(Action.ACTIVATION_CLOSED, activation, by=by, told=told)
    _announce(Event.ACTIVATION_CLOSED, activation)


def cancel(activation: Activation, reason: str | None, *, by: Actor) -> None:
    """Call off a false alarm: what is unsent stops, everybody who was alerted is told."""
    _refuse_unless(activation, ActivationState.ACTIVE)
    stopped = alerts.withdraw(activation)
    activation.state, activation.closed_at, activation.summary = ActivationState.CANCELLED, now(), reason
    touch(activation, by=by.label)
    told = alerts.tell(activation, "alert_cancelled")
    record(Action.ACTIVATION_CANCELLED, activation, by=by, stopped=stopped, told=told)
    _announce(Event.ACTIVATION_CANCELLED, activation)


def move_review(activation: Activation, review_at: datetime, *, by: Actor) -> None:
    """Decide to go on until another review."""
    _refuse_unless(activation, ActivationState.ACTIVE)
    if review_at <= now():
        raise Refused(_("Choose a time that is still to come."), field="review_at")
    before, activation.review_at = activation.review_at, review_at
    touch(activation, by=by.label)
    record(Action.REVIEW_MOVED, activation, by=by, changes={"review_at": (before, review_at)})


def _refuse_unless(activation: Activation, state: ActivationState) -> None:
    """Refuse what does not fit where an activation stands; two at once wait for one another here."""
    db.session.flush()
    db.session.refresh(activation, ["state", "level", "version"], with_for_update={"of": Activation, "key_share": True})
    if activation.state is state:
        return
    if state is ActivationState.RECOVERY and activation.state is ActivationState.ACTIVE:
        raise Refused(_("Stand it down first, then close it."))
    raise Refused(_("This activation is not running any more: %(state)s.", state=activation.state.words))


def _announce(event: Event, activation: Activation) -> None:
    """Tell programs where an activation stands."""
    webhooks.announce(
        event,
        activation,
        activation_id=activation.id,
        number=activation.number,
        plan_id=activation.plan_id,
        plan_ref=activation.plan.ref,
        plan_version=activation.plan_version.number,
        kind=activation.kind,
        level=activation.level,
        state=activation.state,
    )


def _note(activation: Activation, text: str, by: Actor) -> None:
    """Write a decision in the log."""
    log.write(activation, text=text, kind=LogKind.DECISION, by=by)


def _first_line(activation: Activation) -> str:
    """The first line of the log, in the plan's language."""
    reason = activation.reason or ""
    with speaking(activation.plan_version.language):
        return _("Activated: %(level)s. %(reason)s", level=activation.level_label, reason=reason).strip()
