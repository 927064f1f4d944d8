"""Proposals: who somebody means for a seat, by the numbers of the roster."""

from collections.abc import Mapping
from typing import Any

from preparedness.accounts import agencies
from preparedness.audit import Actor
from preparedness.contacts import organisations, people
from preparedness.contacts.standing import Holder
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.plans import assignments
from preparedness.plans.models import Assignment, Seat


def propose(seat: Seat, data: Mapping[str, Any], *, by: Actor) -> Assignment:
    """Propose an organisation or a person for a seat, at a place of its calling order or last.

    Raises Missing for somebody who is not in the roster, Refused at the number that names them.
    """
    holder = _holder(seat, data)
    try:
        assignment = assignments.assign(seat, holder, by=by)
    except Refused as refused:
        named = "organisation_id" if data.get("organisation_id") is not None else "person_id"
        raise Refused(refused.sentence, named if refused.field == "holder" else refused.field) from refused
    if data.get("call_order") is not None:
        assignments.call_at(assignment, data["call_order"], version=None, by=by)
    return assignment


def _holder(seat: Seat, data: Mapping[str, Any]) -> Holder:
    """Who holds it: the person, or the organisation, beside which nobody stands but its contact point."""
    agency = agencies.of(seat)
    person = None if data.get("person_id") is None else people.get(data["person_id"], agency=agency)
    if data.get("organisation_id") is None:
        assert person is not None
        return person
    organisation = organisations.get(data["organisation_id"], agency=agency)
    if person is not None and organisation.contact_person_id != person.id:
        raise Refused(
            _("An organisation is asked through its contact point: record this person as that first."),
            field="person_id",
        )
    return organisation
