"""Proposals: levels that warning services' bulletins propose for plans. Somebody decides; none activates."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.exc import IntegrityError

from preparedness.accounts.models import Agency
from preparedness.activations import bulletins
from preparedness.activations.bulletins import Bulletin, Info
from preparedness.activations.models import (
    Activation,
    ActivationKind,
    ActivationState,
    BulletinKind,
    Proposal,
    ProposalState,
)
from preparedness.audit import Action, Actor, record
from preparedness.database import changed, db, expect, now, touch
from preparedness.errors import Missing, Refused
from preparedness.i18n import _
from preparedness.plans import drafting
from preparedness.plans.models import Plan
from preparedness.vocabulary import Level

MEANT = frozenset({"Actual", "Exercise"})
"""The statuses of a bulletin that is to be acted upon."""

PROPOSING = frozenset({BulletinKind.ALERT, BulletinKind.UPDATE})
FADES_AFTER = timedelta(days=7)
"""A bulletin that names no end waits so long for somebody to look."""

KEPT = timedelta(days=400)


def get(proposal_id: int, *, agency: Agency) -> Proposal:
    """A bulletin that the agency received. Raises Missing."""
    proposal = db.session.scalar(select(Proposal).where(Proposal.id == proposal_id, Proposal.agency_id == agency.id))
    if proposal is None:
        raise Missing
    return proposal


def waiting(agency: Agency) -> list[tuple[Proposal, list[Plan]]]:
    """The proposals nobody decided on yet, with the plans that do not run at such a level; the gravest first."""
    query = select(Proposal).where(
        Proposal.agency_id == agency.id,
        Proposal.state == ProposalState.OPEN,
        Proposal.received_at > now() - FADES_AFTER,
        or_(Proposal.expires_at.is_(None), Proposal.expires_at > now()),
    )
    found = db.session.scalars(query.order_by(Proposal.sent_at.desc(), Proposal.id.desc())).all()
    if not found:
        return []
    plans, levels = {plan.id: plan for plan in drafting.in_force(agency)}, _running(agency)
    told = [(each, [plans[number] for number in _left(each, levels) if number in plans]) for each in found]
    return sorted(((each, left) for each, left in told if left), key=lambda pair: -_rank(pair[0]))


def plans_of(proposal: Proposal, agency: Agency) -> list[Plan]:
    """The plans a bulletin is about, of those that can be activated."""
    return [plan for plan in drafting.in_force(agency) if plan.id in proposal.plan_ids]


def _running(agency: Agency) -> dict[int, Level]:
    """The level at which each plan is really activated now."""
    query = select(Activation.plan_id, Activation.level).where(
        Activation.agency_id == agency.id,
        Activation.state == ActivationState.ACTIVE,
        Activation.kind == ActivationKind.REAL,
    )
    return dict(db.session.execute(query).all())


def _left(proposal: Proposal, levels: dict[int, Level]) -> list[int]:
    """The plans for which there is something to decide still."""
    return [
        number for number in proposal.plan_ids if number not in levels or not levels[number].reaches(proposal.level)
    ]


def _rank(proposal: Proposal) -> int:
    return -1 if proposal.exercise or proposal.level is None else proposal.level.rank


def receive(agency: Agency, bulletin: Bulletin, *, by: Actor) -> tuple[Proposal, bool]:
    """Take in a bulletin; answers its row, and whether it is new: the same one sent again changes nothing.

    An update takes the place of what it names, a cancellation takes it back; both only of the same sender. Where
    somebody dismissed what an update replaces, it is shown again only if it is graver.
    """
    if known := _known(agency, bulletin):
        return known, False
    before, after = _named_by(agency, bulletin), _naming(agency, bulletin)
    made = _made(agency, bulletin, by)
    if made.state is ProposalState.OPEN:
        made.state = _state(made, before, after)
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError:
        known = _known(agency, bulletin)
        if known is None:
            raise
        return known, False
    _settle(bulletin, before, by)
    record(Action.LEVEL_PROPOSED, made, by=by, state=made.state, plans=len(made.plan_ids))
    return made, True


def _known(agency: Agency, bulletin: Bulletin) -> Proposal | None:
    return db.session.scalar(
        select(Proposal).where(
            Proposal.agency_id == agency.id,
            Proposal.sender == bulletin.sender,
            Proposal.identifier == bulletin.identifier,
            Proposal.sent_at == bulletin.sent_at,
        )
    )


def _named_by(agency: Agency, bulletin: Bulletin) -> list[Proposal]:
    """The earlier bulletins of the same sender that this one names."""
    if not bulletin.references:
        return []
    return [each for each in _of_sender(agency, bulletin.sender) if name(each) in bulletin.references]


def _naming(agency: Agency, bulletin: Bulletin) -> list[Proposal]:
    """The bulletins of the same sender that came before this one and name it: it was overtaken on the way."""
    later = _of_sender(agency, bulletin.sender, Proposal.sent_at >= bulletin.sent_at)
    return [each for each in later if bulletin.name in each.references]


def _of_sender(agency: Agency, sender: str, *where: ColumnElement[bool]) -> Collection[Proposal]:
    query = select(Proposal).where(Proposal.agency_id == agency.id, Proposal.sender == sender, *where)
    return db.session.scalars(query.order_by(Proposal.id.desc()).limit(1_000)).all()


def name(proposal: Proposal) -> str:
    """How later bulletins refer to it."""
    return bulletins.named(proposal.sender, proposal.identifier, proposal.sent_at)


def _made(agency: Agency, bulletin: Bulletin, by: Actor) -> Proposal:
    """The row of a bulletin, with the plans in force that it is about."""
    about = [(plan, info) for plan in drafting.in_force(agency) for info in bulletin.infos if _is_about(info, plan)]
    meant = bulletin.status in MEANT and bulletin.kind in PROPOSING
    info = _told(agency, [info for _plan, info in about] or list(bulletin.infos))
    gravest = max((info.level for _plan, info in about), key=lambda level: level.rank, default=None)
    expires = [info.expires_at for _plan, info in about]
    return Proposal(
        agency_id=agency.id,
        sender=bulletin.sender,
        identifier=bulletin.identifier,
        sent_at=bulletin.sent_at,
        kind=bulletin.kind,
        references=list(bulletin.references),
        state=ProposalState.OPEN if meant and about else ProposalState.IGNORED,
        exercise=bulletin.status == "Exercise",
        level=gravest if meant else None,
        plan_ids=sorted({plan.id for plan, _info in about}) if meant else [],
        who=info.who if info else None,
        event=info.event if info else None,
        headline=info.headline if info else None,
        area=info.area or None if info else None,
        severity=info.severity if info else None,
        expires_at=None if None in expires else max(filter(None, expires), default=None),
        came_by=by.label,
        updated_by=by.label,
    )


def _is_about(info: Info, plan: Plan) -> bool:
    """True where both the hazard and the country are the plan's."""
    return plan.hazard in info.hazards and plan.country in info.countries


