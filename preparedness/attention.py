"""What needs somebody's attention today, the most pressing first: each matter with the page where it is settled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for

from preparedness.accounts.models import Agency, User
from preparedness.accounts.permissions import Permission, may
from preparedness.activations import preparing, proposals, running
from preparedness.activations.models import Activation, ActivationState
from preparedness.contacts import rosters
from preparedness.database import now
from preparedness.exchange import returns, workbooks
from preparedness.i18n import _, day, moment, ngettext
from preparedness.notifications import outbox
from preparedness.plans.models import Plan, PlanState
from preparedness.plans.tallies import Tally

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Matter:
    """One thing to settle: a sentence, and where."""

    weight: int
    """10 is an emergency at work, 1 is good to know."""
    sentence: str
    act: str
    url: str
    dismissed_at: str | None = None
    """Where it can be dismissed, if nothing need follow from it."""


def matters(agency: Agency, member: User, plans: Sequence[Plan], tallies: Mapping[int, Tally]) -> list[Matter]:
    """Everything that waits for this member, heaviest first."""
    found = [*_activations(agency, member), *_copies(agency, member)]
    if may(Permission.ACTIVATION_RUN):
        found += _proposals(agency, member)
    if may(Permission.PLAN_EDIT):
        found += [*_plans(plans, tallies), *_preparedness(agency), *_messages(agency), *_contacts(agency)]
    return sorted(found, key=lambda matter: -matter.weight)


def _activations(agency: Agency, member: User) -> Iterator[Matter]:
    for activation in running.listed(agency, member=member):
        board = url_for("activations.board", activation_id=activation.id)
        if activation.state in {ActivationState.ACTIVE, ActivationState.RECOVERY} and activation.review_at < now():
            yield Matter(9, _review(activation), _("Review it"), board)
        elif activation.state is ActivationState.ACTIVE:
            weight = 7 if activation.exercise else 10
            yield Matter(weight, _at_work(activation), _("Open the board"), board)


def _review(activation: Activation) -> str:
    return _(
        "%(plan)s: the review of this activation was due. Continue, step down or stand down.", plan=_named(activation)
    )


def _at_work(activation: Activation) -> str:
    return _("%(plan)s is activated: %(level)s.", plan=_named(activation), level=activation.level_label)


def _named(activation: Activation) -> str:
    title = activation.plan.title
    return _("EXERCISE %(plan)s EXERCISE", plan=title) if activation.exercise else title


def _proposals(agency: Agency, member: User) -> Iterator[Matter]:
    """What warning services propose: who says what, when, and for which plans; never more than that."""
    for proposal, plans in proposals.waiting(agency):
        sentence = _(
            "%(who)s, %(when)s: %(what)s. It proposes “%(level)s” for: %(plans)s.",
            who=proposal.who or proposal.sender,
            when=moment(proposal.sent_at, member.timezone),
            what=(proposal.headline or proposal.event or "").rstrip("."),
            level=proposal.level.words if proposal.level else "",
            plans=", ".join(plan.title for plan in plans),
        )
        yield Matter(
            weight=6 if proposal.exercise else 9,
            sentence=_("EXERCISE %(plan)s EXERCISE", plan=sentence) if proposal.exercise else sentence,
            act=_("Look"),
            url=url_for("proposals.show", proposal_id=proposal.id),
            dismissed_at=url_for("proposals.dismiss", proposal_id=proposal.id),
        )


def _copies(agency: Agency, member: User) -> Iterator[Matter]:
    for brought in returns.waiting(agency):
        if may(Permission.COPY_ROSTER) or brought.uploaded_by_id == member.id:
            sentence = _("%(file)s came back and waits to be settled.", file=brought.filename)
            yield Matter(8, sentence, _("Settle it"), url_for("exchange.brought_back", return_id=brought.id))
    for brought in returns.kept_for_others(agency) if may(Permission.COPY_ROSTER) else ():
        sentence = _(
            "%(name)s brought %(file)s back, which was not taken and is kept.",
            name=brought.uploaded_by,
            file=brought.filename,
        )
        yield Matter(5, sentence, _("Look at it"), url_for("exchange.brought_back", return_id=brought.id))
    for copy in workbooks.overdue(agency, member=None if may(Permission.COPY_ROSTER) else member):
        sentence = _(
            "Copy no. %(number)s with contact details, taken by %(name)s, was to be destroyed by %(day)s.",
            number=copy.number,
            name=copy.made_by,
            day=day(copy.destroy_by or copy.made_at, member.timezone),
        )
        yield Matter(6, sentence, _("Say that it is gone"), url_for("exchange.show", copy_id=copy.id))


def _plans(plans: Sequence[Plan], tallies: Mapping[int, Tally]) -> Iterator[Matter]:
    for plan in plans:
        tally = tallies.get(plan.id, Tally())
        show = url_for("plans.show", plan_id=plan.id)
        if plan.state is PlanState.APPROVED and tally.essential_vacant:
            sentence = ngettext(
                "%(plan)s: %(num)s essential seat is held by nobody.",
                "%(plan)s: %(num)s essential seats are held by nobody.",
                tally.essential_vacant,
                plan=plan.title,
            )
            yield Matter(6, sentence, _("Designate"), url_for("plans.designate", plan_id=plan.id))
        if plan.state is PlanState.IN_REVIEW:
            yield Matter(4, _("%(plan)s waits for approval.", plan=plan.title), _("Review it"), show)
        if plan.state is PlanState.APPROVED and plan.review_on and plan.review_on < (now() + SOON).date():
            yield Matter(4, _("%(plan)s is due for its review.", plan=plan.title), _("Review it"), show)


def _preparedness(agency: Agency) -> Iterator[Matter]:
    late: dict[Plan, int] = {}
    for task in preparing.due(agency, within=timedelta()):
        late[task.plan] = late.get(task.plan, 0) + 1
    for plan, count in late.items():
        sentence = ngettext(
            "%(plan)s: %(num)s preparedness task is late.",
            "%(plan)s: %(num)s preparedness tasks are late.",
            count,
            plan=plan.title,
        )
        yield Matter(5, sentence, _("See them"), url_for("activations.preparedness", plan_id=plan.id))


def _messages(agency: Agency) -> Iterator[Matter]:
    messages = url_for("notifications.index")
    if failed := len(outbox.failures(agency)):
        sentence = ngettext("%(num)s message was not delivered.", "%(num)s messages were not delivered.", failed)
        yield Matter(6, sentence, _("See why"), messages)
    if waiting := len(outbox.waiting(agency)):
        sentence = ngettext(
            "%(num)s message has waited for more than five minutes: the mail server or the worker does not answer.",
            "%(num)s messages have waited for more than five minutes: the mail server or the worker does not answer.",
            waiting,
        )
        yield Matter(8, sentence, _("See them"), messages)


def _contacts(agency: Agency) -> Iterator[Matter]:
    if stale := rosters.count_stale(agency):
        sentence = ngettext(
            "%(num)s person has not confirmed their details for a year.",
            "%(num)s people have not confirmed their details for a year.",
            stale,
        )
        yield Matter(2, sentence, _("See them"), url_for("contacts.people", sort="confirmed"))
