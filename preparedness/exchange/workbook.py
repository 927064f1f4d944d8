"""Writes a workbook: calm to look at, safe to open, and able to say on its return which copy and which row it was."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xlsxwriter import Workbook as Book

from preparedness.exchange import looks, pens, printed, streams, validations
from preparedness.exchange.choices import LONGEST_LIST, Choices
from preparedness.exchange.looks import ACCENT, ALARM, QUIET, RULE
from preparedness.exchange.manifest import PREFIX
from preparedness.exchange.pens import Pen
from preparedness.exchange.printed import Printed
from preparedness.exchange.sheets import Column, Line, Sheet, Surroundings
from preparedness.exchange.streams import cell_text, letter
from preparedness.exchange.values import Kind, Pattern
from preparedness.i18n import _, current, direction

KEY_ROW, HEADING_ROW, FIRST_ROW = 0, 1, 2
ROWS_BELOW = 500
LABEL_WIDTH, ADVICE_WIDTH = 28, 100
COVER_SCALE, SMALLEST_COVER = 80, 60
COVER_HEADS, PAGE_HEIGHT = 180, 480  # in points: the title and headings of a cover, and what A4 holds across
PRINTED_BELOW = 5
MARGIN = 0.39  # inches: 10 mm
LISTS, MANIFEST = "Lists", "_preparedness"
Fact = tuple[str, str]


class Lines(Protocol):
    """Rows whose number is known before, and which somebody may go through more than once."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Line]: ...


@dataclass(frozen=True)
class Page:
    """One sheet with its rows, and what seals each of them."""

    sheet: Sheet
    columns: Sequence[Column]
    lines: Lines
    seal: Callable[[Line], str]
    first_spare: int = 1
    """The number of the first row left empty: no two in a workbook are the same."""


@dataclass(frozen=True)
class Cover:
    """What the first sheet says: what this is, for whom, until when, what its signs mean, and how to work in it.

    `banner` is EXERCISE; `warning` stands at the head of each page where somebody's number is on it.
    """

    title: str
    facts: Sequence[Fact]
    advice: Sequence[str]
    footer: str
    banner: str = ""
    warning: str = ""
    signs: Sequence[Fact] = ()


def write(
    cover: Cover,
    pages: Sequence[Page],
    around: Surroundings,
    manifest: Mapping[str, str],
    prints: Sequence[Printed] = (),
) -> bytes:
    """The workbook as bytes. `prints` are sheets to print, made beside those that are read back."""
    held = io.BytesIO()
    book = Book(held, pens.OPTIONS)
    pen = Pen(book, manifest["language"])
    _write_cover(_sheet(book, pen, _("Read me")), pen, cover, _words(pages, around))
    made = [_sheet(book, pen, str(page.sheet.title)) for page in pages]
    for each in prints:
        _write_print(_sheet(book, pen, each.title), pen, each, cover)
    lists = _write_lists(book, pen, pages, around)
    for page, part in zip(made, pages, strict=True):
        _write_page(page, pen, part, cover, around, lists)
    _write_manifest(book, pen, manifest)
    book.set_properties({"title": cover.title, "created": datetime.fromisoformat(manifest["made_at"])})
    for name, value in manifest.items():
        book.set_custom_property(PREFIX + name, value, "text")
    book.close()
    return held.getvalue()


def write_table(title: str, lines: Sequence[Sequence[str]], *, heads: int) -> bytes:
    """A workbook of one plain table, its first lines standing over it."""
    held = io.BytesIO()
    book = Book(held, pens.OPTIONS)
    pen = Pen(book, current())
    page = _sheet(book, pen, title)
    for row, line in enumerate(lines):
        look = pen(bold=True, font_color=ACCENT) if row < heads else pen()
        for place, text in enumerate(line):
            said = cell_text(text)
            page.write_string(row, place, said, pen(**looks.of_text(said)) if looks.looks_live(said) else look)
    page.set_column(0, max(map(len, lines)) - 1, 24)
    page.freeze_panes(heads, 0)
    book.close()
    return held.getvalue()


def _sheet(book: Book, pen: Pen, title: str) -> pens.Page:
    """A new sheet, which runs from right to left where its language does."""
    name = "".join(sign for sign in title if sign not in "[]:*?/\\")[:31]
    page: pens.Page = book.add_worksheet(name, worksheet_class=pens.Page)
    if direction(pen.language) == "rtl":
        page.right_to_left()
    return page


