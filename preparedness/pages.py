"""What every page has: safe headers, its frame, words for values, and an error page that says what to do."""

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter

from preparedness import database, i18n, shapes
from preparedness.errors import Missing, Refused, Stale
from preparedness.i18n import _, ngettext

logger = logging.getLogger("preparedness")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

CONTEXT: list[Callable[[], dict[str, Any]]] = []
"""What upper packages add to every page's context (the band of a running activation); filled by create_app."""


SAID_OTHERWISE: dict[str, Callable[[int, str | None], Response]] = {}
"""How an error is said to whoever reads no pages, by how the address begins; filled by create_app."""


class RowId(IntegerConverter):
    """A row's number in an address: nine digits, so that no database overflows."""

    regex = r"[1-9]\d{0,8}"


def install(app: Flask) -> None:
    """Give the app its headers, filters and error pages."""
    app.url_map.converters["id"] = RowId
    # Whoever comes first here acts last: the headers go on whatever answer the settling leaves.
    app.after_request(_headers)
    app.after_request(database.settle_or(_unavailable))
    app.context_processor(_frame)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_error_handler(Missing, lambda _missing: error_page(404))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, lambda _error: error_page(400, _("This form is too old. Open it again.")))
    app.register_error_handler(StaleDataError, lambda _error: _refused(_raced()))
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def error_page(status: int, sentence: str | None = None) -> Response:
    """The page for an answer that is not what was asked for, with a reference for whoever is called about it."""
    if said := _said_otherwise():
        return said(status, sentence)
    reference = g.get("reference") or secrets.token_hex(4).upper()
    template = f"errors/{status}.html"
    known = template in TEMPLATES_OF_ERRORS
    page = render_template(
        template if known else "errors/400.html", status=status, sentence=sentence, reference=reference
    )
    return make_response(page, status)


def _said_otherwise() -> Callable[[int, str | None], Response] | None:
    return next((said for prefix, said in SAID_OTHERWISE.items() if request.path.startswith(prefix)), None)


TEMPLATES_OF_ERRORS = {f"errors/{status}.html" for status in (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)}


def _raced() -> Refused:
    return Refused(_("Somebody else saved this at the same moment. Nothing of yours was saved: look again."))


def _refused(refused: Exception) -> Response:
    database.db.session.rollback()
    sentence = refused.sentence if isinstance(refused, Refused | Stale) else str(refused)
    return error_page(409, sentence)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        # No address can be made for a host that is not ours, hence no page either.
        return Response(_("This server does not answer to that name."), 400, mimetype="text/plain")
    if error.code is None or error.code < 400:
        return error
    if error.code >= 500:
        return _unforeseen(error)
    answer = error_page(error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _database_error(error: DBAPIError) -> Response:
    if not database.is_unavailable(error):
        return _unforeseen(error)
    return _unavailable(error)


def _unavailable(error: DBAPIError) -> Response:
    """Nobody's mistake, and nothing half done: say that nothing was saved."""
    database.db.session.rollback()
    g.reference = secrets.token_hex(4).upper()
    logger.error("unavailable reference=%s kind=%s", g.reference, type(error.orig).__name__)
    return _plain_page(503, _("The database cannot be reached or written just now. Nothing was saved. Try again soon."))


def _unforeseen(error: Exception) -> Response:
    database.db.session.rollback()
    g.reference = secrets.token_hex(4).upper()
    logger.error("unforeseen reference=%s", g.reference, exc_info=error)
    if current_app.testing:
        raise error
    return _plain_page(500, _("Something went wrong on our side. Nothing was saved."))


def _plain_page(status: int, sentence: str) -> Response:
    """An error page that asks nothing of the database."""
    if said := _said_otherwise():
        return said(status, sentence)
    page = render_template(
        f"errors/{status}.html", status=status, sentence=sentence, reference=g.reference, agency=None, member=None
    )
    return make_response(page, status)


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _frame() -> dict[str, Any]:
    language = i18n.current()
    frame: dict[str, Any] = {
        "agency": g.get("agency"),
        "member": g.get("member"),
        "language": language,
        "direction": i18n.direction(language),
        "languages": list(i18n.LANGUAGES.items()),
        "now": database.now(),
        "ngettext": ngettext,
        "bands": [],
    }
    for more in CONTEXT:
        frame |= more()
    return frame


# --- Words for values ----------------------------------------------------------------------------------------------


def _zone() -> str:
    member = g.get("member")
    return str(member.timezone if member is not None else g.get("zone", "UTC"))


def moment(value: datetime | None, zone: str | None = None) -> str:
    """A moment in the reader's zone, or the one given; empty for none."""
    return i18n.moment(value, zone or _zone()) if value else ""


def day(value: date | None) -> str:
    """A date in words; empty for none."""
    return i18n.day(value, _zone()) if value else ""


def label(value: Any) -> Any:
    """The words of a code."""
    return getattr(value, "words", value) if isinstance(value, Enum) else value


def ago(value: datetime | None) -> str:
    """How long ago, in one measure."""
    if value is None:
        return ""
    passed = datetime.now(UTC) - value
    if passed < timedelta(minutes=1):
        return _("just now")
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(num)s minute ago", "%(num)s minutes ago", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)s hour ago", "%(num)s hours ago", minutes // 60)
    return ngettext("%(num)s day ago", "%(num)s days ago", minutes // (24 * 60))


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "day": day,
    "clock": lambda value, zone=None: i18n.clock(value, zone or _zone()) if value else "",
    "ago": ago,
    "label": label,
    "offset": i18n.offset,
    "number": i18n.number,
    "country": i18n.country_name,
    "language_name": i18n.language_name,
    "field_label": shapes.label_of,
}
