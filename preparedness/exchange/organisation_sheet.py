"""The sheet of organisations in a copy of the roster, column by column. No file can set a verification."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from preparedness.contacts.models import PHONE_KINDS
from preparedness.exchange.sheets import Column, Editable, Sheet, Surroundings, ref_column
from preparedness.exchange.values import Kind
from preparedness.i18n import _l
from preparedness.vocabulary import ChannelKind, Relation, Verification

YES, NO = Editable.YES, Editable.NO


class Way(Protocol):
    """A way to reach somebody, whichever query found it."""

    @property
    def kind(self) -> ChannelKind:
        """What kind of way it is."""

    @property
    def address(self) -> str:
        """Where it leads."""


W = TypeVar("W", bound=Way)


def first_channel(channels: Sequence[W], *kinds: ChannelKind) -> W | None:
    """The channel of these kinds that is preferred; None where there is none."""
    return next((channel for channel in channels if channel.kind in kinds), None)


def address(row: Any, *kinds: ChannelKind) -> str | None:
    """The address by which somebody is reached first in these ways."""
    channel = first_channel(row.channels, *kinds)
    return channel.address if channel else None


def _functional_contact(organisation: Any) -> str | None:
    return address(organisation, ChannelKind.EMAIL) or address(organisation, *PHONE_KINDS)


def _places(organisation: Any) -> list[str]:
    return [
        f"{each.country}: {each.place}" if each.place else each.country
        for each in organisation.covers
        if each.relation is Relation.SERVES
    ]


def ref(row: Any, _around: Surroundings) -> str:
    """A row's own Ref."""
    return str(row.ref)


def _verification(row: Any, _around: Surroundings) -> str:
    return str(Verification(row.verification).words)


ORGANISATIONS = Sheet(
    key="organisations",
    title=_l("Organisations"),
    spare=50,
    removable=True,
    frozen=2,
    columns=(
        ref_column(ref),
        Column("name", _l("Name"), Kind.TEXT, 24, YES, lambda row, _: row.name, required=True),
        Column("kind", _l("Kind"), Kind.CHOICE, 13, YES, lambda row, _: row.kind, "organisation_kind", required=True),
        Column("country", _l("Country"), Kind.CHOICE, 8, YES, lambda row, _: row.country, "country", required=True),
        Column("city", _l("City"), Kind.TEXT, 12, YES, lambda row, _: row.city),
        Column(
            "covers",
            _l("Serves (countries, provinces; not villages)"),
            Kind.SET,
            16,
            YES,
            lambda row, _: _places(row),
            "places",
            hint=_l("Countries, with ; between them; a province after a colon: Haiti: Ouest. No villages."),
        ),
        Column("languages", _l("Languages"), Kind.SET, 10, YES, lambda row, _: row.languages, "language"),
        Column(
            "capabilities",
            _l("Can do"),
            Kind.SET,
            20,
            YES,
            lambda row, _: [each.code for each in row.capabilities],
            "capability",
        ),
        Column(
            "contact",
            _l("Functional contact (shared mailbox or phone)"),
            Kind.PHONE,
            21,
            YES,
            lambda row, _: _functional_contact(row),
            hint=_l("A shared mailbox or a switchboard with + and the country code; nobody's own number."),
        ),
        Column(
            "parent",
            _l("Belongs to (umbrella, Ref)"),
            Kind.CHOICE,
            9,
            YES,
            lambda row, _: row.parent_ref,
            "organisation_ref",
            prints=False,
            grows=True,
        ),
        Column(
            "people_reached",
            _l("People reached"),
            Kind.CHOICE,
            10,
            YES,
            lambda row, _: row.people_reached,
            "reached",
            prints=False,
        ),
        Column(
            "contact_person",
            _l("Contact point (Ref on People)"),
            Kind.CHOICE,
            9,
            YES,
            lambda row, _: row.contact_person_ref,
            "person_ref",
            prints=False,
            grows=True,
        ),
        Column("verification", _l("Verification"), Kind.TEXT, 14, NO, _verification, prints=False),
        Column(
            "verified_until",
            _l("Verified until"),
            Kind.DATE,
            10,
            NO,
            lambda row, _: row.verified_until,
            prints=False,
        ),
        Column(
            "confirmed_at",
            _l("Last confirmed by themselves"),
            Kind.DATE,
            10,
            NO,
            lambda row, around: around.day(row.confirmed_at),
            prints=False,
        ),
    ),
)
