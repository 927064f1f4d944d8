"""Values as JSON: what goes in comes out, whichever of the two wrote it."""

from datetime import date

import pytest

from preparedness import json_texts

ODD = ["half of a sign: \ud83d", 2**70, {"deep": [-(2**70), "\ud83d"]}]


@pytest.mark.parametrize("value", ["é", None, 1.5, [True, {"2026": []}], 2**63, *ODD])
def test_what_is_written_is_read(value):
    written = json_texts.written(value)

    assert json_texts.read(written) == value
    assert json_texts.read(written.decode()) == value


@pytest.mark.parametrize("value", ODD)
def test_what_json_alone_can_write_says_so(value):
    assert json_texts.written(value).startswith(json_texts.BY_JSON)


def test_what_is_no_json_by_itself_is_what_somebody_makes_of_it():
    assert json_texts.written([date(2026, 3, 4)], default=str) == b'["2026-03-04"]'
    with pytest.raises(TypeError):
        json_texts.written([date])
