"""What is accepted of plans and of their rows, field by field."""

from typing import Any

from marshmallow import fields, post_load, validate

from preparedness import shapes
from preparedness.i18n import LANGUAGES, _, _l, current
from preparedness.plans import library
from preparedness.vocabulary import Anchor, Capability, Hazard, HMeans, LedBy, Level, Phase, Risk, Verification, Worded

MOST_HOURS = 2 * 366 * 24
HOURS_A_DAY = 24
LEAST_DAYS = 48


class Unit(Worded):
    """What an offset is counted in."""

    HOURS = "hours", _l("hours")
    DAYS = "days", _l("days")


class SeatsBy(Worded):
    """How a role is divided; with nothing said it has one seat."""

    PLACE = "place", _l("one seat for each place")
    SECTOR = "sector", _l("one seat for each sector")


def templates() -> shapes.Choices:
    """Each template with what it brings."""
    return [(each.key, _brought(each.in_language(current()))) for each in library.templates()]


def _brought(text: library.PlanText) -> str:
    return _(
        "%(title)s · %(roles)s roles, %(tasks)s tasks",
        title=text.title,
        roles=len(text.roles),
        tasks=len(text.items),
    )


def _degrees() -> shapes.Choices:
    return [(int(each), each.words) for each in Verification]


class NewPlanSchema(shapes.Shape):
    """The three answers a plan begins with, and its language."""

    template = shapes.one_of(templates, _l("What is the plan about?"), required=True, kind="radio")
    title = shapes.words(_l("What is it called?"), hint=_l("For example: Major earthquake in Haiti"), required=True)
    country = shapes.country(_l("Which country is it about?"), required=True)
    language = shapes.one_of(
        lambda: list(LANGUAGES.items()), _l("Language of the plan"), hint=_l("Its texts come in this language.")
    )


class PlanSchema(shapes.Shape):
    """What a plan says of itself."""

    title = shapes.words(_l("Title"), required=True)
    country = shapes.country(_l("Country"), required=True)
    hazard = shapes.code(Hazard, _l("Hazard group"), required=True)
    risk_class = shapes.code(
        Risk,
        _l("Risk for those who are named"),
        hint=_l("At high risk only organisations can be designated, and no person is named anywhere."),
        required=True,
    )
    h_means = shapes.code(HMeans, _l("What H is"), required=True)
    situation = shapes.text(_l("Situation"), rows=8)
    assumptions = shapes.text(_l("Assumptions"), rows=8)


class SectionSchema(shapes.Shape):
    """A heading with its text."""

    heading = shapes.words(_l("Heading"), required=True)
    text = shapes.text(_l("Text"), rows=14, most=30_000)


class ObjectiveSchema(shapes.Shape):
    """What the plan is to achieve."""

    text = shapes.text(_l("Objective"), rows=3, most=1_000, required=True)


class TriggerSchema(shapes.Shape):
    """When a level begins, and what it is called."""

    level = shapes.code(Level, _l("Level"), required=True)
    label = shapes.words(
        _l("What this level is called here"), hint=_l("In words: numbers run both ways in the field."), required=True
    )
    scheme = shapes.words(_l("Scheme the name comes from"))
    condition = shapes.text(_l("What must have happened"), rows=3, most=1_000, required=True)


class RoleSchema(shapes.Shape):
    """What a role is, and what its holder must bring."""

    title = shapes.words(_l("Role"), required=True)
    summary = shapes.text(_l("What the holder does"), hint=_l("One sentence: it is read to them."), rows=3, most=1_000)
    led_by = shapes.code(LedBy, _l("Led by"), required=True)
    essential = shapes.yes(_l("Essential: the plan does not work without it"))
    from_level = shapes.code(Level, _l("Needed from this level on"), required=True)
    seats_by = shapes.code(SeatsBy, _l("Divided"), hint=_l("Not given: one seat."))
    min_verification = fields.Integer(
        allow_none=True,
        validate=validate.OneOf(list(map(int, Verification))),
        metadata={"label": _l("Verification asked for"), "kind": "select", "choices": _degrees},
    )
    deputies_wanted = shapes.whole(_l("Deputies wanted"), least=0, most=9, required=True)
    phases = shapes.codes(Phase, _l("Phases"))
    capabilities = shapes.codes(Capability, _l("What the holder must be able to do"))
    languages = shapes.languages(_l("Languages needed"))

    @post_load
    def _as_codes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Lists and divisions are kept as plain codes; with no degree said, to be listed is enough."""
        data["min_verification"] = data.get("min_verification") or 0
        for name in ("phases", "capabilities"):
            data[name] = [str(each) for each in data.get(name) or []]
        data["seats_by"] = str(data["seats_by"]) if data.get("seats_by") else None
        return data


class SeatSchema(shapes.Shape):
    """The place or sector of a seat."""

    label = shapes.words(_l("Place or sector"), hint=_l("A city, a region, or a sector such as Health."), most=100)
    country = shapes.country(_l("Country"))


class ItemSchema(shapes.Shape):
    """Something to be done, when, by which role."""

    text = shapes.text(_l("What is to be done"), rows=3, most=2_000, required=True)
    phase = shapes.code(Phase, _l("Phase"), required=True)
    offset = shapes.whole(
        _l("How long after"),
        hint=_l("A negative number is before: −24 hours is a day ahead of the landfall."),
        least=-MOST_HOURS,
        most=MOST_HOURS,
        required=True,
    )
    unit = shapes.code(Unit, _l("Counted in"), required=True)
    anchor = shapes.code(Anchor, _l("Counts from"), required=True)
    from_level = shapes.code(Level, _l("From level"), hint=_l("Not given: at every level."))
    owner_role_id = fields.Integer(
        allow_none=True, metadata={"label": _l("Owner role"), "kind": "select", "hint": _l("The role that does it.")}
    )
    repeat_days = shapes.whole(_l("Repeats every (days)"), least=1, most=730)
    source = shapes.words(_l("Source"), hint=_l("The doctrine or lesson it comes from."))

    @post_load
    def _in_hours(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        size = data.pop("offset")
        data["offset_hours"] = size * HOURS_A_DAY if data.pop("unit") is Unit.DAYS else size
        return data


def counted(hours: int) -> dict[str, Any]:
    """An offset as the form holds it: in days where these are whole and two at least."""
    in_days = abs(hours) >= LEAST_DAYS and hours % HOURS_A_DAY == 0
    return {"offset": hours // HOURS_A_DAY, "unit": Unit.DAYS} if in_days else {"offset": hours, "unit": Unit.HOURS}


class ApprovalSchema(shapes.Shape):
    """What an approval adds."""

    note = shapes.text(_l("Note"), hint=_l("Who reviewed it, and what they decided."), rows=3, most=2_000)


class CandidateFilters(shapes.Shape):
    """What narrows the list of those who could hold a seat."""

    q = shapes.words(_l("Name"), kind="search", most=100)
    capability = shapes.code(Capability, _l("Can do"))
    language = shapes.language(_l("Speaks"))
    country = shapes.country(_l("Country"))
    min_verification = fields.Integer(
        allow_none=True,
        validate=validate.OneOf(list(map(int, Verification))),
        metadata={"label": _l("At least"), "kind": "select", "choices": _degrees},
    )


class HolderSchema(shapes.Shape):
    """Who is proposed for a seat."""

    holder = shapes.words(_l("Holder"), required=True, most=40)
