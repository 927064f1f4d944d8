"""The sheet of people in a copy of the roster, column by column. No file can set what somebody agreed to."""

from typing import Any

from preparedness.contacts.models import PHONE_KINDS
from preparedness.exchange import disclosures
from preparedness.exchange.organisation_sheet import address, ref
from preparedness.exchange.sheets import Column, Editable, Sheet, ref_column
from preparedness.exchange.values import Kind
from preparedness.i18n import _l
from preparedness.vocabulary import ChannelKind

YES, NEW, NO = Editable.YES, Editable.NEW, Editable.NO


def _best_channel(row: Any) -> ChannelKind | None:
    """How somebody is reached first; of somebody sensitive no more than that there is a relay."""
    kinds = [each.kind for each in row.channels]
    return next((kind for kind in kinds if not row.sensitive or kind is ChannelKind.RELAY), None)


def _address(row: Any, *kinds: ChannelKind) -> str | None:
    return address(row, *kinds) if disclosures.may_leave(row) else None


PEOPLE = Sheet(
    key="people",
    title=_l("People"),
    spare=50,
    removable=True,
    frozen=2,
    columns=(
        ref_column(ref),
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
            lambda row, _: row.organisation_ref,
            "organisation",
            grows=True,
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
            lambda row, _: _best_channel(row),
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
