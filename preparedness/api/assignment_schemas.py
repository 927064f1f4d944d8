"""What programs send and see of designations, and of asking those who are designated."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, Stamp, told
from preparedness.i18n import _, _l
from preparedness.notifications.models import Carrier
from preparedness.plans.models import Assignment, Status
from preparedness.shapes import Shape
from preparedness.vocabulary import DeclineReason

LAST_ID = 999_999_999
MOST_IN_ORDER = 1_000


def _id(said: Any = None) -> fields.Integer:
    return shapes.whole(said, least=1, most=LAST_ID)


def _order(**options: Any) -> fields.Integer:
    return shapes.whole(
        _l("Place in the calling order: 1 is called first, then the deputies"),
        least=1,
        most=MOST_IN_ORDER,
        allow_none=False,
        **options,
    )


class HolderIn(Shape):
    """Who is proposed: an organisation, with nobody but its contact point beside it, or a person."""

    organisation_id = _id(_l("The organisation"))
    person_id = _id(_l("The person; beside an organisation its contact point"))
    call_order = _order()

    @validates_schema
    def _names_somebody(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("organisation_id") is None and data.get("person_id") is None:
            raise ValidationError(str(_("Say who: an organisation, a person.")), "person_id")


class DesignationIn(HolderIn):
    """Who is proposed, for which seat of the role."""

    seat_id = _id(_l("The seat; the role's only one where nothing is said"))


class OrderIn(Shape):
    """Where somebody stands in the calling order of their seat."""

    call_order = _order(required=True)


class Limits(Shape):
    """Under which conditions somebody accepted."""

    hours_week = fields.Integer(allow_none=True)
    remote_only = fields.Boolean(allow_none=True)
    from_day = fields.String(data_key="from", attribute="from", allow_none=True, metadata={"format": "date"})
    note = fields.String(allow_none=True)


class AssignmentRow(Edited):
    """Who holds a seat, or stands in for its holder. Only what they accepted by their own link fills it."""

    plan_id = told(fields.Integer(required=True), lambda each: each.seat.role.plan_id)
    role_key = told(fields.String(required=True), lambda each: each.seat.role.key)
    seat_id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True, allow_none=True)
    person_id = told(
        fields.Integer(
            required=True,
            allow_none=True,
            metadata={"description": "Beside an organisation its contact point; at high risk no person is named."},
        ),
        lambda each: _person_id(each),
    )
    holder = fields.String(
        required=True, attribute="shown_name", metadata={"description": "The name that others may read."}
    )
    call_order = fields.Integer(required=True)
    status = shapes.code(Status, None, required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    limits = told(fields.Nested(Limits, required=True, allow_none=True), lambda each: _unless_discreet(each, "limits"))
    decline_reason = told(
        shapes.code(DeclineReason, None, required=True, allow_none=True),
        lambda each: _unless_discreet(each, "decline_reason"),
    )
    invited_at = Stamp(required=True, allow_none=True)
    answered_at = Stamp(required=True, allow_none=True)


def _person_id(assignment: Assignment) -> int | None:
    asked = assignment.asked_person
    return None if asked is None or assignment.seat.role.plan.high_risk else asked.id


def _unless_discreet(assignment: Assignment, name: str) -> Any:
    """What somebody said of their answer; at high risk no reason and no condition is told (safety.md S4)."""
    return None if assignment.seat.role.plan.high_risk else getattr(assignment, name)


class PlaceQuery(Paging):
    """How the designations of a seat can be narrowed."""

    q = shapes.words(_l("Words of the holder's name, or of the seat's"))
    status = shapes.code(Status, None)
    organisation_id = _id()
    person_id = _id()


class RoleQuery(PlaceQuery):
    """How the designations of a role can be narrowed."""

    seat_id = _id()


class AssignmentsQuery(RoleQuery):
    """How the designations of a plan can be narrowed."""

    role_key = shapes.words(None, most=60)


class Invited(Shape):
    """The message that asks somebody, and the request it is about."""

    message_id = fields.Integer(required=True)
    request_id = fields.Integer(required=True)
    channel = shapes.code(Carrier, None, required=True)
    not_before = Stamp(required=True, metadata={"description": "It does not leave before."})


class Queued(Shape):
    """A designation that is being asked about."""

    assignment_id = fields.Integer(required=True)
    message_id = fields.Integer(required=True)


class NotAsked(Shape):
    """A designation that cannot be asked about now."""

    assignment_id = fields.Integer(required=True)
    why = fields.String(required=True)


class AllInvited(Shape):
    """Who is being asked, and who is not."""

    queued = fields.List(fields.Nested(Queued), required=True)
    refused = fields.List(fields.Nested(NotAsked), required=True)
