"""The page on which somebody says which column of a list is which of ours."""

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.database import release
from preparedness.exchange import columns, guesses, mappings, roster_sheets, uploads
from preparedness.exchange.foreign import Table
from preparedness.exchange.mappings import Proposal
from preparedness.exchange.models import Return
from preparedness.exchange.return_views import blueprint, returned
from preparedness.exchange.schemas import SettlementSchema
from preparedness.exchange.sheets import Column
from preparedness.exchange.written_dates import Order, both
from preparedness.i18n import _, day
from preparedness.web import Field, Form

COLUMN, FIXED, ORDER = "column-", "fixed-", "order-"
"""What the names of the page's fields begin with."""


@blueprint.route("/returns/<id:return_id>/columns", methods=["GET", "POST"])
@requires(Permission.COPY_ROSTER)
def say_columns(return_id: int) -> ResponseReturnValue:
    """Say which column of a list is which of ours."""
    brought = returned(return_id)
    if not columns.can_be_said(brought):
        return redirect(url_for(".brought_back", return_id=return_id))
    form = Form(SettlementSchema, row=brought)
    content, name = columns.content(brought), brought.filename
    release()
    read = uploads.read(content, name)
    asked = {"sheet": request.args.get("sheet"), "kind": request.args.get("kind")}
    proposed = columns.proposed(brought, read, agency=g.agency, **asked)
    if form.accepted:
        with form.refusals():
            said = mappings.chosen(proposed, *_chosen(request.form))
            about = {"size": len(content), "version": form.version, "agency": g.agency, "member": g.member}
            columns.say(brought, said, read, by=g.actor, **about)
            flash(_("Which column is which is kept for the next list with these headings."), "done")
            return redirect(url_for(".brought_back", return_id=return_id))
    return _page(returned(return_id), proposed, mappings.tables(read), form)


def _page(brought: Return, proposed: Proposal, found: list[Table], form: Form) -> ResponseReturnValue:
    fields = [
        *(_column(place, proposed) for place in proposed.table.headings),
        *(_fixed(column, proposed) for column in guesses.needed(proposed.sheet) if column.choices),
        *(_order(place, proposed) for place, said in proposed.dates.items() if said is not Order.CLEAR),
    ]
    if form.refused:
        for field in fields:
            field.errors = [form.refused.sentence] if field.name == form.refused.field else []
    page = render_template(
        "exchange/mapping.html",
        brought=brought,
        proposed=proposed,
        tables=found,
        kinds=roster_sheets.SHEETS,
        columns=[field for field in fields if field.name.startswith(COLUMN)],
        fixed=[field for field in fields if field.name.startswith(FIXED)],
        orders=[field for field in fields if field.name.startswith(ORDER)],
        form=form,
    )
    return page, form.status


# --- What was chosen -----------------------------------------------------------------------------------------------


def _chosen(sent: Mapping[str, str]) -> tuple[dict[int, str], dict[str, str], dict[int, Order]]:
    """Which column is which, what is the same for all rows, and how dates are written."""
    named = {place: said for place, said in _numbered(sent, COLUMN) if said}
    fixed = {name.removeprefix(FIXED): said for name, said in sent.items() if name.startswith(FIXED) and said}
    known = {each.value: each for each in (Order.DAY, Order.MONTH)}
    return named, fixed, {place: known[said] for place, said in _numbered(sent, ORDER) if said in known}


def _numbered(sent: Mapping[str, str], prefix: str) -> list[tuple[int, str]]:
    found = ((name.removeprefix(prefix), said) for name, said in sent.items() if name.startswith(prefix))
    return [(int(number), said) for number, said in found if number.isdecimal() and len(number) < 4]


# --- Fields --------------------------------------------------------------------------------------------------------


def _column(place: int, proposed: Proposal) -> Field:
    """What one of their columns is; leaving it aside is one of the choices."""
    name = f"{COLUMN}{place}"
    choices = [("", _("leave it aside")), *((each.key, each.heading) for each in guesses.offered(proposed.sheet))]
    return Field(
        name=name,
        label=proposed.table.headings[place],
        hint=" · ".join(proposed.table.samples(place)) or _("nothing stands in this column"),
        kind="select",
        value=request.form.get(name, proposed.understanding.columns.get(place, "")),
        required=True,
        choices=choices,
    )


def _fixed(column: Column, proposed: Proposal) -> Field:
    """What a needed column is in all rows, where none of theirs says it."""
    name, lists = f"{FIXED}{column.key}", roster_sheets.lists([], [])
    return Field(
        name=name,
        label=column.heading,
        hint=_("Needed where no column says it."),
        kind="select",
        value=request.form.get(name, proposed.understanding.fixed.get(column.key, "")),
        required=column.key not in proposed.understanding.columns.values(),
        choices=[
            ("", _("as the column says")),
            *((each.code, each.label) for each in lists[column.choices or ""].lines),
        ],
    )


def _order(place: int, proposed: Proposal) -> Field:
    """How a column of dates is written, with a date of its own for each way."""
    name, said = f"{ORDER}{place}", proposed.understanding.orders.get(place)
    pairs = ((text, *both(text)) for text in proposed.table.words(place))
    text, first, second = next((each for each in pairs if each[1] and each[2] and each[1] != each[2]), ("", None, None))
    choices = [
        (Order.DAY.value, _("the day first: %(text)s is %(day)s", text=text, day=day(first) if first else "")),
        (Order.MONTH.value, _("the month first: %(text)s is %(day)s", text=text, day=day(second) if second else "")),
    ]
    return Field(
        name=name,
        label=_("In “%(column)s”, which comes first?", column=proposed.table.headings[place]),
        hint=None,
        kind="radio",
        value=request.form.get(name, said.value if said else ""),
        required=True,
        choices=choices,
    )
