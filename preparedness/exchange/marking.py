"""Marks cells of a workbook that came back. Run by the child process alone: the file may be hostile.

Everything else stays as its owner left it: keys, Refs, hidden sheets, their own colours and columns. Where only the
rows in question are wanted, the others are hidden and not removed, so that nothing seems missing when it comes back.
"""

from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

AUTHOR = "Preparedness"
COLOUR = "FFFFE08A"
FIRST_ROWS = 20
WIDTH, HEIGHT = 320, 120


def told(path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Mark the cells that are named, by sheet, each with its sentences; the file itself is written anew."""
    book = load_workbook(path, keep_links=False)
    marked = 0
    for name, cells in wanted["sheets"].items():
        if name in book.sheetnames:
            page = book[name]
            _clear(page)
            for address, sentences in cells.items():
                marked += _mark(page, address, sentences)
            if wanted["only"]:
                _hide_others(page, {page[address].row for address in cells})
    book.save(path)
    return {"marked": marked}


def _mark(page: Any, address: str, sentences: list[str]) -> bool:
    cell = page[address]
    if type(cell).__name__ == "MergedCell":
        return False
    cell.fill = PatternFill("solid", fgColor=COLOUR)
    page.row_dimensions[cell.row].height = None  # so that the row grows with what is mended in it
    cell.comment = Comment("\n".join(sentences), AUTHOR, height=HEIGHT, width=WIDTH)
    return True


def _clear(page: Any) -> None:
    """Take the marks of an earlier time away."""
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _hide_others(page: Any, rows: set[int]) -> None:
    """Hide the rows in which nothing is marked; keys and headings stay as they are."""
    for number in range(_first_row(page), page.max_row + 1):
        page.row_dimensions[number].hidden = number not in rows


def _first_row(page: Any) -> int:
    """The first row below the hidden keys and the headings."""
    for row in page.iter_rows(max_row=FIRST_ROWS):
        if any(isinstance(cell.value, str) and cell.value.startswith("#") for cell in row):
            return int(row[0].row) + 2
    return 2
