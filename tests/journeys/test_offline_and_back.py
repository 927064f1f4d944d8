"""Copies go offline, are worked in by other programs, and come back while the server moved on, in a real browser."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator

from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import WorkbookKind
from tests.exchange import libreoffice
from tests.exchange.offline import Copy
from tests.journeys import steps
from tests.journeys.conftest import Server
from tests.journeys.walking import Walker

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

ROSTER, ACTIVATION = WorkbookKind.ROSTER, WorkbookKind.ACTIVATION
PHILIPPA, ETIENNE, BASTIEN, MEERA = "Philippa Rastrick", "Étienne Vaugirard", "Bastien Lormeau", "Meera Chandranath"
WORDS = {
    "en": {"people": "People", "tasks": "Checklist", "city": "City", "state": "State"},
    "fr": {"people": "Personnes", "tasks": "Liste de tâches", "city": "Ville", "state": "État"},
    "ar": {"people": "الأشخاص", "tasks": "قائمة المهام", "city": "المدينة", "state": "الحالة"},
}
"""Titles of sheets and headings of columns as a workbook of each language has them."""

LOOKED_AT_ELSEWHERE = {
    "/",
    "/sign-in",
    "/settings",
    "/plans/·/activate",
    "/activations/·",
    "/tasks/·",
    "/contacts/people",
}
"""Kinds of pages that the main job walks in both languages."""

UNDONE = {"en": "All of it was undone.", "fr": "Tout a été annulé."}


@dataclass(frozen=True)
class Desk:
    """A running product with an exercise, and what was looked at so far in each language of the pages."""

    server: Server
    board: str
    seen: dict[str, set[str]]


@pytest.fixture(scope="module")
def desk(start: Callable[[str], Server], chromium: Browser) -> Iterator[Desk]:
    """One server for all copies of this file, and an exercise on which the official is on duty."""
    server = start("sqlite")
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    planner = Walker(context.new_page(), server.address, "en")
    planner.seen |= LOOKED_AT_ELSEWHERE
    steps.signed_in(planner, server, "planner")
    planner.go("/plans/1/activate").tick('input[name="kind"][value="exercise"]')
    planner.tick('input[name="level"][value="partial"]').fill(reason="Yearly drill.")
    for box in planner.page.locator('input[name="on_duty"]').all():
        box.check()
    planner.press(steps.SUBMIT).press('main button[name="send"]')
    assert re.fullmatch(r"/activations/\d+", planner.path)
    yield Desk(server, planner.path, {language: set(LOOKED_AT_ELSEWHERE) for language in ("en", "fr")})
    context.close()
    planner.said_nothing_wrong()


@pytest.mark.parametrize(("written", "language"), [("en", "fr"), ("fr", "en"), ("ar", "fr")])
def test_copies_go_offline_and_come_back_without_fear(desk, walk, tmp_path, written, language):
    """A roster and a checklist, with headings in one language and pages in another."""
    planner, official = (arrived(walk, desk, access, language) for access in ("planner", "official"))
    roster = taken(planner, "/copies/roster", written, tmp_path)
    checklist = taken(official, f"/copies{desk.board}", written, tmp_path)
    for copy, kind, sheet, column in ((roster, ROSTER, "people", "city"), (checklist, ACTIVATION, "tasks", "state")):
        speaks(copy, written, sheet, column)
        lists_are_their_own(copy, kind)

    people_change(roster, written)
    worked = tasks_are_done(checklist, written)
    people_change_here(planner, written)
    tasks_change_here(planner, desk.board, worked, written)

    saved = libreoffice.saved_again({"roster.xlsx": roster.saved(), "checklist.xlsx": checklist.saved()})
    for name, kind, sheet, column in (
        ("roster.xlsx", ROSTER, "people", "city"),
        ("checklist.xlsx", ACTIVATION, "tasks", "state"),
    ):
        (tmp_path / name).write_bytes(saved[name])
        speaks(Copy(saved[name]), written, sheet, column)
        lists_are_their_own(Copy(saved[name]), kind)

    the_roster_comes_back(planner, tmp_path / "roster.xlsx", written)
    the_checklist_comes_back(official, desk.board, tmp_path / "checklist.xlsx", worked)


# --- Away ------------------------------------------------------------------------------------------------------------


def arrived(walk: Callable[..., Walker], desk: Desk, access: str, language: str) -> Walker:
    """Somebody who signs in; what was looked at before in this language is not looked at again."""
    walker = walk(desk.server, width=1280, language=language)
    walker.seen = desk.seen[language]
    return steps.signed_in(walker, desk.server, access)


def taken(walker: Walker, address: str, written: str, folder: Path) -> Copy:
    """A copy in the language that was chosen for it."""
    walker.go(address).choose(language=written).press(steps.SUBMIT)
    return Copy(walker.download('a[href$="/file"]', folder).read_bytes())


def speaks(copy: Copy, written: str, key: str, column: str) -> None:
    """Its sheets, headings and direction are those of its language, whatever program wrote it last."""
    page, words = copy.sheet(key), WORDS[written]
    assert (page.title, page.cell(2, copy.place(key, column)).value) == (words[key], words[column])
    assert bool(page.sheet_view.rightToLeft) is (written == "ar")


def lists_are_their_own(copy: Copy, kind: WorkbookKind) -> None:
    """Each column offers the list of its own kind of word, in which everything stands that the column says."""
    found = 0
    for sheet in CONTENTS[kind].sheets:
        columns, page = {column.key: column for column in sheet.columns}, copy.sheet(sheet.key)
        for rule in (each for each in page.data_validations.dataValidation if each.type == "list"):
            place = next(iter(rule.sqref.ranges)).min_col
            column = columns[str(page.cell(1, place).value)[1:]]
            [(title, area)] = copy.book.defined_names[rule.formula1.lstrip("=")].destinations
            cells = [row[0] for row in copy.book[title][area.replace("$", "")]]
            assert copy.book[title].cell(1, cells[0].column).value == column.choices, (sheet.key, column.key)
            said = {page.cell(row, place).value for row in range(3, page.max_row + 1)} - {None, ""}
            assert said <= {cell.value for cell in cells}, (sheet.key, column.key)
            found += 1
    assert found >= 3, "there are lists to choose from"


def people_change(copy: Copy, written: str) -> None:
    """Three people are corrected and somebody is added, with words of the copy's own lists."""
    page = copy.sheet("people")
    rows = {page.cell(row, copy.place("people", "name")).value: row for row in range(3, page.max_row + 1)}
    for name, column, value in (
        (PHILIPPA, "city", f"Kingston {written}"),
        (ETIENNE, "city", f"Sherbrooke {written}"),
        (BASTIEN, "function", f"Head of night shift {written}"),
    ):
        page.cell(rows[name], copy.place("people", column)).value = value
    steps.write(copy.book, name=newcomer(written), function="Relay", organisation=None, source=None)


