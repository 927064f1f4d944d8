"""News that travels up: what a lower package tells, and which upper package listens. Imports never lead up."""

from preparedness.accounts import members
from preparedness.notifications import letters, outbox


def install() -> None:
    """Say who listens to what; saying it twice changes nothing."""
    outbox.RECIPIENTS.update(member=members.recipient)
    for package in (members,):
        letters.CONTEXTS.update(package.CONTEXTS)
