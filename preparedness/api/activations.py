"""Activations and their log, for programs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import g

from preparedness.accounts import signins
from preparedness.accounts.permissions import Permission
from preparedness.activations import lists, log, previews, running
from preparedness.activations import schemas as shapes
from preparedness.activations.models import Activation, LogLine, Reply, Task
from preparedness.activations.previews import Preview
from preparedness.api.activation_schemas import (
    ActivationRow,
    ActivationsQuery,
    LogIn,
    LogQuery,
    LogRow,
    RepliesQuery,
    ReplyRow,
    StartIn,
    TaskRow,
    TasksQuery,
)
from preparedness.api.resources import Resource
from preparedness.database import Page
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.plans import drafting
from preparedness.plans.models import Plan

resource = Resource("activations", "Plans at work, for an emergency or an exercise: levels, tasks, answers, log.")

ONE = "/activations/<id:activation_id>"
MANY = 50
SIGNED_IN_WITHIN = timedelta(minutes=10)


def _plan(plan_id: int) -> Plan:
    return drafting.plan(plan_id, agency=g.agency)


def _activation(activation_id: int) -> Activation:
    return running.get(activation_id, agency=g.agency, member=g.member)


def _line(activation_id: int, line_id: int) -> LogLine:
    return log.get(line_id, activation=_activation(activation_id))


@resource.lists("/activations", Permission.ACTIVATION_READ, ActivationRow, ActivationsQuery)
def activations(**asked: Any) -> Page[Activation]:
    """The activations one may see: those that run first, then the latest."""
    return lists.activations(g.agency, g.member, **asked)


@resource.reads(ONE, Permission.ACTIVATION_READ, _activation, ActivationRow)
def activation(row: Activation) -> Activation:
    """One activation, with how the alert went."""
    return row


@resource.adds(
    "/plans/<id:plan_id>/activations",
    Permission.ACTIVATION_RUN,
    StartIn,
    ActivationRow,
    at="activation",
    within=_plan,
)
def start(plan: Plan, sent: dict[str, Any]) -> Activation:
    """Activate the latest approved version of a plan: tasks get their due times, holders are alerted at once."""
    running.check_start(plan, sent)
    _refuse_unwatched(lambda: previews.of_start(plan, sent["level"]))
    return running.start(plan, sent, by=g.actor)


def _refuse_unwatched(preview: Callable[[], Preview]) -> None:
    """Raises Refused where many would be alerted and nobody has just signed in to see to it (safety.md S14)."""
    if signins.anew(g.member, SIGNED_IN_WITHIN):
        return
    if (count := len(preview().reached)) > MANY:
        raise Refused(
            _(
                "%(count)s people would be alerted. Whoever this token acts for signs in on the pages first; then send "
                "this again within ten minutes.",
                count=count,
            )
        )


@resource.acts(f"{ONE}/level", Permission.ACTIVATION_RUN, _activation, shapes.LevelSchema, ActivationRow)
def level(row: Activation, sent: dict[str, Any]) -> None:
    """Move the level. Up adds tasks and alerts those not yet alerted; down stops what has not begun or left."""
    running.check_step(row, sent["level"])
    if sent["level"].rank > row.level.rank:
        _refuse_unwatched(lambda: previews.of_step(row, sent["level"]))
    running.step(row, sent["level"], sent.get("reason"), by=g.actor)


@resource.acts(f"{ONE}/stand-down", Permission.ACTIVATION_RUN, _activation, shapes.StandDownSchema, ActivationRow)
def stand_down(row: Activation, sent: dict[str, Any]) -> None:
    """End the response: recovery tasks get their due times, and everybody who was asked is told."""
    running.stand_down(row, sent.get("summary"), by=g.actor)


@resource.acts(f"{ONE}/close", Permission.ACTIVATION_RUN, _activation, shapes.CloseSchema, ActivationRow)
def close(row: Activation, sent: dict[str, Any]) -> None:
    """End recovery with a report back, which everybody who was asked receives."""
    running.close(row, sent["report_back"], by=g.actor)


@resource.acts(f"{ONE}/cancel", Permission.ACTIVATION_RUN, _activation, shapes.CancelSchema, ActivationRow)
def cancel(row: Activation, sent: dict[str, Any]) -> None:
    """Call off a false alarm: what is unsent stops, everybody who was alerted is told."""
    running.cancel(row, sent.get("reason"), by=g.actor)


@resource.lists(f"{ONE}/tasks", Permission.ACTIVATION_READ, TaskRow, TasksQuery, within=_activation)
def activation_tasks(row: Activation, **asked: Any) -> Page[Task]:
    """The tasks of an activation as they fall due."""
    return lists.tasks(row, **asked)


@resource.lists(f"{ONE}/replies", Permission.ACTIVATION_READ, ReplyRow, RepliesQuery, within=_activation)
def activation_replies(row: Activation, **asked: Any) -> Page[Reply]:
    """Everybody who was alerted, with what they answered."""
    return lists.replies(row, **asked)


@resource.lists(f"{ONE}/log", Permission.LOG_WRITE, LogRow, LogQuery, within=_activation)
def lines(row: Activation, **asked: Any) -> Page[LogLine]:
    """The log, in the order in which things happened."""
    return lists.lines(row, **asked)


@resource.reads(f"{ONE}/log/<id:line_id>", Permission.LOG_WRITE, _line, LogRow)
def line(row: LogLine) -> LogLine:
    """One line of the log."""
    return row


@resource.adds(f"{ONE}/log", Permission.LOG_WRITE, LogIn, LogRow, at="line", within=_activation)
def write(row: Activation, sent: dict[str, Any]) -> LogLine:
    """Write a line in the log. No names of people helped or missing, no coordinates."""
    return log.write(row, by=g.actor, **sent)
