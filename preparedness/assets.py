"""The files a page is dressed in: our own, and Bootstrap, htmx and Swagger UI as their packages carry them."""

import hashlib
import mimetypes
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from preparedness.accounts.permissions import public

blueprint = Blueprint("assets", __name__, url_prefix="/static")

_BOOTSTRAP = files("js_lib_bootstrap5") / "static" / "js-lib-bootstrap5"
_HTMX = files("js_lib_htmx") / "static" / "htmx"
_SWAGGER = files("flask_swagger_ui") / "dist"
_OWN = Path(__file__).parent / "static"

VENDOR = {
    "bootstrap.css": _BOOTSTRAP / "css" / "bootstrap.min.css",
    "bootstrap.rtl.css": _BOOTSTRAP / "css" / "bootstrap.rtl.min.css",
    "htmx.js": _HTMX / "htmx.min.js",
    "swagger-ui.css": _SWAGGER / "swagger-ui.css",
    "swagger-ui.js": _SWAGGER / "swagger-ui-bundle.js",
}
"""What others made, by the name a page asks for. Bootstrap's script is not among them: <details> does what we need."""

OWN = {name: _OWN / name for name in ("page.css", "page.js", "api.js", "mark.svg")}
"""What we made ourselves."""

YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Let templates ask for the address of a file by its name."""
    app.register_blueprint(blueprint)
    app.add_template_global(asset_url)


def asset_url(name: str) -> str:
    """The address of a file; it changes with the file's content, so that browsers may keep it for a year."""
    endpoint = "assets.vendor" if name in VENDOR else "assets.own"
    return url_for(endpoint, name=name, v=digest(name)[:12])


@cache
def content(name: str) -> bytes:
    """The bytes of a file."""
    return (VENDOR | OWN)[name].read_bytes()


@cache
def digest(name: str) -> str:
    """The SHA-384 of a file, in hexadecimal."""
    return hashlib.sha384(content(name)).hexdigest()


@blueprint.get("/vendor/<name>")
@public
def vendor(name: str) -> Response:
    """Hand over a file that others made."""
    return _served(name) if name in VENDOR else abort(404)


@blueprint.get("/<name>")
@public
def own(name: str) -> Response:
    """Hand over a file of our own."""
    return _served(name) if name in OWN else abort(404)


def _served(name: str) -> Response:
    """Keep it for a year if asked for by the content it has now, else ask again each time."""
    response = Response(content(name), mimetype=mimetypes.guess_type(name)[0])
    response.set_etag(digest(name)[:32])
    if request.args.get("v") == digest(name)[:12]:
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
