"""What programs send and see of people and organisations: the fields of the pages' shapes, named as in the contract."""

from typing import Any, cast

from marshmallow import fields, post_load, validate

from preparedness import shapes
from preparedness.api.schemas import Edited, Paging, Stamp, told
from preparedness.contacts import part_schemas, standing
from preparedness.contacts.models import ChannelState, ContactState, ErasureReason, Person
from preparedness.contacts.schemas import OrganisationFilters, OrganisationSchema, PeopleFilters, PersonSchema
from preparedness.i18n import _l
from preparedness.shapes import Shape
from preparedness.vocabulary import Capability, ChannelKind, Mode, OrganisationKind, Relation, Source

MOST = 200
"""How many rows one list within a person or an organisation may have."""

ONLY_ADDED = "Those that are not recorded yet are recorded; none is ever taken away, also where it is left out here."
IN_LISTS = "Somebody sensitive stands in lists under the working name, without what would tell who it is."


def _some(shape: type[Shape], **metadata: Any) -> fields.List[Any]:
    """A list of rows within another, of a bounded length."""
    too_many = _l("These are too many: %(most)s at most.", most=MOST)
    few = validate.Length(max=MOST, error=cast(str, too_many))
    return fields.List(fields.Nested(shape), validate=few, metadata=metadata)


def _all(shape: type[Shape], **options: Any) -> fields.List[Any]:
    """The rows within another, as they are shown."""
    return fields.List(fields.Nested(shape), required=True, **options)


# --- What is within both -------------------------------------------------------------------------------------------


class CheckIn(Shape):
    """One check of who somebody is."""

    level = shapes.whole(_l("What was checked"), least=1, most=4, required=True)
    on = shapes.day(_l("Checked on"), required=True)
    by = shapes.words(_l("Checked by"), hint=_l("Whoever sends it, where this is left out."))
    expires_on = shapes.day(_l("Good until"))


class CheckRow(Shape):
    """One recorded check of who somebody is."""

    level = fields.Integer(required=True, metadata={"description": "1 contact, 2 identity, 3 documents, 4 commitments"})
    on = fields.Date(required=True)
    by = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)


class ChannelRow(Shape):
    """One way to reach somebody, and whether it works."""

    kind = shapes.code(ChannelKind, None, required=True)
    address = fields.String(required=True)
    preference = fields.Integer(required=True, metadata={"description": "The lowest is tried first."})
    state = shapes.code(ChannelState, None, required=True)


class CapabilityRow(Shape):
    """Something that somebody can do, with what was checked of it."""

    code = shapes.code(Capability, None, required=True)
    verified_on = fields.Date(required=True, allow_none=True)
    licence_country = fields.String(required=True, allow_none=True)
    regulator = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)


class CoverRow(Shape):
    """A place with the tie to it."""

    relation = shapes.code(Relation, None, required=True)
    country = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)


# --- Organisations -------------------------------------------------------------------------------------------------

ORGANISATION = (
    *("name", "name_local", "kind", "country", "city", "parent_id", "contact_person_id", "website"),
    *("registration_no", "registered_in", "un_partner", "sensitive", "notes", "channels", "capabilities", "covers"),
    "vettings",
)


class OrganisationIn(OrganisationSchema):
    """A diaspora organisation, or a public body it works with."""

    class Meta(OrganisationSchema.Meta):
        fields = ORGANISATION

    channels = _some(part_schemas.ChannelShape)
    capabilities = _some(part_schemas.CapabilityShape)
    covers = _some(part_schemas.CoverShape)
    vettings = _some(CheckIn, description=ONLY_ADDED)


class OrganisationRow(Edited):
    """An organisation of the roster."""

    ref = fields.String(required=True, metadata={"example": "O-FEDR-X"})
    name = fields.String(required=True)
    name_local = fields.String(required=True, allow_none=True)
    kind = shapes.code(OrganisationKind, None, required=True)
    country = fields.String(required=True, metadata={"example": "CA"})
    city = fields.String(required=True, allow_none=True)
    parent_id = fields.Integer(required=True, allow_none=True)
    contact_person_id = fields.Integer(required=True, allow_none=True)
    website = fields.String(required=True, allow_none=True)
    registration_no = fields.String(required=True, allow_none=True)
    registered_in = fields.String(required=True, allow_none=True)
    un_partner = fields.Boolean(required=True)
    sensitive = fields.Boolean(required=True)
    notes = fields.String(required=True, allow_none=True)
    channels = _all(ChannelRow)
    capabilities = _all(CapabilityRow)
    covers = _all(CoverRow)
    vettings = _all(CheckRow)
    verification = fields.Integer(required=True, metadata={"description": "The highest check that has not run out."})
    state = shapes.code(ContactState, None, required=True)


class _Query(Paging):
    """What narrows both lists by a field of their rows."""

    country = shapes.country(_l("Country"), attribute="lives_in")
    tied_to = shapes.country(
        _l("Tied to the country"), hint=_l("They are there, come from there, or serve it."), attribute="country"
    )
    verification: Any = shapes.whole(_l("Verified at least"), least=1, most=4)


class OrganisationsQuery(_Query, OrganisationFilters):
    """How the list of organisations can be narrowed."""

    class Meta(OrganisationFilters.Meta):
        exclude = ("parent", "contact")

    parent_id = part_schemas.row(_l("Belongs to"), attribute="parent")
    contact_person_id = part_schemas.row(_l("Contact point"))


