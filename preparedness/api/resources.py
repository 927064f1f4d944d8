"""Resources: how an act of the domain becomes an address of the API, with its document, version and repeats.

A view loads nothing and writes no answer: it gets the row (its finder carries the fence) and what was sent, calls the
verb, and returns what is shown. What every such address has in common stands here, once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request, url_for
from flask_smorest import Blueprint
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import PreconditionRequired

from preparedness.accounts.permissions import Permission, by_token
from preparedness.api import problems, repeats
from preparedness.api.bodies import Parser, needs_nothing, unfiltered
from preparedness.api.schemas import Paging, page_of
from preparedness.database import db
from preparedness.errors import Stale
from preparedness.i18n import _
from preparedness.shapes import Shape

View = Callable[..., Any]
Finder = Callable[..., Any]
"""Finds a row by the arguments of an address, within the agency of `g`; raises Missing."""

ROOT = "/api/v1"
BLUEPRINT = "api_"
"""How the doors for programs are told from those with pages of the same name."""

ETAG = {"ETag": {"description": "The row's version, for If-Match.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Where the new row is.", "schema": {"type": "string"}}}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag of the row you have seen.",
    "required": True,
    "schema": {"type": "string"},
    "example": '"3"',
}
PROBLEM = problems.ProblemShape()
REPEAT = {
    "in": "header",
    "name": repeats.HEADER,
    "description": "The same key within 24 hours gets the same answer, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": repeats.LONGEST, "pattern": "^[!-~]+$"},
}


@dataclass(frozen=True)
class _Found:
    """How a row is found again by its number alone: the answer to a repeated request, and where a new row is."""

    endpoint: str
    finder: Finder
    names: tuple[str, ...]

    def arguments(self, where: Mapping[str, Any], number: int | None) -> dict[str, Any]:
        """The arguments of the address of a row, from those of the address that made it; its own number is last."""
        return {**{name: where[name] for name in self.names[:-1]}, self.names[-1]: number}


class Resource(Blueprint):
    """The addresses of one domain; every one of them labelled, documented, and answering problems."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"{BLUEPRINT}{name}", __name__, url_prefix=ROOT, description=description)
        problems.install(self)
        self.found: dict[str, _Found] = {}

    def lists(
        self,
        rule: str,
        permission: Permission,
        gives: type[Shape],
        filters: type[Shape] = Paging,
        within: Finder | None = None,
    ) -> Callable[[View], View]:
        """GET a page of rows. The view gets the row they are within, if any, and the filters as keywords."""

        def attach(view: View) -> View:
            @wraps(view)
            def answer(*given: Any, **_where: Any) -> dict[str, Any]:
                *found, sent = given
                page = view(*found, **sent)
                return {"items": page.items, "total": page.total, "page": page.page, "per_page": page.per_page}

            shown = self.response(200, page_of(gives))(answer)
            taking = self.arguments(filters, location="query")(shown)
            return self.opens(rule, "GET", permission, located(taking, within), 404, filtered=True)

        return attach

    def reads(self, rule: str, permission: Permission, finder: Finder, gives: type[Shape]) -> Callable[[View], View]:
        """GET one row, with its version as ETag."""

        def attach(view: View) -> View:
            @wraps(view)
            def answer(found: Any, **_where: Any) -> Any:
                return view(found), 200, etag(found) if _is_versioned(gives) else {}

            names = tuple(re.findall(r"<(?:\w+:)?(\w+)>", rule))
            self.found[view.__name__] = _Found(f"{self.name}.{view.__name__}", finder, names)
            shown = self.response(200, gives, headers=ETAG if _is_versioned(gives) else None)(answer)
            return self.opens(rule, "GET", permission, located(shown, finder), 404)

        return attach

    def adds(
        self,
        rule: str,
        permission: Permission,
        takes: type[Shape],
        gives: type[Shape],
        at: str,
        within: Finder | None = None,
    ) -> Callable[[View], View]:
        """POST a new row. The view gets the row it goes into, if any, and what was sent; it returns the new one.

        `at` names the view that reads such a row.
        """

        def attach(view: View) -> View:
            @wraps(view)
            def answer(*given: Any, **where: Any) -> Any:
                there, memory = self.found[at], repeats.begun()
                if memory is not None and memory.status is not None:
                    row = there.finder(**there.arguments(where, memory.subject_id))
                else:
                    row = view(*given)
                    db.session.flush()
                    repeats.keep(memory, 201, row)
                place = url_for(there.endpoint, **there.arguments(where, row.id))
                return row, 201, {**etag(row), "Location": place}

            shown = self.response(201, gives, headers={**ETAG, **LOCATION})(answer)
            taking = located(self.arguments(takes)(shown), within)
            return self.opens(rule, "POST", permission, taking, 400, 404, 409, 413, 415, 422, parameters=[REPEAT])

        return attach

    def changes(
        self, rule: str, permission: Permission, finder: Finder, takes: type[Shape], gives: type[Shape]
    ) -> Callable[[View], View]:
        """PATCH one row. The view gets the row, what was sent (the rest is left alone), and the version seen."""

        def attach(view: View) -> View:
            @wraps(view)
            def answer(found: Any, sent: dict[str, Any], **where: Any) -> Any:
                if moved := _unless_moved(lambda: view(found, sent, expected(found)), found, finder, where, gives):
                    return moved
                return found, 200, etag(found)

            shown = self.response(200, gives, headers=ETAG)(answer)
            # By name, so that only the row's own fields may be absent, and none of what lies within one.
            taking = located(self.arguments(takes(partial=tuple(takes().fields)))(shown), finder)
            return self.opens(
                rule, "PATCH", permission, taking, 400, 404, 409, 412, 413, 415, 422, 428, parameters=[IF_MATCH]
            )

        return attach

    def ends(self, rule: str, permission: Permission, finder: Finder, gives: type[Shape]) -> Callable[[View], View]:
        """DELETE one row: what that means is the domain's to say. The view gets the row and the version seen."""

        def attach(view: View) -> View:
            @wraps(view)
            def answer(found: Any, **where: Any) -> Any:
                moved = _unless_moved(lambda: view(found, expected(found)), found, finder, where, gives)
                return moved or Response(status=204)

            shown = located(self.response(204)(answer), finder)
            return self.opens(rule, "DELETE", permission, shown, 404, 409, 412, 428, parameters=[IF_MATCH])

        return attach

    def acts(
        self,
        rule: str,
        permission: Permission,
        finder: Finder,
        takes: type[Shape],
        gives: type[Shape],
        status: int = 200,
    ) -> Callable[[View], View]:
        """POST an act upon a row. The view gets the row and what was sent.

        It returns a mapping of numbers and codes where the act says more than the row; else the row is shown as it is.
        """

        def attach(view: View) -> View:
            @wraps(view)
            def answer(found: Any, sent: dict[str, Any], **_where: Any) -> Any:
                memory = repeats.begun()
                if memory is not None and memory.status is not None:
                    # What was said is kept as it was written, so it is not written again.
                    said = None if memory.said is None else jsonify(memory.said)
                else:
                    said = view(found, sent)
                    db.session.flush()
                    repeats.keep(memory, status, found, None if said is None else gives().dump(said))
                return (found if said is None else said), status, etag(found)

            shown = self.response(status, gives)(answer)
            taking = located(self.arguments(takes, required=not needs_nothing(takes()))(shown), finder)
            return self.opens(rule, "POST", permission, taking, 400, 404, 409, 413, 415, 422, parameters=[REPEAT])

        return attach

    def opens(
        self,
        rule: str,
        method: str,
        permission: Permission,
        view: View,
        *statuses: int,
        parameters: list[dict[str, Any]] | None = None,
        filtered: bool = False,
    ) -> View:
        """Register the address with its label, and say in its document what else it may answer.

        One that is not filtered knows no parameter at all: whoever sends one believes something that is not so.
        """
        view = view if filtered else unfiltered(view)
        if parameters:
            view = self.doc(parameters=parameters)(view)
        # All at once: as a decorator each, they would copy the whole document of the view and wrap it once more.
        answers = vars(view).setdefault("_apidoc", {}).setdefault("response", {}).setdefault("responses", {})
        for status in sorted({401, 403, 422, 429, *statuses}):
            said = {"schema": PROBLEM, "description": HTTPStatus(status).phrase, "content_type": problems.MEDIA_TYPE}
            answers.setdefault(status, []).append(said)
        labelled = by_token(permission)(view)
        self.add_url_rule(rule, view.__name__, labelled, methods=[method])
        return labelled


