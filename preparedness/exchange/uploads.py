"""Files that come in: looked at by the guard, then read by a child process, which is all a hostile file may break."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from preparedness import json_texts
from preparedness.exchange import guard
from preparedness.exchange.bounds import IMPATIENT
from preparedness.exchange.guard import Form, Looked
from preparedness.i18n import _
from preparedness.quiet import quiet

CHILD = Path(__file__).with_name("child.py")
QUICK, PATIENT, TEXT = "quick_reading", "reading", "text_reading"
MOST_SECONDS = 30
MOST_OUTPUT = 128 * 1024 * 1024

ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16"} | {f"cp{page}": f"Windows-{page}" for page in range(1250, 1259)}


DIED = "died"
SUFFIX = {Form.WORKBOOK: ".xlsx", Form.OPEN_DOCUMENT: ".ods", Form.TEXT: ".txt"}


@quiet()
def read(content: bytes, filename: str = "") -> dict[str, Any]:
    """The cells of a file, sheet by sheet, with its own properties; one plain sentence where it cannot be read.

    Answers `{"properties": {name: value}, "sheets": [{"name", "state", "rows": [[row number, [cell, …]], …]}, …],
    "notices": [sentence, …]}`.
    """
    looked = guard.inspect(content, filename)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "brought-back").with_suffix(SUFFIX[looked.form])
        file.write_bytes(content)
        answer = _answer(file, looked)
    if cause := answer.get("cause"):
        raise guard.refusal("damaged" if cause in (DIED, IMPATIENT) else cause, answer.get("figure"))
    if looked.form is Form.TEXT:
        answer["sheets"][0]["name"] = Path(filename).stem[:31]
    return {**answer, "notices": _how(answer.get("text"))}


def _how(text: dict[str, str] | None) -> list[str]:
    """How a text file was understood: what was found out is said, so that somebody can see that it is right."""
    if text is None:
        return []
    sentence = _(
        "Read as a text file in %(encoding)s, with %(delimiter)s between the columns.",
        encoding=ENCODINGS.get(text["encoding"], text["encoding"]),
        delimiter="TAB" if text["delimiter"] == "\t" else f"“{text['delimiter']}”",
    )
    return [sentence]


def _answer(file: Path, looked: Looked) -> dict[str, Any]:
    """What the reader for this kind of file tells; of what the quick one had better not read, the patient one."""
    until = time.monotonic() + MOST_SECONDS
    if looked.form is Form.TEXT:
        return _run(TEXT, file, looked, until)
    if looked.form is Form.OPEN_DOCUMENT:
        return _run(QUICK, file, looked, until)
    if looked.plain:
        answer = _run(QUICK, file, looked, until)
        if answer.get("cause") not in (IMPATIENT, DIED):
            return answer
    return _run(PATIENT, file, looked, until)


def command(reader: str, file: Path, looked: Looked) -> list[str]:
    """The child that reads a file: our own interpreter, our own file, and what the guard saw."""
    seen = file.with_suffix(".json")
    seen.write_text(json.dumps({"form": looked.form, "plain": looked.plain, "hidden": looked.hidden}))
    return [sys.executable, "-I", str(CHILD), reader, str(file), str(seen)]


def _run(reader: str, file: Path, looked: Looked, until: float) -> dict[str, Any]:
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own file, paths we made
            command(reader, file, looked), stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.DEVNULL
        )
        try:
            ended = child.wait(timeout=max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return {"cause": "too_slow"}
        finally:
            child.kill()
            child.wait()
        told.seek(0)
        text = told.read(MOST_OUTPUT + 1)
    if ended in _stopped_by_the_clock():
        return {"cause": "too_slow"}
    if ended != 0 or len(text) > MOST_OUTPUT:
        return {"cause": DIED}
    answer: dict[str, Any] = json_texts.read(text)
    return answer


def _stopped_by_the_clock() -> set[int]:
    """How a child ends that used up its processor time."""
    return {-signal.SIGXCPU, -signal.SIGKILL} if hasattr(signal, "SIGXCPU") else set()
