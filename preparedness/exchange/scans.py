"""What the text of a sheet tells before it is read: whether formulas stand in it, how many values and hidden rows."""

import re

FORMULA = re.compile(rb"<f[\s>/]")
HIDDEN = re.compile(rb'<row [^>]*hidden="(?:1|true)"[^>]*(?<!/)>')
VALUES = (b"<v>", b"<v ", b"<is")
OWN_NAMES = b"<sheetData"
LONGEST = 512
"""No tag that is looked at is longer."""
OPENED_FORMULA, COVERED = b"table:formula", b"covered-table-cell"


class Scan:
    """The text of one sheet, looked at piece by piece. Nothing of it is kept but figures."""

    def __init__(self) -> None:
        self.values = 0
        self.hidden = 0
        self.formulas = False
        self.covered = False
        self._named = False
        self._begun = b""
        self._before = b""

    def take(self, piece: bytes) -> None:
        """Look at the next piece. A tag that begins at its very end is looked at with the one after it."""
        text = self._begun + piece
        cut = text.rfind(b"<", max(len(text) - LONGEST, 0))
        self._begun = text[cut:] if cut >= 0 else b""
        self._look(text[:cut] if cut >= 0 else text)

    def end(self) -> None:
        """Look at what is left."""
        self._look(self._begun)
        self._begun = b""

    def _look(self, text: bytes) -> None:
        self.values += sum(map(text.count, VALUES))
        self.hidden += len(HIDDEN.findall(text)) if b"hidden=" in text else 0
        joined = self._before + text
        self.formulas = self.formulas or FORMULA.search(text) is not None or OPENED_FORMULA in joined
        self.covered = self.covered or COVERED in joined
        self._named = self._named or OWN_NAMES in text
        self._before = joined[-LONGEST:]

    @property
    def plain(self) -> bool:
        """True for a sheet in which no formula stands, as far as its own names for things tell."""
        return self._named and not self.formulas
