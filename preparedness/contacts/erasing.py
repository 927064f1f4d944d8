"""What the roster itself forgets when somebody is erased: a row without a name stays, so that counts hold."""

from sqlalchemy import delete, update

from preparedness import audit
from preparedness.contacts import links
from preparedness.contacts.models import ContactState, Organisation, OwnChange, Person
from preparedness.database import changed, db
from preparedness.notifications import suppressions

NOWHERE = "ZZ"
UNDETERMINED = "und"
"""What standards keep for a country and a language that nobody knows."""

CHILDREN = ("channels", "spoken", "capabilities", "covers", "vettings", "consents", "absences")
EMPTIED = (
    *("name_local", "alias", "also_fold", "organisation_id", "function", "city", "origin_country", "verified_until"),
    *("source", "told_on", "opted_out_at", "check_phrase", "confirmed_self_at", "paused_until", "successor_id"),
)


def clear(person: Person) -> dict[str, int]:
    """Forget what is known of somebody; how much it was, by kind. Their addresses stay barred, as hashes."""
    for channel in person.channels:
        suppressions.add(person.agency_id, channel.kind, channel.address_fold, reason="erased")
    counts = {name: len(getattr(person, name)) for name in CHILDREN}
    for name in CHILDREN:
        getattr(person, name).clear()
    counts["links"] = links.void_all(person)
    counts["own_changes"] = changed(delete(OwnChange).where(OwnChange.person_id == person.id))
    counts["audit_details"] = audit.forget(person)
    db.session.execute(
        update(Organisation).where(Organisation.contact_person_id == person.id).values(contact_person_id=None)
    )
    db.session.execute(update(Person).where(Person.successor_id == person.id).values(successor_id=None))
    for name in EMPTIED:
        setattr(person, name, None)
    person.name, person.name_fold = person.ref, person.ref.lower()
    person.country, person.language, person.timezone = NOWHERE, UNDETERMINED, "UTC"
    person.capacity, person.sensitive, person.verification = {}, False, 0
    person.state = ContactState.ERASED
    return {name: count for name, count in counts.items() if count}
