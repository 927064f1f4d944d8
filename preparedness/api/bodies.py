"""What programs send: JSON of the documented shape, strictly typed, and addresses without unknown parameters."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NoReturn

from flask import Request, abort, json, request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from preparedness.api.problems import Invalid
from preparedness.i18n import _
from preparedness.shapes import Shape, sentences


class Parser(FlaskParser):
    """Reads bodies and query parameters; what the shape does not name is refused by name."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = dict.fromkeys(("json", "query", "form", "files", "headers"))

    def load_json(self, request: Request, schema: Schema) -> Any:
        """The body as an object. Aborts with 415 for another media type, with 400 for what is not JSON.

        An act that needs to be told nothing may come without a body.
        """
        if request.method == "POST" and needs_nothing(schema) and not request.get_data():
            return {}
        if not request.is_json:
            abort(415)
        sent = _parsed(request)
        if not isinstance(sent, dict):
            raise Invalid({"": [_("Send an object with fields.")]})
        refuse_untyped(schema, sent)
        return sent

    def load_querystring(self, request: Request, schema: Schema) -> dict[str, Any]:
        """The parameters of the address; each once."""
        doubled = {name for name in request.args if len(request.args.getlist(name)) > 1}
        if doubled:
            raise Invalid({name: [_("Send this once.")] for name in doubled})
        sent = dict(request.args)
        refuse_empty(schema, sent)
        return sent

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Say what is wrong, field by field."""
        raise Invalid(sentences(ValidationError(_one_location(error.messages))))


def _parsed(request: Request) -> Any:
    """The JSON of a body. Aborts with 400 for what is none, is nested without end, or holds half a character."""
    try:
        sent = request.get_json(silent=True)
        json.dumps(sent, ensure_ascii=False).encode()
    except (RecursionError, UnicodeEncodeError):
        abort(400)
    if sent is None and request.get_data().strip() != b"null":
        abort(400)
    return sent


def needs_nothing(schema: Schema) -> bool:
    """True where no field has to be sent."""
    return not any(each.required for each in schema.fields.values())


def unfiltered(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, which raises Invalid where the address came with parameters."""

    @wraps(view)
    def bare(*args: Any, **where: Any) -> Any:
        if request.args:
            raise Invalid({name: [str(Shape.error_messages["unknown"])] for name in request.args})
        return view(*args, **where)

    return bare


def _one_location(messages: Any) -> Any:
    """The errors without the place they were found in: webargs puts it around them."""
    if isinstance(messages, dict) and len(messages) == 1 and set(messages) <= {"json", "query", "form", "files"}:
        return next(iter(messages.values()))
    return messages


def refuse_empty(schema: Schema, sent: Mapping[str, Any]) -> None:
    """Raise Invalid where nothing stands for a code, a number or a date: to say nothing, leave the name out."""
    empty = [name for name, value in sent.items() if value == "" and not _is_text(schema.fields.get(name))]
    if empty:
        raise Invalid({name: [_("Send a value, or leave this out.")] for name in empty})


def refuse_untyped(schema: Schema, sent: Mapping[str, Any]) -> None:
    """Raise Invalid where a number, a yes or a text came as something else: pages send texts, programs do not."""
    errors = _untyped(schema, sent)
    if errors:
        raise Invalid(errors)


def _untyped(schema: Schema, sent: Mapping[str, Any]) -> dict[str, list[str]]:
    known = {each.data_key or name: each for name, each in schema.fields.items()}
    return {
        name: [_("This is of another type than the documentation says.")]
        for name, value in sent.items()
        if name in known and not _fits(known[name], value)
    }


def _fits(field: fields.Field[Any], value: Any) -> bool:
    if value is None:
        return True
    if value == "":
        return _is_text(field)
    if isinstance(field, fields.Boolean):
        return isinstance(value, bool)
    if isinstance(field, fields.Integer):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(field, fields.List):
        return isinstance(value, list) and all(each is not None and _fits(field.inner, each) for each in value)
    if isinstance(field, fields.Nested):
        return isinstance(value, dict) and not _untyped(field.schema, value)
    return True


def _is_text(field: fields.Field[Any] | None) -> bool:
    return field is None or isinstance(field, fields.String)
