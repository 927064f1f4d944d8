"""Refs: short, without meaning, and a slip of the hand is caught."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preparedness import refs

NUMBERS = st.integers(0, 32**4 - 1)


def test_a_ref_reads_as_a_letter_four_signs_and_a_check():
    letter, body, check = refs.make(refs.PERSON).split("-")

    assert (letter, len(body), len(check)) == ("C", 4, 1)


def test_a_new_ref_is_none_of_those_taken(monkeypatch):
    offered = iter([7, 7, 8])
    monkeypatch.setattr(refs.secrets, "randbelow", lambda _: next(offered))
    first = refs.make(refs.PERSON)

    assert refs.make(refs.PERSON, taken={first}) != first


def test_many_new_refs_are_each_read_back_and_hardly_two_are_alike():
    made = refs.some(refs.PERSON, 1_000)

    assert {refs.checked(ref) for ref in made} == made
    assert 990 < len(made) <= 1_000


@given(NUMBERS)
def test_a_ref_is_read_back_as_it_was_written(number):
    ref = refs.of(refs.ITEM, number)

    assert refs.checked(ref) == ref


@given(NUMBERS)
def test_small_letters_spaces_and_misread_signs_are_forgiven(number):
    ref = refs.of(refs.ITEM, number)
    letter, _, rest = ref.partition("-")
    typed = " " + letter.lower() + rest.lower().replace("-", "\u2013").replace("0", "o").replace("1", "l") + " "

    assert refs.checked(typed) == ref


@given(NUMBERS, st.integers(0, 3), st.sampled_from(refs.ALPHABET))
def test_one_wrong_sign_is_caught(number, place, sign):
    letter, body, check = refs.of(refs.TASK, number).split("-")
    altered = body[:place] + sign + body[place + 1 :]

    assert (refs.checked(f"{letter}-{altered}-{check}") is not None) == (altered == body)


@given(NUMBERS, st.integers(0, 2))
def test_two_signs_that_changed_places_are_caught(number, place):
    letter, body, check = refs.of(refs.TASK, number).split("-")
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]

    assert (refs.checked(f"{letter}-{swapped}-{check}") is not None) == (swapped == body)


@given(NUMBERS, st.sampled_from(string.ascii_uppercase))
def test_a_ref_with_another_letter_is_caught(number, letter):
    _, body, check = refs.of(refs.TASK, number).split("-")

    assert (refs.checked(f"{letter}-{body}-{check}") is not None) == (letter == refs.TASK)


def test_rows_without_a_ref_of_their_own_get_distinct_ones_that_never_change():
    made = {refs.of(refs.ROLE, number) for number in range(3000)}

    assert len(made) == 3000
    assert refs.of(refs.ROLE, 1) == refs.of(refs.ROLE, 1)
    assert refs.of(refs.ROLE, 32**4 + 1) not in made


@pytest.mark.parametrize("text", ["", "C", "C-7K3", "7-0000-0", "É-0000-0", "hello world", "C-7K3!-Q"])
def test_what_is_no_ref_is_none(text):
    assert refs.checked(text) is None


def test_spare_rows_are_numbered_apart():
    assert refs.spare(1) == "N-0001"
    assert refs.is_spare("N-0001")
    assert not refs.is_spare("C-7K3M-Q")
    assert not refs.is_spare("N-00X1")
