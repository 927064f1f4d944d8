"""News that travels up: what a lower package tells, and which upper package listens. Imports never lead up."""

from preparedness.accounts import members
from preparedness.contacts import people
from preparedness.notifications import erasing as notifications
from preparedness.notifications import letters, outbox


def install() -> None:
    """Say who listens to what; saying it twice changes nothing."""
    outbox.RECIPIENTS.update(member=members.recipient, person=people.recipient)
    people.ERASERS[:] = [notifications.erase]
    for package in (members,):
        letters.CONTEXTS.update(package.CONTEXTS)
