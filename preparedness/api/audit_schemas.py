"""What programs see of the audit: its lines as they are chained, with what each says before and after."""

from typing import Any

from marshmallow import fields

from preparedness import shapes
from preparedness.api.schemas import Paging, Row, Stamp, told
from preparedness.audit import Action, ActorKind, Entry
from preparedness.contacts import part_schemas
from preparedness.i18n import _l
from preparedness.shapes import Shape

ERASED = "Empty where an erasure took it; the chain still verifies. A personal value is a mark, never the value."


class By(Shape):
    """Who acted."""

    kind = shapes.code(ActorKind, None, required=True)
    id = fields.Integer(required=True, allow_none=True)
    label = fields.String(required=True)


class Of(Shape):
    """The row that an entry is about."""

    kind = fields.String(required=True, metadata={"example": "person"})
    id = fields.Integer(required=True, allow_none=True)
    ref = fields.String(required=True, allow_none=True)


def _by(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.actor_kind, "id": entry.actor_id, "label": entry.actor_label}


def _of(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.subject_kind, "id": entry.subject_id, "ref": entry.subject_ref}


class EntryRow(Row):
    """One line of the audit."""

    seq = fields.Integer(required=True, metadata={"description": "Its place in the chain of the institution, from 1."})
    at = Stamp(required=True)
    by = told(fields.Nested(By, required=True), _by)
    action = shapes.code(Action, None, required=True)
    subject = told(fields.Nested(Of, required=True), _of)
    before = told(
        fields.Dict(required=True, allow_none=True, metadata={"description": ERASED}),
        lambda entry: entry.detail.before if entry.detail else None,
    )
    after = told(
        fields.Dict(required=True, allow_none=True, metadata={"description": ERASED}),
        lambda entry: entry.detail.after if entry.detail else None,
    )
    hash = fields.String(required=True, metadata={"description": "Of this line after the one before it."})


class EntriesQuery(Paging):
    """How the audit can be narrowed."""

    q = shapes.words(_l("Who acted, or a Ref"))
    action = shapes.code(Action, None)
    actor_kind = shapes.code(ActorKind, None)
    actor_id = part_schemas.row(None)
    subject_kind = shapes.words(None, most=40)
    subject_id = part_schemas.row(None)
