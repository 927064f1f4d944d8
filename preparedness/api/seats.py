"""The seats of a role, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.resources import Resource
from preparedness.api.seat_schemas import SeatIn, SeatRow, SeatsQuery
from preparedness.database import Page
from preparedness.plans import lists, roles
from preparedness.plans import seats as places
from preparedness.plans.models import Role, Seat

resource = Resource("seats", "The seats of a role: one, or one for each place or sector.")

MANY = "/roles/<id:role_id>/seats"
ONE = f"{MANY}/<id:seat_id>"


def _role(role_id: int) -> Role:
    return roles.kept(role_id, agency=g.agency)


def _seat(role_id: int, seat_id: int) -> Seat:
    return places.kept(seat_id, role_id=role_id, agency=g.agency)


@resource.lists(MANY, Permission.PLAN_EDIT, SeatRow, SeatsQuery, within=_role)
def seats(role: Role, **asked: Any) -> Page[Seat]:
    """The seats of a role, with who holds them."""
    return lists.seats_of(role, **asked)


@resource.reads(ONE, Permission.PLAN_EDIT, _seat, SeatRow)
def seat(row: Seat) -> Seat:
    """One seat."""
    return row


@resource.adds(MANY, Permission.PLAN_EDIT, SeatIn, SeatRow, at="seat", within=_role)
def add_seat(role: Role, sent: dict[str, Any]) -> Seat:
    """Give a role a seat for a place or sector; one that was there before is taken up again."""
    return places.add(role, sent, by=g.actor)


@resource.changes(ONE, Permission.PLAN_EDIT, _seat, SeatIn, SeatRow)
def change_seat(row: Seat, sent: dict[str, Any], version: int) -> None:
    """Name another place or sector, or move the seat."""
    places.change(row, sent, version=version, by=g.actor)


@resource.ends(ONE, Permission.PLAN_EDIT, _seat, SeatRow)
def remove_seat(row: Seat, version: int) -> None:
    """Take a seat away that nobody holds and nobody is asked for."""
    places.remove(row, version=version, by=g.actor)
