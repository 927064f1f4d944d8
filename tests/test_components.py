"""The components: each in the gallery, held against the house rules, and looked at by a real browser."""

import re
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, get_template_attribute
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from preparedness.contacts.models import ContactState
from preparedness.errors import Refused
from preparedness.plans.models import Status
from preparedness.shapes import Shape, languages, text, words, yes, zone
from preparedness.web import Form
from tests import house, programs
from tests.gallery.app import gallery
from tests.journeys.walking import RULES

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CODES = (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)


@pytest.fixture(scope="module")
def app() -> Flask:
    return gallery()


@pytest.fixture
def browse(app: Flask) -> Any:
    client = app.test_client()

    def get(address: str) -> str:
        response = client.get(address)
        house.check(response.text, response)
        return response.text

    return get


@pytest.fixture
def drawn(app: Flask) -> Any:
    """Call a macro: `drawn("tags", "state", value)`; `at` is the address of the page it stands on."""

    def draw(component: str, macro: str, *arguments: Any, at: str = "/", **named: Any) -> str:
        with app.test_request_context(at):
            return str(get_template_attribute(f"components/{component}.html", macro)(*arguments, **named))

    return draw


class Sample(Shape):
    name = words("Name", required=True, hint="As in the passport.")
    notes = text("Notes")
    spoken = languages("Languages")
    zone = zone("Time zone")
    sure = yes("I am sure")


@pytest.fixture
def sample(app: Flask) -> Iterator[Any]:
    with app.test_request_context("/"):
        yield lambda **typed: Form(Sample, data=typed, row=SimpleNamespace(version=3))


# --- Frames ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/member?bands", "/member?direction=rtl", "/a/gallery", *(f"/error/{code}" for code in CODES)]
)
def test_each_page_keeps_the_house_rules(browse, address):
    assert "<h1>" in browse(address)


@pytest.mark.parametrize("code", CODES)
def test_an_error_page_says_what_to_do_and_names_a_reference(browse, code):
    page = browse(f"/error/{code}")

    assert "7K3M-Q2XA" in page
    assert re.search(r"<p>[A-Z][^<]+\.</p>", page)
    assert 'class="button button-main"' in page


def test_the_example_says_so_on_every_page(browse):
    assert all("EXAMPLE" in browse(address) for address in ("/member", "/a/gallery", "/error/404"))


def test_an_exercise_is_the_first_and_the_last_word_of_its_band(browse):
    band = browse("/member?bands").split("band-exercise")[1].split("</p>")[0]
    said = re.sub(r"<[^>]+>", " ", band.split(">", 1)[1]).split()

    assert said[0] == said[-1] == "EXERCISE"


def test_the_entry_of_this_page_is_marked(browse):
    entries = browse("/member").split('class="entries"')[1].split("</nav>")[0]

    assert re.findall(r'aria-current="true">([^<]+)<', entries) == ["Plans"]


def test_a_right_to_left_page_wears_the_right_to_left_dress(browse):
    page = browse("/member?direction=rtl")

    assert 'dir="rtl"' in page
    assert "bootstrap.rtl.css" in page


# --- Forms -----------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_text_and_never_markup(browse):
    assert "Amina &lt;b&gt;Osman" in browse("/member")


def test_each_description_a_field_names_is_on_the_page(browse):
    page = browse("/member")
    named = {each for names in re.findall(r'aria-describedby="([^"]+)"', page) for each in names.split()}

    assert named
    assert all(f'id="{each}"' in page for each in named)


def test_the_summary_of_errors_leads_to_the_field(drawn, sample):
    form = sample()
    form.refuse(Refused("Nobody of that name.", field="name"))

    assert '<a href="#field-name">Name: Nobody of that name.</a>' in drawn("forms", "start", form)
    assert 'aria-invalid="true"' in drawn("forms", "field", form["name"])


def test_a_refusal_of_the_whole_form_stands_at_the_top(drawn, sample):
    form = sample()
    form.refuse(Refused("The plan is archived."))

    assert "<li>The plan is archived.</li>" in drawn("forms", "start", form)


def test_a_form_sends_the_version_it_was_made_from(drawn, sample):
    assert '<input type="hidden" name="version" value="3">' in drawn("forms", "start", sample())


def test_a_form_by_link_carries_no_token(drawn, sample):
    assert "csrf_token" in drawn("forms", "start", sample())
    assert "csrf_token" not in drawn("forms", "start", sample(), token=False)


def test_nothing_is_chosen_beforehand(drawn, sample):
    form = sample()

    assert not any(" checked" in drawn("forms", "field", form[name]) for name in ("spoken", "sure"))
    assert " selected" not in drawn("forms", "field", form["zone"])


def test_what_is_chosen_of_a_long_list_comes_first(drawn, sample):
    field = drawn("forms", "field", sample(spoken=["so", "ht"])["spoken"])
    first = re.findall(r'value="(\w+)" id="[^"]+"( checked)?', field)[:3]

    assert [chosen for _, chosen in first] == [" checked", " checked", ""]
    assert {code for code, _ in first[:2]} == {"so", "ht"}


def test_a_text_keeps_the_empty_line_it_begins_with(drawn, sample):
    assert ">\n\nSecond line</textarea>" in drawn("forms", "field", sample(notes="\nSecond line")["notes"])


