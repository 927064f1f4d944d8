"""What belongs to a plan, row by row: found within its fence, and put in order."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from preparedness import refs
from preparedness.accounts.models import Agency
from preparedness.database import Changes, db
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans.models import Plan, PlanState

Row = TypeVar("Row", bound=Any)


def find(model: type[Row], row_id: int, *, plan_id: int, agency: Agency) -> Row:
    """A row of this plan of this agency; raises Missing."""
    query = select(model).where(model.agency_id == agency.id, model.plan_id == plan_id, model.id == row_id)
    found: Row | None = db.session.scalar(query)
    if found is None:
        raise Missing
    return found


def refuse_archived(plan: Plan) -> None:
    """Raises Refused for a plan that is archived: it is kept as it was."""
    if plan.state is PlanState.ARCHIVED:
        raise Refused(_("This plan is archived: it is kept as it is."))


def refuse_empty(data: Mapping[str, Any], needed: Mapping[str, Any]) -> None:
    """Raises Refused where something needed is said to be empty; what is not said is left alone."""
    for name, sentence in needed.items():
        if name in data and data[name] in (None, ""):
            raise Refused(str(sentence), field=name)


def own_key(taken: Container[str] = ()) -> str:
    """The key of a row that no template brought; never given again, so that versions can be compared."""
    return refs.make("X", taken)


def keyed(siblings: Sequence[Any], data: Mapping[str, Any]) -> str:
    """The key that is wished for a new row, or one of its own; raises Refused where a sibling has it."""
    taken = {each.key for each in siblings}
    wished: str | None = data.get("key")
    if wished in taken:
        raise _refused_key()
    return wished or own_key(taken)


def append(siblings: list[Row], row: Row, data: Mapping[str, Any]) -> None:
    """Add a row to its siblings; raises Refused where somebody else adds one of that key at the same moment."""
    if data.get("key") is None:
        siblings.append(row)
        return
    db.session.flush()
    try:
        with db.session.begin_nested():
            siblings.append(row)
    except IntegrityError as error:
        raise _refused_key() from error


def _refused_key() -> Refused:
    return Refused(_("The plan has a row with this key already."), field="key")


def last(siblings: Sequence[Any]) -> int:
    """The position after all the others."""
    return max((each.position for each in siblings), default=0) + 1


def move(siblings: Sequence[Row], row: Row, *, up: bool) -> bool:
    """Change places with the row before or after; false at the end of the list."""
    order = list(siblings)
    here = order.index(row)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return False
    order[here], order[there] = order[there], order[here]
    places = sorted(each.position for each in order)
    if len(set(places)) < len(places):
        places = list(range(1, len(places) + 1))
    for position, each in zip(places, order, strict=True):
        if each.position != position:
            each.position = position
    return True


def place(siblings: Sequence[Row], row: Row, position: int | None) -> Changes:
    """Put a row at a place among its siblings, counted from one, and say what changed of its own.

    With no place said it stays; beyond the last place it is the last.
    """
    if position is None:
        return {}
    before = row.position
    order = [each for each in siblings if each is not row]
    order.insert(position - 1, row)
    for number, each in enumerate(order, start=1):
        if each.position != number:
            each.position = number
    return {} if row.position == before else {"position": (before, row.position)}
