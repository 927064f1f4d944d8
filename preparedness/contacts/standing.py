"""How somebody stands: may they be asked, may they be called, how well are they known, what did they agree to?

Asking is not consent: only a person's own link, or a form they signed, records that they agreed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from preparedness import config
from preparedness.audit import Action, Actor, ActorKind, record
from preparedness.contacts.models import (
    Basis,
    Channel,
    ChannelState,
    Consent,
    ContactState,
    Organisation,
    Person,
    Purpose,
    Vetting,
)
from preparedness.database import db, now, touch
from preparedness.errors import Refused
from preparedness.i18n import _, day
from preparedness.vocabulary import ChannelKind, Verification

Holder = Person | Organisation

USABLE = frozenset({ChannelState.OK, ChannelState.UNVERIFIED})
"""The states in which a channel may be tried."""


def today() -> date:
    """The date now, in UTC."""
    return now().date()


# --- May they be asked? --------------------------------------------------------------------------------------------


def why_not(holder: Holder) -> str | None:
    """The sentence why somebody may not be asked, or None where they may."""
    return _why_not_organisation(holder) if isinstance(holder, Organisation) else _why_not_person(holder)


def _why_not_organisation(organisation: Organisation) -> str | None:
    if organisation.state is not ContactState.ACTIVE:
        return _("This organisation is no longer in the roster.")
    contact = organisation.contact_person
    if contact is None:
        return _("This organisation has no contact point yet.")
    if why := _why_not_person(contact):
        return _("Its contact point, %(name)s, cannot be asked: %(why)s", name=contact.shown_name, why=why)
    return None


def _why_not_person(person: Person) -> str | None:
    return next(reasons(person), None)


def reasons(person: Person) -> Iterator[str]:
    """All reasons why somebody may not be asked, in the order in which they weigh."""
    if person.state is not ContactState.ACTIVE:
        yield _("This person is no longer in the roster.")
    if person.opted_out_at is not None:
        yield _("They asked to be left alone.")
    if person.source is None:
        yield _("It is not recorded where this contact comes from.")
    if person.paused_until is not None and person.paused_until >= today():
        yield _("They paused all requests until %(day)s.", day=day(person.paused_until))
    if channel_of(person) is None:
        yield _("No address is known that a message could be sent to.")


def channel_of(person: Person, kind: ChannelKind | None = None) -> Channel | None:
    """The channel that messages to somebody leave by (of this kind): their own, else their organisation's."""
    own = [*person.channels, *(person.organisation.channels if person.organisation else [])]
    kinds = sendable() if kind is None else {kind}
    return next((channel for channel in own if channel.kind in kinds and channel.state in USABLE), None)


def sendable() -> set[ChannelKind]:
    """The kinds of channel that this server can send by; the others are for people who call or write themselves."""
    return {ChannelKind.EMAIL, ChannelKind.SMS} if config.current().sms_url else {ChannelKind.EMAIL}


def may_be_asked() -> ColumnElement[bool]:
    """The same rule for people as a condition of a query."""
    reached = exists().where(
        or_(Channel.person_id == Person.id, Channel.organisation_id == Person.organisation_id),
        Channel.kind.in_(sendable()),
        Channel.state.in_(USABLE),
    )
    return and_(
        Person.state == ContactState.ACTIVE,
        Person.opted_out_at.is_(None),
        Person.source.is_not(None),
        or_(Person.paused_until.is_(None), Person.paused_until < today()),
        reached,
    )


def why_not_called(person: Person) -> str | None:
    """The sentence why somebody may not be called in an emergency, or None where they may."""
    if why := why_not(person):
        return why
    if agreed(person, Purpose.BE_CALLED) is None:
        return _("They have not agreed to be called, or withdrew it.")
    return None


# --- What they agreed to -------------------------------------------------------------------------------------------


def agreed(person: Person, purpose: Purpose) -> Consent | None:
    """The agreement of a person that stands, if there is one."""
    return next((each for each in person.consents if each.purpose is purpose and each.withdrawn_at is None), None)


