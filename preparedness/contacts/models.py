"""Organisations and people: how they are reached, what they can do, how well they are known, what they agreed to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preparedness.audit import Actor, ActorKind
from preparedness.database import Edited, Model, OfAgency, now, same_agency, unique_where
from preparedness.i18n import _l
from preparedness.vocabulary import Capability as CapabilityCode
from preparedness.vocabulary import (
    ChannelKind,
    Mode,
    OrganisationKind,
    Reached,
    Relation,
    Source,
    Verification,
    Worded,
)

PHONE_KINDS = frozenset(
    {ChannelKind.PHONE, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.SIGNAL, ChannelKind.TELEGRAM}
)
"""The kinds of channel whose address is a phone number."""


class ContactState(Worded):
    """Whether an organisation or person is still in the roster."""

    ACTIVE = "active", _l("active")
    LEFT = "left", _l("left")
    ARCHIVED = "archived", _l("archived")
    ERASED = "erased", _l("erased")


class ChannelState(Worded):
    """Whether a channel works."""

    OK = "ok", _l("works")
    UNVERIFIED = "unverified", _l("not yet tried")
    BOUNCED = "bounced", _l("message came back")
    OPTED_OUT = "opted_out", _l("not to be used")


class Purpose(Worded):
    """What a person can agree to."""

    BE_CALLED = "be_called", _l("being called in an emergency")
    SHARE_WITH_PARTNERS = "share_with_partners", _l("sharing with partners")
    BE_NAMED_IN_EXPORTS = "be_named_in_exports", _l("being named in exports")


class Basis(Worded):
    """How an agreement was given: by the person's own link, or on a signed form."""

    LINK = "link", _l("by their own link")
    SIGNED_FORM = "signed_form", _l("on a signed form")


class LinkPurpose(Worded):
    """What a link is for."""

    CONFIRM = "confirm", _l("to confirm roles")
    CALL = "call", _l("to answer an alert")
    DETAILS = "details", _l("to see and change my details")


class ErasureReason(Worded):
    """Why somebody's data are erased. A code, for free text would keep what is to go."""

    THEIR_WISH = "their_wish", _l("they asked for it")
    NOT_NEEDED = "not_needed", _l("their data are no longer needed")
    MISTAKE = "mistake", _l("they should never have been entered")
    RESTORED = "restored", _l("a backup had brought them back")

    @classmethod
    def chosen(cls) -> list["ErasureReason"]:
        """The reasons that somebody gives; the last is the console's own."""
        return [cls.THEIR_WISH, cls.NOT_NEEDED, cls.MISTAKE]


