"""What programs see of the plan templates: what each is about, and all that a plan made of it begins with."""

from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.api.schemas import Paging, told
from preparedness.i18n import _l
from preparedness.shapes import Shape
from preparedness.vocabulary import Anchor, Capability, Hazard, HMeans, LedBy, Level, Phase, Risk


class TemplateRow(Shape):
    """A plan template."""

    key = fields.String(required=True, metadata={"example": "earthquake"})
    language = fields.String(required=True, metadata={"description": "Of its texts: as Accept-Language asks for."})
    title = fields.String(required=True)
    hazard = shapes.code(Hazard, None, required=True)
    onset = fields.String(required=True)
    risk_class = shapes.code(Risk, None, required=True)
    risk_note = fields.String(required=True)
    h_means = shapes.code(HMeans, None, required=True)
    h_note = fields.String(required=True)


class TemplateTrigger(Shape):
    """What makes a level begin."""

    level = shapes.code(Level, None, required=True)
    scheme = fields.String(required=True)
    label = fields.String(required=True)
    condition = fields.String(required=True)


class TemplateRole(Shape):
    """A role of a template."""

    key = fields.String(required=True, attribute="code", metadata={"example": "DIA-COORD"})
    title = fields.String(required=True)
    summary = fields.String(required=True)
    led_by = shapes.code(LedBy, None, required=True)
    essential = fields.Boolean(required=True)
    from_level = shapes.code(Level, None, required=True)
    phases = fields.List(shapes.code(Phase, None, required=True), required=True)
    seats_by = fields.String(required=True, allow_none=True, metadata={"enum": ["place", "sector", None]})
    min_verification = fields.Integer(required=True)
    languages_needed = fields.Boolean(required=True)
    capabilities = fields.List(shapes.code(Capability, None, required=True), required=True)


class TemplateItem(Shape):
    """A line of a template's checklist."""

    key = fields.String(required=True, metadata={"example": "earthquake.resp.01"})
    phase = shapes.code(Phase, None, required=True)
    anchor = shapes.code(Anchor, None, required=True)
    offset_hours = fields.Integer(required=True)
    repeat_days = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)
    from_level = shapes.code(Level, None, required=True, allow_none=True)
    owner_role = fields.String(required=True)
    source = fields.String(required=True)


class TemplateWhole(TemplateRow):
    """A plan template with its objectives, triggers, roles and checklist."""

    objectives = fields.List(fields.String(), required=True)
    triggers = fields.List(fields.Nested(TemplateTrigger), required=True)
    roles = fields.List(fields.Nested(TemplateRole), required=True)
    checklist: Any = told(fields.List(fields.Nested(TemplateItem), required=True), lambda template: template.items)


class TemplatesQuery(Paging):
    """How the list of templates can be narrowed."""

    q = shapes.words(_l("Words of its title"))
    hazard = shapes.code(Hazard, None)
    risk_class = shapes.code(Risk, None)
