"""Shapes: what is accepted of a page, of a program and of a row of a workbook, and the sentence where it is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from preparedness import shapes
from preparedness.i18n import speaking
from preparedness.vocabulary import Level

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def words(app):
    """Sentences are said in the language of the app."""
    with app.test_request_context():
        yield


class Everything(shapes.Shape):
    """One field of each kind."""

    name = shapes.words("Name", required=True, most=20)
    notes = shapes.text("Notes")
    level = shapes.code(Level, "Level")
    levels = shapes.codes(Level, "Levels")
    country = shapes.country("Country")
    language = shapes.language("Language")
    languages = shapes.languages("Languages")
    timezone = shapes.zone("Time zone")
    day = shapes.day("Day")
    moment = shapes.moment("Moment")
    hours = shapes.whole("Hours", least=1, most=168)
    sensitive = shapes.yes("Sensitive")
    email = shapes.email("E-mail")
    phone = shapes.phone("Phone")


def load(**sent: object) -> dict[str, object]:
    return Everything().load({"name": "Amina", **sent})


def refused(**sent: object) -> str:
    with pytest.raises(ValidationError) as error:
        load(**sent)
    messages = error.value.normalized_messages()
    assert set(messages) == set(sent)
    said = messages[next(iter(sent))]
    while isinstance(said, dict | list):
        said = said[0] if isinstance(said, list) else next(iter(said.values()))
    return str(said)


def test_what_is_accepted_comes_in_as_what_it_means():
    found = load(
        level="partial",
        levels=["monitor", "full"],
        country="HT",
        language="ht",
        languages=["fr", "ht"],
        timezone="America/Port-au-Prince",
        day="2026-01-12",
        moment="2026-01-12T16:53",
        hours="24",
        sensitive=True,
        email="amina@example.org",
        phone="+33 1 99 00 12 34",
    )

    assert found == {
        "name": "Amina",
        "level": Level.PARTIAL,
        "levels": [Level.MONITOR, Level.FULL],
        "country": "HT",
        "language": "ht",
        "languages": ["fr", "ht"],
        "timezone": "America/Port-au-Prince",
        "day": date(2026, 1, 12),
        "moment": datetime(2026, 1, 12, 16, 53, tzinfo=UTC),
        "hours": 24,
        "sensitive": True,
        "email": "amina@example.org",
        "phone": "+33199001234",
    }


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": " "}, "Please fill this in."),
        ({"name": None}, "Please fill this in."),
        ({"name": "x" * 21}, "This is too long: 20 characters at most."),
        ({"notes": "x" * 10_001}, "This is too long: 10000 characters at most."),
        ({"level": "total"}, "Choose one of the list."),
        ({"levels": ["total"]}, "Choose one of the list."),
        ({"country": "XX"}, "Choose one of the list."),
        ({"language": "klingon"}, "Choose one of the list."),
        ({"languages": ["fr", "klingon"]}, "Choose from the list."),
        ({"timezone": "Mars/Olympus"}, "Choose one of the list."),
        ({"day": "2026-02-30"}, "Write a date that exists, as 2026-11-24."),
        ({"day": "soon"}, "Write a date that exists, as 2026-11-24."),
        ({"moment": "2026-02-30T10:00"}, "Write a date and a time that exist."),
        ({"hours": "0"}, "Write a whole number from 1 to 168."),
        ({"hours": "169"}, "Write a whole number from 1 to 168."),
        ({"hours": "many"}, "Write a whole number from 1 to 168."),
        ({"email": "amina"}, "This is not an e-mail address: write it as name@example.org."),
        ({"phone": "0199001234"}, "Write the number with + and the country code, as +33 1 99 00 12 34."),
        ({"phone": "+33 19"}, "This number is too short or too long for its country."),
        ({"colour": "red"}, "This is not a field we know."),
    ],
)
def test_what_is_not_accepted_is_said_in_a_sentence(sent, sentence):
    assert refused(**sent) == sentence


def test_text_is_trimmed_and_nothing_is_none():
    found = load(name="  Amina  ", notes=" \r\n ", email="")

    assert found == {"name": "Amina", "notes": None, "email": None}


def test_lines_end_in_one_way_and_no_text_hides_a_null():
    assert load(notes="one\r\ntwo\x00")["notes"] == "one\ntwo"


def test_a_local_moment_is_read_in_the_zone_of_the_reader():
    shape = Everything()
    shape.zone = "America/Port-au-Prince"

    found = shape.load({"name": "Amina", "moment": "2026-01-12T16:53"})["moment"]

    assert found == datetime(2026, 1, 12, 21, 53, tzinfo=UTC)


def test_a_moment_with_its_own_offset_keeps_it():
    found = load(moment="2026-01-12T16:53:00-05:00")["moment"]

    assert found.utcoffset() == timedelta(hours=-5)


def test_a_moment_and_a_code_go_out_as_text():
    found = Everything().dump({"level": Level.FULL, "moment": datetime(2026, 1, 12, 16, 53, tzinfo=UTC)})

    assert found == {"level": "full", "moment": "2026-01-12T16:53:00+00:00"}
    assert Everything().dump({"level": None, "moment": None}) == {"level": None, "moment": None}


def test_sentences_are_said_in_the_reader_s_language():
    with speaking("fr"):
        choices = Everything().fields["level"].metadata["choices"]()

    assert [code for code, _words in choices] == ["monitor", "partial", "full"]


@given(st.text(max_size=400))
def test_whatever_is_typed_as_a_name_is_accepted_or_refused(text):
    try:
        found = load(name=text)["name"]
    except ValidationError:
        return
    assert found.strip() == found != ""
    assert "\x00" not in found


@given(st.text(max_size=40), st.sampled_from(["phone", "email", "day", "moment", "hours", "level", "timezone"]))
def test_whatever_is_typed_in_any_field_is_accepted_or_refused(text, field):
    assert set(Everything().validate({"name": "Amina", field: text})) <= {field}


def test_a_field_is_called_the_same_wherever_it_is_named():
    assert str(shapes.label_of("contact_point")) == "How people can check that it is really you"
    assert shapes.label_of("nobody_asks") == "nobody asks"