# --- People --------------------------------------------------------------------------------------------------------

PERSON = (
    *("name", "name_local", "alias", "organisation_id", "function", "source", "told_on", "language", "languages"),
    *("timezone", "country", "city", "origin_country", "sensitive", "channels", "capabilities", "covers", "vettings"),
    *("availability", "absences", "paused_until"),
)


class PersonIn(PersonSchema):
    """Somebody who may be asked to stand by a role."""

    class Meta(PersonSchema.Meta):
        fields = PERSON

    timezone = shapes.zone(_l("Time zone"), required=True)
    country = shapes.country(_l("Country of residence"), required=True)
    channels = _some(part_schemas.ChannelShape)
    capabilities = _some(part_schemas.CapabilityShape)
    covers = _some(part_schemas.CoverShape)
    vettings = _some(CheckIn, description=ONLY_ADDED)
    absences = _some(part_schemas.AbsenceShape)
    paused_until = shapes.day(_l("Send nothing until"))


class AvailabilityRow(Shape):
    """How somebody can help."""

    modes = fields.List(shapes.code(Mode, None, required=True), required=True)
    hours_week = fields.Integer(required=True, allow_none=True)
    available_from = fields.String(required=True, allow_none=True, data_key="from", metadata={"format": "date"})
    window = fields.String(required=True, allow_none=True)
    own_crisis = fields.Boolean(required=True)


NOTHING_SAID: dict[str, Any] = {
    "modes": [],
    "hours_week": None,
    "available_from": None,
    "window": None,
    "own_crisis": False,
}


class AbsenceRow(Shape):
    """From when until when somebody is away."""

    since = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True)


class PersonRow(Edited):
    """A person of the roster."""

    ref = fields.String(required=True, metadata={"example": "C-AMNA-X"})
    name: Any = fields.String(required=True)
    name_local: Any = fields.String(required=True, allow_none=True)
    alias = fields.String(required=True, allow_none=True)
    organisation_id = fields.Integer(required=True, allow_none=True)
    function = fields.String(required=True, allow_none=True)
    source = shapes.code(Source, None, required=True, allow_none=True)
    told_on = fields.Date(required=True, allow_none=True)
    language = fields.String(required=True, metadata={"example": "ht"})
    languages = told(
        fields.List(fields.String(), required=True), lambda person: [each.language for each in person.spoken]
    )
    timezone = fields.String(required=True, metadata={"example": "America/Toronto"})
    country = fields.String(required=True, metadata={"example": "CA"})
    city = fields.String(required=True, allow_none=True)
    origin_country = fields.String(required=True, allow_none=True)
    sensitive = fields.Boolean(required=True)
    channels: Any = _all(ChannelRow)
    capabilities = _all(CapabilityRow)
    covers = _all(CoverRow)
    vettings = _all(CheckRow)
    verification = fields.Integer(required=True, metadata={"description": "The highest check that has not run out."})
    availability = told(
        fields.Nested(AvailabilityRow, required=True), lambda person: {**NOTHING_SAID, **person.capacity}
    )
    absences = _all(AbsenceRow)
    paused_until = fields.Date(required=True, allow_none=True)
    confirmed_at = Stamp(required=True, attribute="confirmed_self_at", allow_none=True)
    may_be_asked = told(fields.Boolean(required=True), lambda person: standing.why_not(person) is None)
    why_not = told(fields.List(fields.String(), required=True), lambda person: [*standing.reasons(person)])
    state = shapes.code(ContactState, None, required=True)


class ChannelListed(ChannelRow):
    """One way to reach somebody, as a list shows it."""

    address = fields.String(required=True, allow_none=True, metadata={"description": IN_LISTS})


class PersonListed(PersonRow):
    """A person of the roster, as a list shows them."""

    name = told(fields.String(required=True, metadata={"description": IN_LISTS}), lambda person: person.shown_name)
    name_local = told(
        fields.String(required=True, allow_none=True, metadata={"description": IN_LISTS}),
        lambda person: None if person.sensitive else person.name_local,
    )
    channels = told(_all(ChannelListed), lambda person: _reached(person))


def _reached(person: Person) -> list[Any]:
    """The ways to reach somebody; an address often says the name."""
    if not person.sensitive:
        return person.channels
    names = ("kind", "preference", "state")
    return [{"address": None, **{name: getattr(each, name) for name in names}} for each in person.channels]


class PeopleQuery(_Query, PeopleFilters):
    """How the list of people can be narrowed."""

    class Meta(PeopleFilters.Meta):
        exclude = ("organisation", "asked")

    organisation_id = part_schemas.row(_l("Organisation"), attribute="organisation")
    may_be_asked = fields.Boolean(truthy={"true"}, falsy={"false"}, attribute="asked")


# --- Erasing -------------------------------------------------------------------------------------------------------


class ErasureIn(Shape):
    """Why somebody is erased: a code, for free text would keep what is to go."""

    reason = fields.String(required=True, validate=validate.OneOf([each.value for each in ErasureReason.chosen()]))

    @post_load
    def _as_code(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"reason": ErasureReason(data["reason"])}


class ErasureRow(Shape):
    """What an erasure leaves: how much was there, by kind, and no name."""

    person_id = fields.Integer(required=True)
    person_ref = fields.String(required=True)
    reason = shapes.code(ErasureReason, None, required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
