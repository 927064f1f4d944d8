"""How what belongs to a person or organisation is written: places, capabilities, channels, languages, absences."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from preparedness import shapes, vocabulary
from preparedness.contacts.models import PHONE_KINDS
from preparedness.contacts.search import fold
from preparedness.i18n import _, _l, country_name
from preparedness.shapes import Shape
from preparedness.vocabulary import Capability, ChannelKind, Mode, Relation

LAST_ROW = 10**9 - 1
"""The largest number of a row that is looked for, as in addresses."""

TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _language_tag(value: str) -> None:
    if not TAG.fullmatch(value):
        raise ValidationError(str(_("Choose one of the list.")))


def language(label: Any, **options: Any) -> fields.String:
    """A language of the list, or any other by its BCP 47 code."""
    offered = shapes.language(label, **options)
    offered.validators = [_language_tag]
    return offered


def languages(label: Any, **options: Any) -> fields.List[Any]:
    """Several such languages."""
    offered = shapes.languages(label, **options)
    offered.validators = []
    offered.inner.validators = [_language_tag]
    return offered


def row(label: Any, **options: Any) -> fields.Integer:
    """Another row by its number, chosen from a list that the page brings."""
    described = {"label": label, "hint": options.pop("hint", None), "kind": options.pop("kind", "select")}
    return fields.Integer(metadata=described, validate=validate.Range(1, LAST_ROW), allow_none=True, **options)


class PlaceShape(Shape):
    """A country, and a province of it where that is known. No villages."""

    country = shapes.country(_l("Country"), required=True)
    place = shapes.words(_l("Province or region"), most=80)


class CoverShape(PlaceShape):
    """A place with the tie to it."""

    relation = shapes.code(Relation, _l("Tie"), required=True)


class Places(fields.Field[list[dict[str, Any]]]):
    """Places: rows of a program, or lines of a page, one a line: `Haiti: Ouest`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        if isinstance(value, str):
            value = [self._read(line) for line in value.splitlines() if line.strip()]
        loaded: list[dict[str, Any]] = PlaceShape(many=True).load(value or [])
        return loaded

    def _read(self, line: str) -> dict[str, str]:
        named, _colon, place = line.partition(":")
        wanted = fold(named)
        for code, name in vocabulary.countries():
            if wanted in (code.lower(), fold(name)):
                return {"country": code, "place": place.strip()}
        raise ValidationError(
            str(_("“%(line)s” does not begin with a country we know: write it as Haiti: Ouest.", line=line.strip()))
        )


def written(places: Any) -> str:
    """Places as they are written in a page, one a line."""
    return "\n".join(country_name(each["country"]) + (f": {each['place']}" if each["place"] else "") for each in places)


def places(label: Any, hint: Any) -> Places:
    """Several places."""
    return Places(metadata={"label": label, "hint": hint, "kind": "textarea", "rows": 3}, allow_none=True)


class CapabilityField(fields.Field[Any]):
    """A capability by its code alone, or with what was checked of it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Mapping):
            return CapabilityShape().load(value)
        try:
            return Capability(value)
        except ValueError as error:
            raise ValidationError(str(_("Choose from the list."))) from error


class CapabilityShape(Shape):
    """What somebody can do, with what was checked of it."""

    code = shapes.code(Capability, _l("Can do"), required=True)
    verified_on = shapes.day(_l("Checked on"))
    licence_country = shapes.country(_l("Licence of"))
    regulator = shapes.words(_l("Regulator"))
    expires_on = shapes.day(_l("Good until"))


def capabilities() -> fields.List[Any]:
    """What somebody can do."""
    choices = lambda: [(each.value, each.words) for each in Capability]  # noqa: E731 - read when the page is made
    described = {"label": _l("Can do"), "hint": None, "kind": "checkboxes", "choices": choices, "multiple": True}
    return fields.List(CapabilityField(), metadata=described)


class ChannelShape(Shape):
    """One way to reach somebody."""

    kind = shapes.code(ChannelKind, _l("How"), required=True)
    address = shapes.words(
        _l("Address or number"), hint=_l("A number with + and the country code, as +33 1 99 00 12 34."), required=True
    )
    preference = shapes.whole(_l("Order"), least=1, most=20)

    @post_load
    def _in_one_form(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """An address as its kind wants it."""
        data["address"] = _address(data["kind"], data["address"])
        return data


EMAIL = shapes.email(_l("E-mail"))
PHONE = shapes.phone(_l("Phone"))


def _address(kind: ChannelKind, address: str) -> str:
    try:
        if kind in PHONE_KINDS:
            return str(PHONE.deserialize(address))
        if kind is ChannelKind.EMAIL:
            return str(EMAIL.deserialize(address))
    except ValidationError as error:
        raise ValidationError({"address": error.messages}) from error
    return address


class Reach(fields.String):
    """An e-mail address or a number: which of the two, its sign tells."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return (EMAIL if "@" in text else PHONE).deserialize(text)


def reach() -> Reach:
    """The one way to reach somebody that a first entry asks for."""
    described = {
        "label": _l("E-mail or phone"),
        "hint": _l("One is enough for now. A number with + and the country code."),
        "kind": "text",
        "autocomplete": "off",
        "maxlength": 254,
    }
    return Reach(metadata=described, required=True, error_messages=shapes.REQUIRED)


class AbsenceShape(Shape):
    """From when until when somebody is away."""

    since = shapes.day(_l("From"), required=True, data_key="from")
    until = shapes.day(_l("Until"), required=True)


class AvailabilityShape(Shape):
    """How somebody can help."""

    modes = shapes.codes(Mode, _l("Can help"))
    hours_week = shapes.whole(_l("Hours a week"), least=0, most=60)
    available_from = shapes.day(_l("From"), data_key="from")
    window = shapes.words(_l("Hours of the day"), hint=_l("In their own time, as 18:00-22:00."), most=40)
    own_crisis = shapes.yes(_l("Touched by a crisis themselves"))
