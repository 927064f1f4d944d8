"""The turns an activation takes once it runs: what each will do, what it asks, and the verb that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from preparedness import shapes
from preparedness.activations import duties, running, schemas
from preparedness.activations.models import Activation
from preparedness.audit import Actor
from preparedness.database import now
from preparedness.i18n import _l

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Turn:
    """One turn: its page, and what it does."""

    heading: Any
    consequences: tuple[Any, ...]
    button: Any
    said: Any
    schema: type[shapes.Shape]
    act: Callable[[Activation, Data, Actor], None]
    tells: bool = False
    """True where everybody who was asked is told."""
    final: bool = False
    beginning: Callable[[Activation], dict[str, Any]] = lambda _activation: {}


TURNS = {
    "stand-down": Turn(
        _l("Stand down"),
        (
            _l("The response ends. Alerts that have not left are stopped."),
            _l("The tasks of recovery get their due times, and go on reminding their owners."),
        ),
        _l("Stand down"),
        _l("It is stood down. The tasks of recovery have their due times."),
        schemas.StandDownSchema,
        lambda activation, said, by: running.stand_down(activation, said.get("summary"), by=by),
        tells=True,
    ),
    "close": Turn(
        _l("Close and report back"),
        (
            _l("Everybody who was asked receives your report back, as you write it here."),
            _l("Tasks can no longer be changed. The log stays readable."),
        ),
        _l("Close and send the report back"),
        _l("It is closed. The report back is on its way."),
        schemas.CloseSchema,
        lambda activation, said, by: running.close(activation, said["report_back"], by=by),
        tells=True,
    ),
    "cancel": Turn(
        _l("Stop: it was a false alarm"),
        (
            _l("What has not left is stopped at once."),
            _l("The activation ends. Its tasks and its log stay readable."),
        ),
        _l("Call it off now"),
        _l("It is called off. What had not left was stopped; those who were alerted are told."),
        schemas.CancelSchema,
        lambda activation, said, by: running.cancel(activation, said.get("reason"), by=by),
        tells=True,
        final=True,
    ),
    "review": Turn(
        _l("Does it go on?"),
        (_l("It goes on at the level it has, until the time you choose. Then it is asked again."),),
        _l("Go on until then"),
        _l("The next review is set."),
        schemas.ReviewSchema,
        lambda activation, said, by: running.move_review(activation, said["review_at"], by=by),
        beginning=lambda _activation: {"review_at": now() + running.REVIEW_AFTER},
    ),
    "duty": Turn(
        _l("Who is on duty"),
        (_l("Operators on duty see this activation, run its checklist and take it offline."),),
        _l("Save"),
        _l("Who is on duty is noted."),
        schemas.OnDutySchema,
        lambda activation, said, by: duties.change(activation, said["on_duty"], by=by),
        beginning=lambda activation: {"on_duty": [member.id for member in duties.of(activation)]},
    ),
}
"""Each turn by its place in the address."""
