"""Plans and their approved versions, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission, may
from preparedness.activations import lists as task_lists
from preparedness.activations.models import Task
from preparedness.api.activation_schemas import TaskRow, TasksQuery
from preparedness.api.plan_schemas import (
    Approval,
    CoverageRow,
    Covered,
    PlanIn,
    PlanRow,
    PlansQuery,
    PlanWords,
    ReadinessRow,
    ready,
)
from preparedness.api.resources import Resource
from preparedness.api.schemas import Nothing
from preparedness.api.version_schemas import VersionRow, VersionsQuery, VersionWhole
from preparedness.database import Page
from preparedness.plans import coverage, drafting, lists, readings
from preparedness.plans import versions as approvals
from preparedness.plans.models import Plan, PlanVersion
from preparedness.plans.readings import Reading
from preparedness.plans.schemas import ApprovalSchema

resource = Resource("plans", "Plans: written, reviewed, approved as versions that never change, and put away.")

ONE = "/plans/<id:plan_id>"


def _plan(plan_id: int) -> Plan:
    return drafting.written(plan_id, agency=g.agency)


def _whole(plan_id: int) -> Plan:
    return drafting.whole(plan_id, agency=g.agency)


def _readable(plan_id: int) -> Plan:
    """A plan that whoever asks may read: for an operator there is none before its first approval."""
    plan = _plan(plan_id)
    if not may(Permission.PLAN_EDIT):
        approvals.latest(plan)
    return plan


def _version(plan_id: int, number: int) -> PlanVersion:
    return approvals.get(_readable(plan_id), number)


@resource.lists("/plans", Permission.PLAN_READ, PlanRow, PlansQuery)
def plans(template: str | None = None, **asked: Any) -> Page[Plan] | Page[Reading]:
    """The plans by title, archived ones only where asked for. Operators get those with an approved version."""
    noun = lists.plans if may(Permission.PLAN_EDIT) else readings.listed
    return noun(g.agency, template_key=template, **asked)


@resource.reads(ONE, Permission.PLAN_READ, _readable, PlanRow)
def plan(row: Plan) -> Plan | Reading:
    """One plan. Operators get what its latest approved version says."""
    return row if may(Permission.PLAN_EDIT) else readings.of(row)


@resource.adds("/plans", Permission.PLAN_EDIT, PlanIn, PlanRow, at="plan")
def add_plan(sent: dict[str, Any]) -> Plan:
    """Begin a plan: from a template, with its roles and its checklist, or an empty draft about a hazard."""
    return drafting.create(g.agency, sent, by=g.actor)


@resource.changes(ONE, Permission.PLAN_EDIT, _plan, PlanWords, PlanRow)
def change_plan(row: Plan, sent: dict[str, Any], version: int) -> None:
    """Change what a plan says of itself. Its approved versions stay as they are."""
    drafting.describe(row, sent, version=version, by=g.actor)


@resource.acts(f"{ONE}/submit", Permission.PLAN_APPROVE, _plan, Nothing, PlanRow)
def submit(row: Plan, _sent: dict[str, Any]) -> None:
    """Send a plan for review."""
    approvals.submit(row, by=g.actor)


@resource.acts(f"{ONE}/approve", Permission.PLAN_APPROVE, _plan, ApprovalSchema, Approval)
def approve(row: Plan, sent: dict[str, Any]) -> PlanVersion:
    """Lock a plan in review as its next version, which activates from now on; preparedness tasks open."""
    return approvals.approve(row, sent.get("note"), by=g.actor)


@resource.acts(f"{ONE}/archive", Permission.PLAN_APPROVE, _plan, Nothing, PlanRow)
def archive(row: Plan, _sent: dict[str, Any]) -> None:
    """Put a plan away: nobody is asked for it any more, and it does not activate."""
    approvals.archive(row, by=g.actor)


@resource.lists(f"{ONE}/versions", Permission.PLAN_READ, VersionRow, VersionsQuery, within=_readable)
def versions(row: Plan, **asked: Any) -> Page[PlanVersion]:
    """The approved versions of a plan, the latest first."""
    return lists.versions(row, **asked)


@resource.reads(f"{ONE}/versions/<id:number>", Permission.PLAN_READ, _version, VersionWhole)
def version(row: PlanVersion) -> PlanVersion:
    """An approved version with all that it locked."""
    return row


@resource.lists(f"{ONE}/tasks", Permission.PLAN_READ, TaskRow, TasksQuery, within=_readable)
def plan_tasks(row: Plan, **asked: Any) -> Page[Task]:
    """The preparedness tasks that the approval of a plan opened, as they fall due."""
    return task_lists.preparedness_tasks(row, **asked)


@resource.reads(f"{ONE}/coverage", Permission.PLAN_EDIT, _whole, CoverageRow)
def plan_coverage(row: Plan) -> Covered:
    """Which capability is held in which place."""
    return Covered(coverage.matrix(row), row.high_risk)


@resource.reads(f"{ONE}/readiness", Permission.PLAN_EDIT, _whole, ReadinessRow)
def plan_readiness(row: Plan) -> dict[str, Any]:
    """How ready a plan is, and what would make it readier."""
    return ready(row)
