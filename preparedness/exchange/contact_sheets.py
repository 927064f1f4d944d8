"""The contact sheet of a plan (ICS 205A), column by column: all of it for reading."""

from preparedness import refs
from preparedness.exchange import calling_orders
from preparedness.exchange.calling_orders import Called
from preparedness.exchange.sheets import Column, Editable, Sheet, Surroundings, ref_column
from preparedness.exchange.values import Kind
from preparedness.i18n import _l, language_name

NO = Editable.NO


def _language(row: Called, _around: Surroundings) -> str | None:
    return language_name(row.person.language) if row.person else None


def _way(row: Called, _around: Surroundings) -> str | None:
    way = calling_orders.way(row)
    return str(way.words) if way else None


CONTACTS = Sheet(
    key="contacts",
    title=_l("Contact sheet"),
    spare=0,
    columns=(
        ref_column(lambda row, _: refs.of(refs.DESIGNATION, row.designation.id)),
        Column("role", _l("Role"), Kind.TEXT, 24, NO, lambda row, _: row.designation.seat.title),
        Column("name", _l("Name or working name"), Kind.TEXT, 24, NO, lambda row, _: row.designation.shown_name),
        Column("language", _l("Language"), Kind.TEXT, 9, NO, _language),
        Column("channel", _l("Channel"), Kind.TEXT, 10, NO, _way),
        Column(
            "number",
            _l("Number or relay"),
            Kind.TEXT,
            20,
            NO,
            lambda row, _: calling_orders.number(row),
            private=True,
        ),
        Column(
            "hours",
            _l("Their hours ({zone})"),
            Kind.TEXT,
            16,
            NO,
            lambda row, around: calling_orders.hours(row.person, around.zone, around.at),
        ),
        Column("order", _l("Order"), Kind.WHOLE, 6, NO, lambda row, _: row.designation.call_order),
    ),
)

SHEETS = (CONTACTS,)
