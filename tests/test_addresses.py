"""E-mail addresses and phone numbers, as people write them."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preparedness.addresses import e164, is_e164, is_email
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


CODES = st.one_of(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.integers(1, 999))


@given(CODES, st.from_regex(r"[0-9]{2,13}", fullmatch=True))
@example(33, "199001234")
@example(39, "0612345678")
@example(44, "02079460958")
@example(1, "14165550123")
@example(52, "15512345678")
@example(800, "12345678")
def test_a_number_told_at_a_glance_is_what_the_whole_plan_of_its_country_makes_of_it(code, rest):
    text = f"+{code}{rest}"
    if is_e164(text):
        number = phonenumbers.parse(text, None)
        assert phonenumbers.is_possible_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == text


@pytest.mark.parametrize("text", ["+33199001234", "+14165550123", "+50934000000", "+252611234567"])
def test_nearly_all_numbers_are_told_at_a_glance(text):
    assert is_e164(text)


@pytest.mark.parametrize(
    "text", ["+33 1 99 00 12 34", "33199001234", "+3319", "+999123456789", "+\u0663\u0663199001234", ""]
)
def test_what_is_not_surely_a_number_in_its_one_form_is_looked_at_closely(text):
    assert not is_e164(text)
