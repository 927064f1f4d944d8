"""Who must not be designated, however well they are known: the rules of safety.md that bind a seat."""

from preparedness.accounts.models import Agency
from preparedness.contacts import standing
from preparedness.contacts.models import Organisation, Person
from preparedness.contacts.standing import Holder
from preparedness.database import db
from preparedness.i18n import _
from preparedness.plans.models import Plan, Role, Seat
from preparedness.vocabulary import Verification

CARE = frozenset({"DIA-RCPT", "DIA-PSS"})
"""Roles that meet children and people in flight (S7)."""

ADVOCACY = "DIA-ADV"
"""The role that speaks to the authorities of the country of residence (S9)."""

CHECKS = (Verification.DOCUMENTS_CHECKED, Verification.COMMITMENTS_SIGNED)
"""What must be recorded, and not have run out, before somebody is trusted with people in need."""


def why_not(seat: Seat, holder: Holder) -> str | None:
    """The sentence why a rule of safety keeps this holder from this seat, or None."""
    plan = seat.role.plan
    if plan.high_risk and isinstance(holder, Person):
        return _("High risk: no person may be named in this plan. Designate an organisation.")
    return _why_not_in_care(seat.role, holder) or _why_not_for_a_government(seat.role, holder)


def _why_not_in_care(role: Role, holder: Holder) -> str | None:
    """S7: documents checked and commitments signed, both on record and neither run out."""
    if role.key not in CARE or trusted(holder):
        return None
    return _(
        "This role meets children and people in flight: it asks for checked documents and signed commitments, "
        "both still valid."
    )


def trusted(holder: Holder) -> bool:
    """True where both checks are recorded, by somebody, on a date, and have not run out."""
    today = standing.today()
    valid = {each.level for each in holder.vettings if each.expires_on is None or each.expires_on >= today}
    return valid.issuperset(CHECKS)


def _why_not_for_a_government(role: Role, holder: Holder) -> str | None:
    """S9: nobody speaks abroad for a foreign institution before legal advice is on record."""
    if role.key != ADVOCACY:
        return None
    organisation = holder if isinstance(holder, Organisation) else holder.organisation
    if holder.country == db.session.get_one(Agency, role.agency_id).country:
        return None
    if organisation is not None and organisation.advice_on is not None:
        return None
    return _(
        "The law of the country of residence may ask those who speak for a foreign institution to register: "
        "record the date of legal advice with the organisation first."
    )


def counts_only(plan: Plan) -> bool:
    """S1: a high-risk plan run by the state that it is about shows numbers, and leads to no list of people."""
    return plan.high_risk and plan.country == db.session.get_one(Agency, plan.agency_id).country


def caution(seat: Seat, holder: Holder) -> str | None:
    """What to think of before proposing somebody who may be proposed; None where nothing speaks against it."""
    needed = Verification(seat.role.min_verification)
    if holder.verification >= needed:
        return None
    return _(
        "This role asks for “%(needed)s”; on record is “%(there)s”.",
        needed=needed.words,
        there=Verification(holder.verification).words,
    )
