"""The document against the API: whatever is sent, the answer is as documented, and tells of no other agency.

Cases come from schemathesis, each sent as one of the access profiles or as no one, with the numbers of real rows, own
and foreign. What makes the cases of an operation costs more than sending them, so all who ask share it.
"""

import contextvars
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from preparedness.accounts.models import Access
from preparedness.database import db
from tests import breadth
from tests.cast import World
from tests.test_access import MISSING, PLAIN, PROFILES, token_of

CASES, SOAKED = 2_000, 20_000
"""How many cases in all, in every run and in a long one."""

Askers = dict[Access | None, dict[str, str]]
"""Who asks, and what goes with each of their requests."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
LAST = re.compile(r"^DELETE|/(erase|close|cancel|stand-down|archive|undo|apply)$")
"""Acts after which others have nothing more to act upon."""


def test_every_answer_is_as_documented_whoever_asks(app, world):
    try_all(app, world, CASES)


@pytest.mark.soak
def test_every_answer_is_as_documented_whoever_asks_and_however_long(app, world):
    try_all(app, world, SOAKED)


def try_all(app: Flask, world: World, in_all: int) -> None:
    """Send every operation its share of the cases of a run, half of them on each engine."""
    own, foreign = ({**PLAIN, **breadth.of(world, own=ours)} for ours in (True, False))
    askers = {profile: headers(app, world, profile) for profile in PROFILES}
    known = [result.ok() for result in described(app).get_all_operations()]
    known.sort(key=lambda operation: bool(LAST.search(f"{operation.method.upper()} {operation.path}")))
    each = -(-in_all // (len(known) * 2))
    foreigners = strange(world)
    db.session.rollback()  # no transaction of the test's own stands in the way of the requests
    app.testing, app.config["RATELIMIT_ENABLED"] = False, False
    try:
        for operation in known:
            try_one(operation, [own, foreign], foreigners, askers, each)
    finally:
        app.testing = True
        app.config["RATELIMIT_ENABLED"] = True


def headers(app: Flask, world: World, profile: Access | None) -> dict[str, str]:
    """What a program of a member of this profile sends with each request; nobody's has no token."""
    plain = {"Accept-Encoding": "identity"}
    if profile is None:
        return plain
    return {**plain, "Authorization": f"Bearer {token_of(app.test_client(), world.members[PROFILES[profile]])}"}


def described(app: Flask) -> Any:
    """The document, as the API gives it, at work against the app."""
    return contextvars.Context().run(schemathesis.openapi.from_wsgi, "/api/v1/openapi.json", app)


def strange(world: World) -> re.Pattern[str]:
    """What must stand in no answer: the names and Refs of the other institution's rows."""
    rows = (world.foreign_person, world.foreign_organisation, world.foreign_plan)
    said = [row.ref for row in rows]
    said += [world.foreign_person.name, world.foreign_organisation.name, world.foreign_plan.title]
    return re.compile("|".join(map(re.escape, [*said, world.other_agency.name])))


def try_one(operation: Any, rows: list[breadth.Rows], foreign: re.Pattern[str], askers: Askers, most: int) -> None:
    """Send one operation cases of its own making, to rows that are there and to some that are not."""

    @settings(
        max_examples=most,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, rows), profile=st.sampled_from(list(askers)))
    def tried(case: Any, profile: Access | None) -> None:
        assume([] not in (case.query or {}).values())  # nothing would be sent of such a parameter
        response = contextvars.Context().run(case.call, headers=askers[profile])
        told = response.content.decode(errors="replace")
        assert not foreign.search(told), f"{case!r} by {profile} tells of another institution"
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            raise AssertionError(f"{case!r} by {profile} with {case.body!r}\n{failures}") from None

    tried()


def cases(operation: Any, rows: list[breadth.Rows]) -> st.SearchStrategy[Any]:
    """Cases good and bad, for rows that are ours, theirs, nobody's, or whatever comes."""
    names = [parameter.name for parameter in operation.path_parameters]
    found = [{name: known[name] for name in names if name in known} for known in rows]
    found = [each for each in found if len(each) == len(names)] + [dict.fromkeys(names, MISSING)]
    return st.one_of(
        *(
            operation.as_strategy(generation_mode=mode, path_parameters=each or None)
            for mode in usable(operation)
            for each in (found if names else [{}])
        )
    )


def usable(operation: Any) -> Iterator[GenerationMode]:
    """Good cases, and bad ones where there is anything that can be wrong."""
    yield GenerationMode.POSITIVE
    if operation.body or operation.query or operation.headers:
        yield GenerationMode.NEGATIVE
