"""Marked copies: the workbook that came back, with the cells that could not be taken in colour and what to do."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from preparedness.errors import Missing, Refused
from preparedness.exchange import originals
from preparedness.exchange.guard import Form, inspect
from preparedness.exchange.models import Return
from preparedness.exchange.uploads import CHILD, MOST_SECONDS
from preparedness.exchange.values import letters
from preparedness.i18n import _

MARKER = "marking"
OTHER_FILES = (".csv", ".tsv", ".txt", ".ods")
ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")

Marks = Mapping[str, Mapping[str, Sequence[str]]]
"""The sentences about each cell, by sheet and address."""


def can_be_made(brought: Return) -> bool:
    """True where something was found wrong in a workbook that is still there: no other kind of file is marked."""
    named = brought.filename.casefold()
    return bool(brought.problems) and not named.endswith(OTHER_FILES) and originals.there(brought)


def wanted(brought: Return) -> tuple[bytes, dict[str, dict[str, list[str]]]]:
    """The file and what is to be marked in it. Raises Missing where the file is no longer kept."""
    content = originals.of(brought.id) if brought.problems else None
    if content is None:
        raise Missing
    marks: dict[str, dict[str, list[str]]] = {}
    for problem in brought.problems:
        marks.setdefault(problem["sheet"], {}).setdefault(_address(brought, problem), []).append(problem["sentence"])
    return content, marks


def _address(brought: Return, problem: Mapping[str, Any]) -> str:
    """The cell to mark; where the column itself is missing, the row's Ref."""
    if ADDRESS.fullmatch(problem["cell"]):
        return str(problem["cell"])
    part: Mapping[str, Any] = next(
        (each for each in brought.rows.values() if each["name"] == problem["sheet"]), {"columns": {}}
    )
    return f"{letters(part['columns'].get('ref', 1))}{problem['row']}"


def made(content: bytes, marks: Marks, *, only: bool = False) -> bytes:
    """The same workbook with its marks; with `only`, the rows without one are hidden. Needs no database."""
    if inspect(content).form is not Form.WORKBOOK:
        raise Refused(_("Only an Excel workbook can be marked. Mend the cells by the list on this page."))
    with tempfile.TemporaryDirectory() as folder:
        file, about = Path(folder, "marked.xlsx"), Path(folder, "marks.json")
        file.write_bytes(content)
        about.write_text(json.dumps({"sheets": marks, "only": only}))
        if not _done([sys.executable, "-I", str(CHILD), MARKER, str(file), str(about)]):
            raise Refused(_("This workbook cannot be marked. Mend the cells by the list on this page."))
        return file.read_bytes()


def _done(command: Sequence[str]) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter, our own file, paths we made
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0 and b'"marked"' in ended.stdout
