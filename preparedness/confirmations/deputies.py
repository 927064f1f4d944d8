"""Deputies who come by a link that a holder forwarded: they speak for themselves."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts import agencies
from preparedness.audit import Actor, ActorKind
from preparedness.contacts import people
from preparedness.contacts.models import Person
from preparedness.database import db, now
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.plans import assignments
from preparedness.plans.models import DeputySuggestion
from preparedness.vocabulary import Source

NEWCOMER = Actor(ActorKind.PERSON, None, "forwarded link")


def offer(suggestion: DeputySuggestion, data: Mapping[str, Any]) -> Person:
    """Take up a suggestion: whoever opened the link enters the roster by their own word, proposed as a deputy."""
    db.session.refresh(suggestion, with_for_update={"of": DeputySuggestion})
    if suggestion.state != "open":
        raise Refused(_("This address was used already. Ask for another one."))
    agency = agencies.of(suggestion)
    told = {"source": Source.THEMSELVES, "told_on": now().date()}
    person = people.add(agency, {**data, **told}, by=NEWCOMER)
    suggestion.state, suggestion.person_id = "taken", person.id
    assignments.assign(suggestion.assignment.seat, person, by=person.actor)
    return person
