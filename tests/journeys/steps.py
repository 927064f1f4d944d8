"""The steps of the main job as a person walks them, page by page, in whatever language and on whatever screen."""

import email
import re
from email import policy
from pathlib import Path
from urllib.parse import quote

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.journeys.conftest import Server
from tests.journeys.walking import Walker

SUBMIT = "main form.form button.button-main, main form.form button[type=submit]"
LINK = re.compile(r"http://[^\s\"<>]+/a/[\w-]{43}")


def the_main_job(start, walk, tmp_path, *, width: int, language: str) -> None:
    """A plan is built, confirmed, activated, taken offline and closed."""
    server = start("sqlite")
    planner = signed_in(walk(server, width=width, language=language), server, "planner")
    the_example_says_so(planner)
    plan = a_plan_is_begun(planner)
    its_text_and_rows_are_written(planner, plan)
    a_roster_is_filled_offline(planner, tmp_path)
    somebody_is_added_by_hand(planner)
    holders_are_proposed(planner, plan)
    the_plan_is_approved(planner, plan)
    links = holders_are_asked(planner, server, plan)
    phone = walk(server, width=360, language=language)
    they_answer(phone, links)
    only_who_accepted_holds(planner, plan)
    board, calls = an_exercise_begins(planner, server, plan)
    they_report_from_the_phone(phone, calls)
    the_level_steps_up(planner, server, board)
    official = signed_in(walk(server, width=width, language=language), server, "official")
    an_official_works_offline(official, planner, board, tmp_path)
    it_stands_down_and_closes(planner, server, board)
    a_false_alarm_is_called_off(planner, server, plan)


# --- 1 to 3: signing in, the example, a plan -------------------------------------------------------------------------


def signed_in(walker: Walker, server: Server, access: str) -> Walker:
    address, password = server.sign_in(access)
    walker.go(f"/sign-in?language={walker.language}")
    walker.fill(email=address, password=password).press(SUBMIT)
    assert walker.path == "/"
    walker.go("/settings").choose(language=walker.language).press(SUBMIT)
    return walker


def the_example_says_so(walker: Walker) -> None:
    walker.go("/")
    assert walker.page.locator(".example-word").inner_text() == {"en": "EXAMPLE", "fr": "EXEMPLE"}[walker.language]
    assert walker.page.locator("main table tbody tr").count() >= 5
    for path in ("/plans", "/activations", "/contacts/organisations", "/contacts/people", "/messages", "/copies"):
        walker.go(path)


def a_plan_is_begun(walker: Walker) -> str:
    walker.go("/plans/new").press(SUBMIT)
    assert walker.page.locator(".error").count() >= 2, "what is missing is said beside its field"
    walker.tick('main input[name="template"][value="earthquake"]')
    walker.fill(title="Séisme au Nord").choose(country="HT", language=walker.language).press(SUBMIT)
    assert re.fullmatch(r"/plans/\d+", walker.path)
    return walker.path


def its_text_and_rows_are_written(walker: Walker, plan: str) -> None:
    walker.go(f"{plan}/describe")
    walker.fill(situation="The north lies on a fault that last broke in 1842.", assumptions="Roads are cut.")
    walker.press(SUBMIT)
    for path in (f"{plan}/text", f"{plan}/roles", f"{plan}/checklist", f"{plan}/coverage", f"{plan}/readiness"):
        walker.go(path)
    walker.go(f"{plan}/objectives/new").fill(text="Reach nine in ten focal points within a day.").press(SUBMIT)
    walker.go(f"{plan}/triggers/new").choose(level="partial")
    walker.fill(label="Partial activation", condition="Magnitude six or more.").press(SUBMIT)
    walker.go(f"{plan}/roles/new").fill(title="Radio desk", summary="Keeps the radio list.", deputies_wanted="1")
    walker.choose(led_by="diaspora", from_level="partial").press(SUBMIT)
    walker.go(f"{plan}/items/new").fill(text="Call the radio desk.", offset="3").choose(
        phase="response", unit="hours", anchor="H", from_level="partial"
    )
    walker.press(SUBMIT)
    assert "Call the radio desk." in walker.go(f"{plan}/checklist").text
    walker.press(f'main a[href^="{plan}/items/"]:not([href*="new"])').fill(source="ICS 205").press(SUBMIT)
    walker.go(f"{plan}/roles").press('main form[action$="/move"] button')
    walker.go(f"{plan}/text").press(f'main a[href^="{plan}/objectives/"]:not([href*="new"])')
    walker.press('main form[action$="/remove"] button')
    assert walker.page.locator(".notice-done").count() == 1


