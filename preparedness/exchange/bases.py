"""How what was given out is kept: pressed while its rows pass, and opened some rows at a time.

As text it is two lines for some rows of a sheet: which sheet and how many, then the rows. So neither who takes a copy
nor who saves it needs memory that grows with its rows; and who counts them opens none.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from preparedness.exchange.sheets import Line

TOGETHER = 500
"""So many rows stand in a line: their keys are read once."""

STEP = 4_096
"""So many pressed bytes are opened at a time; as text they are some twenty times as long."""


def pressed(given: Mapping[str, Iterable[Line]]) -> tuple[bytes, dict[str, int]]:
    """What is given out, sheet by sheet, as it is kept; and how many rows each sheet has."""
    press, kept, rows = zlib.compressobj(), bytearray(), {}
    for sheet, lines in given.items():
        rows[sheet] = 0
        passing = iter(lines)
        while some := [[line.ref, line.id, line.version, line.cells] for line in islice(passing, TOGETHER)]:
            rows[sheet] += len(some)
            kept += press.compress(_text(sheet, some))
        if not rows[sheet]:
            kept += press.compress(_text(sheet, []))
    kept += press.flush()
    return bytes(kept), rows


def counted(kept: bytes) -> dict[str, int]:
    """How many rows of each sheet are kept."""
    rows: dict[str, int] = {}
    for sheet, number, _some in _pieces(kept):
        rows[sheet] = rows.get(sheet, 0) + number
    return rows


def opened(kept: bytes, wanted: str) -> Iterator[Line]:
    """The rows of one sheet, in the order in which they were given out."""
    for sheet, _number, some in _pieces(kept):
        if sheet == wanted:
            for ref, number, version, cells in orjson.loads(some):
                yield Line(ref, version, cells, number)


def _text(sheet: str, some: list[list[object]]) -> bytes:
    return orjson.dumps([sheet, len(some)]) + b"\n" + orjson.dumps(some) + b"\n"


def _pieces(kept: bytes) -> Iterator[tuple[str, int, bytes]]:
    """The sheet and the number of some rows, with the rows themselves as text."""
    texts = _texts(kept)
    for head, some in zip(texts, texts, strict=True):
        sheet, number = orjson.loads(head)
        yield sheet, number, some


def _texts(kept: bytes) -> Iterator[bytes]:
    opening, rest = zlib.decompressobj(), b""
    for start in range(0, len(kept), STEP):
        *whole, rest = (rest + opening.decompress(kept[start : start + STEP])).split(b"\n")
        yield from whole
