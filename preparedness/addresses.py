"""What an e-mail address and a phone number are: a roster asks of each when it is shown, and again when applied."""

import re
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from preparedness.errors import Refused
from preparedness.i18n import _

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


@lru_cache(10_000)
def e164(text: str) -> str:
    """A phone number in its one form: +33199001234. Raises Refused where no phone could dial it."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise Refused(_("Write the number with + and the country code, as +33 1 99 00 12 34.")) from error
    if not phonenumbers.is_possible_number(number):
        raise Refused(_("This number is too short or too long for its country."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
