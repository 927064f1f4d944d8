"""The sheets of a plan: its text, its roles with their seats, who is designated, and the checklist."""

from dataclasses import dataclass

from preparedness import refs
from preparedness.exchange.choices import Choice, Choices
from preparedness.exchange.sheets import Column, Editable, Sheet, Surroundings, ref_column, worded, yes_or_no
from preparedness.exchange.values import Kind
from preparedness.i18n import _, _l, ngettext
from preparedness.plans.models import Assignment, Plan, Role, Seat
from preparedness.plans.schemas import Unit, counted
from preparedness.vocabulary import Anchor, LedBy, Level, Phase, Verification

YES, NO = Editable.YES, Editable.NO


@dataclass(frozen=True)
class Text:
    """A heading of the plan with its text, wherever the plan keeps it."""

    ref: str
    heading: str
    text: str | None
    guidance: str | None
    version: int
    id: int


def _state_today(seat: Seat, _around: Surroundings) -> str:
    """Whether somebody holds it. At high risk everything else is vacant, whatever the cause (safety.md S4)."""
    if seat.filled:
        return str(_l("held"))
    return str(_l("waiting")) if seat.live and not seat.role.plan.high_risk else str(_l("vacant"))


def _conditions(assignment: Assignment, around: Surroundings) -> str | None:
    """What somebody said when they accepted with conditions, in words."""
    limits = assignment.limits or {}
    said = [
        ngettext("%(num)s hour a week at most", "%(num)s hours a week at most", limits["hours_week"])
        if limits.get("hours_week")
        else "",
        _("Only from where they are") if limits.get("remote_only") else "",
        _("from %(day)s", day=limits["from"]) if limits.get("from") else "",
        limits.get("note") or "",
    ]
    return "; ".join(filter(None, said)) or None


TEXTS = Sheet(
    key="sections",
    title=_l("Plan"),
    named_by="heading",
    spare=0,
    columns=(
        ref_column(lambda row, _: row.ref),
        Column("heading", _l("Heading"), Kind.TEXT, 24, NO, lambda row, _: row.heading),
        Column("text", _l("Text"), Kind.TEXT, 80, YES, lambda row, _: row.text),
        Column("guidance", _l("Guidance"), Kind.TEXT, 20, NO, lambda row, _: row.guidance),
    ),
)

ROLES = Sheet(
    key="roles",
    title=_l("Roles"),
    named_by="title",
    told_apart_by="place",
    columns=(
        ref_column(lambda row, _: refs.of(refs.ROLE, row.id)),
        Column("title", _l("Role"), Kind.TEXT, 24, YES, lambda row, _: row.role.title, required=True),
        Column("place", _l("Place or sector"), Kind.TEXT, 14, YES, lambda row, _: row.label),
        Column("led_by", _l("Led by"), Kind.CHOICE, 10, YES, lambda row, _: row.role.led_by, "led_by", required=True),
        Column("summary", _l("What the holder does"), Kind.TEXT, 55, YES, lambda row, _: row.role.summary),
        Column("essential", _l("Essential"), Kind.YES_NO, 6, YES, lambda row, _: row.role.essential, "yes_no"),
        Column("from_level", _l("From level"), Kind.CHOICE, 9, YES, lambda row, _: row.role.from_level, "level"),
        Column("state", _l("State today"), Kind.TEXT, 8, NO, _state_today),
        Column(
            "min_verification",
            _l("Verification needed"),
            Kind.CHOICE,
            12,
            YES,
            lambda row, _: str(int(row.role.min_verification)),
            "verification",
            prints=False,
        ),
        Column(
            "deputies_wanted",
            _l("Deputies wanted"),
            Kind.WHOLE,
            6,
            YES,
            lambda row, _: row.role.deputies_wanted,
            prints=False,
            between=(0, 9),
        ),
    ),
)

