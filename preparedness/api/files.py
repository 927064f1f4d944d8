"""Files: addresses whose body is no JSON, with the same label, document and problems as the others."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, abort, request, url_for

from preparedness.accounts.permissions import Permission
from preparedness.api import repeats
from preparedness.api.resources import ETAG, LOCATION, REPEAT, Finder, Resource, View, etag, located
from preparedness.database import db
from preparedness.shapes import Shape

BINARY = {"type": "string", "format": "binary"}


def hands_out(
    resource: Resource, rule: str, permission: Permission, finder: Finder, media_type: str
) -> Callable[[View], View]:
    """GET a file. The view gets the found row, and returns the file's content."""

    def attach(view: View) -> View:
        @wraps(view)
        def answer(found: Any, **_where: Any) -> Response:
            return Response(view(found), mimetype=media_type)

        described = {"description": "The file.", "content": {media_type: {"schema": BINARY}}}
        shown = resource.doc(responses={"200": described})(answer)
        return resource.opens(rule, "GET", permission, located(shown, finder), 404)

    return attach


def takes_in(
    resource: Resource, rule: str, permission: Permission, media_type: str, most: int, gives: type[Shape], at: str
) -> Callable[[View], View]:
    """POST a file up to a size. The view gets its content; it returns the row it made, and whether that is new.

    `at` names the view that reads such a row. What was taken in before is shown again, with 200.
    """

    def attach(view: View) -> View:
        @wraps(view)
        def answer(**where: Any) -> Any:
            content = _content(media_type, most)
            there, memory = resource.found[at], repeats.begun()
            if memory is not None and memory.status is not None:
                row, status = there.finder(**there.arguments(where, memory.subject_id)), memory.status
            else:
                row, fresh = view(content)
                status = 201 if fresh else 200
                db.session.flush()
                repeats.keep(memory, status, row)
            place = url_for(there.endpoint, **there.arguments(where, row.id))
            return gives().dump(row), status, {**etag(row), "Location": place}

        documented = _documented(resource, answer, media_type, gives)
        return resource.opens(rule, "POST", permission, documented, 400, 409, 413, 415, 422, parameters=[REPEAT])

    return attach


def _documented(resource: Resource, view: View, media_type: str, gives: type[Shape]) -> View:
    body: Mapping[str, Any] = {"required": True, "content": {media_type: {"schema": BINARY}}}
    headers = {**ETAG, **LOCATION}
    shown = resource.alt_response(200, schema=gives, description="It was taken in before.", headers=headers)(view)
    shown = resource.alt_response(201, schema=gives, description="Created", headers=headers)(shown)
    documented: View = resource.doc(requestBody=body)(shown)
    return documented


def _content(media_type: str, most: int) -> bytes:
    """What was sent. Aborts with 415 for another media type, with 413 for more than is taken."""
    if request.mimetype != media_type:
        abort(415)
    if (request.content_length or 0) > most:
        abort(413)
    content = request.get_data(cache=True, parse_form_data=False)
    if len(content) > most:
        abort(413)
    return content
