"""The child process that reads what comes in. Run by its path: a hostile file may break it, and nothing else.

The product itself is not loaded, which would cost more than the reading: only the reader that is named, `bounds` and
`json_texts`.
"""

import gc
import json
import os
import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

try:
    import resource
except ImportError:  # Windows knows no such limits; the parent's clock holds there too
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 1024**3
MOST_MEMORY_OF = {"quick_reading": MOST_MEMORY * 7 // 16}
"""The quick engine takes memory by the gigabyte where it is lied to; what it has no room for, the patient one reads."""

MOST_SECONDS_OF_WORK = 20
MOST_OUTPUT = 128 * 1024 * 1024
HOUSE = Path(__file__).resolve().parent.parent


def limit(reader: str = "") -> None:
    """The child limits itself: memory, processor time, what it may write, and no picture of its memory left behind."""
    if resource is None:
        return
    memory = MOST_MEMORY_OF.get(reader, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS_OF_WORK, MOST_SECONDS_OF_WORK + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT + 1, MOST_OUTPUT + 1))


def bare() -> None:
    """Let the readers be found by their names without anything of the packages that they are in."""
    for name, folder in (("preparedness", HOUSE), ("preparedness.exchange", HOUSE / "exchange")):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    reader, file, looked = sys.argv[1:]
    limit(reader)
    bare()
    gc.disable()  # there are no circles among the cells, and looking for them costs as much as the reading
    warnings.simplefilter("ignore")
    json_texts = import_module("preparedness.json_texts")
    answer = import_module(f"preparedness.exchange.{reader}").told(file, json.loads(Path(looked).read_text()))
    sys.stdout.buffer.write(json_texts.written(answer, default=str))
    sys.stdout.flush()
    os._exit(0)  # to let go of each cell by itself would take as long again as to tell them