DESIGNATIONS = Sheet(
    key="assignments",
    title=_l("Designations"),
    named_by="holder",
    told_apart_by="role",
    spare=0,
    columns=(
        ref_column(lambda row, _: refs.of(refs.DESIGNATION, row.id)),
        Column("role", _l("Role"), Kind.TEXT, 24, NO, lambda row, _: row.seat.role.title),
        Column("place", _l("Place or sector"), Kind.TEXT, 14, NO, lambda row, _: row.seat.label),
        Column("call_order", _l("Order"), Kind.WHOLE, 6, YES, lambda row, _: row.call_order, between=(1, 9)),
        Column("holder", _l("Holder"), Kind.TEXT, 26, NO, lambda row, _: row.shown_name),
        Column("state", _l("State"), Kind.TEXT, 16, NO, lambda row, _: str(row.status.words)),
        Column("answered_at", _l("Confirmed on"), Kind.DATE, 10, NO, lambda row, around: around.day(row.answered_at)),
        Column("valid_until", _l("Valid until"), Kind.DATE, 10, NO, lambda row, _: row.valid_until),
        Column("conditions", _l("Conditions"), Kind.TEXT, 20, NO, _conditions),
    ),
)

ITEMS = Sheet(
    key="checklist",
    title=_l("Checklist"),
    removable=True,
    named_by="text",
    columns=(
        ref_column(lambda row, _: refs.of(refs.ITEM, row.id)),
        Column("phase", _l("Phase"), Kind.CHOICE, 11, YES, lambda row, _: row.phase, "phase", required=True),
        Column("anchor", _l("From"), Kind.CHOICE, 10, YES, lambda row, _: row.anchor, "anchor", required=True),
        Column(
            "offset",
            _l("Offset"),
            Kind.WHOLE,
            6,
            YES,
            lambda row, _: counted(row.offset_hours)["offset"],
            required=True,
            between=(-9_999, 9_999),
        ),
        Column(
            "unit",
            _l("Unit"),
            Kind.CHOICE,
            6,
            YES,
            lambda row, _: counted(row.offset_hours)["unit"],
            "unit",
            required=True,
        ),
        Column("text", _l("What to do"), Kind.TEXT, 48, YES, lambda row, _: row.text, required=True),
        Column(
            "owner_role",
            _l("Owner role"),
            Kind.CHOICE,
            18,
            YES,
            lambda row, _: row.owner_role.key if row.owner_role else None,
            "role",
        ),
        Column("from_level", _l("From level"), Kind.CHOICE, 9, YES, lambda row, _: row.from_level, "level"),
        Column("source", _l("Source"), Kind.TEXT, 16, YES, lambda row, _: row.source),
        Column(
            "repeat_days",
            _l("Repeat every (days)"),
            Kind.WHOLE,
            7,
            YES,
            lambda row, _: row.repeat_days,
            prints=False,
            between=(1, 730),
        ),
    ),
)

SHEETS = (TEXTS, ROLES, DESIGNATIONS, ITEMS)


def lists(roles: list[Role]) -> dict[str, Choices]:
    """What the cells of a plan's workbook choose from."""
    return {
        "led_by": worded(LedBy),
        "level": worded(Level),
        "verification": worded(Verification),
        "phase": worded(Phase),
        "anchor": worded(Anchor),
        "unit": worded(Unit),
        "role": Choices(Choice(role.key, role.title) for role in roles),
        "yes_no": yes_or_no(),
    }


def texts(plan: Plan) -> list[Text]:
    """What the plan says in words: situation and assumptions first, then its sections."""
    first = [
        Text(refs.of(refs.PLAN, 2 * plan.id), str(_l("Situation")), plan.situation, None, plan.version, plan.id),
        Text(
            refs.of(refs.PLAN, 2 * plan.id + 1), str(_l("Assumptions")), plan.assumptions, None, plan.version, plan.id
        ),
    ]
    return first + [
        Text(refs.of(refs.SECTION, each.id), each.heading, each.text, None, each.version, each.id)
        for each in plan.sections
    ]
