"""Quiet for work that makes very many plain values: no circles are looked for among them, where there are none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_turning = Lock()
"""Whoever turned the search off turns it on: between looking and turning it off nobody may turn it on."""


@contextmanager
def quiet() -> Iterator[None]:
    """Let the search for circular garbage wait: with so many cells it costs as much as the work, and finds nothing."""
    with _turning:
        was = gc.isenabled()
        gc.disable()
    try:
        yield
    finally:
        if was:
            with _turning:
                gc.enable()
