"""Finding people and organisations by name, however it is written, by Ref or by address."""

import unicodedata
from typing import Any

from anyascii import anyascii
from sqlalchemy import ColumnElement, and_, exists, false, or_

from preparedness import refs
from preparedness.contacts.models import Channel, Organisation, Person

DIGITS = 5
"""From so many digits on, a search may mean a phone number."""


def fold(text: str) -> str:
    """Text as it is searched and sorted by: small letters without marks, other scripts in Latin letters."""
    latin = text if text.isascii() else anyascii(unicodedata.normalize("NFKD", text))
    return " ".join(latin.casefold().split())


def means(model: type[Person] | type[Organisation], text: str) -> ColumnElement[bool]:
    """True for the rows of a model that a search means: each word in a name, or the Ref, or a part of an address."""
    if ref := refs.checked(text):
        return model.ref == ref
    words = fold(text).split()  # none, where it is signs alone: no name has such
    named = and_(*(_in_a_name(model, word) for word in words)) if words else false()
    address = _as_address(text)
    return or_(named, _reached_at(model, address)) if address else named


def _in_a_name(model: type[Person] | type[Organisation], word: str) -> ColumnElement[bool]:
    return or_(model.name_fold.contains(word, autoescape=True), model.also_fold.contains(word, autoescape=True))


def _as_address(text: str) -> str | None:
    """What of a search could be part of an address."""
    if "@" in text:
        return text.strip().lower()
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits if len(digits) >= DIGITS else None


def _reached_at(model: type[Person] | type[Organisation], address: str) -> ColumnElement[bool]:
    owner: Any = Channel.person_id if model is Person else Channel.organisation_id
    return exists().where(owner == model.id, Channel.address_fold.contains(address, autoescape=True))
