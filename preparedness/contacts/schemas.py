"""What is accepted of people and organisations, field by field: the page, a program and a row of a workbook alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from preparedness import shapes, vocabulary
from preparedness.contacts import part_schemas
from preparedness.contacts.models import ContactState, ErasureReason
from preparedness.i18n import _, _l, language_name
from preparedness.shapes import Shape
from preparedness.vocabulary import Capability, ChannelKind, Mode, OrganisationKind, Reached, Relation, Source


class ContactShape(Shape):
    """What people and organisations have in common."""

    name_local = shapes.words(_l("Name in its own script"), lang="und")
    country = shapes.country(_l("Country"))
    city = shapes.words(_l("City"))
    sensitive = shapes.yes(_l("Sensitive"))
    languages = part_schemas.languages(_l("Languages"))
    email = shapes.email(_l("E-mail"))
    phone = shapes.phone(_l("Phone"))
    best_channel = shapes.code(ChannelKind, _l("Best channel"))
    channels = fields.List(fields.Nested(part_schemas.ChannelShape))
    capabilities = part_schemas.capabilities()
    covers = fields.List(fields.Nested(part_schemas.CoverShape))
    serves = part_schemas.places(
        _l("Serves (countries, provinces)"), _l("One a line: Haiti, or Haiti: Ouest. No villages.")
    )


class PersonSchema(ContactShape):
    """Somebody who may be asked to stand by a role."""

    name = shapes.words(_l("Name"), hint=_l("As they wish to be called."), required=True, autocomplete="off")
    alias = shapes.words(
        _l("Working name"), hint=_l("Stands for the name in lists, copies and messages of somebody sensitive.")
    )
    sensitive = shapes.yes(
        _l("Sensitive: being named could endanger them"),
        hint=_l("Lists, copies and messages then say the working name alone."),
    )
    organisation_id = part_schemas.row(_l("Organisation"))
    function = shapes.words(_l("Function there"))
    language = part_schemas.language(_l("Language for messages"), required=True)
    languages = part_schemas.languages(_l("Languages they speak"))
    timezone = shapes.zone(_l("Time zone"))
    country = shapes.country(_l("Country of residence"))
    origin_country = shapes.country(_l("Family's country of origin"))
    source = shapes.code(
        Source,
        _l("Where this contact comes from"),
        hint=_l("They are told, and nobody may be asked without it."),
        kind="radio",
        required=True,
    )
    told_on = shapes.day(_l("Told on"), hint=_l("The day on which they were told that we keep their contact."))
    check_phrase = shapes.words(
        _l("Check phrase"),
        hint=_l("Chosen by them. Messages about high-risk plans carry it, or are not sent."),
        most=80,
    )
    successor_id = part_schemas.row(_l("Successor"))
    residence = part_schemas.places(_l("Lives in"), None)
    origin = part_schemas.places(_l("Family comes from"), _l("One a line: Haiti, or Haiti: Ouest. No villages."))
    modes = shapes.codes(
        Mode, _l("Can help"), hint=_l("Travelling is for members of a team whose registration is recorded.")
    )
    hours_week = shapes.whole(_l("Hours a week"), least=0, most=60)
    available_from = shapes.day(_l("Available from"))
    window = shapes.words(_l("Hours of the day"), hint=_l("In their own time, as 18:00-22:00."), most=40)
    availability = fields.Nested(part_schemas.AvailabilityShape, allow_none=True)
    absences = fields.List(fields.Nested(part_schemas.AbsenceShape))

    @validates_schema
    def _absences_run_forwards(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """An absence ends after it began."""
        for each in data.get("absences") or []:
            if each["until"] < each["since"]:
                raise ValidationError(str(_("An absence ends after it begins.")), "absences")


class OrganisationSchema(ContactShape):
    """A diaspora organisation, or a public body it works with."""

    name = shapes.words(_l("Name"), required=True, autocomplete="off")
    kind = shapes.code(OrganisationKind, _l("Kind"), required=True)
    country = shapes.country(_l("Country"), hint=_l("Where it is registered, or meets."), required=True)
    parent_id = part_schemas.row(_l("Belongs to"), hint=_l("The federation or network it is a member of."))
    contact_person_id = part_schemas.row(_l("Contact point"), hint=_l("The person who is asked and called for it."))
    website = shapes.words(_l("Website"), most=300, kind="url")
    registration_no = shapes.words(_l("Registration number"))
    registered_in = shapes.country(_l("Registered in"))
    un_partner = shapes.yes(_l("Registered with the UN Partner Portal"))
    advice_on = shapes.day(_l("Legal advice taken on"))
    people_reached = shapes.code(Reached, _l("People reached"))
    notes = shapes.text(_l("Notes"), hint=_l("No names, no coordinates."), rows=3)


class _Anew(Shape):
    """What a first entry asks beside the rest."""

    reach = part_schemas.reach()
    anyway = shapes.yes(_l("It is somebody else: add it all the same"))

    @post_load
    def _reached(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        reach = data.pop("reach", None)
        return {**data, ("email" if "@" in (reach or "") else "phone"): reach} if reach else data


class NewPersonSchema(PersonSchema, _Anew):
    """The five things asked of somebody new; the rest follows, or comes later."""


class NewOrganisationSchema(OrganisationSchema, _Anew):
    """The five things asked of a new organisation."""


NEW_PERSON = ("name", "organisation_id", "language", "reach", "source", "anyway")
NEW_ORGANISATION = ("name", "kind", "country", "city", "reach", "anyway")


EDIT_PERSON = (
    *("name", "name_local", "alias", "sensitive", "organisation_id", "function", "country", "city", "timezone"),
    *("language", "languages", "capabilities", "origin", "serves", "modes", "hours_week", "available_from", "window"),
    *("source", "told_on", "check_phrase"),
)
EDIT_ORGANISATION = (
    *("name", "name_local", "kind", "country", "city", "parent_id", "contact_person_id", "languages", "capabilities"),
    *("serves", "people_reached", "website", "registration_no", "registered_in", "un_partner", "advice_on"),
    *("sensitive", "notes"),
)


def typed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of somebody, as a page begins with it."""
    return {**said, **{name: part_schemas.written(said[name]) for name in Relation if name in said}}


