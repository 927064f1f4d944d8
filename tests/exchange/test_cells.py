"""Cells that come in: nothing is guessed, and nothing unreadable counts as empty."""

from datetime import datetime

import pytest

from preparedness.exchange import cells
from preparedness.exchange.choices import Choice, Choices
from preparedness.exchange.values import Kind, Pattern

PHASES = Choices([Choice("response", "Response", ("Intervention",)), Choice("recovery", "Recovery")])
TAKEN = datetime.fromisoformat("2026-03-04T10:15:30")


def read(kind, cell_kind, value, *, choices=None, since=None, base=None):
    return cells.understood([1, cell_kind, value], Pattern(kind, choices, since), base=base)


@pytest.mark.parametrize(
    ("kind", "cell_kind", "value", "form"),
    [
        (Kind.TEXT, "s", " Félix ", "Félix"),
        (Kind.TEXT, "n", 12, "12"),
        (Kind.TEXT, "b", True, "TRUE"),
        (Kind.PHONE, "s", "+33 1 99 00 12 34", "+33199001234"),
        (Kind.DATE, "d", "2026-03-04T00:00:00", "2026-03-04"),
        (Kind.DATE, "s", "2026-03-04", "2026-03-04"),
        (Kind.DATE, "s", "2026-3-4", "2026-03-04"),
        (Kind.DATETIME, "d", "2026-03-04T14:30:00.400000", "2026-03-04T14:30:00"),
        (Kind.DATETIME, "d", "2026-03-04T14:29:59.999000", "2026-03-04T14:30:00"),
        (Kind.DATETIME, "s", "2026-03-04 14h30", "2026-03-04T14:30:00"),
        (Kind.DATETIME, "s", "2026-03-04T14:30:00", "2026-03-04T14:30:00"),
        (Kind.TIME, "t", "14:30:00", "14:30"),
        (Kind.TIME, "d", "2026-03-04T14:30:00", "14:30"),
        (Kind.TIME, "s", "14h30", "14:30"),
        (Kind.TIME, "s", "9 h 05", "09:05"),
        (Kind.TIME, "s", "14h", "14:00"),
        (Kind.WHOLE, "n", 4.0, 4),
        (Kind.WHOLE, "s", "1 200", 1200),
        (Kind.NUMBER, "n", 0.30000000000000004, 0.3),
        (Kind.NUMBER, "s", "1,5", 1.5),
        (Kind.CHOICE, "s", "intervention", "response"),
        (Kind.SET, "s", "Recovery; Response", ["recovery", "response"]),
        (Kind.YES_NO, "s", "Oui", True),
        (Kind.YES_NO, "b", False, False),
        (Kind.YES_NO, "n", 1, True),
    ],
)
def test_a_cell_means_the_same_however_it_was_typed(kind, cell_kind, value, form):
    assert read(kind, cell_kind, value, choices=PHASES) == cells.Understood(form)


@pytest.mark.parametrize("kind", list(Kind))
def test_no_cell_and_one_of_spaces_are_empty(kind):
    assert cells.understood(None, Pattern(kind, PHASES)) == cells.Understood()
    assert read(kind, "s", " \xa0", choices=PHASES) == cells.Understood()


@pytest.mark.parametrize(
    ("kind", "cell_kind", "value"),
    [
        (Kind.DATE, "s", "31/02/2026"),
        (Kind.DATE, "s", "2026-02-31"),
        (Kind.DATE, "s", "04/03/2026"),
        (Kind.DATE, "n", 46085),
        (Kind.DATE, "d", "2026-03-04T14:30:00"),
        (Kind.DATE, "d", "1899-12-29T00:00:00"),
        (Kind.DATE, "t", "00:00:00"),
        (Kind.DATETIME, "n", 3),
        (Kind.DATETIME, "s", "tomorrow"),
        (Kind.DATETIME, "s", "14:30"),
        (Kind.TIME, "s", "25:00"),
        (Kind.TIME, "n", 0.5),
        (Kind.WHOLE, "s", "many"),
        (Kind.WHOLE, "n", 1.5),
        (Kind.WHOLE, "b", True),
        (Kind.NUMBER, "s", "some"),
        (Kind.NUMBER, "b", True),
        (Kind.CHOICE, "s", "later"),
        (Kind.SET, "s", "Response; later"),
        (Kind.YES_NO, "s", "perhaps"),
    ],
)
def test_what_is_not_understood_is_a_problem_with_what_was_read_and_what_is_wanted(kind, cell_kind, value):
    problem = read(kind, cell_kind, value, choices=PHASES).problem

    assert problem.read in str(value)
    assert problem.wanted
    assert problem.wanted in problem.sentence or "Choose from the list" in problem.sentence


@pytest.mark.parametrize(
    ("cell_kind", "value", "says"),
    [
        ("e", "#REF!", "an error (#REF!)"),
        ("=e", "#N/A", "an error (#N/A)"),
        ("f", None, "formula without a result"),
        ("m", "", "covered by a merged cell"),
        ("l", "xxx", "longer than 32,767"),
    ],
)
def test_what_no_column_can_take_is_never_an_empty_cell(cell_kind, value, says):
    found = read(Kind.TEXT, cell_kind, value)

    assert found.value is None
    assert says in found.problem.sentence


def test_a_formula_with_a_result_counts_as_its_result_and_is_said():
    found = read(Kind.WHOLE, "=n", 2)

    assert (found.value, found.notice) == (2, "A formula was replaced by its result.")


def test_a_time_without_its_day_is_the_first_one_after_the_copy_was_taken():
    assert read(Kind.DATETIME, "s", "14h30", since=TAKEN).value == "2026-03-04T14:30:00"
    assert read(Kind.DATETIME, "t", "10:15:00", since=TAKEN).value == "2026-03-04T10:15:00"
    assert read(Kind.DATETIME, "s", "9:00", since=TAKEN).value == "2026-03-05T09:00:00"


def test_a_phone_that_became_a_number_counts_as_unchanged():
    found = read(Kind.PHONE, "n", 50934000000, base="+50934000000")

    assert found.value == "+50934000000"
    assert "counts as unchanged" in found.notice
    assert read(Kind.PHONE, "n", 50934000001, base="+50934000000") == cells.Understood("50934000001")


def test_a_name_that_means_two_rows_asks_for_the_ref():
    twins = Choices([Choice("C-1", "Ana", ()), Choice("C-2", "Ana", ())])

    assert "Write its Ref" in read(Kind.CHOICE, "s", "Ana", choices=twins).problem.sentence


def test_a_long_list_is_not_read_out():
    many = Choices([Choice(str(number), f"line {number}") for number in range(20)])

    assert read(Kind.CHOICE, "s", "other", choices=many).problem.wanted == "one of the list"
