"""Who may bring which copy back, and whom to ask where somebody may not: said before anything is compared."""

from preparedness.accounts import members
from preparedness.accounts.models import Access, Agency, User
from preparedness.accounts.permissions import Permission
from preparedness.activations import running, tasks
from preparedness.database import db
from preparedness.errors import Missing
from preparedness.exchange.models import Workbook, WorkbookKind
from preparedness.i18n import _
from preparedness.plans import drafting
from preparedness.plans.models import PlanState

NEEDED = {
    WorkbookKind.ROSTER: Permission.COPY_ROSTER,
    WorkbookKind.PLAN: Permission.COPY_PLAN,
    WorkbookKind.ACTIVATION: Permission.COPY_ACTIVATION,
    WorkbookKind.CONTACTS: Permission.COPY_PLAN,
}
"""Who may take which kind offline, and bring it back."""

NAMED = 3
"""How many colleagues are named where one is to be asked."""


def may(kind: WorkbookKind, subject_id: int | None, *, agency: Agency, member: User | None) -> bool:
    """Whether a member may work with this kind, and is on duty for this activation; the console may."""
    if member is None:
        return True
    if not member.active or not member.access.includes(NEEDED[kind].profile):
        return False
    if kind is WorkbookKind.ACTIVATION:
        try:
            running.get(subject_id or 0, agency=agency, member=member)
        except Missing:
            return False
    return True


def why_not(
    kind: WorkbookKind, subject_id: int | None, copy: Workbook | None, *, agency: Agency, member: User | None
) -> str | None:
    """Why a member may not bring this back now, and who can; None where they may."""
    if not may(kind, subject_id, agency=agency, member=member):
        said = _("You cannot bring this copy back yourself.")
        return f"{said} {_whom_to_ask(agency, member)}"
    if copy is not None and member is not None and _is_anothers(copy, member):
        said = _("Copy no. %(number)s was taken offline by %(name)s.", number=copy.number, name=copy.made_by)
        return f"{said} {_whom_to_ask(agency, member)}"
    try:
        over = _why_over(kind, subject_id, agency)
    except Missing:
        return _("What this copy is about is no longer here. Nothing of it was taken.")
    return f"{over} {_whom_to_ask(agency, member)}" if over else None


def _is_anothers(copy: Workbook, member: User) -> bool:
    """Operators bring back what they took themselves; planners may bring back what a colleague took."""
    return member.access is Access.OFFICIAL and copy.made_by_id != member.id


def _why_over(kind: WorkbookKind, subject_id: int | None, agency: Agency) -> str | None:
    """Why nothing can be written to what a copy is about."""
    if kind is WorkbookKind.PLAN:
        plan = drafting.plan(subject_id or 0, agency=agency)
        return _("This plan is archived: it is kept as it is.") if plan.state is PlanState.ARCHIVED else None
    if kind is WorkbookKind.ACTIVATION:
        activation = running.get(subject_id or 0, agency=agency)
        return _("This activation is over: nothing more is written to it.") if activation.state in tasks.OVER else None
    return None


def _whom_to_ask(agency: Agency, member: User | None) -> str:
    """Which colleagues of whoever brings the file can help: never the one who asks."""
    with db.session.no_autoflush:
        known = (members.active(agency, access) for access in (Access.PLANNER, Access.ADMINISTRATOR))
        others = ([each.name for each in some if each is not member] for some in known)
        names = ", ".join(next(filter(None, others), [])[:NAMED])
    if not names:
        return _("Your file is kept here.")
    return _("Ask %(names)s: your file is kept here for them.", names=names)