def _write_cover(page: pens.Page, pen: Pen, cover: Cover, words: Sequence[Fact]) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 2)
    page.set_column(1, 1, LABEL_WIDTH)
    page.set_column(2, 2, ADVICE_WIDTH)
    row = 1
    for loud in filter(None, (cover.banner, cover.warning)):
        page.set_row(row, 20)
        page.write_string(row, 1, loud, pen(bold=True, font_size=12, font_color=ALARM, **looks.of_text(loud)))
        row += 1
    page.set_row(row, 30)
    page.write_string(row, 1, cell_text(cover.title), pen(bold=True, font_size=20, **looks.of_text(cover.title)))
    row = _write_table(page, pen, row + 2, cover.facts)
    numbered = [(f"{number}.", each) for number, each in enumerate(cover.advice, start=1)]
    for title, lines in (
        (_("How to work in this copy"), numbered),
        (_("What the signs mean"), cover.signs),
        (_("Words of the lists"), words),
    ):
        if lines:
            page.set_row(row + 1, 24)
            page.write_string(row + 1, 1, title, pen(bold=True, font_size=13, font_color=ACCENT))
            row = _write_table(page, pen, row + 2, lines)
    _paper(page, cover, warned=True)
    page.set_print_scale(_cover_scale([*cover.facts, *numbered, *cover.signs, *words]))


def _cover_scale(lines: Sequence[Fact]) -> int:
    """How small the first sheet is printed to stay one page: told to fit one, LibreOffice leaves out its last line."""
    high = COVER_HEADS + sum(_line_height(label, cell_text(value)) for label, value in lines)
    return max(SMALLEST_COVER, min(COVER_SCALE, int(100 * PAGE_HEIGHT / high)))


def _write_table(page: pens.Page, pen: Pen, row: int, lines: Sequence[Fact]) -> int:
    line = {"font_size": 11, "bottom": 4, "bottom_color": RULE, "text_wrap": True}
    for label, value in lines:
        text = cell_text(value)
        page.set_row(row, _line_height(label, text))
        page.write_string(row, 1, label, pen(**line, font_color=QUIET))
        page.write_string(row, 2, text, pen(**line, **looks.of_text(text)))
        row += 1
    return row


def _line_height(label: str, text: str) -> float:
    return looks.height([(text, ADVICE_WIDTH), (label, LABEL_WIDTH)]) + 4


def _words(pages: Sequence[Page], around: Surroundings) -> list[Fact]:
    """The words for cells that take several of a list: no program offers them one by one."""
    found = {}
    for part in pages:
        for column in part.columns:
            choices = around.lists.get(column.choices) if column.choices else None
            if column.kind is Kind.SET and choices and len(choices.lines) < ROWS_BELOW // 10:
                found[str(column.heading)] = "; ".join(choices.labels)
    return list(found.items())


def _write_page(
    page: pens.Page, pen: Pen, part: Page, cover: Cover, around: Surroundings, lists: Mapping[str, str]
) -> None:
    """One data sheet: keys, headings, rows, the rows left empty, and what a program needs to help while typing."""
    columns, check, given = part.columns, len(part.columns), len(part.lines)
    patterns = {column.key: around.pattern(column) for column in columns}
    _write_headings(page, pen, part, around)
    spare = range(part.first_spare, part.first_spare + part.sheet.spare)
    last = FIRST_ROW + given + len(spare) - 1
    page.stream(
        lambda: streams.rows(columns, patterns, iter(part.lines), part.seal, pen, first=FIRST_ROW + 1, spare=spare),
        last_row=max(last, HEADING_ROW),
        last_column=check + 1,
    )
    streams.prepare(columns, patterns, pen)
    _help_typing(page, pen, part, patterns, lists, max(last, FIRST_ROW) + ROWS_BELOW)
    page.autofilter(HEADING_ROW, 0, max(last, FIRST_ROW), check)
    page.freeze_panes(FIRST_ROW, part.sheet.frozen)
    _paper(page, cover, warned=any(column.private for column in columns))
    prints = max(place for place, column in enumerate(columns) if column.prints)
    page.print_area(0, 0, FIRST_ROW + given + PRINTED_BELOW - 1, prints)
    page.repeat_rows(HEADING_ROW)
    page.fit_to_pages(1, 0)