class Organisation(OfAgency, Edited, Model):
    """A diaspora organisation, or a public body it works with."""

    __tablename__ = "organisation"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("agency_id", "ref"),
        same_agency("parent_id", "organisation"),
    )
    PERSONAL = frozenset({"channels", "notes"})

    ref: Mapped[str]
    name: Mapped[str]
    name_fold: Mapped[str] = mapped_column(index=True)
    name_local: Mapped[str | None]
    also_fold: Mapped[str | None]
    """Other names people search by, folded."""
    kind: Mapped[OrganisationKind]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", use_alter=True, name="fk_organisation_contact_person_id_person")
    )
    country: Mapped[str]
    city: Mapped[str | None]
    website: Mapped[str | None]
    registration_no: Mapped[str | None]
    registered_in: Mapped[str | None]
    un_partner: Mapped[bool] = mapped_column(default=False)
    advice_on: Mapped[date | None]
    people_reached: Mapped[str | None]
    languages: Mapped[list[str]] = mapped_column(default=list)
    verification: Mapped[int] = mapped_column(default=0)
    verified_until: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    sensitive: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str | None]
    state: Mapped[ContactState] = mapped_column(default=ContactState.ACTIVE)

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id", foreign_keys=[parent_id])
    contact_person: Mapped["Person | None"] = relationship(foreign_keys=[contact_person_id], post_update=True)
    channels: Mapped[list["Channel"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Channel.organisation_id", order_by="Channel.preference, Channel.id"
    )
    capabilities: Mapped[list["Capability"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Capability.organisation_id", order_by="Capability.code"
    )
    covers: Mapped[list["Coverage"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Coverage.organisation_id", order_by="Coverage.id"
    )
    vettings: Mapped[list["Vetting"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Vetting.organisation_id", order_by="Vetting.on, Vetting.id"
    )

    @property
    def shown_name(self) -> str:
        """The name other people may read."""
        return self.name

    @property
    def known_as(self) -> Verification:
        """How well it is known."""
        return Verification(self.verification)

    @property
    def reached(self) -> Reached | None:
        """How many people it reaches, as a band."""
        return Reached(self.people_reached) if self.people_reached else None


class Person(OfAgency, Edited, Model):
    """Somebody the agency may ask to stand by a role. Knows them by the name they wish to be called."""

    __tablename__ = "person"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("agency_id", "ref"),
        same_agency("organisation_id", "organisation"),
        same_agency("successor_id", "person"),
    )
    PERSONAL = frozenset(
        {
            *("name", "name_local", "alias", "function", "city", "origin_country", "check_phrase", "capacity"),
            *("channels", "languages", "covers", "absences"),
        }
    )

    ref: Mapped[str]
    name: Mapped[str]
    name_fold: Mapped[str] = mapped_column(index=True)
    name_local: Mapped[str | None]
    alias: Mapped[str | None]
    also_fold: Mapped[str | None]
    """Other names people search by, folded."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    function: Mapped[str | None]
    language: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str]
    city: Mapped[str | None]
    origin_country: Mapped[str | None]
    verification: Mapped[int] = mapped_column(default=0)
    verified_until: Mapped[date | None]
    sensitive: Mapped[bool] = mapped_column(default=False)
    source: Mapped[Source | None]
    told_on: Mapped[date | None]
    opted_out_at: Mapped[datetime | None]
    check_phrase: Mapped[str | None]
    capacity: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirmed_self_at: Mapped[datetime | None]
    paused_until: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[ContactState] = mapped_column(default=ContactState.ACTIVE)

    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    successor: Mapped["Person | None"] = relationship(remote_side="Person.id", foreign_keys=[successor_id])
    channels: Mapped[list["Channel"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Channel.person_id", order_by="Channel.preference, Channel.id"
    )
    spoken: Mapped[list["Spoken"]] = relationship(cascade="all, delete-orphan", order_by="Spoken.language")
    capabilities: Mapped[list["Capability"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Capability.person_id", order_by="Capability.code"
    )
    covers: Mapped[list["Coverage"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Coverage.person_id", order_by="Coverage.id"
    )
    vettings: Mapped[list["Vetting"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Vetting.person_id", order_by="Vetting.on, Vetting.id"
    )
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan", order_by="Consent.id")
    absences: Mapped[list["Absence"]] = relationship(cascade="all, delete-orphan", order_by="Absence.since")

    @property
    def actor(self) -> Actor:
        """This person as one who acts by their link; the audit knows them by their Ref alone."""
        return Actor(ActorKind.PERSON, self.id, self.ref)

    @property
    def shown_name(self) -> str:
        """The name other people may read: the working name of somebody sensitive."""
        return self.alias if self.sensitive and self.alias else self.name

    @property
    def known_as(self) -> Verification:
        """How well they are known."""
        return Verification(self.verification)

    @property
    def modes(self) -> list[Mode]:
        """How they can help."""
        return [Mode(code) for code in self.capacity.get("modes", [])]


def _owned_by_one() -> CheckConstraint:
    return CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_owner")


class Channel(OfAgency, Model):
    """One address of a person or organisation."""

    __tablename__ = "channel"
    BY_AGENCY = False
    __table_args__ = (
        _owned_by_one(),
        UniqueConstraint("person_id", "kind", "address_fold"),
        UniqueConstraint("organisation_id", "kind", "address_fold"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    kind: Mapped[ChannelKind]
    address: Mapped[str]
    address_fold: Mapped[str] = mapped_column(index=True)
    preference: Mapped[int] = mapped_column(default=1)
    state: Mapped[ChannelState] = mapped_column(default=ChannelState.UNVERIFIED)
    verified_at: Mapped[datetime | None]
    own_word_at: Mapped[datetime | None]


class Spoken(Model):
    """A language a person speaks."""

    __tablename__ = "spoken"
    __table_args__ = (UniqueConstraint("person_id", "language"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    language: Mapped[str]
    level: Mapped[str | None]


class Capability(OfAgency, Model):
    """Something an organisation or person says they can do, and whether it was checked."""

    __tablename__ = "capability"
    BY_AGENCY = False
    __table_args__ = (
        _owned_by_one(),
        UniqueConstraint("person_id", "code", "licence_country"),
        UniqueConstraint("organisation_id", "code", "licence_country"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    code: Mapped[CapabilityCode] = mapped_column(index=True)
    declared_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    licence_country: Mapped[str | None]
    regulator: Mapped[str | None]
    reference: Mapped[str | None]
    expires_on: Mapped[date | None]


class Coverage(OfAgency, Model):
    """A place an organisation or person is tied to. Countries and provinces, never villages."""

    __tablename__ = "coverage"
    BY_AGENCY = False
    __table_args__ = (
        _owned_by_one(),
        UniqueConstraint("person_id", "relation", "country", "place"),
        UniqueConstraint("organisation_id", "relation", "country", "place"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    relation: Mapped[Relation]
    country: Mapped[str] = mapped_column(index=True)
    place: Mapped[str | None]


class Vetting(OfAgency, Model):
    """One dated check of who somebody is (domain.md: the five degrees of verification)."""

    __tablename__ = "vetting"
    __table_args__ = (_owned_by_one(),)

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    level: Mapped[int]
    on: Mapped[date]
    by: Mapped[str]
    evidence: Mapped[str | None]
    expires_on: Mapped[date | None]

    @property
    def reached(self) -> Verification:
        """What was checked."""
        return Verification(self.level)


class Consent(Model):
    """What a person agreed to: by their own link or on a signed form, never by file and never by hand."""

    __tablename__ = "consent"
    __table_args__ = (unique_where("uq_consent_standing", "person_id", "purpose", where="withdrawn_at IS NULL"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose]
    basis: Mapped[Basis]
    given_at: Mapped[datetime] = mapped_column(default=now)
    evidence: Mapped[str | None]
    text_version: Mapped[str | None]
    recorded_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class Absence(Model):
    """When a person is away."""

    __tablename__ = "absence"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[date]
    until: Mapped[date]


class OwnChange(OfAgency, Model):
    """What a focal point changed in their own details: shown to planners as their own word."""

    __tablename__ = "own_change"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    field: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)


class Erasure(OfAgency, Model):
    """That somebody was erased: their Ref and counts, no name. Applied again when a backup is restored."""

    __tablename__ = "erasure"

    person_id: Mapped[int]
    person_ref: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str]
    reason: Mapped[ErasureReason]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Link(OfAgency, Model):
    """A focal point's own address: bound to a person and a matter. Only the hash of its token is kept."""

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("person_id", "purpose", "subject_kind", "subject_id"),
        same_agency("person_id", "person"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[LinkPurpose]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
