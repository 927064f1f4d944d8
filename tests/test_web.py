"""Forms: what was typed is kept, what is wrong is said beside its field, and two values are both shown."""

from datetime import UTC, date, datetime

import pytest
from marshmallow import fields

from preparedness import shapes
from preparedness.database import db, expect, transaction
from preparedness.errors import Refused
from preparedness.vocabulary import Level
from preparedness.web import Form, page_number

pytestmark = pytest.mark.once


class PlanShape(shapes.Shape):
    """A form of every kind of field."""

    title = shapes.words("Title", required=True, hint="As on the cover", autocomplete="off")
    country = shapes.country("Country")
    level = shapes.code(Level, "Level", kind="radio")
    languages = shapes.languages("Languages")
    review_on = shapes.day("Review")
    at = shapes.moment("Hour of the event")
    hours = shapes.whole("Hours", most=10)
    sensitive = shapes.yes("Sensitive")
    holder_id = fields.Integer(metadata={"label": "Holder", "kind": "select"}, allow_none=True)


@pytest.fixture
def sent(app):
    """A form as a page makes it from what was sent."""
    contexts = []

    def make(method: str = "POST", **options) -> Form:
        context = app.test_request_context(method=method, data=options.pop("sent", None))
        context.push()
        contexts.append(context)
        return Form(PlanShape, **options)

    yield make
    for context in reversed(contexts):
        context.pop()


def test_a_form_begins_with_what_the_row_says(sent, world):
    with transaction():
        world.plan.review_on = date(2027, 1, 12)

    form = sent("GET", row=world.plan)

    assert not form.accepted
    assert form.status == 200
    assert form["title"].value == "Earthquake, Haiti"
    assert form["review_on"].value == "2027-01-12"
    assert form["languages"].value == ""
    assert form.version == world.plan.version


def test_a_form_begins_with_what_the_page_proposes(sent):
    at = datetime(2026, 1, 12, 21, 53, tzinfo=UTC)

    form = sent("GET", data={"at": at, "sensitive": True, "languages": ["fr"]}, zone="America/Port-au-Prince")

    assert form["at"].value == "2026-01-12T16:53"
    assert form["sensitive"].value is True
    assert form["languages"].value == ["fr"]


def test_a_field_knows_what_its_page_needs(sent):
    form = sent("GET", choices={"holder_id": [(12, "Amina")]})

    title, hours, holder = form["title"], form["hours"], form["holder_id"]
    assert (title.id, title.label, title.hint, title.required) == ("field-title", "Title", "As on the cover", True)
    assert (title.maxlength, title.autocomplete) == (200, "off")
    assert (hours.kind, hours.least, hours.most) == ("number", 0, 10)
    assert (holder.kind, holder.choices) == ("select", [("12", "Amina")])
    assert ("partial", Level.PARTIAL.words) in form["level"].choices
    assert form["languages"].multiple


def test_what_is_accepted_is_there_as_what_it_means(sent):
    data = {"title": " Cyclone ", "languages": ["fr", "ht"], "sensitive": "yes", "at": "2026-01-12T16:53", "level": ""}

    form = sent(sent=data, zone="America/Port-au-Prince")

    assert form.accepted
    assert form.data["title"] == "Cyclone"
    assert form.data["languages"] == ["fr", "ht"]
    assert form.data["sensitive"] is True
    assert form.data["level"] is None
    assert form.data["at"] == datetime(2026, 1, 12, 21, 53, tzinfo=UTC)
    assert "country" not in form.data, "what the page did not ask is not touched"


def test_a_box_left_unticked_says_no_and_a_list_left_empty_says_none(sent):
    form = sent(sent={"title": "Cyclone"})

    assert form.data["sensitive"] is False
    assert form.data["languages"] == []


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(sent):
    form = sent(sent={"title": "", "hours": "many", "country": "HT"})

    assert not form.accepted
    assert form.status == 422
    assert form["title"].errors == ["Please fill this in."]
    assert form["hours"].value == "many"
    assert form["country"].value == "HT"
    assert [place for place, _ in form.summary] == ["field-title", "field-hours"]


def test_a_needed_field_that_was_not_sent_is_missed(sent):
    assert sent(sent={})["title"].errors == ["Please fill this in."]


def test_only_what_the_page_offers_may_be_chosen(sent):
    offered = {"holder_id": [(12, "Amina")]}

    assert sent(sent={"title": "x", "holder_id": "12"}, choices=offered).accepted
    assert sent(sent={"title": "x", "holder_id": ""}, choices=offered).accepted
    refused = sent(sent={"title": "x", "holder_id": "13"}, choices=offered)
    assert refused["holder_id"].errors == ["Choose one of the list."]
    assert refused.status == 422


def test_a_page_may_ask_a_part_of_a_shape(sent):
    form = sent(sent={"title": "x", "country": "nowhere"}, only=("title",))

    assert form.data == {"title": "x"}


def test_a_refusal_is_said_at_its_field_and_nothing_is_changed(sent, world):
    form = sent(sent={"title": "x"}, row=world.plan)

    with form.refusals():
        world.plan.title = "changed too early"
        raise Refused("Another plan has this title.", field="title")

    assert form.status == 422
    assert form["title"].errors == ["Another plan has this title."]
    db.session.expire_all()
    assert world.plan.title == "Earthquake, Haiti"


@pytest.mark.parametrize("field", [None, "of_another_form"])
def test_a_refusal_about_no_field_is_said_at_the_top(sent, field):
    form = sent(sent={"title": "x"})

    with form.refusals():
        raise Refused("Not today.", field=field)

    assert form.summary == [("", "Not today.")]


def test_who_comes_second_sees_both_values_and_the_new_version(sent, world):
    with transaction():
        world.plan.title, world.plan.updated_by = "Theirs", "Ada"
    form = sent(sent={"title": "Mine", "version": "1"}, row=world.plan)

    with form.refusals():
        expect(world.plan, form.version, form.data, ("title",))

    assert form.status == 409
    assert form.version == world.plan.version == 2
    stale = form.stale[0]
    assert (stale.label, stale.mine, stale.theirs, stale.by) == ("Title", "Mine", "Theirs", "Ada")
    assert form["title"].value == "Mine"


@pytest.mark.parametrize("version", ["", "one", "-1", "9" * 30])
def test_a_version_that_is_none_is_not_believed(sent, world, version):
    assert sent(sent={"title": "x", "version": version}, row=world.plan).version == world.plan.version


@pytest.mark.parametrize(
    ("asked", "page"), [("", 1), ("page=3", 3), ("page=0", 1), ("page=-2", 1), ("page=x", 1), ("page=99999999", 1)]
)
def test_the_page_of_a_list_is_a_small_number(app, asked, page):
    with app.test_request_context(f"/?{asked}"):
        assert page_number() == page
