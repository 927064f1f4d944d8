"""Shapes: what is accepted, field by field. The page, the API and a row of a workbook load the same ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from preparedness import addresses, vocabulary
from preparedness.errors import Refused
from preparedness.i18n import _, _l
from preparedness.vocabulary import Worded

Choices = Sequence[tuple[Any, Any]]

REQUIRED = {
    "required": _l("Please fill this in."),
    "null": _l("Please fill this in."),
    "invalid": _l("This is not understood."),
}


class Shape(Schema):
    """The base of every schema: refuses what it does not name, trims text, takes an empty text for nothing."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": cast(str, _l("This is not a field we know."))}  # noqa: RUF012 - marshmallow's own way

    zone: str = "UTC"
    """The zone in which local moments are read; a form sets its reader's."""

    @pre_load
    def _trim(self, data: Any, **_kwargs: Any) -> Any:
        if not isinstance(data, Mapping):
            return data  # no object at all: marshmallow says so itself
        return {name: self._trimmed(name, value) for name, value in data.items()}

    def _trimmed(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().replace("\r\n", "\n").replace("\x00", "")
            return value or None
        return value


def label_of(name: str) -> Any:
    """The words by which pages call a field of this name; the name itself where none asks for it."""
    return _labels().get(name) or name.replace("_", " ")


@cache
def _labels() -> dict[str, Any]:
    labels: dict[str, Any] = {}
    shapes = list(Shape.__subclasses__())
    for shape in shapes:
        shapes += shape.__subclasses__()
        for name, described in shape().fields.items():
            labels.setdefault(name, described.metadata.get("label"))
    return labels


def sentences(error: ValidationError) -> dict[str, list[str]]:
    """What is wrong, field by field, as sentences."""
    said: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return {name: _flat(each) for name, each in said.items()}


def _flat(said: Any) -> list[str]:
    """Errors of a field, and of what lies within it, as one list; a lazy text is one sentence, not its letters."""
    if isinstance(said, dict):
        return list(dict.fromkeys(sentence for each in said.values() for sentence in _flat(each)))
    return [str(sentence) for sentence in said] if isinstance(said, list) else [str(said)]


def _described(label: Any, hint: Any, kind: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "hint": hint, "kind": kind, **more}


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """An optional field may be cleared; a needed one may not."""
    options.setdefault("allow_none", not options.get("required", False))
    options.setdefault("error_messages", REQUIRED)
    return options


def words(label: Any, *, hint: Any = None, most: int = 200, kind: str = "text", **options: Any) -> fields.String:
    """One line of text."""
    too_long = _l("This is too long: %(most)s characters at most.", most=most)
    more = {name: options.pop(name) for name in ("autocomplete", "lang") if name in options}
    return fields.String(
        validate=validate.Length(max=most, error=cast(str, too_long)),
        metadata=_described(label, hint, kind, maxlength=most, **more),
        **_given(options),
    )


def text(label: Any, *, hint: Any = None, most: int = 10_000, rows: int = 5, **options: Any) -> fields.String:
    """Text of several lines."""
    too_long = _l("This is too long: %(most)s characters at most.", most=most)
    return fields.String(
        validate=validate.Length(max=most, error=cast(str, too_long)),
        metadata=_described(label, hint, "textarea", maxlength=most, rows=rows),
        **_given(options),
    )


class _Code(fields.Field[Any]):
    """One of a worded list: its code comes in, its member goes on."""

    def __init__(self, members: type[Worded], **options: Any) -> None:
        super().__init__(**options)
        self.members = members

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Worded:
        try:
            return self.members(value)
        except ValueError as error:
            raise ValidationError(str(_("Choose one of the list."))) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else str(value)


def code(members: type[Worded], label: Any, *, hint: Any = None, kind: str = "select", **options: Any) -> _Code:
    """One of a worded list."""
    choices = lambda: [(each.value, each.words) for each in members]  # noqa: E731 - read when the page is made
    return _Code(members, metadata=_described(label, hint, kind, choices=choices), **_given(options))


def codes(members: type[Worded], label: Any, *, hint: Any = None, **options: Any) -> fields.List[Any]:
    """Several of a worded list; none is an empty list."""
    choices = lambda: [(each.value, each.words) for each in members]  # noqa: E731
    return fields.List(
        _Code(members),
        metadata=_described(label, hint, "checkboxes", choices=choices, multiple=True),
        **options,
    )


def one_of(
    choices: Callable[[], Choices],
    label: Any,
    *,
    hint: Any = None,
    kind: str = "select",
    codes: Callable[[], Collection[str]] | None = None,
    **options: Any,
) -> fields.String:
    """One of a list that is known when the page is made: countries, languages, time zones.

    `codes` gives what is accepted, where that can be told faster than by the list.
    """

    def known(value: str) -> None:
        if value not in (codes() if codes else {str(each) for each, _words in choices()}):
            raise ValidationError(str(_("Choose one of the list.")))

    return fields.String(validate=known, metadata=_described(label, hint, kind, choices=choices), **_given(options))


def some_of(choices: Callable[[], Choices], label: Any, *, hint: Any = None, **options: Any) -> fields.List[Any]:
    """Several of such a list."""

    def known(values: list[str]) -> None:
        if set(values) - {str(each) for each, _words in choices()}:
            raise ValidationError(str(_("Choose from the list.")))

    return fields.List(
        fields.String(),
        validate=known,
        metadata=_described(label, hint, "select", choices=choices, multiple=True),
        **options,
    )


def country(label: Any, **options: Any) -> fields.String:
    """A country, by its ISO 3166-1 alpha-2 code."""
    return one_of(vocabulary.countries, label, codes=vocabulary.country_codes, **options)


def language(label: Any, **options: Any) -> fields.String:
    """A language, by its BCP 47 code."""
    return one_of(vocabulary.languages, label, codes=lambda: vocabulary.CURRENT_LANGUAGES, **options)


def languages(label: Any, **options: Any) -> fields.List[Any]:
    """Several languages."""
    return some_of(vocabulary.languages, label, **options)


def zone(label: Any, **options: Any) -> fields.String:
    """A time zone, by its IANA name."""
    named = lambda: [(name, name.replace("_", " ")) for name in vocabulary.zones()]  # noqa: E731
    return one_of(named, label, codes=vocabulary.zones, **options)


YEARS = range(1900, 2200)
"""The years that anything here can be about; beyond them no hour can be added, and no zone be told."""


class _Day(fields.Date):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            raise ValidationError(str(_("Write a date that exists, as 2026-11-24."))) from error
        if day.year not in YEARS:
            raise ValidationError(str(_("Write a date that exists, as 2026-11-24.")))
        return day


def day(label: Any, *, hint: Any = None, **options: Any) -> fields.Date:
    """A date."""
    return _Day(metadata=_described(label, hint, "date"), **_given(options))


class MomentIn(fields.Field[datetime]):
    """A local date and time; the form says in which zone it is read (`Form(zone=…)`), the API sends an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise ValidationError(str(_("Write a date and a time that exist."))) from error
        if moment.year not in YEARS:
            raise ValidationError(str(_("Write a date and a time that exist.")))
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(getattr(self.parent, "zone", "UTC")))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if value else None


def moment(label: Any, *, hint: Any = None, **options: Any) -> MomentIn:
    """A date and time in the zone of the reader."""
    return MomentIn(metadata=_described(label, hint, "datetime-local"), **_given(options))


def whole(label: Any, *, least: int = 0, most: int = 1_000_000, hint: Any = None, **options: Any) -> fields.Integer:
    """A whole number between two."""
    between = _l("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
    options.setdefault("error_messages", {**REQUIRED, "invalid": between})
    return fields.Integer(
        validate=validate.Range(least, most, error=cast(str, between)),
        metadata=_described(label, hint, "number", least=least, most=most),
        **_given(options),
    )


def yes(label: Any, *, hint: Any = None, **options: Any) -> fields.Boolean:
    """A box to tick; unticked is no."""
    return fields.Boolean(metadata=_described(label, hint, "checkbox"), **_given(options))


def _email(value: str) -> None:
    if not addresses.is_email(value):
        raise ValidationError(str(_("This is not an e-mail address: write it as name@example.org.")))


def email(label: Any, *, hint: Any = None, **options: Any) -> fields.String:
    """An e-mail address."""
    return fields.String(
        validate=_email,
        metadata=_described(label, hint, "email", autocomplete="off", maxlength=addresses.LONGEST_EMAIL),
        **_given(options),
    )


class _Phone(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return addresses.e164(super()._deserialize(value, attr, data, **kwargs))
        except Refused as refused:
            raise ValidationError(refused.sentence) from refused


def phone(label: Any, *, hint: Any = None, **options: Any) -> fields.String:
    """A phone number, kept as E.164."""
    return _Phone(metadata=_described(label, hint, "tel", autocomplete="off", maxlength=30), **_given(options))