# --- 4: the roster ---------------------------------------------------------------------------------------------------


def a_roster_is_filled_offline(walker: Walker, folder: Path) -> None:
    walker.go("/copies/roster?blank=1").press(SUBMIT)
    blank = walker.download('a[href$="/file"]', folder)
    filled = openpyxl.load_workbook(blank)
    write(filled, name="Konbit Nord", kind=None, country="Canada")
    people = [
        ("Nadège Vital", "nadege@konbit.example.org"),
        ("Ruben Cadet", "ruben@konbit.example.org"),
        ("Solange Petit", "solange@konbit.example.org"),
    ]
    for name, address in people:
        write(filled, name=name, country="Canada", language=None, email=address, source=None)
    write(filled, name="Mistyped Address", country="Canada", language=None, email="no address", source=None)
    path = folder / f"filled-{walker.language}.xlsx"
    filled.save(path)
    walker.go("/copies").page.locator('main input[type="file"]').set_input_files(path)
    walker.press(SUBMIT)
    assert re.search(r"/copies/returns/\d+", walker.path)
    assert "Nadège Vital" in walker.text
    bad = walker.page.locator("#mend tbody tr")
    assert bad.count() == 1, "nothing else is a problem"
    assert "no address" in bad.inner_text(), "a bad cell is named with what stands there"
    walker.press('main form[action$="/apply"] button')
    for name, _address in people:
        assert name in walker.go(f"/contacts/people?q={quote(name)}").text


def write(workbook: openpyxl.Workbook, **values: str | None) -> None:
    """Fill the first spare row of a sheet; a value that is None takes the first word of the column's own list."""
    sheet, keys = sheet_with(workbook, *values)
    row = next(
        number
        for number in range(3, sheet.max_row + 1)
        if str(sheet.cell(number, 1).value).startswith("N-") and not sheet.cell(number, keys["name"]).value
    )
    for key, value in values.items():
        sheet.cell(row, keys[key]).value = choice(workbook, sheet, keys[key], 0) if value is None else value


def sheet_with(workbook: openpyxl.Workbook, *wanted: str) -> tuple[Worksheet, dict[str, int]]:
    """The first sheet whose key row has these keys, and where they stand; found as the product finds it."""
    for sheet in workbook:
        keys = {str(cell.value)[1:]: cell.column for cell in sheet[1] if str(cell.value).startswith("#")}
        if set(wanted) <= set(keys):
            return sheet, keys
    raise AssertionError(f"no sheet has the columns {wanted}")


def choice(workbook: openpyxl.Workbook, sheet: Worksheet, column: int, place: int) -> str:
    """A word of the list that a column offers."""
    letter = openpyxl.utils.get_column_letter(column)
    for validation in sheet.data_validations.dataValidation:
        if validation.type == "list" and re.match(rf"{letter}\d", str(validation.sqref)):
            title, cells = next(iter(workbook.defined_names[validation.formula1.lstrip("=")].destinations))
            return str([row[0].value for row in workbook[title][cells.replace("$", "")]][place])
    raise AssertionError(f"column {letter} of {sheet.title} offers no list")


def somebody_is_added_by_hand(walker: Walker) -> None:
    walker.go("/contacts/organisations/new").fill(name="Radyo Dyaspora", reach="radyo@example.org")
    walker.choose(kind="media", country="CA").press(SUBMIT)
    assert "Radyo Dyaspora" in walker.text
    walker.go("/contacts/people/new").fill(name="Odile Baptiste", reach="odile@example.org")
    walker.choose(language="fr").tick('main input[name="source"][value="colleague"]').press(SUBMIT)
    assert "Odile Baptiste" in walker.text


# --- 5 to 7: designating, approving, asking, answering ---------------------------------------------------------------


def holders_are_proposed(walker: Walker, plan: str) -> None:
    walker.go(f"{plan}/designate")
    choosing = [link.get_attribute("href") or "" for link in walker.page.locator('main a[href$="/choose"]').all()[:2]]
    for address, names in zip(choosing, (("Nadège Vital", "Ruben Cadet"), ("Solange Petit",)), strict=True):
        for name in names:
            walker.go(f"{address}?q={quote(name)}").press('main form:has(input[name="holder"]) button')
    listed = walker.go(f"{plan}/designate").text
    assert all(name in listed for name in ("Nadège Vital", "Ruben Cadet", "Solange Petit"))


