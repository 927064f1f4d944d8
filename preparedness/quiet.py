"""Quiet for work that makes very many plain values: no circles are looked for among them, where there are none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Let the search for circular garbage wait: with so many cells it costs as much as the work, and finds nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
