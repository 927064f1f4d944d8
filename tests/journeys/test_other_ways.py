"""The main job on PostgreSQL, and the beginning of an institution of one's own, in a real browser."""

import pytest

from tests.journeys import steps

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


def test_the_same_holds_on_postgresql(start, walk, tmp_path):
    server = start("postgresql")
    planner = steps.signed_in(walk(server, width=1280, language="en"), server, "planner")
    plan = steps.a_plan_is_begun(planner)
    steps.a_roster_is_filled_offline(planner, tmp_path)
    steps.holders_are_proposed(planner, plan)
    steps.the_plan_is_approved(planner, plan)
    phone = walk(server, width=360, language="en")
    steps.they_answer(phone, steps.holders_are_asked(planner, server, plan))
    board, calls = steps.an_exercise_begins(planner, server, plan)
    steps.they_report_from_the_phone(phone, calls)
    steps.it_stands_down_and_closes(planner, server, board)


def test_an_administrator_starts_an_agency_of_their_own(start, walk):
    server = start("sqlite")
    walker = steps.signed_in(walk(server, width=1280, language="en"), server, "administrator")
    for path in ("/settings/members", "/settings/members/new", "/settings/agency", "/audit?check=1", "/settings"):
        walker.go(path)
    walker.go("/").press("a[href='/settings/own-agency']")
    walker.fill(name="Protection civile de Guinée").choose(country="GN", timezone="Africa/Conakry", language="fr")
    walker.press(steps.SUBMIT)

    assert walker.page.locator("text=EXAMPLE").count() == 0
    assert "Protection civile de Guinée" in walker.page.content()
    assert walker.go("/contacts/people").page.locator("main table a").count() <= 7, "nothing of the example comes along"
