"""Forms of the incident command system, made from what is here: ICS 203 from accepted holders, ICS 205A to call by."""

from preparedness.accounts.models import Agency
from preparedness.activations.models import Activation
from preparedness.exchange import calling_orders
from preparedness.exchange.contact_sheets import CONTACTS
from preparedness.exchange.printed import Cell, Printed, Row, row
from preparedness.exchange.sheets import Surroundings, lines
from preparedness.i18n import _, day, moment, ngettext
from preparedness.plans.models import Plan, Role, Seat
from preparedness.vocabulary import LedBy

ASSIGNMENTS = (40.0, 22.0, 40.0, 30.0)


def organisation_assignments(plan: Plan, agency: Agency, made_by: str) -> Printed:
    """ICS 203: who holds which position. Only who accepted by their own link stands in it; at high risk nobody."""
    seats = calling_orders.seats(Role.plan_id == plan.id)
    held = sum(seat.filled for seat in seats)
    head = [
        row(_("ICS 203 · Organisation assignment list"), style="kicker"),
        row(plan.title, style="title"),
        *(_fact(label, text) for label, text in _about(plan, agency, held, len(seats), made_by)),
        row(),
    ]
    body: list[Row] = []
    for number, (title, led_by) in enumerate(
        ((_("Led by government"), LedBy.GOVERNMENT), (_("Diaspora organisations and people"), LedBy.DIASPORA)), start=1
    ):
        body.append(row(f"{number}. {title}", style="subtitle"))
        body.append(row(_("Position"), _("Place or sector"), _("Holder"), _("Organisation"), style="heading"))
        body += [_position(seat, plan) for seat in seats if seat.role.led_by is led_by]
        body.append(row())
    return Printed("ICS 203", ASSIGNMENTS, head + body, repeated=len(head) + 1)


def _about(plan: Plan, agency: Agency, held: int, seats: int, made_by: str) -> list[tuple[str, str]]:
    version = plan.latest_version
    said = ngettext("%(held)s of %(num)s seat is held", "%(held)s of %(num)s seats are held", seats, held=held)
    about = [
        (_("Institution"), agency.name),
        (_("Approved version"), _("no. %(number)s", number=version.number) if version else _("none yet")),
        (_("Seats"), said),
        (_("Prepared by"), made_by),
    ]
    if plan.high_risk:
        about.append((_("High risk"), _("Nobody is named in a file: it says only whether a seat is held.")))
    return about


def _position(seat: Seat, plan: Plan) -> Row:
    """A seat with its holder; everything but an acceptance is vacant, whatever the cause."""
    holder = seat.holder
    if holder is None:
        return row(seat.role.title, seat.label, _("vacant"), "")
    if plan.high_risk:
        return row(seat.role.title, seat.label, _("held"), "")
    organisation = holder.organisation or (holder.person.organisation if holder.person else None)
    return row(seat.role.title, seat.label, holder.shown_name, organisation.name if organisation else "")


def communications_list(
    activation: Activation, agency: Agency, around: Surroundings, *, contacts: bool, warning: str, made_by: str
) -> Printed:
    """ICS 205A: the calling order, with numbers only where they were asked for."""
    columns = CONTACTS.offered(contacts=contacts)[1:]
    listed = lines(calling_orders.of(activation.plan), CONTACTS.offered(contacts=contacts), around)
    head = [
        row(_("ICS 205A · Communications list"), style="kicker"),
        row(activation.plan.title, style="title"),
        *([row(warning, style="alarm")] if warning else []),
        _fact(_("Activation"), _("no. %(number)s, %(level)s", number=activation.number, level=activation.level_label)),
        _fact(_("H is"), moment(activation.h_hour, around.zone)),
        _fact(_("Prepared by"), f"{made_by}, {day(around.at, around.zone, 'long')}"),
        row(),
        row(*(around.heading(column) for column in columns), style="heading"),
    ]
    body = [row(*("" if line.cells[c.key] is None else str(line.cells[c.key]) for c in columns)) for line in listed]
    nobody = [] if body else [row(_("Nobody has accepted a role yet."), style="plain")]
    if activation.plan.high_risk:
        nobody = [row(_("Nobody is named in a file: it says only whether a seat is held."), style="plain")]
    widths = tuple(float(column.width) for column in columns)
    return Printed("ICS 205A", widths, head + body + nobody, repeated=len(head) - 1, warned=True)


def _fact(label: str, text: str) -> Row:
    return Row((Cell(label, "label"), Cell(text, "text", span=2)))
