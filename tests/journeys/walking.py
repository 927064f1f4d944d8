"""Walking through the product in a real browser: every page that is come to is looked at once, by axe and by eye."""

import os
import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Download, Locator, Page

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # of what is well, the places are not written out: that takes as long as looking
}
EXPECTED = re.compile(r"the server responded with a status of 4\d\d")
"""The browser's own line for an answer that the walk asked for, such as a form with an error."""

PICTURES = os.environ.get("JOURNEY_PICTURES")
"""A folder: with it, a picture of each page is kept there."""


class Walker:
    """Somebody at a screen."""

    def __init__(self, page: Page, address: str, language: str) -> None:
        self.page = page
        self.address = address
        self.language = language
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.wrong.append(f"{self.page.url}: {message.type}: {message.text}")

    def go(self, path: str) -> "Walker":
        """Open an address and look at it."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.look()

    def click(self, words: str, *, role: str = "button", within: str = "main") -> "Walker":
        """Press what bears these words, and look at what comes."""
        return self._come(self.page.locator(within).get_by_role(role, name=words, exact=True).first)

    def press(self, selector: str) -> "Walker":
        """Press what a selector finds, and look at what comes."""
        return self._come(self.page.locator(selector).first)

    def _come(self, pressed: Locator) -> "Walker":
        """Look at what comes once it has come, as a page of its own or in place of this one's."""
        self.page.evaluate("document.querySelector('main').dataset.old = 'yes'")
        pressed.click()
        self.page.locator("main:not([data-old])").wait_for()
        self.page.wait_for_load_state("load")
        return self.look()

    def fill(self, **fields: str) -> "Walker":
        """Type into fields by their name."""
        for name, value in fields.items():
            self.page.locator(f'main [name="{name}"]').first.fill(value)
        return self

    def choose(self, **fields: str) -> "Walker":
        """Choose from lists by their name: a value of the list."""
        for name, value in fields.items():
            self.page.locator(f'main select[name="{name}"]').first.select_option(value)
        return self

    def tick(self, selector: str) -> "Walker":
        """Tick a box or choose a button."""
        self.page.locator(selector).first.check()
        return self

    def download(self, selector: str, folder: Path) -> Path:
        """Take a file that a button or link hands over."""
        with self.page.expect_download() as expected:
            self.page.locator(selector).first.click()
        handed: Download = expected.value
        path = folder / handed.suggested_filename
        handed.save_as(path)
        return path

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """The address of the page, without the server's."""
        return self.page.url.removeprefix(self.address)

    def look(self) -> "Walker":
        """Look at a page: its language, its width, and whatever axe finds wrong with it. Each kind of page once."""
        kind = re.sub(r"\d+|/a/[\w-]{43}", "·", self.path.split("?")[0])
        assert self.page.locator("h1").count() == 1, f"{self.path}: one h1"
        if kind in self.seen:
            return self
        self.seen.add(kind)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{self.path}: {wide} px wider than the screen"
        found: dict[str, Any] = Axe().run(self.page, options=RULES).response
        wrong = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"] if each["nodes"]]
        assert not wrong, f"{self.path}: {wrong}"
        if PICTURES:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            name = f"{len(self.seen):02d}{kind.replace('/', '_')}-{self.language}-{width}.png"
            self.page.screenshot(path=Path(PICTURES) / name, full_page=True)
        return self

    def said_nothing_wrong(self) -> None:
        """Raises AssertionError with what the browser complained of: errors, warnings, a breach of the policy."""
        assert not self.wrong, "\n".join(self.wrong)
