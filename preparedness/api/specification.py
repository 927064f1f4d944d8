"""The API as a document (OpenAPI 3.1), the page to try it, and how often a token may ask."""

from threading import Lock
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import Blueprint, Flask, current_app, g, json, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_smorest import Api

from preparedness import pages
from preparedness.accounts.permissions import public
from preparedness.api import problems
from preparedness.api.resources import BLUEPRINT
from preparedness.i18n import speaking
from preparedness.pages import RowId
from preparedness.shapes import MomentIn, _Code

RATE = "1200 per minute; 30000 per hour"
"""How often one token may ask; the headers say what is left."""

RATE_HEADERS = {
    "X-RateLimit-Limit": "How many requests this token may send in a window.",
    "X-RateLimit-Remaining": "How many of them are left.",
    "X-RateLimit-Reset": "When the window ends, in seconds since 1970.",
    "Retry-After": "How many seconds to wait for that.",
}

SETTINGS = {
    "API_TITLE": "Preparedness",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "RATELIMIT_HEADERS_ENABLED": True,
    "RATELIMIT_STORAGE_URI": "memory://",
}
DESCRIPTION = (
    "The same acts as the pages, for programs. Send a token as `Authorization: Bearer …`; an administrator makes one "
    "under Settings. Rows carry a version: send it back in `If-Match` when you change one. What is refused is a "
    "problem document (RFC 9457) with a sentence to act on."
)
OPTIONS = {
    "info": {"description": DESCRIPTION},
    "security": [{"token": []}],
}

DOORS, WRITTEN = "preparedness-api", "preparedness-api-document"
MAKING = Lock()

blueprint = Blueprint("api", __name__)


class Document(Api):
    """The document alone: errors are said by `problems`, pages of lists stand in the body."""

    ERROR_SCHEMA = problems.ProblemShape

    def _register_error_handlers(self) -> None:
        """Errors of the whole app are said in `pages`, and in `problems`."""

    def _register_pagination_header(self) -> None:
        """Lists say their page in the body."""


def install(app: Flask, doors: tuple[Any, ...]) -> None:
    """Open the doors for programs. They are described when somebody first asks: that takes longer than opening them."""
    for name, value in SETTINGS.items():
        app.config.setdefault(name, value)
    pages.SAID_OTHERWISE[problems.PREFIX] = problems.document
    limiter = Limiter(key_func=_who_asks, app=app)
    for door in doors:
        limiter.limit(lambda: RATE)(door)
        app.register_blueprint(door)
    app.extensions[DOORS] = doors
    app.register_blueprint(blueprint)


def _specification(app: Flask, doors: tuple[Any, ...]) -> dict[str, Any]:
    """The document as flask-smorest makes it of the doors, in English whoever asks."""
    api = Document(app, spec_kwargs={**OPTIONS, "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_named)})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_converter(RowId, lambda _converter: {"type": "integer", "minimum": 1, "maximum": 999_999_999})
    api.ma_plugin.converter.add_attribute_function(_codes)
    api.ma_plugin.converter.add_attribute_function(_described)
    api.register_field(MomentIn, "string", "date-time")
    for door in doors:
        door.register_views_in_doc(api, app, api.spec, name=door.name, parameters=None)
        api.spec.tag({"name": door.name, "description": door.description})
    written: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
    return written


def _named(schema: Any) -> str:
    """What the document calls a shape; one of which nothing is needed is that of a change."""
    made = resolve_schema_instance(schema)
    name = type(made).__name__
    return f"{name}Changes" if made.partial else name


def _who_asks() -> str:
    """What requests are counted by: the token."""
    return f"token-{g.token.id}" if "token" in g else str(request.remote_addr)


def _codes(self: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """The codes of a worded list, as the document shows them."""
    if not isinstance(field, _Code):
        return {}
    codes: list[Any] = [each.value for each in field.members]
    return {"type": ["string", "null"] if field.allow_none else "string", "enum": codes + [None] * field.allow_none}


def _described(self: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """What pages say of a field says it here too."""
    said = [str(field.metadata[name]) for name in ("label", "hint") if field.metadata.get(name)]
    return {"description": ". ".join(said)} if said and "description" not in field.metadata else {}


def document(app: Flask) -> dict[str, Any]:
    """The whole document, as the address gives it; made once."""
    with MAKING:
        if WRITTEN not in app.extensions:
            with app.app_context(), speaking("en"):
                app.extensions[WRITTEN] = _polished(_specification(app, app.extensions[DOORS]))
    made: dict[str, Any] = app.extensions[WRITTEN]
    return made


def _polished(written: dict[str, Any]) -> dict[str, Any]:
    """With the names that people read, and what every answer carries."""
    operations = [each for path in written["paths"].values() for each in path.values() if isinstance(each, dict)]
    for tag in written["tags"]:
        tag["name"] = tag["name"].removeprefix(BLUEPRINT)
    for each in operations:
        each["tags"] = [name.removeprefix(BLUEPRINT) for name in each["tags"]]
        for status, response in each["responses"].items():
            if status != "401":  # who sends no token is counted otherwise, and not told of it
                response.setdefault("headers", {}).update(_counted())
    written["components"]["headers"] = {
        name: {"description": sentence, "schema": {"type": "integer"}} for name, sentence in RATE_HEADERS.items()
    }
    return written


def _counted() -> dict[str, Any]:
    """The headers that say how often a token may still ask."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS}


@blueprint.get("/api/v1/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """The document, for programs and for those who write them."""
    return jsonify(document(current_app))


@blueprint.get("/api/docs")
@public
def docs() -> ResponseReturnValue:
    """A page to read the document, and to try it with a token of one's own."""
    return render_template("api/docs.html")
