"""Templates keep the house rules before any page is made of them: one test a rule."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from preparedness.pages import FILTERS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates"
ENVIRONMENT = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, extensions=["jinja2.ext.do"])
ENVIRONMENT.filters.update(FILTERS)

BRAND = {"Preparedness", "EXERCISE"}
"""Words that no language changes."""

WITH_RAW_FIELDS = ("components/", "security/fields.html", "security/two_factor_setup.html", "focal_points/")
"""Where fields are made, or named as the public contract says."""

SPOKEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-label", "data-confirm", "label", "summary"}
TRANSLATING = {"_", "gettext", "ngettext"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[A-ZÀ-Ý][a-zà-ÿ]+(?!\.?\w).*|.*[a-z] [a-z].*")
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?<![\w-])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)


def templates(*endings: str) -> list[str]:
    found = [path for path in FOLDER.rglob("*") if path.suffix in endings]
    return sorted(path.relative_to(FOLDER).as_posix() for path in found)


PAGES = templates(".html", ".svg")
TEXTS = templates(".txt")


@cache
def tree(name: str) -> nodes.Template:
    """The one parsed tree of a template, so that its nodes can be told apart."""
    return ENVIRONMENT.parse((FOLDER / name).read_text(encoding="utf-8"), name)


def written(name: str) -> Iterator[nodes.TemplateData]:
    """What a template says outside its expressions, in order."""
    return tree(name).find_all(nodes.TemplateData)


class _Markup(HTMLParser):
    """The tags and the bare words of a template whose expressions were taken out."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.silent = 0
        self.feed("".join(data.data for data in written(name)))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.silent += tag in {"script", "style", "code"}

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style", "code"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words += LETTERS.findall(data)


def spoken_constants(name: str) -> Iterator[nodes.Const]:
    """Texts in a template's expressions that look as if somebody read them, and pass through no translation."""
    translated = {
        id(const)
        for call in tree(name).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATING
        for const in call.find_all(nodes.Const)
    }
    for const in tree(name).find_all(nodes.Const):
        if id(const) not in translated and isinstance(const.value, str) and SENTENCE.match(const.value):
            yield const


@pytest.mark.parametrize("name", PAGES + TEXTS)
def test_a_template_compiles(name):
    ENVIRONMENT.compile((FOLDER / name).read_text(encoding="utf-8"), name, name)


@pytest.mark.parametrize("name", PAGES)
def test_a_template_says_nothing_untranslated(name):
    markup = _Markup(name)
    # Macros also hand out attributes and class names, in small letters; what a person reads begins with a capital.
    bare = {word for word in markup.words if word[0].isupper() or not name.startswith("components/")} - BRAND
    bare |= {
        word
        for tag, attributes in markup.tags
        for attribute, value in attributes.items()
        if attribute in SPOKEN_ATTRIBUTES
        for word in LETTERS.findall(value or "")
    }

    assert not bare, f"{name}: every word a person reads goes through _()"


@pytest.mark.parametrize("name", TEXTS)
def test_a_letter_says_nothing_untranslated(name):
    bare = {word for data in written(name) for word in LETTERS.findall(data.data)} - BRAND

    assert not bare, f"{name}: every word a person reads goes through _()"


@pytest.mark.parametrize("name", PAGES + TEXTS)
def test_what_is_handed_to_a_macro_is_translated(name):
    bare = [f"line {const.lineno}: {const.value}" for const in spoken_constants(name) if const.value not in BRAND]

    assert not bare, f"{name}: every word a person reads goes through _()"


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline(name):
    if name.startswith("messages/"):
        pytest.skip("a mail has no style sheet but what is inside it")
    inline = [
        f"{tag} {attribute}"
        for tag, attributes in _Markup(name).tags
        for attribute in attributes
        if attribute == "style" or attribute.startswith("on")
    ]
    inline += [
        tag for tag, attributes in _Markup(name).tags if tag == "style" or (tag == "script" and "src" not in attributes)
    ]

    assert not inline, f"{name}: the content policy allows nothing inline"


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(WITH_RAW_FIELDS)])
def test_pages_take_their_fields_from_the_macros(name):
    raw = [
        f"{tag} {attributes.get('name')}"
        for tag, attributes in _Markup(name).tags
        if tag in {"input", "select", "textarea"} and attributes.get("name") != "csrf_token"
    ]

    assert not raw, f"{name}: fields are made in components/forms.html"


@pytest.mark.parametrize("name", PAGES + TEXTS)
def test_nothing_is_marked_safe_unseen(name):
    trusted = [f"line {each.lineno}" for each in tree(name).find_all(nodes.Filter) if each.name == "safe"]

    assert not trusted, f"{name}: what a person typed is always escaped"


def test_the_style_sheet_knows_no_left_and_right():
    lines = (ROOT / "preparedness/static/page.css").read_text(encoding="utf-8").splitlines()

    physical = [f"page.css:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if PHYSICAL.search(line)]

    assert not physical, "logical properties only: a page in Arabic runs the other way"
