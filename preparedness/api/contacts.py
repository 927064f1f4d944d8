"""People and organisations, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.contact_schemas import PeopleQuery, PersonIn, PersonRow
from preparedness.api.resources import Resource
from preparedness.contacts import people as roster
from preparedness.contacts.models import Person
from preparedness.database import Page

resource = Resource("contacts", "People and organisations of the roster.")


def _person(person_id: int) -> Person:
    return roster.get(person_id, agency=g.agency)


@resource.lists("/people", Permission.CONTACT_READ, PersonRow, PeopleQuery)
def people(page: int, per_page: int, q: str = "", **filters: Any) -> Page[Person]:
    """The people of the roster."""
    return roster.listed(g.agency, q=q, filters=filters, page=page, per_page=per_page)


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
    """Change what is known of somebody."""
    roster.change(row, sent, version=version, by=g.actor)


@resource.ends("/people/<id:person_id>", Permission.CONTACT_EDIT, _person, PersonRow)
def archive_person(row: Person, version: int) -> None:
    """Take somebody out of the lists; they can be brought back on the page."""
    roster.archive(row, version=version, by=g.actor)
