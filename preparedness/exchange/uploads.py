"""Files that come in: looked at by the guard, then read by a child process, which is all a hostile file may break."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from preparedness.exchange import guard

READER = Path(__file__).with_name("reading.py")
MOST_SECONDS = 30
MOST_OUTPUT = 128 * 1024 * 1024


def read(content: bytes) -> dict[str, Any]:
    """The cells of a workbook, sheet by sheet, with its own properties; one plain sentence where it cannot be read.

    Answers `{"properties": {name: value}, "sheets": [{"name", "state", "rows": [[row number, [cell, …]], …]}, …]}`.
    """
    guard.inspect(content)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "brought-back.xlsx"
        file.write_bytes(content)
        answer = _answer(file)
    if cause := answer.get("cause"):
        raise guard.refusal(cause)
    return answer


def _answer(file: Path) -> dict[str, Any]:
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own file, a path we made
            [sys.executable, "-I", str(READER), str(file)],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.DEVNULL,
        )
        try:
            ended = child.wait(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            return {"cause": "too_slow"}
        finally:
            child.kill()
            child.wait()
        told.seek(0)
        text = told.read(MOST_OUTPUT + 1)
    if ended != 0 or len(text) > MOST_OUTPUT:
        return {"cause": "too_slow" if ended in _stopped_by_the_clock() else "damaged"}
    answer: dict[str, Any] = json.loads(text)
    return answer


def _stopped_by_the_clock() -> set[int]:
    """How a child ends that used up its processor time."""
    return {-signal.SIGXCPU, -signal.SIGKILL} if hasattr(signal, "SIGXCPU") else set()
