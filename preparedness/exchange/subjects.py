"""What copies are about, in words: the plan, or the plan and number of the activation."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.activations.models import Activation
from preparedness.database import db
from preparedness.exchange.models import Return, Workbook, WorkbookKind
from preparedness.i18n import _
from preparedness.plans.models import Plan

About = tuple[WorkbookKind, int | None]
OF_A_PLAN = (WorkbookKind.PLAN, WorkbookKind.CONTACTS)


def titles(agency: Agency, copies: Collection[Workbook | Return]) -> dict[About, str]:
    """The plan of each copy, by its kind and subject; a roster is about the agency itself."""
    plans = {copy.subject_id for copy in copies if copy.kind in OF_A_PLAN}
    activations = {copy.subject_id for copy in copies if copy.kind is WorkbookKind.ACTIVATION}
    of_plan = select(Plan.id, Plan.title).where(Plan.agency_id == agency.id, Plan.id.in_(plans))
    running = select(Activation.id, Activation.number, Plan.title).join(Activation.plan)
    running = running.where(Activation.agency_id == agency.id, Activation.id.in_(activations))
    said: dict[About, str] = {}
    for row in _rows(of_plan) if plans else ():
        said |= {(kind, row.id): row.title for kind in OF_A_PLAN}
    for row in _rows(running) if activations else ():
        title = _("%(plan)s, no. %(number)s", plan=row.title, number=row.number)
        said[WorkbookKind.ACTIVATION, row.id] = title
    return said


def _rows(query: Any) -> Any:
    return db.session.execute(query)
