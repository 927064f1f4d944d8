"""Forms: a shape at work in a page. What was typed is kept, and what is wrong is said beside its field."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from preparedness import i18n
from preparedness.database import db
from preparedness.errors import Refused, Stale
from preparedness.i18n import _
from preparedness.shapes import Choices, Shape, sentences


@dataclass
class Field:
    """One field as the page shows it; its value is what was typed, whether or not it was understood."""

    name: str
    label: Any
    hint: Any
    kind: str
    value: Any
    required: bool
    errors: list[str] = field(default_factory=list)
    choices: list[tuple[str, Any]] | None = None
    multiple: bool = False
    autocomplete: str | None = None
    maxlength: int | None = None
    rows: int | None = None
    least: int | None = None
    most: int | None = None
    lang: str | None = None

    @property
    def id(self) -> str:
        """The element's id; the error summary leads to it."""
        return f"field-{self.name}"


@dataclass(frozen=True)
class StaleField:
    """A field that somebody else saved first: both values in words."""

    label: Any
    mine: Any
    theirs: Any
    by: str | None


class Form:
    """What was sent, what it means, and what is wrong with it."""

    def __init__(
        self,
        shape: type[Shape],
        *,
        row: Any = None,
        data: Mapping[str, Any] | None = None,
        only: Sequence[str] | None = None,
        choices: Mapping[str, Choices] | None = None,
        zone: str = "UTC",
    ) -> None:
        self.schema = shape(only=only) if only else shape()
        self.schema.zone = zone
        self.zone = zone
        self.choices = choices or {}
        self.row = row
        self.start = dict(data or {})
        self.errors: dict[str, list[str]] = {}
        self.stale: list[StaleField] = []
        self.refused: Refused | None = None
        self.data: dict[str, Any] = {}
        self.status = 200
        self.version = posted_version() or getattr(row, "version", None)
        self.accepted = request.method == "POST" and self._load()

    def _load(self) -> bool:
        try:
            self.data = self.schema.load(self._sent(request.form))
        except ValidationError as error:
            self.errors = sentences(error)
            self.status = 422
        for name, choices in self.choices.items():
            allowed = {str(each) for each, _words in choices}
            sent = self.data.get(name)
            if sent not in (None, [], "") and not {str(each) for each in _several(sent)} <= allowed:
                self.refuse(Refused(_("Choose one of the list."), field=name))
        return not self.errors

    def _sent(self, form: MultiDict[str, str]) -> dict[str, Any]:
        """What the page sent for each field of the schema; an unticked box says no, an unchosen list says none."""
        sent: dict[str, Any] = {}
        for name, each in self.schema.fields.items():
            kind = each.metadata.get("kind")
            if each.metadata.get("multiple"):
                sent[name] = [value for value in form.getlist(name) if value]
            elif kind == "checkbox":
                sent[name] = name in form
            elif name in form:
                sent[name] = form[name]
            elif each.required:
                sent[name] = None
        return sent

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Let a refusal of the domain be said beside its field, with nothing changed."""
        try:
            yield
        except Stale as stale:
            db.session.rollback()
            self.status, self.version = 409, stale.version
            self.errors.setdefault("", []).append(stale.sentence)
            self.stale = [
                StaleField(
                    self._label(each.field),
                    self._words(each.field, each.mine),
                    self._words(each.field, each.theirs),
                    stale.by,
                )
                for each in stale.differences
            ]
        except Refused as refused:
            db.session.rollback()
            self.refuse(refused)

    def refuse(self, refused: Refused) -> None:
        """Say a refusal at its field, or at the top."""
        self.status, self.refused = 422, refused
        name = refused.field if refused.field in self.schema.fields else ""
        self.errors.setdefault(name or "", []).append(refused.sentence)

    def _label(self, name: str) -> Any:
        known = self.schema.fields.get(name)
        return known.metadata.get("label", name) if known else name

    def _words(self, name: str, value: Any) -> str:
        """A value in words, for the reader of a lost race."""
        if value in (None, "", [], {}):
            return _("nothing")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return i18n.day(value, self.zone)
        if isinstance(value, list | tuple):
            return ", ".join(self._words(name, each) for each in value)
        if isinstance(value, dict):
            return " ".join(str(each) for each in value.values() if each)
        choices = dict(self[name].choices or ()) if name in self.schema.fields else {}
        return str(choices.get(str(value)) or getattr(value, "words", value))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every error with the id of its field, for the top of the page."""
        return [(f"field-{name}" if name else "", sentence) for name, said in self.errors.items() for sentence in said]

    def __getitem__(self, name: str) -> Field:
        described = self.schema.fields[name]
        meta = described.metadata
        choices = self.choices.get(name) or (meta["choices"]() if callable(meta.get("choices")) else None)
        return Field(
            name=name,
            label=meta.get("label", name),
            hint=meta.get("hint"),
            kind="select" if name in self.choices and meta.get("kind") == "text" else meta.get("kind", "text"),
            value=self._value(name),
            required=described.required,
            errors=self.errors.get(name, []),
            choices=None if choices is None else [(str(each), words) for each, words in choices],
            multiple=meta.get("multiple", False),
            autocomplete=meta.get("autocomplete"),
            maxlength=meta.get("maxlength"),
            rows=meta.get("rows"),
            least=meta.get("least"),
            most=meta.get("most"),
            lang=meta.get("lang"),
        )

    def _value(self, name: str) -> Any:
        """What was typed; else what the row says; else what the page begins with."""
        meta = self.schema.fields[name].metadata
        if request.method == "POST":
            if meta.get("multiple"):
                return request.form.getlist(name)
            return name in request.form if meta.get("kind") == "checkbox" else request.form.get(name, "")
        value = self.start[name] if name in self.start else getattr(self.row, name, None)
        return _typed(value, self.zone)


def _typed(value: Any, zone: str) -> Any:
    """A value as an input holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [str(each) for each in value]
    return str(value)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def posted_version() -> int | None:
    """The version of the row that a form was made from, where it says so."""
    return number_in(request.form, "version") if request.method == "POST" else None


def sought(shape: type[Shape]) -> dict[str, Any]:
    """What the address narrows a list by; what is not understood there is left out."""
    schema = shape()
    sent = {name: request.args[name] for name in schema.fields if name in request.args}
    try:
        found: dict[str, Any] = schema.load(sent)
    except ValidationError as error:
        found = dict(error.valid_data or {})
    return {name: value for name, value in found.items() if value is not None}


def page_number() -> int:
    """The page of a list that is asked for; the first where it is no number."""
    asked = number_in(request.args, "page") or 1
    return asked if asked < 1_000_000 else 1


def number_in(sent: Mapping[str, str], name: str) -> int | None:
    """A number that was sent by name, no larger than the number of a row; None for anything else."""
    said = sent.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 10 else None