def the_plan_is_approved(walker: Walker, plan: str) -> None:
    walker.go(plan).press('main form[action$="/submit"] button')
    walker.go(f"{plan}/approve").press(SUBMIT)
    assert walker.go(f"{plan}/versions").page.locator(f'a[href="{plan}/versions/1"]').count() >= 1
    assert walker.go(f"{plan}/tasks").page.locator("main table tbody tr").count() >= 10
    walker.go(f"{plan}/versions/1")


def holders_are_asked(walker: Walker, server: Server, plan: str) -> dict[str, str]:
    walker.go(f"{plan}/ask")
    assert "Nadège Vital" in walker.text
    before = len(server.mails())
    walker.press('main form[action$="/rehearse"] button')
    server.waited_for(lambda: len(server.mails()) > before)
    walker.go(f"{plan}/ask").press(f"{SUBMIT} >> visible=true")
    found = mails_to(server, ("nadege", "ruben", "solange"))
    walker.go("/messages").go("/mailbox").press("main table a")
    return {name: LINK.search(mail_text(path))[0] for name, path in found.items()}  # type: ignore[index]


def mails_to(server: Server, names: tuple[str, ...], after: int = 0, about: str = "") -> dict[str, Path]:
    """The newest mail to each of these whose subject says so, once all have come."""

    def come() -> dict[str, Path] | None:
        found: dict[str, Path] = {}
        for path in server.mails()[after:]:
            mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if about in str(mail["Subject"]) and LINK.search(mail_text(path)):
                found |= {name: path for name in names if name in str(mail["To"])}
        return found if len(found) == len(names) else None

    return server.waited_for(come)  # type: ignore[return-value]


