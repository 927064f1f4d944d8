"""What programs send and see of plans, their approved versions, how well they are covered and how ready they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, pre_load, validate

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, Stamp, told
from preparedness.i18n import LANGUAGES, _l
from preparedness.plans import coverage, library, readiness, versions
from preparedness.plans.models import Plan, PlanState
from preparedness.plans.readings import Reading
from preparedness.plans.schemas import PlanSchema, templates
from preparedness.shapes import Shape
from preparedness.vocabulary import Capability, Hazard, HMeans, Risk

MOST_OBJECTIVES, LONGEST_OBJECTIVE, FEW = 50, 1_000, 5
TEMPLATE = {
    "description": "The key of the template it began with; nothing for an empty draft.",
    "example": "earthquake",
}
VERSION = {"description": "The number of the approved version that activates; null before the first."}


class PlanWords(PlanSchema):
    """What a plan says of itself. Its rows stand at addresses of their own."""

    class Meta(PlanSchema.Meta):
        fields: tuple[str, ...] = (
            *("title", "country", "language", "hazard", "risk_class", "h_means"),
            *("situation", "assumptions", "objectives", "review_on"),
        )

    language = shapes.one_of(lambda: list(LANGUAGES.items()), _l("Language of the plan"), allow_none=False)
    hazard = shapes.code(Hazard, _l("Hazard group"), hint=_l("Needed without a template."), allow_none=False)
    risk_class = shapes.code(Risk, _l("Risk for those who are named"), allow_none=False)
    h_means = shapes.code(HMeans, _l("What H is"), allow_none=False)
    objectives = fields.List(
        shapes.text(_l("Objective"), most=LONGEST_OBJECTIVE, required=True),
        validate=validate.Length(max=MOST_OBJECTIVES),
        metadata={"description": "In order. One that says the same as before stays the same objective."},
    )
    review_on = shapes.day(_l("Next review"))

    @pre_load
    def _trim_objectives(self, data: Any, **_kwargs: Any) -> Any:
        if not isinstance(data, Mapping) or not isinstance(data.get("objectives"), list):
            return data
        return {**data, "objectives": [self._trimmed("objectives", each) for each in data["objectives"]]}


class PlanIn(PlanWords):
    """How a plan begins: from a template, whose roles and checklist it takes, or empty."""

    class Meta(PlanWords.Meta):
        fields = ("title", "template", *PlanWords.Meta.fields[1:])

    template = shapes.one_of(
        templates, _l("What is the plan about?"), codes=lambda: {each.key for each in library.templates()}
    )


class PlanRow(Edited):
    """A plan as it is being written. Operators get what its latest approved version says."""

    ref = fields.String(required=True)
    title = fields.String(required=True)
    template = fields.String(required=True, allow_none=True, attribute="template_key", metadata=TEMPLATE)
    country = fields.String(required=True)
    language = fields.String(required=True)
    hazard = shapes.code(Hazard, None, required=True)
    risk_class = shapes.code(Risk, None, required=True)
    h_means = shapes.code(HMeans, None, required=True)
    state = shapes.code(PlanState, None, required=True)
    latest_version = told(
        fields.Integer(required=True, allow_none=True, metadata=VERSION),
        lambda plan: plan.latest_version.number if plan.latest_version else None,
    )
    has_unapproved_changes = told(
        fields.Boolean(required=True, metadata={"description": "Whether the draft says otherwise than that version."}),
        lambda plan: not isinstance(plan, Reading) and versions.has_unapproved_changes(plan),
    )
    situation = fields.String(required=True, allow_none=True)
    assumptions = fields.String(required=True, allow_none=True)
    objectives = told(
        fields.List(fields.String(), required=True),
        lambda plan: [each.text for each in plan.objectives],
    )
    review_on = fields.Date(required=True, allow_none=True)


class PlansQuery(Paging):
    """How the list of plans can be narrowed; archived ones only come with their state."""

    q = shapes.words(_l("Words of the plan's title"))
    ref = shapes.words(None, most=20)
    template = shapes.words(None, most=40)
    country = shapes.country(None)
    language = shapes.words(None, most=20)
    hazard = shapes.code(Hazard, None)
    risk_class = shapes.code(Risk, None)
    h_means = shapes.code(HMeans, None)
    state = shapes.code(PlanState, None)


class Place(Shape):
    """A place of the matrix: of a seat, or where those who accepted live."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)


class Cell(Shape):
    """How many of those who accepted have a capability in a place; nobody where a cell is not listed."""

    capability = fields.String(required=True)
    place = fields.String(required=True, metadata={"description": "The key of the place."})
    held = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Null in a plan of high risk where it is fewer than 5: it would name somebody."},
    )


class CoverageRow(Shape):
    """Which capability is held in which place, counting only those who accepted."""

    places = told(fields.List(fields.Nested(Place), required=True), lambda seen: _places(seen))
    capabilities = fields.List(shapes.code(Capability, None), required=True)
    counts = told(fields.List(fields.Nested(Cell), required=True), lambda seen: _counts(seen))


def _places(seen: "Covered") -> list[dict[str, Any]]:
    matrix = seen.matrix
    return [{"key": key, "title": words, "country": matrix.countries.get(key)} for key, words in matrix.places]


def _counts(seen: "Covered") -> list[dict[str, Any]]:
    return [
        {"capability": code, "place": place, "held": None if seen.high_risk and held < FEW else held}
        for (code, place), held in seen.matrix.counts.items()
    ]


@dataclass(frozen=True)
class Covered:
    """A plan's matrix, and whether its numbers could name somebody."""

    matrix: coverage.Matrix
    high_risk: bool

    @property
    def capabilities(self) -> list[Capability]:
        """The capabilities that the roles ask for."""
        return self.matrix.capabilities


class PartRow(Shape):
    """One part of the score."""

    title = fields.String(required=True)
    points = fields.Integer(required=True, metadata={"description": "The most there can be."})
    earned = fields.Integer(required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    advice = fields.String(required=True, allow_none=True, metadata={"description": "Null where nothing is left."})


class ReadinessRow(Shape):
    """How ready a plan is, of a hundred points, and what would make it readier."""

    score = fields.Integer(required=True)
    parts = fields.List(fields.Nested(PartRow), required=True)
    gaps = fields.List(fields.String(), required=True)


def ready(plan: Plan) -> dict[str, Any]:
    """The readiness of a plan, as it is shown."""
    parts = readiness.of(plan)
    return {
        "score": readiness.score(parts),
        "parts": [
            {
                **{name: getattr(part, name) for name in ("title", "points", "earned", "done", "total")},
                "advice": None if part.complete else part.advice,
            }
            for part in parts
        ],
        "gaps": [gap.sentence for gap in readiness.gaps(plan)],
    }


class Approval(Shape):
    """The version that an approval locked."""

    number = fields.Integer(required=True)
    approved_at = Stamp(required=True)
    approved_by = fields.String(required=True)
    next_review_on = fields.Date(required=True)
