"""Lists that a cell chooses from: a code is kept, its words are written, the words of every language are understood."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

BETWEEN = re.compile(r"\s*[;\n،؛、]\s*")
COMMA = re.compile(r"\s*,\s*")
WRITTEN_BETWEEN = "; "
DETAIL = ":"
LONGEST_LIST = 2_000
"""Nobody chooses from a longer list; what is typed instead is checked when the file comes back."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list: its code, the words written, and other words that mean it too."""

    code: str
    label: str
    also: tuple[str, ...] = ()


class Unknown(Exception):  # noqa: N818 - raise Unknown(text)
    """Words that are not in the list; `several` where they mean more than one line of it."""

    def __init__(self, text: str, several: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.several = several


class Choices:
    """A list, found by code, by label in the language written, or by any other words for it.

    With `detail`, a line may be narrowed after a colon, as in *Haiti: Ouest*. Of a list that few will look at, what
    makes its lines will do: it is asked once somebody looks.
    """

    def __init__(self, lines: Iterable[Choice] | Callable[[], Iterable[Choice]], *, detail: bool = False) -> None:
        self._make = lines if callable(lines) else None
        self._made = None if callable(lines) else tuple(lines)
        self.detail = detail

    @property
    def lines(self) -> tuple[Choice, ...]:
        """The lines, in their order."""
        if self._made is None:
            self._made = tuple(self._make() if self._make else ())
        return self._made

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {line.code: line.label for line in self.lines}

    @cached_property
    def _codes(self) -> dict[str, set[str]]:
        """The codes that some words may mean; gathered when somebody asks, for writing needs none of it."""
        codes: dict[str, set[str]] = {}
        for line in self.lines:
            for words in (line.label, *line.also):
                codes.setdefault(fold(words), set()).add(line.code)
        # A code always means itself, whatever else is called by the same letters.
        return codes | {fold(line.code): {line.code} for line in self.lines}

    @property
    def labels(self) -> list[str]:
        """The words offered, in the list's order."""
        return [line.label for line in self.lines]

    def label(self, code: str) -> str:
        """The words for a code, or the code itself where the list has none."""
        head, colon, detail = code.partition(DETAIL)
        words = self._labels.get(code) or self._labels.get(head, head)
        return f"{words}{DETAIL} {detail.strip()}" if colon and code not in self._labels else words

    def code(self, text: str) -> str:
        """The code that some words mean."""
        found = self._codes.get(fold(text), set())
        if len(found) == 1:
            return next(iter(found))
        head, colon, detail = text.partition(DETAIL)
        if not found and self.detail and colon and detail.strip():
            return f"{self.code(head)}{DETAIL} {detail.strip()}"
        raise Unknown(text, several=bool(found))

    def codes(self, text: str) -> list[str]:
        """The codes that a cell with several lines of the list means, sorted."""
        return sorted({code for part in BETWEEN.split(text) if part.strip() for code in self._separated(part)})

    def _separated(self, part: str) -> list[str]:
        """Commas separate too, unless they are part of a line's own words."""
        pieces = [piece for piece in COMMA.split(part) if piece]
        codes = []
        while pieces:
            for length in range(len(pieces), 0, -1):
                try:
                    codes.append(self.code(", ".join(pieces[:length])))
                except Unknown:
                    if length == 1:
                        raise
                else:
                    del pieces[:length]
                    break
        return codes


def fold(text: str) -> str:
    """Words as they are compared: no case, no accents, no odd spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
