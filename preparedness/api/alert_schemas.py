"""What programs see of the bulletins of warning services."""

from marshmallow import fields

from preparedness import shapes
from preparedness.activations.models import BulletinKind, ProposalState
from preparedness.api.schemas import Edited, Stamp
from preparedness.vocabulary import Level


class ProposalRow(Edited):
    """A bulletin that was taken in, and the level it proposes for some plans. Somebody decides; it never activates."""

    sender = fields.String(required=True)
    identifier = fields.String(required=True)
    sent = Stamp(required=True, attribute="sent_at")
    msg_type = shapes.code(BulletinKind, None, required=True, attribute="kind")
    exercise = fields.Boolean(required=True)
    state = shapes.code(ProposalState, None, required=True)
    level = shapes.code(Level, None, required=True, allow_none=True)
    plan_ids = fields.List(fields.Integer(), required=True)
    event = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    expires_at = Stamp(required=True, allow_none=True)
