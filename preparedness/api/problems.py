"""Problems: every answer of the API that is not what was asked for, as a problem document (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, json, make_response
from marshmallow import ValidationError, fields
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from preparedness.database import db
from preparedness.errors import Missing, Refused
from preparedness.i18n import _, _l
from preparedness.shapes import Shape, sentences

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
"""How the addresses begin whose errors are said this way."""

RACED = frozenset({"23503", "23505"})
"""What PostgreSQL says of a row that is gone, and of a name that is taken; on SQLite writers wait for each other."""

SENTENCES = {
    400: _l("This is not understood: send what the documentation shows."),
    401: _l("Send a token of this institution: in the header Authorization, after the word Bearer."),
    403: _l("The token may not do this."),
    404: _l("Nothing of that name or number is here."),
    405: _l("This address does not know that method."),
    409: _l("A rule refuses this. Nothing was changed."),
    413: _l("This is too large."),
    415: _l("Send it as application/json."),
    422: _l("Some of this cannot be taken: see each field."),
    428: _l("Say which version you have seen: If-Match with the row's ETag."),
    429: _l("Too many requests. Wait as long as Retry-After says."),
    503: _l("The database cannot be reached or written just now. Nothing was saved. Try again soon."),
}


class ProblemShape(Shape):
    """What went wrong, in a sentence to act on."""

    type = fields.String(required=True, metadata={"example": "about:blank"})
    title = fields.String(required=True, metadata={"example": "Conflict"})
    status = fields.Integer(required=True, metadata={"example": 409})
    detail = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Sentences by the field they are about."},
    )
    current = fields.Dict(metadata={"description": "The row as it is now, where somebody else was first (412)."})
    reference = fields.String(metadata={"description": "What to name when you ask about it."})


class Invalid(HTTPException):
    """What was sent does not have the shape that is documented."""

    code = 422

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


def document(
    status: int,
    sentence: str | None = None,
    *,
    errors: dict[str, list[str]] | None = None,
    current: dict[str, Any] | None = None,
) -> Response:
    """The problem document for a status."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(sentence or SENTENCES.get(status, SENTENCES[400])),
    }
    if errors:
        said["errors"] = errors
    if current is not None:
        said["current"] = current
    if reference := g.get("reference"):
        said["reference"] = reference
    response = make_response(json.dumps(said, ensure_ascii=False), status)
    response.mimetype = MEDIA_TYPE
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(blueprint: Blueprint) -> None:
    """Say what only programs are told: errors by field, and rules that refuse."""
    blueprint.register_error_handler(Invalid, lambda error: document(422, errors=error.errors))
    blueprint.register_error_handler(ValidationError, lambda error: document(422, errors=sentences(error)))
    blueprint.register_error_handler(StaleDataError, lambda _error: _refused(_raced()))
    blueprint.register_error_handler(IntegrityError, _unless_raced)
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(Missing, _missing)


def _missing(missing: Missing) -> Response:
    """404, with the field that pointed to what is not there."""
    return document(404, errors={missing.field: [str(SENTENCES[404])]} if missing.field is not None else None)


def _unless_raced(error: IntegrityError) -> Response:
    """A refusal where somebody else took a name or removed a row at the same moment; any other is our own mistake."""
    if getattr(error.orig, "sqlstate", None) not in RACED:
        raise error
    return _refused(_raced())


def _refused(refused: Refused) -> Response:
    db.session.rollback()
    return document(
        409, refused.sentence, errors={refused.field: [refused.sentence]} if refused.field is not None else None
    )


def _raced() -> Refused:
    return Refused(_("Somebody else saved this at the same moment. Nothing of yours was saved: look again."))