def newcomer(written: str) -> str:
    return {"en": "Lucie Pierre", "fr": "Wideline Joachim", "ar": "Yvon Saintil"}[written]


def tasks_are_done(copy: Copy, written: str) -> list[str]:
    """The official finishes three tasks and notes what somebody said on the phone; the words of the tasks."""
    page, state, text = copy.sheet("tasks"), copy.place("tasks", "state"), copy.place("tasks", "text")
    open_, done = (steps.choice(copy.book, page, state, place) for place in (0, 2))
    words = Counter(page.cell(row, text).value for row in range(3, page.max_row + 1))
    alone = (row for row in range(3, page.max_row + 1) if words[page.cell(row, text).value] == 1)
    rows = [row for row in alone if page.cell(row, state).value == open_][:3]
    for row in rows:
        ref = page.cell(row, 1).value
        copy.write("tasks", ref, state=done, done_at=lately(copy), done_by="GDM", note=seen_at_the_desk(row, written))
    calls = copy.sheet("replies")
    waiting = next(row for row in range(3, calls.max_row) if not calls.cell(row, copy.place("replies", "state")).value)
    answer = steps.choice(copy.book, calls, copy.place("replies", "state"), 0)
    ref = calls.cell(waiting, 1).value
    copy.write("replies", ref, called_at=lately(copy), state=answer, answered_by="GDM")
    return [str(page.cell(row, text).value) for row in rows]


def lately(copy: Copy) -> datetime:
    """A minute ago, as the clock of the copy shows it."""
    told = {row[0].value: row[1].value for row in copy.book["_preparedness"].iter_rows()}
    return (datetime.now(ZoneInfo(told["timezone"])) - timedelta(minutes=1)).replace(
        tzinfo=None, second=0, microsecond=0
    )


def seen_at_the_desk(row: int, written: str) -> str:
    return f"Seen at the desk ({written}, row {row})."


# --- Meanwhile, here -------------------------------------------------------------------------------------------------


def people_change_here(planner: Walker, written: str) -> None:
    for name, city in ((PHILIPPA, "Laval"), (ETIENNE, "Halifax"), (MEERA, "Calgary")):
        planner.go(found(planner, name) + "/edit").fill(city=f"{city} {written}").press(steps.SUBMIT)
        assert f"{city} {written}" in planner.text