def test_a_button_sends_what_it_is_given(drawn):
    button = drawn("forms", "button", "Archive", "/archive", kind="danger", version=4, reason="old & gone")

    assert 'name="version" value="4"' in button
    assert 'name="reason" value="old &amp; gone"' in button


# --- Tables and tags -------------------------------------------------------------------------------------------------


def test_a_header_sorts_and_then_sorts_the_other_way_round(drawn):
    fresh = drawn("tables", "sortable", "name", "Name", at="/people?country=HT&page=4")
    sorted_up = drawn("tables", "sortable", "name", "Name", at="/people?country=HT&sort=name")

    assert 'href="?country=HT&amp;sort=name"' in fresh
    assert 'aria-sort="ascending"' in sorted_up
    assert 'href="?country=HT&amp;sort=-name"' in sorted_up


def test_a_hostile_query_is_only_a_query(drawn):
    header = drawn("tables", "sortable", "name", "Name", at="/people?endpoint=x&_external=1&q=%22%3E%3Cscript%3E")

    assert "<script" not in header


def test_a_state_is_a_word_and_a_shape(drawn):
    assert drawn("tags", "state", Status.DECLINED) == '<span class="tag tag-gap">declined</span>'


def test_active_means_alarm_for_an_activation_and_calm_for_a_contact(drawn):
    assert "tag-held" in drawn("tags", "state", ContactState.ACTIVE)


# --- Pictures --------------------------------------------------------------------------------------------------------


def test_a_bar_says_in_words_what_it_shows(drawn):
    bar = drawn("pictures", "bar", [("held", 3, "held"), ("vacant", 1, "gap")], "Seats", legend=False)

    assert "<title>Seats: held 3, vacant 1</title>" in bar
    assert 'width="75.0%"' in bar


def test_a_bar_of_nothing_is_drawn_too(drawn):
    assert "held 0" in drawn("pictures", "bar", [("held", 0, "held")], "Seats")


def test_the_chart_hatches_a_vacancy_and_names_it(drawn):
    seat = SimpleNamespace(label="Miami", holder=None, deputies=[], signal="gap", url="/designate")
    role = SimpleNamespace(title="Lead", led_by="diaspora", essential=True, url=None, seats=[seat])
    chart = drawn("pictures", "organisation_chart", [role], "Roles")

    assert "chart-seat-gap" in chart
    assert "vacant" in chart


def test_the_time_line_keeps_time_in_order_and_before_counts_as_before(drawn):
    items = [
        SimpleNamespace(phase="response", anchor="H", offset_hours=hours, text="Call", owner="Liaison", url=None)
        for hours in (72, -24, 0)
    ]
    places = re.findall(r'<svg x="([\d.]+)%"', drawn("pictures", "timeline", items, "When"))

    assert [float(place) for place in places] == sorted(float(place) for place in places)
    assert len(set(places)) == 3


def test_a_single_moment_needs_no_scale(drawn):
    item = SimpleNamespace(phase="recovery", anchor="R", offset_hours=0, text="Thank", owner=None, url=None)

    assert "others" in drawn("pictures", "timeline", [item], "When")


def test_the_matrix_tells_nobody_one_and_several_apart(drawn):
    cells = {("health", "ca"): 1, ("health", "us"): 5}
    matrix = drawn(
        "pictures", "matrix", [("health", "Health")], [("ca", "CA"), ("us", "US"), ("fr", "FR")], cells, "Who"
    )

    assert re.findall(r'<td class="(cell-\w+)">', matrix) == ["cell-one", "cell-several", "cell-none"]


# --- In a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.mark.journey
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["/member?bands", "/member?direction=rtl", "/a/gallery"])
def test_a_browser_has_nothing_to_say_against_it(chromium, address, path, width):
    complaints: list[str] = []
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + path)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()

    free = chromium.new_page(viewport={"width": width, "height": 800}, bypass_csp=True)
    free.goto(address + path)
    found = Axe().run(free, options=RULES).response["violations"]
    free.close()
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.journey
def test_typing_narrows_a_long_list_and_keeps_what_is_chosen(chromium, address):
    page = chromium.new_page()
    page.goto(address + "/member")
    languages_field = page.locator("#field-languages")
    languages_field.get_by_label("Type to narrow the list").fill("hait")

    assert languages_field.locator(".choice").all_inner_texts() == ["Arabic", "Somali", "Haitian Creole"]
    page.close()


@pytest.mark.journey
def test_the_menu_closes_on_escape_and_gives_the_focus_back(chromium, address):
    page = chromium.new_page()
    page.goto(address + "/member")
    page.locator(".menu > summary").click()
    assert page.locator("details.menu").get_attribute("open") is not None
    page.keyboard.press("Escape")

    assert page.locator("details.menu").get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.close()


@pytest.mark.journey
def test_a_form_is_sent_once_however_often_its_button_is_pressed(chromium, address):
    page = chromium.new_page()
    sent: list[str] = []
    page.route("**/saved", lambda route: (sent.append(route.request.method), route.fulfill(status=204)))
    page.goto(address + "/member")
    button = page.get_by_role("button", name="Save")
    with page.expect_response("**/saved"):
        button.evaluate("(button) => { button.form.action = '/saved'; button.click(); button.click(); }")
    button.evaluate("(button) => button.click()")

    assert button.get_attribute("aria-disabled") == "true"
    assert sent == ["POST"]
    page.close()