def agree(
    person: Person,
    purpose: Purpose,
    basis: Basis,
    *,
    by: Actor,
    text_version: str | None = None,
    evidence: str | None = None,
) -> Consent:
    """Keep that a person agreed: said by themselves through their link, or on a signed form that a member has seen."""
    if standing := agreed(person, purpose):
        return standing
    if basis is Basis.LINK and (by.kind, by.id) != (ActorKind.PERSON, person.id):
        raise Refused(_("Only the person can agree by their own link."))
    if basis is Basis.SIGNED_FORM and (by.kind is not ActorKind.MEMBER or not evidence):
        raise Refused(_("Say where the signed form is kept."), field="evidence")
    consent = Consent(
        purpose=purpose, basis=basis, given_at=now(), text_version=text_version, evidence=evidence, recorded_by=by.label
    )
    person.consents.append(consent)
    touch(person, by=by.label)
    record(Action.CONSENT_GIVEN, person, by=by, purpose=purpose, basis=basis)
    return consent


def withdraw_consent(person: Person, purpose: Purpose, *, by: Actor) -> None:
    """Keep that a person withdrew what they agreed to; nothing where nothing stands."""
    standing = agreed(person, purpose)
    if standing is None:
        return
    standing.withdrawn_at = now()
    touch(person, by=by.label)
    record(Action.CONSENT_WITHDRAWN, person, by=by, purpose=purpose)


# --- How well they are known ---------------------------------------------------------------------------------------


def vet(
    holder: Holder,
    level: Verification | int,
    *,
    on: date,
    evidence: str | None,
    by: Actor,
    expires_on: date | None = None,
    checked_by: str | None = None,
) -> Vetting:
    """Record one dated check of who somebody is; their verification follows from all of them.

    Whoever records it made the check, unless they say who did.
    """
    if level not in list(Verification)[1:]:
        raise Refused(_("Choose what was checked."), field="level")
    if holder.state is ContactState.ERASED:
        raise Refused(_("This person is no longer in the roster."))
    if on > today():
        raise Refused(_("A check cannot lie in the future."), field="on")
    if expires_on is not None and expires_on <= on:
        raise Refused(_("It must be good for a day at least: write a later date."), field="expires_on")
    vetting = Vetting(
        agency_id=holder.agency_id,
        level=int(level),
        on=on,
        by=checked_by or by.label,
        evidence=evidence,
        expires_on=expires_on,
    )
    holder.vettings.append(vetting)
    derive(holder)
    touch(holder, by=by.label)
    record(Action.VETTED, holder, by=by, level=int(level), on=on, expires_on=expires_on)
    return vetting


def verify(holder: Holder, checks: Sequence[Mapping[str, Any]], *, by: Actor) -> None:
    """Record those of these checks that are not recorded yet; what is recorded stays."""
    for check in checks:
        on, until, who = check["on"], check.get("expires_on"), check.get("by")
        said = (check["level"], on, until)
        if any((each.level, each.on, each.expires_on) == said and who in (None, each.by) for each in holder.vettings):
            continue
        try:
            vet(holder, check["level"], on=on, evidence=None, by=by, expires_on=until, checked_by=who)
        except Refused as refused:
            raise Refused(refused.sentence, field="vettings") from refused
    db.session.flush()
    db.session.expire(holder, ["vettings"])  # the latest stands last


def derive(holder: Holder) -> None:
    """Set the verification to the highest vetting that has not run out, and until when it holds."""
    good = [each for each in holder.vettings if each.expires_on is None or each.expires_on >= today()]
    level = max((each.level for each in good), default=0)
    ends = [each.expires_on for each in good if each.level == level]
    holder.verification = level
    holder.verified_until = None if not ends or None in ends else max(end for end in ends if end is not None)


def told(person: Person, *, by: Actor) -> None:
    """Keep that somebody was told who holds their contact, whence and why: the first message says it."""
    person.told_on = today()
    touch(person, by=by.label)


def misdirected(person: Person, *, by: Actor) -> None:
    """Keep that the address messages leave by is somebody else's: it is not used again (safety.md S8)."""
    channel = channel_of(person)
    if channel is None:
        return
    channel.state = ChannelState.OPTED_OUT
    touch(person, by=by.label)
    record(Action.PERSON_CHANGED, person, by=by, channel=channel.kind, state=channel.state)


def contact_confirmed(person: Person) -> None:
    """Keep that somebody answered from the recorded address: the contact is confirmed, and the address works."""
    person.confirmed_self_at = now()
    mail = next((each for each in person.channels if each.kind is ChannelKind.EMAIL and each.state in USABLE), None)
    if mail is not None:
        mail.state, mail.verified_at = ChannelState.OK, now()
    if person.verification < Verification.CONTACT_CONFIRMED:
        vet(person, Verification.CONTACT_CONFIRMED, on=today(), evidence=None, by=person.actor)
