"""Who is where: each seat with its holder and deputies, and which capability is covered in which place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from preparedness.contacts.models import Organisation, Person
from preparedness.database import db
from preparedness.i18n import country_name
from preparedness.plans import roles
from preparedness.plans.models import HOLDING, Assignment, Plan, Role, Seat, Status
from preparedness.vocabulary import Capability

Cell = tuple[str, str]
"""A capability and a place."""


@dataclass(frozen=True)
class SeatRow:
    """One seat as the grid shows it: who is first in order, who stands in, and whether it is held."""

    role: Role
    seat: Seat
    live: Sequence[Assignment]
    signal: str
    """`held` by somebody who accepted, `waiting` for an answer, else a `gap`."""

    @property
    def first(self) -> Assignment | None:
        """Who holds the seat; else who is first in its order."""
        return self.seat.holder or next(iter(self.live), None)

    @property
    def deputies(self) -> list[Assignment]:
        """Everybody else in the calling order."""
        return [each for each in self.live if each is not self.first]

    @property
    def deputised(self) -> bool:
        """True where as many deputies accepted as the role wants."""
        return sum(each.holds for each in self.deputies) >= self.role.deputies_wanted


def grid(plan: Plan) -> list[SeatRow]:
    """Every seat of the plan, the essential roles first."""
    return [_row(role, seat) for role in roles.of(plan) for seat in role.seats]


def _row(role: Role, seat: Seat) -> SeatRow:
    live = seat.live
    waiting = any(each.status is Status.INVITED for each in live)
    return SeatRow(role, seat, live, "held" if seat.filled else "waiting" if waiting else "gap")


@dataclass
class Matrix:
    """How many of those who accepted have a capability in a place."""

    places: list[tuple[str, str]] = field(default_factory=list)
    """Key and words of each place."""
    capabilities: list[Capability] = field(default_factory=list)
    counts: dict[Cell, int] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    """The country of each place, where it is known."""

    @property
    def rows(self) -> list[tuple[str, Any]]:
        """Code and words of each capability."""
        return [(each.value, each.words) for each in self.capabilities]


def matrix(plan: Plan) -> Matrix:
    """Capability by place over everybody who accepted: nobody, one alone, or several."""
    seats = [seat for role in roles.of(plan) for seat in role.seats]
    places = {seat.label: (seat.label, seat.country or "") for seat in seats if _is_place(seat)}
    found: dict[Cell, set[object]] = {}
    for assignment in _holders(plan):
        holder, seat = assignment.holder, assignment.seat
        place = seat.label if _is_place(seat) else holder.country
        places.setdefault(place, (country_name(holder.country), holder.country))
        for capability in holder.capabilities:
            found.setdefault((capability.code.value, place), set()).add(holder)
    wanted = {code for role in roles.of(plan) for code in role.capabilities}
    return Matrix(
        places=[(key, words) for key, (words, _country) in places.items()],
        capabilities=[each for each in Capability if each.value in wanted],
        counts={cell: len(holders) for cell, holders in found.items()},
        countries={key: country for key, (_words, country) in places.items() if country},
    )


def _is_place(seat: Seat) -> bool:
    return bool(seat.label) and (seat.role.seats_by != "sector" or seat.country is not None)


def _holders(plan: Plan) -> Sequence[Assignment]:
    """Everybody who accepted, with what they can do, in a few statements."""
    query = (
        select(Assignment)
        .join(Assignment.seat)
        .join(Seat.role)
        .where(Role.plan_id == plan.id, Role.removed_at.is_(None), Assignment.status.in_(HOLDING))
        .order_by(Assignment.id)
        .options(
            selectinload(Assignment.person).selectinload(Person.capabilities),
            selectinload(Assignment.organisation).selectinload(Organisation.capabilities),
        )
    )
    return db.session.scalars(query).all()
