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
