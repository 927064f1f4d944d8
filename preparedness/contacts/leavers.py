"""Those who leave the lists many at once, as when an import is taken back."""

from collections.abc import Collection, Sequence

from preparedness.accounts.models import Agency
from preparedness.audit import Action, Actor
from preparedness.contacts import batches, organisations, people


def archive_people(agency: Agency, ids: Sequence[int], *, relied_on: Collection[int], by: Actor) -> None:
    """Take people out of the lists; they can be brought back. Of those relied on, upper packages are told."""
    gone = batches.archive(people.PEOPLE, agency.id, ids, Action.PERSON_ARCHIVED, by=by)
    for number in gone.keys() & set(relied_on):
        for told in people.WHEN_LEFT:
            told(gone[number], by)


def archive_organisations(agency: Agency, ids: Sequence[int], *, relied_on: Collection[int], by: Actor) -> None:
    """Take organisations out of the lists; their people stay. Of those relied on, upper packages are told."""
    gone = batches.archive(organisations.ORGANISATIONS, agency.id, ids, Action.ORGANISATION_ARCHIVED, by=by)
    for number in gone.keys() & set(relied_on):
        for told in organisations.WHEN_LEFT:
            told(gone[number], by)
