"""The files a page is dressed in are those we looked at, light, and kept by browsers for as long as they hold."""

import re

import pytest
from flask.testing import FlaskClient

from preparedness import assets
from tests.gallery.app import gallery

KNOWN = {
    "swagger-ui.css": "e1cdefb04e5ffadae11721eb16b2ccd5f146527e77d4d21a"
    "0bb75ca8458825da11409e429096d2b920b05cba5a4b5285",
    "swagger-ui.js": "f5377b30a888af64bcdc4d64672c958bc29d270fd2f02a40beed2594bc8c7a0d31abf8431a26497d59f47d5e2594298a",
    "bootstrap.css": "4164ca6728e93c48c84afe5669153d385791a6893a61cb676260ebe69365c93d9b4635e1d093218d8ea15be00b130207",
    "bootstrap.rtl.css": "769b9a1b5b2e534793d3db71e6995368630b06c7c32f3502"
    "0945ce6368ff2d2bd762e1ba06ab38dc02e5848a8025545b",
    "htmx.js": "d3cf79fe9976314d741ea73a8dde11bebb613650e213d535b56997ed644449fb440d1a2c83136c406fd97bd60c4731ea",
}
"""The SHA-384 of Bootstrap 5.3.3, htmx 2.0.3 and Swagger UI 5.34 as their makers published them."""

KILOBYTE = 1024


@pytest.fixture(scope="module")
def browser() -> FlaskClient:
    return gallery().test_client()


def over_the_wire(browser: FlaskClient, address: str) -> int:
    """What a first visit costs: the page and every file it names, compressed as sent."""
    page = browser.get(address)
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    sent = [browser.get(each.replace("&amp;", "&"), headers={"Accept-Encoding": "gzip"}) for each in (address, *files)]
    assert all(response.status_code == 200 for response in sent)
    return sum(len(response.data) for response in sent)


def test_each_borrowed_file_is_the_one_its_maker_published():
    assert {name: assets.digest(name) for name in assets.VENDOR} == KNOWN


@pytest.mark.parametrize("name", [*assets.VENDOR, *assets.OWN])
def test_a_file_is_kept_for_a_year_under_the_address_that_names_its_content(browser, name):
    with browser.application.test_request_context():
        address = assets.asset_url(name)
    response = browser.get(address)

    assert response.data == assets.content(name)
    assert response.cache_control.max_age == assets.YEAR
    assert response.cache_control.immutable


def test_under_any_other_address_it_is_asked_for_again_each_time(browser):
    response = browser.get("/static/page.css?v=yesterday")

    assert response.cache_control.no_cache
    assert response.cache_control.max_age is None


def test_a_file_that_did_not_change_is_not_sent_again(browser):
    known = browser.get("/static/page.css").headers["ETag"]

    assert browser.get("/static/page.css", headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize("address", ["/static/secret", "/static/vendor/page.css", "/static/vendor/..%2Fpage.css"])
def test_nothing_else_is_handed_over(browser, address):
    assert browser.get(address).status_code == 404


def test_a_members_first_page_is_light(browser):
    assert over_the_wire(browser, "/member") <= 120 * KILOBYTE


def test_a_page_by_link_is_lighter_still(browser):
    assert over_the_wire(browser, "/a/gallery") <= 60 * KILOBYTE


def test_a_page_by_link_needs_no_script(browser):
    assert "<script" not in browser.get("/a/gallery").text


def test_our_own_script_stays_small():
    assert len(assets.content("page.js")) <= 4 * KILOBYTE
