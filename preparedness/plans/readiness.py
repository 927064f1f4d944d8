"""How ready a plan is: a hundred points in parts, each with what to do to raise it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any

from preparedness.contacts import standing
from preparedness.i18n import _, _l, ngettext
from preparedness.plans import coverage, roles
from preparedness.plans.coverage import SeatRow
from preparedness.plans.models import Plan, PlanState, Status
from preparedness.vocabulary import Anchor, Level

SOON = timedelta(days=30)


class Page(Enum):
    """Where something is mended."""

    TEXT = "text"
    ROLES = "roles"
    CHECKLIST = "checklist"
    DESIGNATE = "designate"
    ASK = "ask"


@dataclass(frozen=True)
class Part:
    """One part of the score: how much of it is there, and what would raise it."""

    title: Any
    points: int
    done: int
    total: int
    advice: Any
    page: Page

    @property
    def earned(self) -> int:
        """The points that are there; none where there is nothing to count."""
        return self.points * self.done // self.total if self.total else 0

    @property
    def complete(self) -> bool:
        """True where nothing is left to raise."""
        return self.total > 0 and self.done == self.total


def of(plan: Plan) -> list[Part]:
    """The parts of a plan's score, the heaviest first."""
    return [*_of_seats(plan), *_of_holders(plan), _of_tasks(plan)]


def _of_seats(plan: Plan) -> Iterator[Part]:
    grid = coverage.grid(plan)
    essential = [row for row in grid if row.role.essential]
    wanting = [row for row in grid if row.role.deputies_wanted]
    deputised = sum(row.deputised for row in wanting)
    yield Part(
        _l("Essential seats held"),
        30,
        _held(essential),
        len(essential),
        _l("Designate holders for the essential roles and ask them."),
        Page.DESIGNATE,
    )
    yield Part(_l("All seats held"), 20, _held(grid), len(grid), _l("Ask those who are proposed."), Page.ASK)
    advice = _l("Propose deputies, best in another city or of another generation.")
    yield Part(_l("Seats with a deputy"), 20, deputised, len(wanting), advice, Page.DESIGNATE)


def _of_holders(plan: Plan) -> Iterator[Part]:
    accepted = [(each, row.role) for row in coverage.grid(plan) for each in row.live if each.holds]
    soon = standing.today() + SOON
    verified = sum(each.holder.verification >= role.min_verification for each, role in accepted)
    current = sum(each.valid_until is not None and each.valid_until > soon for each, _role in accepted)
    yield Part(
        _l("Holders known as well as their role asks"),
        10,
        verified,
        len(accepted),
        _l("Record the checks that are missing."),
        Page.DESIGNATE,
    )
    yield Part(
        _l("Confirmations good for another month"),
        10,
        current,
        len(accepted),
        _l("Ask again those whose confirmation runs out."),
        Page.ASK,
    )


def _of_tasks(plan: Plan) -> Part:
    owned = sum(item.owner_role is not None for item in plan.items)
    advice = _l("Give each task the role that does it.")
    return Part(_l("Tasks with an owner role"), 10, owned, len(plan.items), advice, Page.CHECKLIST)


def score(parts: list[Part]) -> int:
    """All points that are there, of a hundred."""
    return sum(part.earned for part in parts)


def _held(grid: list[SeatRow]) -> int:
    return sum(row.signal == "held" for row in grid)


@dataclass(frozen=True)
class Gap:
    """Something that is missing, and where it is mended."""

    sentence: str
    page: Page


def gaps(plan: Plan) -> list[Gap]:
    """What is missing in a plan, the heaviest first: said before an approval, which it does not forbid."""
    return [*_people_missing(plan), *_text_missing(plan), *_tasks_missing(plan)]


def _people_missing(plan: Plan) -> Iterator[Gap]:
    grid = coverage.grid(plan)
    if vacant := [row for row in grid if row.role.essential and row.signal == "gap"]:
        sentence = ngettext(
            "%(num)s essential seat is vacant: %(names)s.",
            "%(num)s essential seats are vacant: %(names)s.",
            len(vacant),
            names=_some([row.seat.title for row in vacant]),
        )
        yield Gap(sentence, Page.DESIGNATE)
    if unseated := [role.title for role in roles.of(plan) if not role.seats]:
        sentence = ngettext(
            "%(num)s role waits for its places or sectors: %(names)s.",
            "%(num)s roles wait for their places or sectors: %(names)s.",
            len(unseated),
            names=_some(unseated),
        )
        yield Gap(sentence, Page.ROLES)
    alone = sum(row.signal == "held" and not row.deputised for row in grid)
    if alone:
        sentence = ngettext(
            "%(num)s seat has a holder and too few deputies.",
            "%(num)s seats have a holder and too few deputies.",
            alone,
        )
        yield Gap(sentence, Page.DESIGNATE)


def _text_missing(plan: Plan) -> Iterator[Gap]:
    if not plan.situation:
        yield Gap(_("The situation is not described."), Page.TEXT)
    if not plan.assumptions:
        yield Gap(_("No assumptions are written."), Page.TEXT)
    if not plan.objectives:
        yield Gap(_("The plan has no objective."), Page.TEXT)
    without = [str(level.words) for level in Level if level not in {each.level for each in plan.triggers}]
    if without:
        yield Gap(_("No trigger says when this begins: %(levels)s.", levels=", ".join(without)), Page.TEXT)


def _tasks_missing(plan: Plan) -> Iterator[Gap]:
    anchored = {item.anchor for item in plan.items}
    words = {
        Anchor.P: _("The checklist has no task of preparedness."),
        Anchor.H: _("The checklist has no task of response."),
        Anchor.R: _("The checklist has no task of recovery."),
    }
    for anchor, sentence in words.items():
        if anchor not in anchored:
            yield Gap(sentence, Page.CHECKLIST)
    if unowned := sum(item.owner_role is None for item in plan.items):
        sentence = ngettext("%(num)s task has no owner role.", "%(num)s tasks have no owner role.", unowned)
        yield Gap(sentence, Page.CHECKLIST)


def _some(names: list[str], most: int = 4) -> str:
    """A few names, and that there are more."""
    shown = ", ".join(names[:most])
    return f"{shown} …" if len(names) > most else shown


class Act(StrEnum):
    """The one next act that a plan calls for."""

    WRITE = "write"
    APPROVE = "approve"
    DESIGNATE = "designate"
    ASK = "ask"
    ACTIVATE = "activate"


def next_act(plan: Plan, *, changed: bool) -> Act | None:
    """What to do next: write and send for review, approve, designate, ask; then it is ready for the day."""
    if plan.state is PlanState.ARCHIVED:
        return None
    if plan.state is PlanState.IN_REVIEW:
        return Act.APPROVE
    if changed:
        return Act.WRITE
    grid = coverage.grid(plan)
    if any(each.status is Status.PROPOSED for row in grid for each in row.live):
        return Act.ASK
    return Act.DESIGNATE if any(row.signal == "gap" for row in grid if row.role.essential) else Act.ACTIVATE