def _write_headings(page: pens.Page, pen: Pen, part: Page, around: Surroundings) -> None:
    """The hidden row of keys, and the headings in the reader's language."""
    columns, check = part.columns, len(part.columns)
    said = [around.heading(column) for column in columns]
    signed = [
        f"{looks.NEEDED} {words}" if column.required else words for column, words in zip(columns, said, strict=True)
    ]
    page.set_row(KEY_ROW, None, None, {"hidden": True})
    page.set_row(
        HEADING_ROW,
        looks.height((text, looks.wide(column) * 0.8) for text, column in zip(signed, columns, strict=True)),
    )
    for place, column in enumerate(columns):
        beyond = looks.cell(column, within=False, language=pen.language)
        page.set_column(place, place, looks.wide(column) + 0.7, pen(**beyond))
        page.write_string(KEY_ROW, place, f"#{column.key}")
        text = cell_text(signed[place])
        page.write_string(HEADING_ROW, place, text, pen(**looks.heading(column), **looks.of_text(text)))
    page.set_column(check, check + 1, 12, None, {"hidden": True})
    page.write_string(KEY_ROW, check, "#check")
    page.write_string(KEY_ROW, check + 1, part.sheet.tag)


def _help_typing(
    page: pens.Page, pen: Pen, part: Page, patterns: Mapping[str, Pattern], lists: Mapping[str, str], last: int
) -> None:
    """Lists to choose from, a sentence beside the cell that says what is wanted, and what is late or lacking."""
    for place, first, rule in validations.of(part.columns, patterns, lists, first=FIRST_ROW, given=len(part.lines)):
        page.data_validation(first, place, last, place, rule)
    for area, condition in validations.lacking(part.columns, FIRST_ROW, last):
        look = pen.conditional(**looks.lacking())
        told = {"type": "formula", "criteria": condition, "format": look}
        page.conditional_format(area.first, area.column, area.last, area.column, told)
    for area, condition in validations.late(part.sheet, part.columns, patterns, FIRST_ROW, last):
        look = pen.conditional(**looks.late())
        told = {"type": "formula", "criteria": condition, "format": look}
        page.conditional_format(area.first, area.column, area.last, area.column, told)


def _write_print(page: pens.Page, pen: Pen, sheet: Printed, cover: Cover) -> None:
    printed.write(page, pen, sheet)
    _paper(page, cover, upright=sheet.upright, warned=sheet.warned)
    page.fit_to_pages(1, 0)


def _write_lists(book: Book, pen: Pen, pages: Sequence[Page], around: Surroundings) -> dict[str, str]:
    """The hidden sheet of lists, and the name of each: a list inside a rule may hold 255 characters and no more."""
    page = book.add_worksheet(LISTS)
    page.hide()
    named: dict[str, str] = {}
    for column in (column for part in pages for column in part.columns):
        lines, source = _offered(column, around), column.choices
        if not lines or source is None or source in named:
            continue
        place = len(named)
        page.write_string(0, place, source)
        for row, words in enumerate(lines, start=1):
            page.write_string(row, place, cell_text(words), pen(num_format="@", **looks.of_text(words)))
        named[source] = f"list_{source}"
        column_letter = letter(place)
        book.define_name(named[source], f"={LISTS}!${column_letter}$2:${column_letter}${len(lines) + 1}")
    return named


def _offered(column: Column, around: Surroundings) -> list[str]:
    choices: Choices | None = around.lists.get(column.choices) if column.choices else None
    offered = choices is not None and column.kind in (Kind.CHOICE, Kind.YES_NO) and len(choices.lines) <= LONGEST_LIST
    return choices.labels if choices and offered else []


def _write_manifest(book: Book, pen: Pen, manifest: Mapping[str, str]) -> None:
    page = book.add_worksheet(MANIFEST)
    page.very_hidden()
    for row, (name, value) in enumerate(manifest.items()):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value, pen(num_format="@"))


def _paper(page: pens.Page, cover: Cover, *, upright: bool = False, warned: bool = False) -> None:
    """A4 with what a loose sheet must say about itself at its head and foot; a warning where numbers are on it."""
    if upright:
        page.set_portrait()
    else:
        page.set_landscape()
    page.set_paper(9)
    head = " · ".join(filter(None, (cover.banner, cover.warning if warned else "")))
    page.set_margins(left=MARGIN, right=MARGIN, top=MARGIN + (0.3 if head else 0), bottom=MARGIN + 0.3)
    pages = _("page %(page)s of %(pages)s", page="&P", pages="&N")
    banner = f"&B{_escaped(cover.banner)}&B  " if cover.banner else ""
    page.set_footer(f"&L&8{banner}{_escaped(cover.footer)}&R&8{pages}{'  ' + banner if banner else ''}")
    if head:
        page.set_header(f"&C&10&B{_escaped(head)}")


def _escaped(text: str) -> str:
    return text.replace("&", "&&")
