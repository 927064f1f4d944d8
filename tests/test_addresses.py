"""E-mail addresses and phone numbers, as people write them."""

import pytest

from preparedness.addresses import e164, is_email
from preparedness.errors import Refused


@pytest.mark.parametrize(
    "text", ["wideline@example.org", "a.b+c@sub.example.org", "josé@example.org", "a@example.co.uk"]
)
def test_mail_could_go_to_these(text):
    assert is_email(text)


@pytest.mark.parametrize("text", ["", "wideline", "@example.org", "a..b@example.org", "a@b"])
def test_no_mail_could_go_to_these(text):
    assert not is_email(text)


@pytest.mark.parametrize("text", ["+33 1 99 00 12 34", "+33199001234", "+33 (1) 99-00-12-34"])
def test_a_number_has_one_form_however_it_was_written(text):
    assert e164(text) == "+33199001234"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0199001234", "Write the number with + and the country code, as +33 1 99 00 12 34."),
        ("call me", "Write the number with + and the country code, as +33 1 99 00 12 34."),
        ("+33 19", "This number is too short or too long for its country."),
    ],
)
def test_what_no_phone_can_dial_is_refused_each_time(text, sentence):
    for _time in range(2):
        with pytest.raises(Refused, match="^" + sentence.replace("+", r"\+")):
            e164(text)
