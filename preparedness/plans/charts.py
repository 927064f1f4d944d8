"""What the pictures of a plan show: its roles with their seats, and its tasks along the time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from preparedness.i18n import _
from preparedness.plans.coverage import SeatRow
from preparedness.plans.models import ChecklistItem, Role, Seat
from preparedness.vocabulary import Anchor, LedBy, Phase


@dataclass(frozen=True)
class SeatBox:
    """A seat as the organisation chart shows it."""

    label: str
    holder: str | None
    deputies: list[str]
    signal: str
    url: str | None


@dataclass(frozen=True)
class RoleBox:
    """A role with its seats."""

    title: str
    led_by: LedBy
    essential: bool
    seats: list[SeatBox]


@dataclass(frozen=True)
class Mark:
    """A task on the time line."""

    phase: Phase
    anchor: Anchor
    offset_hours: int
    text: str
    owner: str | None
    url: str | None


def organisation(roles: Sequence[Role], grid: Sequence[SeatRow], leads_to: Callable[[Seat], str]) -> list[RoleBox]:
    """The chart of a plan, who leads first. A seat shows who accepted or was asked, never who is only thought of."""
    boxes = {role.id: RoleBox(role.title, role.led_by, role.essential, []) for role in roles}
    for row in grid:
        boxes[row.role.id].seats.append(_seat(row, leads_to))
    for role in roles:
        if not role.seats:
            unnamed = _("its places") if role.seats_by == "place" else _("its sectors")
            boxes[role.id].seats.append(SeatBox(unnamed, None, [], "gap", None))
    return list(boxes.values())


def _seat(row: SeatRow, leads_to: Callable[[Seat], str]) -> SeatBox:
    shown = row.first if row.signal != "gap" else None
    return SeatBox(
        label=row.seat.label,
        holder=shown.shown_name if shown else None,
        deputies=[each.shown_name for each in row.deputies if each.holds],
        signal=row.signal,
        url=leads_to(row.seat) if row.signal == "gap" else None,
    )


def timeline(items: Sequence[ChecklistItem], leads_to: Callable[[ChecklistItem], str]) -> list[Mark]:
    """The tasks of a working copy along the time."""
    return [
        Mark(
            phase=item.phase,
            anchor=item.anchor,
            offset_hours=item.offset_hours,
            text=item.text,
            owner=item.owner_role.title if item.owner_role else None,
            url=leads_to(item),
        )
        for item in items
    ]
