"""Designations, for programs: who is proposed for which seat, in which order, and that it ends."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.assignment_schemas import (
    AssignmentRow,
    AssignmentsQuery,
    DesignationIn,
    HolderIn,
    OrderIn,
    PlaceQuery,
    RoleQuery,
)
from preparedness.api.resources import Resource
from preparedness.database import Page
from preparedness.plans import assignments as designations
from preparedness.plans import drafting, lists, proposals, roles, seats
from preparedness.plans.models import Assignment, Plan, Role, Seat

resource = Resource(
    "assignments", "Who is designated for the seats, in their calling order. Nobody accepts but by link."
)

ONE = "/assignments/<id:assignment_id>"


def _plan(plan_id: int) -> Plan:
    return drafting.plan(plan_id, agency=g.agency)


def _role(role_id: int) -> Role:
    return roles.kept(role_id, agency=g.agency)


def _seat(seat_id: int) -> Seat:
    return seats.kept(seat_id, agency=g.agency)


def _assignment(assignment_id: int) -> Assignment:
    return designations.get(assignment_id, agency=g.agency)


@resource.lists(
    "/plans/<id:plan_id>/assignments", Permission.SEAT_ASSIGN, AssignmentRow, AssignmentsQuery, within=_plan
)
def assignments(plan: Plan, **asked: Any) -> Page[Assignment]:
    """Everybody who is or was designated in a plan."""
    return lists.assignments_of(plan, **asked)


@resource.lists("/roles/<id:role_id>/assignments", Permission.SEAT_ASSIGN, AssignmentRow, RoleQuery, within=_role)
def role_assignments(role: Role, **asked: Any) -> Page[Assignment]:
    """Everybody who is or was designated for a role."""
    return lists.assignments_of(role, **asked)


@resource.lists("/seats/<id:seat_id>/assignments", Permission.SEAT_ASSIGN, AssignmentRow, PlaceQuery, within=_seat)
def seat_assignments(seat: Seat, **asked: Any) -> Page[Assignment]:
    """Everybody who is or was designated for a seat."""
    return lists.assignments_of(seat, **asked)


@resource.reads(ONE, Permission.SEAT_ASSIGN, _assignment, AssignmentRow)
def assignment(row: Assignment) -> Assignment:
    """One designation."""
    return row


@resource.adds(
    "/roles/<id:role_id>/assignments",
    Permission.SEAT_ASSIGN,
    DesignationIn,
    AssignmentRow,
    at="assignment",
    within=_role,
)
def designate(role: Role, sent: dict[str, Any]) -> Assignment:
    """Propose somebody for a role: for the seat that is named, or its only one."""
    return proposals.propose(seats.meant(role, sent.get("seat_id")), sent, by=g.actor)


@resource.adds(
    "/seats/<id:seat_id>/assignments", Permission.SEAT_ASSIGN, HolderIn, AssignmentRow, at="assignment", within=_seat
)
def designate_for_seat(seat: Seat, sent: dict[str, Any]) -> Assignment:
    """Propose somebody for a seat; they are asked by an act of its own."""
    return proposals.propose(seat, sent, by=g.actor)


@resource.changes(ONE, Permission.SEAT_ASSIGN, _assignment, OrderIn, AssignmentRow)
def reorder(row: Assignment, sent: dict[str, Any], version: int) -> None:
    """Call somebody earlier or later."""
    if "call_order" in sent:
        designations.call_at(row, sent["call_order"], version=version, by=g.actor)


@resource.ends(ONE, Permission.SEAT_ASSIGN, _assignment, AssignmentRow)
def end(row: Assignment, version: int) -> None:
    """End a designation, with thanks; they can be proposed again."""
    designations.end(row, version=version, by=g.actor)