def mail_text(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""


def they_answer(phone: Walker, links: dict[str, str]) -> None:
    phone.go(links["nadege"])
    assert phone.page.locator("input:checked").count() == 0, "nothing is chosen beforehand"
    assert phone.page.context.cookies(phone.page.url) == [], "a link needs no cookie"
    phone.press(SUBMIT)
    assert phone.page.locator(".error, .notice-problem").count() >= 1
    phone.tick('input[name^="answer-"][value="accept"]').press(SUBMIT)
    assert phone.page.locator("form").count() >= 1, "the answer can be changed"

    phone.go(links["ruben"])
    phone.tick('input[name^="answer-"][value="accept_with_limits"]')
    phone.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    phone.page.locator('input[name^="hours_week-"]').first.fill("4")
    phone.press(SUBMIT)

    phone.go(links["solange"])
    phone.tick('input[name^="answer-"][value="decline"]').press(SUBMIT)

    for act in ("pause", "withdraw", "erase", "hand-over"):
        phone.go(f"{links['nadege']}/{act}")
    phone.tick('input[name="sure"]')
    for radio in phone.page.locator('input[name="role"]').all()[:1]:
        radio.check()
    phone.press(SUBMIT)
    forwarded = re.search(r"http://[^\s\"<>]+/a/[\w-]{43}", phone.page.content().replace(links["nadege"], ""))
    assert forwarded, "there is a link to forward"
    phone.go(forwarded[0]).fill(name="Josué Marc", email="josue@example.org")
    phone.choose(language="fr", country="CA").press(SUBMIT)


def only_who_accepted_holds(walker: Walker, plan: str) -> None:
    grid = walker.go(f"{plan}/designate").text
    assert "Nadège Vital" in grid
    assert "Josué Marc" in grid, "a deputy who came by a forwarded link is proposed"
    assert "Solange Petit" not in grid, "who declined is not in the calling order"
    walker.go(f"{plan}/ask")


# --- 8 to 10: activating, offline, closing ---------------------------------------------------------------------------


def an_exercise_begins(walker: Walker, server: Server, plan: str) -> tuple[str, dict[str, str]]:
    before = len(server.mails())
    walker.go(f"{plan}/activate").tick('input[name="kind"][value="exercise"]')
    walker.tick('input[name="level"][value="partial"]').fill(reason="Yearly drill.")
    for box in walker.page.locator('input[name="on_duty"]').all():
        box.check()
    walker.press(SUBMIT)
    assert "Nadège Vital" in walker.text
    walker.press('main button[name="send"]')
    assert re.fullmatch(r"/activations/\d+", walker.path)
    words = {"en": "EXERCISE", "fr": "EXERCICE"}[walker.language]
    assert walker.page.locator(".band-exercise").inner_text().strip().startswith(words)
    # A receipt for an earlier answer may come late, with a link of its own; the alert begins so in both languages.
    found = mails_to(server, ("nadege", "ruben"), after=before, about="EXERCI")
    return walker.path, {name: LINK.search(mail_text(path))[0] for name, path in found.items()}  # type: ignore[index]


def they_report_from_the_phone(phone: Walker, calls: dict[str, str]) -> None:
    phone.go(calls["nadege"]).press(SUBMIT)
    assert phone.page.locator(".error, .notice-problem").count() >= 1
    phone.tick('input[name="answer"][value="available_now"]').press(f"{SUBMIT} >> nth=-1")
    task = phone.page.locator('input[name^="task-"][value="done"]').first
    task.check()
    phone.press(SUBMIT)
    phone.go(calls["ruben"]).tick('input[name="answer"][value="remote_only"]').press(f"{SUBMIT} >> nth=-1")


def the_level_steps_up(walker: Walker, server: Server, board: str) -> None:
    alerted = len(server.mails())
    rows = walker.go(board).page.locator("#task-list tbody tr").count()
    walker.go(f"{board}/level").tick('input[name="level"][value="full"]').press(SUBMIT)
    walker.press('main button[name="send"]')
    assert walker.go(board).page.locator("#task-list tbody tr").count() > rows
    assert len(server.mails()) == alerted, "nobody is alerted twice"
    walker.go(f"{board}/availability")
    walker.press('main a[href^="/replies/"]')
    walker.go(f"{board}/log").fill(text="Bridge opened with both consulates.").choose(kind="decision").press(SUBMIT)
    assert "Bridge opened with both consulates." in walker.text


def an_official_works_offline(official: Walker, planner: Walker, board: str, folder: Path) -> None:
    number = board.rsplit("/", 1)[-1]
    official.go(board).go(f"/copies/activations/{number}").press(SUBMIT)
    copy = official.download('a[href$="/file"]', folder)
    workbook = openpyxl.load_workbook(copy)
    sheet, keys = sheet_with(workbook, "text", "state", "note")
    done = choice(workbook, sheet, keys["state"], 2)
    open_rows = [row for row in range(3, 20) if sheet.cell(row, keys["state"]).value not in (done, None)][:4]
    for row in open_rows:
        sheet.cell(row, keys["state"]).value = done
        sheet.cell(row, keys["note"]).value = f"Seen at the desk, row {row}."
    ours = str(sheet.cell(open_rows[0], keys["text"]).value)[:40]
    path = folder / f"returned-{official.language}.xlsx"
    workbook.save(path)

    planner.go(board).press(f'#task-list tr:has-text("{ours}") a[href^="/tasks/"]')
    planner.tick('input[name="state"][value="blocked"]').fill(note="Waits for the ministry.").press(SUBMIT)

    official.go("/copies").page.locator('main input[type="file"]').set_input_files(path)
    official.press(SUBMIT)
    assert official.page.locator("#settle").count() == 1, "what both changed is put to a decision"
    assert official.page.locator("#mend").count() == 0, "what is chosen from a list is understood"
    assert official.page.locator("main .notice").count() == 0, "nothing else was noticed"
    for radio in official.page.locator('#settle input[type="radio"][value="mine"]').all():
        radio.check()
    official.press("#settle form button.button-main")
    assert official.page.locator("main .notice-done").count() == 1
    assert f"Seen at the desk, row {open_rows[0]}." in official.go(board).text
    official.go("/copies").page.locator('main input[type="file"]').set_input_files(path)
    official.press(SUBMIT)
    assert official.page.locator("#settle").count() == 0, "the same file twice changes nothing"
    assert official.page.locator("#mend").count() == 0


def it_stands_down_and_closes(walker: Walker, server: Server, board: str) -> None:
    walker.go(f"{board}/stand-down").fill(summary="Everybody was reached.").press(SUBMIT)
    assert walker.page.locator(".band").count() == 0, "an activation in recovery carries no band"
    before = len(server.mails())
    walker.go(f"{board}/close").fill(report_back="Thank you. Two things change next year.").press(SUBMIT)
    server.waited_for(lambda: len(server.mails()) >= before + 2)
    figures = walker.go(board).text
    assert "Two things change next year." in figures


def a_false_alarm_is_called_off(walker: Walker, server: Server, plan: str) -> None:
    walker.go(f"{plan}/activate").tick('input[name="kind"][value="real"]').tick('input[name="level"][value="monitor"]')
    walker.press(SUBMIT).press('main button[name="send"]')
    board = walker.path
    assert walker.page.locator(".band").count() == 1, "what runs is shown over every page"
    walker.go(f"{board}/cancel").fill(reason="The sensor was being repaired.").press(SUBMIT)
    assert walker.page.locator(".band").count() == 0
