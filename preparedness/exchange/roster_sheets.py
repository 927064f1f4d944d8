"""The sheets of the roster: organisations and people, column by column.

Status, consent and verification are for reading only: no file can set them.
"""

from typing import Any

from preparedness.contacts.models import PHONE_KINDS, Channel, Organisation, Person
from preparedness.exchange.choices import Choice, Choices
from preparedness.exchange.sheets import (
    Column,
    Editable,
    Sheet,
    Surroundings,
    country_choices,
    language_choices,
    ref_column,
    worded,
    zone_choices,
)
from preparedness.exchange.values import Kind
from preparedness.i18n import _l
from preparedness.vocabulary import (
    Capability,
    ChannelKind,
    OrganisationKind,
    Reached,
    Relation,
    Source,
    Verification,
)

YES, NEW, NO = Editable.YES, Editable.NEW, Editable.NO
OFFERED_CHANNELS = (ChannelKind.EMAIL, *(kind for kind in ChannelKind if kind in PHONE_KINDS))


def first_channel(channels: list[Channel], *kinds: ChannelKind) -> Channel | None:
    """The channel of these kinds that is preferred."""
    return next((channel for channel in channels if channel.kind in kinds), None)


def _address(row: Organisation | Person, *kinds: ChannelKind) -> str | None:
    channel = first_channel(row.channels, *kinds)
    return channel.address if channel else None


def _functional_contact(organisation: Organisation) -> str | None:
    return _address(organisation, ChannelKind.EMAIL) or _address(organisation, *PHONE_KINDS)


def _places(organisation: Organisation) -> list[str]:
    return [
        f"{each.country}: {each.place}" if each.place else each.country
        for each in organisation.covers
        if each.relation is Relation.SERVES
    ]


def _ref(row: Any, _around: Surroundings) -> str:
    return str(row.ref)


def _verification(row: Organisation | Person, _around: Surroundings) -> str:
    return str(Verification(row.verification).words)


ORGANISATIONS = Sheet(
    key="organisations",
    title=_l("Organisations"),
    spare=50,
    removable=True,
    columns=(
        ref_column(_ref),
        Column("name", _l("Name"), Kind.TEXT, 24, YES, lambda row, _: row.name, required=True),
        Column("kind", _l("Kind"), Kind.CHOICE, 13, YES, lambda row, _: row.kind, "organisation_kind", required=True),
        Column("country", _l("Country"), Kind.CHOICE, 8, YES, lambda row, _: row.country, "country", required=True),
        Column("city", _l("City"), Kind.TEXT, 12, YES, lambda row, _: row.city),
        Column(
            "covers",
            _l("Serves (countries, provinces)"),
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
            _l("Belongs to (Ref)"),
            Kind.CHOICE,
            9,
            YES,
            lambda row, _: row.parent.ref if row.parent else None,
            "organisation_ref",
            prints=False,
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
            lambda row, _: row.contact_person.ref if row.contact_person else None,
            "person_ref",
            prints=False,
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

PEOPLE = Sheet(
    key="people",
    title=_l("People"),
    spare=50,
    removable=True,
    columns=(
        ref_column(_ref),
        Column(
            "name",
            _l("Name, as they wish to be called"),
            Kind.TEXT,
            20,
            YES,
            lambda row, _: row.shown_name,
            required=True,
        ),
        Column(
            "organisation",
            _l("Organisation"),
            Kind.CHOICE,
            20,
            YES,
            lambda row, _: row.organisation.ref if row.organisation else None,
            "organisation",
        ),
        Column("function", _l("Function there"), Kind.TEXT, 14, YES, lambda row, _: row.function),
        Column(
            "country",
            _l("Country of residence"),
            Kind.CHOICE,
            8,
            YES,
            lambda row, _: row.country,
            "country",
            required=True,
            follows=True,
        ),
        Column("city", _l("City"), Kind.TEXT, 11, YES, lambda row, _: row.city),
        Column(
            "timezone",
            _l("Time zone"),
            Kind.CHOICE,
            14,
            YES,
            lambda row, _: row.timezone,
            "zone",
            required=True,
            follows=True,
        ),
        Column(
            "language",
            _l("Language for messages"),
            Kind.CHOICE,
            9,
            YES,
            lambda row, _: row.language,
            "language",
            required=True,
            follows=True,
        ),
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
            "roles_held",
            _l("Roles held"),
            Kind.WHOLE,
            6,
            NO,
            lambda row, around: around.figures["roles_held"].get(row.id, 0),
        ),
        Column(
            "languages",
            _l("Other languages"),
            Kind.SET,
            10,
            YES,
            lambda row, _: [each.language for each in row.spoken],
            "language",
            prints=False,
        ),
        Column(
            "channel",
            _l("Best channel"),
            Kind.CHOICE,
            9,
            YES,
            lambda row, _: row.channels[0].kind if row.channels else None,
            "channel",
            prints=False,
        ),
        Column(
            "email",
            _l("E-mail"),
            Kind.TEXT,
            22,
            YES,
            lambda row, _: _address(row, ChannelKind.EMAIL),
            prints=False,
            private=True,
        ),
        Column(
            "phone",
            _l("Phone"),
            Kind.PHONE,
            15,
            YES,
            lambda row, _: _address(row, *PHONE_KINDS),
            prints=False,
            private=True,
        ),
        Column(
            "source",
            _l("Where this contact comes from"),
            Kind.CHOICE,
            14,
            NEW,
            lambda row, _: row.source,
            "source",
            required=True,
            prints=False,
        ),
        Column("told_on", _l("Told on"), Kind.DATE, 10, YES, lambda row, _: row.told_on, prints=False),
        Column(
            "agreed",
            _l("Agreed to be asked"),
            Kind.TEXT,
            12,
            NO,
            lambda row, around: around.figures["agreed"].get(row.id),
            prints=False,
        ),
        Column(
            "confirmed_at",
            _l("Last confirmed by themselves"),
            Kind.DATE,
            10,
            NO,
            lambda row, around: around.day(row.confirmed_self_at),
            prints=False,
        ),
    ),
)

SHEETS = (ORGANISATIONS, PEOPLE)


def lists(organisations: list[tuple[str, str]], people: list[tuple[str, str]]) -> dict[str, Choices]:
    """What the cells of the roster choose from. Organisations and people come as Ref and name."""
    return {
        "organisation_kind": worded(OrganisationKind),
        "country": country_choices(),
        "places": country_choices(detail=True),
        "language": language_choices(),
        "capability": worded(Capability),
        "reached": worded(Reached),
        "zone": zone_choices(),
        "channel": worded(ChannelKind, OFFERED_CHANNELS),
        "source": worded(Source),
        "organisation": Choices(Choice(ref, name) for ref, name in organisations),
        "organisation_ref": Choices(Choice(ref, ref, (name,)) for ref, name in organisations),
        "person_ref": Choices(Choice(ref, ref, (name,)) for ref, name in people),
    }