def found(walker: Walker, name: str) -> str:
    """The address of somebody's page."""
    walker.go(f"/contacts/people?q={quote(name)}")
    return walker.page.locator("main table tbody th a").first.get_attribute("href") or ""


def of(walker: Walker, name: str) -> str:
    """What somebody's page says."""
    return walker.go(found(walker, name)).text


def tasks_change_here(planner: Walker, board: str, worked: list[str], written: str) -> None:
    for place, state in enumerate(("blocked", "doing")):
        planner.go(board).press(f'#task-list tr:has-text("{worked[place][:40]}") a[href^="/tasks/"]')
        planner.tick(f'input[name="state"][value="{state}"]').fill(note=heard_here(place, written)).press(steps.SUBMIT)


def heard_here(place: int, written: str) -> str:
    return f"Waits for the ministry ({written}, task {place})."


# --- And back --------------------------------------------------------------------------------------------------------


def brought_back(walker: Walker, path: Path, *, to_decide: int) -> str:
    """Bring a file back: nothing in it is a problem, nothing was noticed, and so many rows wait for a word."""
    walker.go("/copies").page.locator('main input[type="file"]').set_input_files(path)
    walker.press(steps.SUBMIT)
    assert re.fullmatch(r"/copies/returns/\d+", walker.path)
    assert walker.page.locator("#mend").count() == 0, walker.text
    assert walker.page.locator("main .notice").count() == 0, walker.text
    assert walker.page.locator("#settle h3:has(.eyebrow)").count() == to_decide, walker.text
    return walker.path


def decided(walker: Walker, name: str) -> Locator:
    """The panel in which a row is decided."""
    return walker.page.locator("#settle .panel", has=walker.page.locator("h3", has_text=name))


def applied(walker: Walker) -> None:
    walker.press("#settle form button.button-main")
    assert walker.page.locator("main .notice-done").count() == 1, walker.text
    assert walker.page.locator("#settle").count() == 0
    walker.seen.discard("/copies/returns/·")
    walker.look()


def undone(walker: Walker, back: str) -> None:
    """Take back what a copy wrote: one click."""
    walker.go(back).press('main form[action$="/undo"] button')
    assert UNDONE[walker.language] in walker.text


def the_roster_comes_back(planner: Walker, path: Path, written: str) -> None:
    """One city as in the file, one that is typed; the other entries need no word."""
    back = brought_back(planner, path, to_decide=2)
    assert f"Laval {written}" in decided(planner, PHILIPPA).inner_text()
    decided(planner, PHILIPPA).locator('input[type="radio"][value="mine"]').check()
    decided(planner, ETIENNE).locator("summary").click()
    decided(planner, ETIENNE).locator('input[name^="value-"]').fill(f"Magog {written}")
    applied(planner)
    assert f"Kingston {written}" in of(planner, PHILIPPA)
    assert f"Magog {written}" in of(planner, ETIENNE)
    assert f"Head of night shift {written}" in of(planner, BASTIEN)
    assert f"Calgary {written}" in of(planner, MEERA), "what only changed here stays"
    assert newcomer(written) in planner.go(f"/contacts/people?q={quote(newcomer(written))}").text

    undone(planner, back)
    assert f"Laval {written}" in of(planner, PHILIPPA)
    assert f"Halifax {written}" in of(planner, ETIENNE)
    assert f"Head of night shift {written}" not in of(planner, BASTIEN)
    assert f"Calgary {written}" in of(planner, MEERA)
    assert newcomer(written) not in planner.go(f"/contacts/people?q={quote(newcomer(written))}").text


def the_checklist_comes_back(official: Walker, board: str, path: Path, worked: list[str]) -> None:
    """Everything from the file at one click, but for one task, whose entry here is kept."""
    back = brought_back(official, path, to_decide=2)
    official.press('#settle form:has(input[name="all"][value="mine"]):not(:has(input[name="column"])) button')
    for task in worked[:2]:
        assert decided(official, task).locator('input[type="radio"][value="mine"]').first.is_checked()
    for radio in decided(official, worked[1]).locator('input[type="radio"][value="server"]').all():
        radio.check()
    applied(official)
    assert [on_the_board(official, board, task) for task in worked] == ["desk", "ministry", "desk"]

    undone(official, back)
    assert [on_the_board(official, board, task) for task in worked] == ["ministry", "ministry", ""]


def on_the_board(official: Walker, board: str, task: str) -> str:
    """Who noted something with a task, as the status board has it."""
    row = official.go(board).page.locator(f'#task-list tr:has-text("{task[:40]}")').inner_text()
    return next((who for who in ("desk", "ministry") if f"the {who} (" in row), "")
