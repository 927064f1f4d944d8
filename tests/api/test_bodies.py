"""What programs send: what is no JSON of the documented shape is refused with a sentence, however odd."""

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import Program

DEEP = 50_000

pytestmark = pytest.mark.once


def raw(program: Program, method: str, path: str, body: str, version: int = 1) -> TestResponse:
    """The answer to a body as it stands, in the form no test client would write."""
    program.client.application.testing = False
    try:
        return program.client.open(
            f"/api/v1{path}",
            method=method,
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {program.token}", "If-Match": f'"{version}"'},
        )
    finally:
        program.client.application.testing = True


@pytest.mark.parametrize(
    "body",
    [
        "[" * DEEP,
        '{"a":' * DEEP,
        '{"name": "half a \\ud800 character"}',
        '{"half a \\ud800 character": 1}',
        '{"languages": ["\\udfff"]}',
    ],
    ids=["endless list", "endless object", "half a character", "in a name", "deeper in"],
)
def test_what_cannot_be_kept_as_text_is_no_json(ana, world, body):
    for method, path in (("POST", "/people"), ("PATCH", f"/people/{world.amina.id}")):
        answer = raw(ana, method, path, body, world.amina.version)

        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_what_lies_within_a_field_is_whole_even_in_a_change(ana, world):
    answer = ana.patch(f"/people/{world.amina.id}", {"channels": [{"kind": "email"}]}, version=world.amina.version)

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["channels"]


@pytest.mark.parametrize("body", ["null", "[]", '"text"', "7", "NaN"])
def test_anything_but_an_object_is_refused(ana, body):
    assert raw(ana, "POST", "/people", body).status_code == 422


def test_an_act_that_needs_to_be_told_nothing_needs_no_body(ana, world):
    assert ana.ask("POST", f"/plans/{world.plan.id}/submit").status_code == 200
    assert ana.ask("POST", f"/plans/{world.plan.id}/approve").json["number"] == 1


def test_what_needs_to_be_told_something_needs_a_body_of_the_right_type(ana, world):
    assert ana.ask("POST", "/people").status_code == 415
    assert ana.ask("PATCH", f"/people/{world.amina.id}", If_Match='"1"').status_code == 415
