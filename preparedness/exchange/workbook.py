"""Writes a workbook: calm to look at, safe to open, and able to say on its return which copy and which row it was."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook as Book
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from preparedness import refs
from preparedness.exchange import looks
from preparedness.exchange.cells import wanted
from preparedness.exchange.choices import Choices
from preparedness.exchange.looks import ACCENT, QUIET, RULE
from preparedness.exchange.manifest import PREFIX
from preparedness.exchange.sheets import Column, Editable, Line, Sheet, Surroundings
from preparedness.exchange.values import Kind, Pattern, Value, written
from preparedness.i18n import _

KEY_ROW, HEADING_ROW, FIRST_ROW = 0, 1, 2
ROWS_BELOW = 500
ADVICE_WIDTH = 100
PRINTED_BELOW = 5
FROZEN_COLUMNS = 1
MARGIN = 0.39  # inches: 10 mm
WRAPPING = (Kind.TEXT, Kind.SET, Kind.CHOICE, Kind.PHONE)
LISTS, MANIFEST = "Lists", "_preparedness"
LONGEST_HINT, LONGEST_TITLE = 255, 32
Fact = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """One sheet with its rows and their cross-checks."""

    sheet: Sheet
    columns: Sequence[Column]
    lines: Sequence[Line]
    checks: Sequence[str]
    first_spare: int = 1
    """The number of the first row left empty: no two in a workbook are the same."""


@dataclass(frozen=True)
class Cover:
    """What the first sheet says: what this is, for whom, until when, and how to work in it. `banner` is EXERCISE."""

    title: str
    facts: Sequence[Fact]
    advice: Sequence[str]
    footer: str
    banner: str = ""


def write(cover: Cover, pages: Sequence[Page], around: Surroundings, manifest: Mapping[str, str]) -> bytes:
    """The workbook as bytes."""
    held = io.BytesIO()
    book = Book(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    pen = _Pen(book)
    _write_cover(book, pen, cover)
    names = {
        page.sheet.key: book.add_worksheet(_sheet_name(str(page.sheet.title)), worksheet_class=_GrowingSheet)
        for page in pages
    }
    lists = _write_lists(book, pen, pages, around)
    for page in pages:
        _write_page(names[page.sheet.key], pen, page, cover, around, lists)
    _write_manifest(book, pen, manifest)
    book.set_properties({"title": cover.title, "created": datetime.fromisoformat(manifest["made_at"])})
    for name, value in manifest.items():
        book.set_custom_property(PREFIX + name, value, "text")
    book.close()
    return held.getvalue()


class _GrowingSheet(Worksheet):
    """A sheet whose rows are given a height and still grow with what is typed into them."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: list[tuple[str, Any]] | None = None) -> None:
        super()._xml_start_tag_unencoded(tag, [each for each in attributes or [] if each[0] != "customHeight"])


