"""The rows of a returned plan, written into its working copy through the verbs of plans."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from preparedness import refs
from preparedness.audit import Actor
from preparedness.database import db
from preparedness.errors import Refused
from preparedness.exchange.merge import Row
from preparedness.exchange.plan_sheets import ITEMS, ROLES
from preparedness.exchange.sheets import Line, Made, Taken
from preparedness.i18n import _
from preparedness.plans import assignments, drafting, items, roles, seats, sections
from preparedness.plans.models import Plan, Role, Seat
from preparedness.plans.schemas import ItemSchema, RoleSchema

OF_THE_ROLE = ("title", "led_by", "summary", "essential", "from_level", "min_verification", "deputies_wanted")
"""Columns of a seat's row that speak of its role."""

OF_AN_ITEM = ("phase", "anchor", "offset", "unit", "text", "from_level", "source", "repeat_days")
"""Columns of the checklist that the shape of an item knows by the same names."""

Lines = Mapping[str, Line]


def sent(sheet: str, cells: Row) -> dict[str, Any]:
    """Cells by the names of their fields, as a page would send them."""
    known = {ITEMS.key: OF_AN_ITEM, ROLES.key: OF_THE_ROLE}.get(sheet, ("text",))
    return {key: cells[key] for key in known if key in cells}


def write_texts(plan: Plan, taken: Taken, by: Actor) -> None:
    """Write the plan's texts: what it says of itself, and its sections."""
    own = {refs.of(refs.PLAN, 2 * plan.id): "situation", refs.of(refs.PLAN, 2 * plan.id + 1): "assumptions"}
    data = {own[ref]: cells["text"] for ref, cells in taken.update.items() if ref in own}
    if data:
        drafting.describe(plan, data, version=None, by=by)
    known = {refs.of(refs.SECTION, each.id): each for each in plan.sections}
    for ref, cells in taken.update.items():
        if ref in known:
            sections.change(known[ref], {"text": cells["text"]}, version=None, by=by)


def write_roles(plan: Plan, lines: Lines, taken: Taken, by: Actor) -> Made:
    """Write roles and the places of their seats; a new row is a new role with its seat."""
    known = {seat.id: seat for role in plan.roles for seat in role.seats}
    changes: dict[int, dict[str, Any]] = defaultdict(dict)
    for ref, cells in taken.update.items():
        seat = known[lines[ref].id]
        if "place" in cells:
            seats.change(seat, {"label": cells["place"]}, version=None, by=by)
        _gather(changes[seat.role_id], seat.role, cells)
    for role in plan.roles:
        if changes.get(role.id):
            roles.change(role, _loaded_role(changes[role.id]), version=None, by=by)
    made = {name: _new_role(plan, cells, by) for name, cells in taken.create.items()}
    return {name: (seat.id, refs.of(refs.ROLE, seat.id)) for name, seat in made.items()}


def _gather(said: dict[str, Any], role: Role, cells: Mapping[str, Any]) -> None:
    """What the rows of one role say together; they may not say different things."""
    for key in OF_THE_ROLE:
        if key in cells:
            if said.get(key, cells[key]) != cells[key]:
                raise Refused(
                    _("The rows of the role “%(role)s” say different things: make them alike.", role=role.title)
                )
            said[key] = cells[key]


def _loaded_role(cells: Mapping[str, Any]) -> dict[str, Any]:
    loaded = RoleSchema(partial=True).load(dict(cells))
    return {key: loaded[key] for key in cells}


def _new_role(plan: Plan, cells: Row, by: Actor) -> Seat:
    data = _loaded_role(sent(ROLES.key, {key: value for key, value in cells.items() if value is not None}))
    place = cells.get("place")
    role = roles.add(plan, {**data, "seats_by": "place"} if place else data, by=by)
    seat = seats.add(role, {"label": place}, by=by) if place else role.seats[0]
    db.session.flush()
    return seat


def reorder(plan: Plan, taken: Taken, by: Actor) -> None:
    """Set the calling orders that were changed. Who holds a seat, and whether they agreed, no file can say."""
    wanted = {ref: cells["call_order"] for ref, cells in taken.update.items()}
    for seat in (seat for role in plan.roles for seat in role.seats):
        ranks = {each.id: wanted.get(refs.of(refs.DESIGNATION, each.id), each.call_order) for each in seat.live}
        if any(ranks[each.id] != each.call_order for each in seat.live):
            assignments.reorder(seat, sorted(ranks, key=lambda number: (ranks[number] or 0, number)), by=by)


def write_items(plan: Plan, lines: Lines, taken: Taken, by: Actor) -> Made:
    """Write the checklist: change, add and remove items."""
    known = {item.id: item for item in plan.items}
    owners = {role.key: role.id for role in plan.roles if role.removed_at is None}
    for ref, cells in taken.update.items():
        data = _loaded_item({**lines[ref].cells, **cells}, owners)
        items.change(known[lines[ref].id], data, version=lines[ref].version, by=by)
    for ref in taken.remove:
        items.remove(known[lines[ref].id], version=lines[ref].version, by=by)
    made = {name: items.add(plan, _loaded_item(cells, owners), by=by) for name, cells in taken.create.items()}
    db.session.flush()
    return {name: (item.id, refs.of(refs.ITEM, item.id)) for name, item in made.items()}


def _loaded_item(cells: Row, owners: Mapping[str, int]) -> dict[str, Any]:
    owner = cells.get("owner_role")
    data: dict[str, Any] = ItemSchema().load({**sent(ITEMS.key, cells), "owner_role_id": owners.get(str(owner))})
    return data
