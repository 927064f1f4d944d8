"""News that travels up: what a lower package tells, and which upper package listens. Imports never lead up."""

from preparedness import erasures
from preparedness.accounts import members, webhooks
from preparedness.activations import alerts, preparing
from preparedness.activations import erasing as activations
from preparedness.activations import letters as activation_letters
from preparedness.confirmations import erasing as confirmations
from preparedness.confirmations import ladder
from preparedness.confirmations import letters as confirmation_letters
from preparedness.contacts import organisations, people
from preparedness.exchange import erasing as exchange
from preparedness.exchange import letters as exchange_letters
from preparedness.notifications import erasing as notifications
from preparedness.notifications import letters, outbox
from preparedness.notifications.models import Carrier
from preparedness.plans import leaving, versions


def install() -> None:
    """Say who listens to what; saying it twice changes nothing."""
    outbox.RECIPIENTS.update(member=members.recipient, person=people.recipient)
    outbox.PARCELS[Carrier.WEBHOOK] = webhooks.parcel
    outbox.WHEN_FINAL[:] = [alerts.when_final]
    for package in (members, confirmation_letters, activation_letters, exchange_letters):
        letters.CONTEXTS.update(package.CONTEXTS)
    people.ERASERS[:] = [
        exchange.erase,
        activations.erase,
        confirmations.erase,
        leaving.erase,
        notifications.erase,
        erasures.keep,
    ]
    people.WHEN_LEFT[:] = [leaving.left, ladder.stop]
    organisations.WHEN_LEFT[:] = [leaving.left]
    versions.WHEN_APPROVED[:] = [preparing.when_approved]