def languages(own: Iterable[str]) -> list[tuple[str, str]]:
    """The languages offered, with those of somebody's own that are rare."""
    offered = dict(vocabulary.languages())
    return [*offered.items(), *((code, language_name(code)) for code in own if code not in offered)]


class PauseSchema(Shape):
    """Until when nothing is sent to somebody."""

    until = shapes.day(_l("Send nothing until"), required=True)


class EraseSchema(Shape):
    """Why somebody is erased, and that it is meant."""

    reason = shapes.code(ErasureReason, _l("Why"), kind="radio", required=True)
    sure = shapes.yes(_l("I understand that this cannot be undone."))

    @validates_schema
    def _meant(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Erasing is never an accident."""
        if not data.get("sure"):
            raise ValidationError(str(_("Tick the box to go on: this cannot be undone.")), "sure")


class VettingSchema(Shape):
    """One check of who somebody is."""

    level = shapes.one_of(
        lambda: [(str(rank.value), rank.words) for rank in list(vocabulary.Verification)[1:]],
        _l("What was checked"),
        required=True,
    )
    on = shapes.day(_l("Checked on"), required=True)
    evidence = shapes.words(_l("How"), hint=_l("What was seen and where it is kept, in a few words."), required=True)
    expires_on = shapes.day(_l("Good until"))

    @post_load
    def _rank(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {**data, "level": int(data["level"])}


def _ticked() -> list[tuple[str, Any]]:
    return [("yes", _("yes")), ("no", _("no"))]


class _Filters(Shape):
    """What both lists can be narrowed by."""

    q = shapes.words(_l("Name, Ref or address"), kind="search")
    capability = shapes.code(Capability, _l("Can do"))
    country = shapes.country(_l("Country"))
    verification = shapes.one_of(
        lambda: [(str(rank.value), rank.words) for rank in list(vocabulary.Verification)[1:]],
        _l("Verified at least"),
    )
    state = shapes.one_of(
        lambda: [(state.value, state.words) for state in (ContactState.ACTIVE, ContactState.ARCHIVED)], _l("State")
    )


class PeopleFilters(_Filters):
    """What the list of people can be narrowed by."""

    language = shapes.language(_l("Language"))
    source = shapes.code(Source, _l("Comes from"))
    organisation = part_schemas.row(_l("Organisation"), kind="hidden")
    asked = shapes.one_of(_ticked, _l("May be asked"))


class OrganisationFilters(_Filters):
    """What the list of organisations can be narrowed by."""

    kind = shapes.code(OrganisationKind, _l("Kind"))
    parent = part_schemas.row(_l("Belongs to"), kind="hidden")
    contact = shapes.one_of(_ticked, _l("Has a contact point"))
