"""What an e-mail address and a phone number are: a roster asks of each when it is shown, and again when applied."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from preparedness.errors import Refused
from preparedness.i18n import _

PLAIN_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
PLAIN_MAILBOX = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
LONGEST_EMAIL = 254


def is_email(text: str) -> bool:
    """True for an address that mail could go to; nobody is asked whether it does."""
    mailbox, _at, domain = text.rpartition("@")
    plain = len(text) <= LONGEST_EMAIL and PLAIN_MAILBOX.fullmatch(mailbox)  # nearly all, and they share their domains
    return _is_email(f"a@{domain}") if plain else _is_email.__wrapped__(text)


@lru_cache(1_000)
def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def e164(text: str) -> str:
    """A phone number in its one form: +33199001234. Raises Refused where no phone could dial it."""
    return text if is_e164(text) else _e164(text)


@lru_cache(1_000)
def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise Refused(_("Write the number with + and the country code, as +33 1 99 00 12 34.")) from error
    if not phonenumbers.is_possible_number(number):
        raise Refused(_("This number is too short or too long for its country."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_e164(text: str) -> bool:
    """True for a number that is surely in its one form: nearly all in a roster are, and their countries are few."""
    plain = PLAIN_NUMBER.fullmatch(text)
    if plain is None:
        return False
    country, lengths, trunk = _dialling(text[1:4])
    national = text[1 + country :]
    return country > 0 and len(national) in lengths and national[0] != "0" and not (trunk and trunk.match(national))


@lru_cache(1_000)
def _dialling(digits: str) -> tuple[int, Collection[int], re.Pattern[str] | None]:
    """How numbers that begin so are dialled: digits of the country code, how many may follow, what is no part of them.

    Without a country, no digits.
    """
    for country in range(1, 4):
        code = int(digits[:country])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            region = phonenumbers.region_code_for_country_code(code)
            told: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            trunk = told.national_prefix_for_parsing
            return country, told.general_desc.possible_length, re.compile(trunk) if trunk else None
    return 0, (), None
