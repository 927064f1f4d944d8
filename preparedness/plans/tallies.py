"""How many seats of each plan are held, asked about and vacant: one statement for all plans."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.plans.models import HOLDING, Assignment, Plan, PlanState, Role, Seat, Status


@dataclass(frozen=True)
class Tally:
    """The seats of one plan. Held, asked and vacant are all there are."""

    held: int = 0
    asked: int = 0
    vacant: int = 0
    essential_vacant: int = 0

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return self.held + self.asked + self.vacant


def of(agency: Agency) -> dict[int, Tally]:
    """The tally of each plan of an agency that is not archived, by the plan's id."""
    seats = _seats().where(Plan.agency_id == agency.id, Plan.state != PlanState.ARCHIVED)
    return _tallied(seats)


def of_plan(plan: Plan) -> Tally:
    """The tally of one plan."""
    return _tallied(_seats().where(Plan.id == plan.id)).get(plan.id, Tally())


def _seats() -> Select[int, int, bool, int, int]:
    """Each seat with how many hold it and how many are asked."""
    held = func.sum(case((Assignment.status.in_(HOLDING), 1), else_=0))
    asked = func.sum(case((Assignment.status == Status.INVITED, 1), else_=0))
    return (
        select(Plan.id, Seat.id, Role.essential, held, asked)
        .join(Role, Role.plan_id == Plan.id)
        .join(Seat, Seat.role_id == Role.id)
        .outerjoin(Assignment, Assignment.seat_id == Seat.id)
        .where(Role.removed_at.is_(None), Seat.removed_at.is_(None))
        .group_by(Plan.id, Seat.id, Role.essential)
    )


def _tallied(seats: Select[int, int, bool, int, int]) -> dict[int, Tally]:
    found: dict[int, list[tuple[bool, bool, bool]]] = {}
    for plan_id, _seat, essential, held, asked in db.session.execute(seats):
        found.setdefault(plan_id, []).append((essential, held > 0, asked > 0))
    return {plan_id: _tally(rows) for plan_id, rows in found.items()}


def _tally(rows: Iterable[tuple[bool, bool, bool]]) -> Tally:
    states = list(rows)
    return Tally(
        held=sum(held for _essential, held, _asked in states),
        asked=sum(asked and not held for _essential, held, asked in states),
        vacant=sum(not held and not asked for _essential, held, asked in states),
        essential_vacant=sum(essential and not held for essential, held, _asked in states),
    )
