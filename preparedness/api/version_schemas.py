"""What programs see of the approved versions of a plan: when, by whom, and all that was locked."""

from marshmallow import fields

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, Stamp
from preparedness.i18n import _l
from preparedness.shapes import Shape
from preparedness.vocabulary import Anchor, Capability, Hazard, HMeans, LedBy, Level, Phase, Risk


class VersionRow(Edited):
    """An approved version; it never changes."""

    created_at = Stamp(required=True, attribute="approved_at", dump_only=True)
    updated_at = Stamp(required=True, attribute="approved_at", dump_only=True)
    number = fields.Integer(required=True)
    approved_at = Stamp(required=True)
    approved_by = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    next_review_on = fields.Date(required=True)


class LockedSection(Shape):
    """A heading with its text, as it was approved."""

    key = fields.String(required=True)
    heading = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)


class LockedObjective(Shape):
    """What the plan is to achieve, as it was approved."""

    key = fields.String(required=True)
    text = fields.String(required=True)


class LockedTrigger(Shape):
    """When a level begins, as it was approved."""

    key = fields.String(required=True)
    level = shapes.code(Level, None, required=True)
    scheme = fields.String(required=True, allow_none=True)
    label = fields.String(required=True)
    condition = fields.String(required=True)


class LockedSeat(Shape):
    """A seat, as it was approved; who holds it is read at the moment of use."""

    id = fields.Integer(required=True)
    label = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)


class LockedRole(Shape):
    """A role with its seats, as it was approved."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True, allow_none=True)
    led_by = shapes.code(LedBy, None, required=True)
    essential = fields.Boolean(required=True)
    from_level = shapes.code(Level, None, required=True)
    phases = fields.List(shapes.code(Phase, None, allow_none=False), required=True)
    min_verification = fields.Integer(required=True)
    languages = fields.List(fields.String(), required=True)
    capabilities = fields.List(shapes.code(Capability, None, allow_none=False), required=True)
    deputies_wanted = fields.Integer(required=True)
    seats = fields.List(fields.Nested(LockedSeat), required=True)


class LockedItem(Shape):
    """A line of the checklist, as it was approved."""

    key = fields.String(required=True)
    phase = shapes.code(Phase, None, required=True)
    anchor = shapes.code(Anchor, None, required=True)
    offset_hours = fields.Integer(required=True)
    repeat_days = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)
    from_level = shapes.code(Level, None, required=True, allow_none=True)
    owner_role = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    position = fields.Integer(required=True)


class Locked(Shape):
    """All that an approval locked. No person is in it."""

    title = fields.String(required=True)
    country = fields.String(required=True)
    hazard = shapes.code(Hazard, None, required=True)
    risk_class = shapes.code(Risk, None, required=True)
    h_means = shapes.code(HMeans, None, required=True)
    situation = fields.String(required=True, allow_none=True)
    assumptions = fields.String(required=True, allow_none=True)
    sections = fields.List(fields.Nested(LockedSection), required=True)
    objectives = fields.List(fields.Nested(LockedObjective), required=True)
    triggers = fields.List(fields.Nested(LockedTrigger), required=True)
    roles = fields.List(fields.Nested(LockedRole), required=True)
    items = fields.List(fields.Nested(LockedItem), required=True)


class VersionWhole(VersionRow):
    """An approved version with all that it locked."""

    document = fields.Nested(Locked, required=True)


class VersionsQuery(Paging):
    """How the list of versions can be narrowed."""

    q = shapes.words(_l("Words of the note"))
