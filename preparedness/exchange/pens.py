"""The formats of a workbook, and its sheets: made by the spreadsheet engine, their rows streamed past it."""

from collections.abc import Callable, Iterable
from typing import Any

from xlsxwriter import Workbook as Book
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from preparedness.exchange import looks
from preparedness.i18n import direction

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False}


class Pen:
    """The formats of a book, each made once."""

    def __init__(self, book: Book, language: str) -> None:
        self.book = book
        self.language = language
        self.base = looks.BASE | ({"align": "right"} if direction(language) == "rtl" else {})
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        chosen = tuple(sorted({**self.base, **properties}.items()))
        if chosen not in self._made:
            self._made[chosen] = self.book.add_format(dict(chosen))
        return self._made[chosen]

    def number(self, **properties: Any) -> int:
        """A format by the number that a cell names it by."""
        index: int = self(**properties)._get_xf_index()
        return index

    def conditional(self, **properties: Any) -> Format:
        """What a condition adds to the format of a cell."""
        return self.book.add_format(properties)


class Page(Worksheet):
    """A sheet whose rows are given a height and still grow with what is typed into them.

    Rows of data do not pass through the engine, which would keep each of their cells: they are streamed into the file
    when it is made, so that memory does not grow with the rows.
    """

    dim_rowmax: int | None
    dim_colmax: int | None
    streamed: Callable[[], Iterable[str]] | None = None

    def stream(self, rows: Callable[[], Iterable[str]], *, last_row: int, last_column: int) -> None:
        """Say what is to be streamed below the rows written one by one."""
        self.streamed = rows
        self.dim_rowmax = max(self.dim_rowmax or 0, last_row)
        self.dim_colmax = max(self.dim_colmax or 0, last_column)

    def _write_rows(self) -> None:
        whole, self.dim_rowmax = self.dim_rowmax, max(self.table, default=0)
        super()._write_rows()
        self.dim_rowmax = whole
        for row in self.streamed() if self.streamed else ():
            self.fh.write(row)

    def _xml_start_tag_unencoded(self, tag: str, attributes: list[tuple[str, Any]] | None = None) -> None:
        super()._xml_start_tag_unencoded(tag, [each for each in attributes or [] if each[0] != "customHeight"])
