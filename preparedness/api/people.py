"""People, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.contact_schemas import ErasureIn, ErasureRow, PeopleQuery, PersonIn, PersonListed, PersonRow
from preparedness.api.resources import Resource
from preparedness.contacts import people as roster
from preparedness.contacts.models import Erasure, Person
from preparedness.database import Page

resource = Resource("people", "People who may be asked to stand by a role.")


def _person(person_id: int) -> Person:
    return roster.get(person_id, agency=g.agency)


def _person_or_trace(person_id: int) -> Person:
    """Also whom an erasure left without a name: a repeated request finds its answer there."""
    return roster.ever(person_id, agency=g.agency)


@resource.lists("/people", Permission.CONTACT_READ, PersonListed, PeopleQuery)
def people(page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Person]:
    """The people of the roster, by name; the active ones, unless another state is asked for."""
    return roster.listed(g.agency, q=q or "", filters=filters, page=page, per_page=per_page, whole=True)


@resource.reads("/people/<id:person_id>", Permission.CONTACT_READ, _person, PersonRow)
def person(row: Person) -> Person:
    """One person."""
    return row


@resource.adds("/people", Permission.CONTACT_EDIT, PersonIn, PersonRow, at="person")
def add_person(sent: dict[str, Any]) -> Person:
    """Add somebody."""
    return roster.add(g.agency, sent, by=g.actor)


@resource.changes("/people/<id:person_id>", Permission.CONTACT_EDIT, _person, PersonIn, PersonRow)
def change_person(row: Person, sent: dict[str, Any], version: int) -> None:
    """Change what is known of somebody; a list that is sent stands for the whole list."""
    roster.change(row, sent, version=version, by=g.actor)


@resource.ends("/people/<id:person_id>", Permission.CONTACT_EDIT, _person, PersonRow)
def archive_person(row: Person, version: int) -> None:
    """Take somebody out of the lists; they can be brought back on the page."""
    roster.archive(row, version=version, by=g.actor)


@resource.acts("/people/<id:person_id>/erase", Permission.CONTACT_ERASE, _person_or_trace, ErasureIn, ErasureRow)
def erase_person(row: Person, sent: dict[str, Any]) -> Erasure:
    """Erase what is known of somebody, everywhere; it cannot be undone."""
    return roster.erase(row, reason=sent["reason"], by=g.actor)
