"""What programs send and see of people and organisations: the fields of the pages' shapes, named as in the contract."""

from marshmallow import fields

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, Stamp, told
from preparedness.contacts import standing
from preparedness.contacts.models import ContactState
from preparedness.contacts.part_schemas import ChannelShape
from preparedness.contacts.schemas import PeopleFilters, PersonSchema

PERSON = (
    *("name", "name_local", "alias", "organisation_id", "function", "source", "told_on", "language", "languages"),
    *("timezone", "country", "city", "origin_country", "sensitive", "channels", "capabilities", "covers"),
    *("availability", "absences"),
)


class PersonIn(PersonSchema):
    """Somebody who may be asked to stand by a role."""

    class Meta(PersonSchema.Meta):
        fields = PERSON


class ChannelRow(ChannelShape):
    """One way to reach somebody, and whether it works."""

    state = fields.String(dump_only=True)


class PersonRow(Edited):
    """A person of the roster."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    source = fields.String(allow_none=True)
    state = shapes.code(ContactState, "State", required=True)
    languages = told(fields.List(fields.String()), lambda person: [each.language for each in person.spoken])
    channels = fields.List(fields.Nested(ChannelRow))
    may_be_asked = told(fields.Boolean(required=True), lambda person: standing.why_not(person) is None)
    confirmed_at = Stamp(attribute="confirmed_self_at", allow_none=True)


class PeopleQuery(PeopleFilters, Paging):
    """How the list of people can be narrowed."""
