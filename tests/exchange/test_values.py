"""Values in one form on base, workbook and server."""

import enum
import unicodedata
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preparedness.exchange import values
from preparedness.exchange.choices import Choice, Choices
from preparedness.exchange.values import Kind, Pattern


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        (Kind.TEXT, None, None),
        (Kind.TEXT, "  ", None),
        (Kind.TEXT, "a\r\nb\xa0c\u200b ", "a\nb c"),
        (Kind.TEXT, unicodedata.normalize("NFD", "Félicité"), "Félicité"),
        (Kind.TEXT, "\tindented", "indented"),
        (Kind.TEXT, "line_x000D_", "line"),
        (Kind.TEXT, "'=1+1", "=1+1"),
        (Kind.TEXT, "'quoted'", "'quoted'"),
        (Kind.TEXT, "bell\x07\ud800", "bell"),
        (Kind.CHOICE, Colour.RED, "red"),
        (Kind.PHONE, "+509 34-00 (0000)", "+50934000000"),
        (Kind.PHONE, "ask the relay", "ask the relay"),
        (Kind.DATE, date(2026, 3, 4), "2026-03-04"),
        (Kind.DATETIME, datetime(2026, 3, 4, 14, 30, 15, 9, tzinfo=UTC), "2026-03-04T14:30:15"),
        (Kind.TIME, time(9, 5), "09:05"),
        (Kind.WHOLE, 4, 4),
        (Kind.NUMBER, 0.30000000000000004, 0.3),
        (Kind.NUMBER, 2.0, 2),
        (Kind.YES_NO, False, False),
        (Kind.SET, ["b", "a", "a"], ["a", "b"]),
        (Kind.SET, {Colour.RED}, ["red"]),
        (Kind.SET, [], None),
    ],
)
def test_a_value_of_the_server_has_one_form(kind, value, form):
    assert values.canonical(kind, value) == form


@given(st.text())
def test_clean_text_is_not_changed_by_cleaning_it_again(text):
    assert values.clean(values.clean(text)) == values.clean(text)


@given(st.text(alphabet="'=+-@ \t\nab", max_size=8))
def test_text_that_looks_like_a_formula_keeps_its_form(text):
    assert values.clean(values.clean(text)) == values.clean(text)


def test_text_is_cut_at_what_a_cell_may_hold():
    assert len(values.clean("x" * 40_000)) == 32_767


def test_values_are_written_as_people_read_them():
    colours = Pattern(Kind.SET, Choices([Choice("r", "red"), Choice("b", "blue")]))

    assert values.written(["r", "b"], colours) == "red; blue"
    assert values.written("r", colours) == "red"
    assert values.written(True, Pattern(Kind.YES_NO)) == "yes"
    assert values.written(False, Pattern(Kind.YES_NO)) == "no"
    assert values.written(None, Pattern(Kind.TEXT)) == ""
    assert values.written(7, Pattern(Kind.WHOLE)) == 7
    assert values.written(["x", "y"], Pattern(Kind.SET)) == "x; y"


@pytest.mark.parametrize(
    ("value", "text"), [(True, "TRUE"), (False, "FALSE"), (3.0, "3"), (0.5, "0.5"), (1e20, "1e+20")]
)
def test_a_value_is_the_text_a_person_would_have_typed(value, text):
    assert values.as_text(value) == text
