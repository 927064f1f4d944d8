"""Values as JSON, written and read in a fifth of the time that json takes: a roster is ten thousand of them.

What json alone can write (half a sign, a whole number beyond 64 bits) begins with a space, by which its reader knows
it: the quicker one would round it, or not read it. The child that reads files loads this module past the product.
"""

import json
from collections.abc import Callable
from typing import Any

import orjson

BY_JSON = b" "


def written(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """A value as JSON; what is none by itself is what `default` makes of it."""
    try:
        return orjson.dumps(value, default=default, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return BY_JSON + json.dumps(value, default=default).encode()


def read(text: str | bytes) -> Any:
    """What JSON says."""
    if text[:1] in (BY_JSON, BY_JSON.decode()):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # half a sign, from before json's own were told apart
        return json.loads(text)