def located(view: View, finder: Finder | None) -> View:
    """The view behind its fence: the row is found first, whatever was sent, so that a foreign one is a 404."""
    if finder is None:
        return view

    @wraps(view)
    def behind(**where: Any) -> Any:
        return view(finder(**where), **where)

    return behind


def _unless_moved(
    act: Callable[[], Any], row: Any, finder: Finder, where: Mapping[str, Any], gives: type[Shape]
) -> Response | None:
    """Act upon a row at the version that was seen; a 412 with the row as it is now where somebody else was first."""
    try:
        if expected(row) != row.version:
            raise Stale("", [], row.version)
        act()
        db.session.flush()
    except (Stale, StaleDataError):
        db.session.rollback()
        return _moved(finder(**where), gives)
    return None


def expected(row: Any) -> int:
    """The version that the program has seen, from If-Match. Raises PreconditionRequired where it says none."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise PreconditionRequired
    plain = sent.removeprefix("W/").strip('"')
    # An ETag that is none of ours was seen of nothing here: it can match no version.
    return int(plain) if plain.isdecimal() and len(plain) < 10 else -1


def _moved(row: Any, gives: type[Shape]) -> Response:
    """412, with the row as it is now: nothing of the program's was saved, and nothing of it is lost either."""
    sentence = _("Somebody else saved this meanwhile. Look at it as it is now, then send again.")
    response = problems.document(412, sentence, current=gives().dump(row))
    response.headers.update(etag(row))
    return response


def etag(row: Any) -> dict[str, str]:
    """The header that says which version of a row is shown; none for what has no versions."""
    version = getattr(row, "version", None)
    return {} if version is None else {"ETag": f'"{version}"'}


def _is_versioned(gives: type[Shape]) -> bool:
    return "version" in gives._declared_fields
