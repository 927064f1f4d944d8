"""Those who leave the lists many at once, as when an import is taken back."""

from collections.abc import Sequence

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor
from preparedness.contacts import batches, organisations, people


def archive_people(agency: Agency, ids: Sequence[int], *, by: Actor) -> None:
    """Take people out of the lists; they can be brought back."""
    for person in batches.archive(people.PEOPLE, agency.id, ids, Action.PERSON_ARCHIVED, by=by):
        for told in people.WHEN_LEFT:
            told(person, by)


def archive_organisations(agency: Agency, ids: Sequence[int], *, by: Actor) -> None:
    """Take organisations out of the lists; their people stay."""
    gone = batches.archive(organisations.ORGANISATIONS, agency.id, ids, Action.ORGANISATION_ARCHIVED, by=by)
    for organisation in gone:
        for told in organisations.WHEN_LEFT:
            told(organisation, by)
