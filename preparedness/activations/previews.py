"""Previews: what activating a plan, or another level, would do, before anything leaves."""

from dataclasses import dataclass
from datetime import datetime

from preparedness.activations import alerts, checklists, running
from preparedness.activations.alerts import Alert
from preparedness.activations.checklists import Line
from preparedness.activations.models import Activation
from preparedness.database import now
from preparedness.plans.models import Plan, PlanVersion
from preparedness.vocabulary import Anchor, Level


@dataclass(frozen=True)
class Preview:
    """What would happen: who gets an alert or cannot, and what falls due when."""

    alerts: list[Alert]
    tasks: list[tuple[Line, datetime | None]]

    @property
    def reached(self) -> list[Alert]:
        """Those who get an alert."""
        return [alert for alert in self.alerts if alert.why_not is None]

    @property
    def not_reached(self) -> list[Alert]:
        """Those who get none, each with the reason."""
        return [alert for alert in self.alerts if alert.why_not is not None]


def of_start(plan: Plan, level: Level, h_hour: datetime | None = None, version: PlanVersion | None = None) -> Preview:
    """What activating a plan at a level would do. Raises Refused while no version of it is approved."""
    version = version or running.version_of(plan)
    asked = checklists.lines(version, {Anchor.H}, level)
    tasks = [(line, line.due_at(h_hour or now())) for line in asked]
    return Preview(alerts.preview(plan, version, level), sorted(tasks, key=lambda task: task[1] or now()))


def of_step(activation: Activation, level: Level) -> Preview:
    """What moving to a level would add: the people not yet alerted, and the tasks that are not there."""
    asked = {reply.person_id for reply in activation.replies}
    there = {(task.item_key, task.seat_id) for task in activation.tasks}
    found = of_start(activation.plan, level, activation.h_hour, activation.plan_version)
    return Preview(
        alerts=[alert for alert in found.alerts if alert.person is None or alert.person.id not in asked],
        tasks=[(line, due_at) for line, due_at in found.tasks if line.place not in there],
    )