class _Pen:
    """The formats of the book, each made once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        chosen = tuple(sorted({**looks.BASE, **properties}.items()))
        if chosen not in self.made:
            self.made[chosen] = self.book.add_format(dict(chosen))
        return self.made[chosen]


def _write_cover(book: Book, pen: _Pen, cover: Cover) -> None:
    page = book.add_worksheet(_sheet_name(_("Read me")), worksheet_class=_GrowingSheet)
    page.hide_gridlines(2)
    page.set_column(0, 0, 2)
    page.set_column(1, 1, 26)
    page.set_column(2, 2, ADVICE_WIDTH)
    row = 1
    if cover.banner:
        page.write_string(row, 1, cover.banner, pen(bold=True, font_size=12, font_color=ACCENT))
        row += 1
    page.set_row(row, 30)
    page.write_string(row, 1, cover.title, pen(bold=True, font_size=20))
    row = _write_table(page, pen, row + 2, cover.facts)
    page.set_row(row + 1, 24)
    page.write_string(row + 1, 1, _("How to work in this copy"), pen(bold=True, font_size=13, font_color=ACCENT))
    _write_table(page, pen, row + 2, [(str(number), each) for number, each in enumerate(cover.advice, start=1)])
    _paper(page, cover)
    page.fit_to_pages(1, 0)


def _write_table(page: Worksheet, pen: _Pen, row: int, lines: Sequence[Fact]) -> int:
    line = {"font_size": 11, "bottom": 4, "bottom_color": RULE, "text_wrap": True}
    for label, value in lines:
        page.set_row(row, looks.height([(value, ADVICE_WIDTH * 0.9)]) + 4)
        page.write_string(row, 1, label, pen(**line, font_color=QUIET))
        page.write_string(row, 2, value, pen(**line, **looks.quoted(value)))
        row += 1
    return row


def _write_page(
    page: Worksheet, pen: _Pen, part: Page, cover: Cover, around: Surroundings, lists: Mapping[str, str]
) -> None:
    """One data sheet: keys, headings, rows, the rows left empty, and what a program needs to help while typing."""
    columns, check = part.columns, len(part.columns)
    patterns = {column.key: around.pattern(column) for column in columns}
    page.set_row(KEY_ROW, None, None, {"hidden": True})
    page.set_row(HEADING_ROW, looks.height((around.heading(column), column.width * 0.9) for column in columns))
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width + 0.7, pen(**looks.cell(column, within=False)))
        page.write_string(KEY_ROW, place, f"#{column.key}")
        page.write_string(HEADING_ROW, place, around.heading(column), pen(**looks.heading(column)))
    page.set_column(check, check + 1, 12, None, {"hidden": True})
    page.write_string(KEY_ROW, check, "#check")
    page.write_string(KEY_ROW, check + 1, part.sheet.tag)
    row = FIRST_ROW
    for line, seal in zip(part.lines, part.checks, strict=True):
        _write_line(page, pen, row, columns, patterns, line)
        page.write_string(row, check, seal)
        row += 1
    for number in range(part.first_spare, part.first_spare + part.sheet.spare):
        _write_line(page, pen, row, columns, patterns, Line(refs.spare(number), 0, {}))
        row += 1
    _help_typing(page, columns, patterns, lists, len(part.lines), row + ROWS_BELOW)
    page.autofilter(HEADING_ROW, 0, max(row - 1, FIRST_ROW), check - 1)
    page.freeze_panes(FIRST_ROW, FROZEN_COLUMNS)
    _paper(page, cover)
    printed = max(place for place, column in enumerate(columns) if column.prints)
    page.print_area(0, 0, FIRST_ROW + len(part.lines) + PRINTED_BELOW - 1, printed)
    page.repeat_rows(HEADING_ROW)
    page.fit_to_pages(1, 0)


def _write_line(
    page: Worksheet, pen: _Pen, row: int, columns: Sequence[Column], patterns: Mapping[str, Pattern], line: Line
) -> None:
    texts = []
    for place, column in enumerate(columns):
        value = line.ref if column.key == "ref" else line.cells.get(column.key)
        look = looks.cell(column, spare=refs.is_spare(line.ref))
        _write_cell(page, row, place, value, patterns[column.key], pen, look)
        if column.kind in WRAPPING and not looks.shrinks(column):
            texts.append((str(written(value, patterns[column.key])), column.width))
    page.set_row(row, looks.height(texts))


def _write_cell(
    page: Worksheet, row: int, place: int, value: Value, pattern: Pattern, pen: _Pen, look: dict[str, Any]
) -> None:
    """One cell. Text is always written as text: what begins with = would else be alive."""
    if value is None:
        page.write_blank(row, place, None, pen(**look))
    elif pattern.kind in (Kind.DATE, Kind.DATETIME) and isinstance(value, str):
        page.write_datetime(row, place, datetime.fromisoformat(value), pen(**look))
    elif pattern.kind in (Kind.WHOLE, Kind.NUMBER) and isinstance(value, int | float):
        page.write_number(row, place, value, pen(**look))
    else:
        text = str(written(value, pattern))
        page.write_string(row, place, text, pen(**look, **looks.quoted(text)))


def _help_typing(
    page: Worksheet,
    columns: Sequence[Column],
    patterns: Mapping[str, Pattern],
    lists: Mapping[str, str],
    given: int,
    last: int,
) -> None:
    """Lists to choose from, and a sentence beside the cell that says what is wanted."""
    for place, column in enumerate(columns):
        first = FIRST_ROW if column.editable is Editable.YES else FIRST_ROW + given
        if column.key == "ref":
            page.data_validation(FIRST_ROW, place, last, place, _leave_ref())
        elif column.editable is not Editable.NO:
            page.data_validation(first, place, last, place, _rule(column, patterns[column.key], lists))


def _leave_ref() -> dict[str, Any]:
    """A warning and no stop: a stop would forbid to paste whole rows."""
    return {
        "validate": "custom",
        "value": "=FALSE",
        "error_type": "warning",
        "error_title": _("Ref")[:LONGEST_TITLE],
        "error_message": _("This column says which row it is: leave it as it is.")[:LONGEST_HINT],
    }


def _rule(column: Column, pattern: Pattern, lists: Mapping[str, str]) -> dict[str, Any]:
    asked = str(column.hint) if column.hint else wanted(pattern)
    if column.required:
        asked = _("Needed: %(wanted)s", wanted=asked)
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": str(column.heading)[:LONGEST_TITLE],
        "input_message": asked[:LONGEST_HINT],
        "error_title": str(column.heading)[:LONGEST_TITLE],
        "error_message": _("Wanted: %(wanted)s", wanted=wanted(pattern))[:LONGEST_HINT],
    }
    match column.kind:
        case Kind.CHOICE | Kind.YES_NO if column.key in lists:
            rule |= {"validate": "list", "source": f"={lists[column.key]}"}
        case Kind.DATE:
            rule |= {"validate": "date", "criteria": ">=", "value": date(1900, 3, 1)}
        case Kind.WHOLE:
            rule |= {"validate": "integer", "criteria": "between", "minimum": -100_000, "maximum": 1_000_000}
    return rule


def _write_lists(book: Book, pen: _Pen, pages: Sequence[Page], around: Surroundings) -> dict[str, str]:
    """The hidden sheet of lists, each with a name: a list inside a rule may hold 255 characters and no more."""
    page = book.add_worksheet(LISTS)
    page.hide()
    named: dict[str, str] = {}
    by_column: dict[str, str] = {}
    for part in pages:
        for column in part.columns:
            lines = _offered(column, around)
            if not lines:
                continue
            source = column.choices or column.key
            if source not in named:
                place = len(named)
                page.write_string(0, place, source)
                for row, words in enumerate(lines, start=1):
                    page.write_string(row, place, words, pen(num_format="@", **looks.quoted(words)))
                named[source] = f"list_{source}"
                letter = _letter(place)
                book.define_name(named[source], f"={LISTS}!${letter}$2:${letter}${len(lines) + 1}")
            by_column[column.key] = named[source]
    return by_column


def _offered(column: Column, around: Surroundings) -> list[str]:
    choices: Choices | None = around.lists.get(column.choices) if column.choices else None
    return choices.labels if choices and column.kind in (Kind.CHOICE, Kind.YES_NO) else []


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _write_manifest(book: Book, pen: _Pen, manifest: Mapping[str, str]) -> None:
    page = book.add_worksheet(MANIFEST)
    page.very_hidden()
    for row, (name, value) in enumerate(manifest.items()):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value, pen(num_format="@"))


def _paper(page: Worksheet, cover: Cover) -> None:
    """A4 on its side, with what a loose sheet must say about itself at its foot."""
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=MARGIN, right=MARGIN, top=MARGIN + (0.3 if cover.banner else 0), bottom=MARGIN + 0.3)
    pages = _("page %(page)s of %(pages)s", page="&P", pages="&N")
    banner = f"&B{_escaped(cover.banner)}&B  " if cover.banner else ""
    page.set_footer(f"&L&8{banner}{_escaped(cover.footer)}&R&8{pages}{'  ' + banner if banner else ''}")
    if cover.banner:
        page.set_header(f"&C&10&B{_escaped(cover.banner)}")


def _escaped(text: str) -> str:
    return text.replace("&", "&&")


def _sheet_name(text: str) -> str:
    """A title as Excel allows it: 31 characters, without the signs of an address."""
    return "".join(sign for sign in text if sign not in "[]:*?/\\")[:31]
