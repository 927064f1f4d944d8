"""Refs: short names for rows that people read aloud, type and sort by, with a check character that catches a slip.

`C-7K3M-Q`: a letter for the kind of row, four characters without meaning, one to check the others.
"""

import secrets
from array import array
from collections.abc import Container

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misread."""

VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
TWICE = [value << 1 if value < 16 else (value << 1) ^ 0b100101 for value in range(32)]
"""Each of the 32 elements of the field times two."""

ORGANISATION = "O"
PERSON = "C"
PLAN = "P"
SECTION = "S"
ROLE = "R"
DESIGNATION = "D"
ITEM = "I"
TASK = "T"
REPLY = "A"
LOG_LINE = "L"
SPARE = "N"

LENGTH = 4
DASHES = dict.fromkeys(map(ord, " -_.\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"))
MISREAD = str.maketrans("OIL", "011")
MIXER, OFFSET = 0x9E3B5, 0x3A7C1


def make(prefix: str, taken: Container[str] = ()) -> str:
    """A new Ref that is not among those taken."""
    while True:
        ref = _written(prefix, secrets.randbelow(32**LENGTH))
        if ref not in taken:
            return ref


def some(prefix: str, count: int) -> set[str]:
    """New Refs by chance, as many or a few less: of two alike there is one."""
    drawn = array("L", secrets.token_bytes(array("L").itemsize * count))
    return {_written(prefix, number % 32**LENGTH) for number in drawn}


def of(prefix: str, number: int) -> str:
    """The Ref of a numbered row that keeps none of its own: the same each time, and it tells no number."""
    round_, place = divmod(number, 32**LENGTH)
    mixed = (place * MIXER + OFFSET) % 32**LENGTH
    return _written(prefix, round_ * 32**LENGTH + mixed)


def spare(number: int) -> str:
    """The Ref of a row left empty for something new."""
    return f"{SPARE}-{number:04d}"


def is_spare(text: str) -> bool:
    """True for the Ref of a row that was left empty for something new."""
    letter, _, digits = text.partition("-")
    return letter == SPARE and len(digits) == LENGTH and digits.isdecimal()


def checked(text: str) -> str | None:
    """The Ref as it is kept, where the check character agrees; None for a slip of the hand.

    Small letters, missing or odd dashes, and O for 0 or I for 1 are forgiven.
    """
    packed = text.strip().upper().translate(DASHES)
    letter, body = packed[:1], packed[1:].translate(MISREAD)
    if (
        not letter.isascii()
        or not letter.isalpha()
        or len(body) <= LENGTH
        or any(sign not in ALPHABET for sign in body)
    ):
        return None
    return f"{letter}-{body[:-1]}-{body[-1]}" if _check(letter, body[:-1]) == body[-1] else None


def _written(prefix: str, value: int) -> str:
    body = ""
    while value or len(body) < LENGTH:
        value, digit = divmod(value, 32)
        body = ALPHABET[digit] + body
    return f"{prefix}-{body}-{_check(prefix, body)}"


def _check(prefix: str, body: str) -> str:
    """A digit over the field of 32 elements: one wrong character, or two that changed places, never agree."""
    total = ord(prefix) % 32
    for sign in body:
        total = TWICE[total] ^ VALUES[sign]
    return ALPHABET[TWICE[total]]
