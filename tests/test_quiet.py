"""The search for circular garbage waits, and goes on afterwards."""

import gc

import pytest

from preparedness.quiet import quiet


def test_it_is_quiet_inside_and_as_before_afterwards():
    with quiet():
        assert not gc.isenabled()
        with quiet():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_goes_wrong_inside_ends_the_quiet():
    with pytest.raises(ValueError, match="odd"), quiet():
        raise ValueError("odd")
    assert gc.isenabled()


def test_of_two_at_once_whoever_ends_last_leaves_it_as_it_was():
    """One begins while the other is inside, and ends after it."""
    first, second = quiet(), quiet()
    with first:
        second.__enter__()
    assert gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()
