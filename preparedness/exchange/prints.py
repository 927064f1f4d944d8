"""The sheets to print that lie in a copy beside those that are read back: made anew each time the copy is saved."""

from typing import TypeVar

from sqlalchemy import select

from preparedness.accounts.models import Agency
from preparedness.activations.models import Activation
from preparedness.database import db
from preparedness.exchange import ics_forms, role_cards
from preparedness.exchange.models import Workbook, WorkbookKind
from preparedness.exchange.printed import Printed
from preparedness.exchange.sheets import Surroundings
from preparedness.i18n import _l
from preparedness.plans.models import Plan

PRINTED = {
    WorkbookKind.PLAN: (_l("ICS 203"),),
    WorkbookKind.ACTIVATION: (_l("ICS 205A"), _l("Role cards")),
}
"""What is there to print in each kind, in words."""

S = TypeVar("S", Plan, Activation)


def of(copy: Workbook, agency: Agency, around: Surroundings, warning: str) -> list[Printed]:
    """What a copy of this kind has to print."""
    if copy.kind is WorkbookKind.PLAN:
        plan = _one(Plan, copy, agency)
        return [ics_forms.organisation_assignments(plan, agency, copy.made_by)] if plan else []
    if copy.kind is WorkbookKind.ACTIVATION and (activation := _one(Activation, copy, agency)):
        called = ics_forms.communications_list(
            activation, agency, around, contacts=copy.contacts, warning=warning, made_by=copy.made_by
        )
        return [called, role_cards.of(activation, agency, copy.timezone)]
    return []


def _one(model: type[S], copy: Workbook, agency: Agency) -> S | None:
    return db.session.scalar(select(model).where(model.id == copy.subject_id, model.agency_id == agency.id))
