"""Organisations, for programs."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.api.contact_schemas import OrganisationIn, OrganisationRow, OrganisationsQuery
from preparedness.api.resources import Resource
from preparedness.contacts import organisations as roster
from preparedness.contacts.models import Organisation
from preparedness.database import Page

resource = Resource("organisations", "Diaspora organisations, and the public bodies they work with.")


def _organisation(organisation_id: int) -> Organisation:
    return roster.get(organisation_id, agency=g.agency)


@resource.lists("/organisations", Permission.CONTACT_READ, OrganisationRow, OrganisationsQuery)
def organisations(page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[Organisation]:
    """The organisations of the roster, by name; the active ones, unless another state is asked for."""
    return roster.listed(g.agency, q=q or "", filters=filters, page=page, per_page=per_page, whole=True)


@resource.reads("/organisations/<id:organisation_id>", Permission.CONTACT_READ, _organisation, OrganisationRow)
def organisation(row: Organisation) -> Organisation:
    """One organisation."""
    return row


@resource.adds("/organisations", Permission.CONTACT_EDIT, OrganisationIn, OrganisationRow, at="organisation")
def add_organisation(sent: dict[str, Any]) -> Organisation:
    """Add an organisation."""
    return roster.add(g.agency, sent, by=g.actor)


@resource.changes(
    "/organisations/<id:organisation_id>", Permission.CONTACT_EDIT, _organisation, OrganisationIn, OrganisationRow
)
def change_organisation(row: Organisation, sent: dict[str, Any], version: int) -> None:
    """Change what is known of an organisation; a list that is sent stands for the whole list."""
    roster.change(row, sent, version=version, by=g.actor)


@resource.ends("/organisations/<id:organisation_id>", Permission.CONTACT_EDIT, _organisation, OrganisationRow)
def archive_organisation(row: Organisation, version: int) -> None:
    """Take an organisation out of the lists; its people stay, and it can be brought back on the page."""
    roster.archive(row, version=version, by=g.actor)