def _told(agency: Agency, infos: list[Info]) -> Info | None:
    """The description to show: in the agency's language where there is one, else the first."""
    theirs = [info for info in infos if info.language.casefold().startswith(agency.language)]
    return next(iter(theirs or infos), None)


def _state(made: Proposal, before: Collection[Proposal], after: Collection[Proposal]) -> ProposalState:
    """Whether a new proposal waits for somebody, given what its sender said before and, overtaking it, after."""
    if after:
        taken_back = any(each.kind is BulletinKind.CANCEL for each in after)
        return ProposalState.WITHDRAWN if taken_back else ProposalState.SUPERSEDED
    dismissed = [_rank(each) for each in before if each.state is ProposalState.DISMISSED]
    return ProposalState.DISMISSED if dismissed and _rank(made) <= max(dismissed) else ProposalState.OPEN


def _settle(bulletin: Bulletin, before: Collection[Proposal], by: Actor) -> None:
    """Take the earlier bulletins from the list of what waits."""
    ends = {BulletinKind.UPDATE: ProposalState.SUPERSEDED, BulletinKind.CANCEL: ProposalState.WITHDRAWN}
    if bulletin.status not in MEANT or bulletin.kind not in ends:
        return
    for each in before:
        if each.state in {ProposalState.OPEN, ProposalState.DISMISSED}:
            each.state = ends[bulletin.kind]
            touch(each, by=by.label)


def sweep() -> int:
    """Forget the bulletins of more than a year ago; returns how many."""
    return changed(delete(Proposal).where(Proposal.received_at < now() - KEPT))


def dismiss(proposal: Proposal, *, version: int | None = None, by: Actor) -> None:
    """Take a proposal from the list: nothing follows from it. Raises Stale, or Refused where it no longer waits."""
    expect(proposal, version, {}, ())
    if proposal.state is not ProposalState.OPEN:
        raise Refused(_("This alert no longer waits: %(state)s.", state=proposal.state.words))
    proposal.state = ProposalState.DISMISSED
    touch(proposal, by=by.label)
    record(Action.PROPOSAL_DISMISSED, proposal, by=by)
