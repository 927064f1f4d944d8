"""Pages: a copy that came back, what is decided about it, and what is taken."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness import timetable
from preparedness.accounts.models import Access, User
from preparedness.accounts.permissions import Permission, requires
from preparedness.database import now
from preparedness.exchange import (
    claims,
    closings,
    columns,
    decisions,
    marks,
    originals,
    previews,
    returns,
    rights,
    troubles,
)
from preparedness.exchange.decisions import Decision
from preparedness.exchange.models import Return, ReturnState, WorkbookKind
from preparedness.exchange.schemas import SettlementSchema
from preparedness.i18n import _
from preparedness.web import Field, Form, page_number

blueprint = Blueprint("exchange", __name__, url_prefix="/copies")

DECISION, OTHER, EMPTIED, SHOWN, ROW = "decision-", "value-", "emptied-", "shown-", "row-"
"""What the names of the page's fields begin with."""

MOST_SIGNS = 10
"""No number of a change or a row is so long."""


def own() -> User | None:
    """Operators see their own copies, planners those of everybody."""
    return g.member if g.member.access is Access.OFFICIAL else None


def may_work_with(kind: WorkbookKind, subject_id: int | None) -> bool:
    """Whether the member may work with this kind, and is on duty for this activation."""
    return rights.may(kind, subject_id, agency=g.agency, member=g.member)


@blueprint.get("/returns/<id:return_id>")
@requires(Permission.COPY_READ)
def brought_back(return_id: int) -> ResponseReturnValue:
    """What a returned copy would change, or changed."""
    brought = returned(return_id)
    if brought.state in claims.BUSY:
        return render_template("exchange/progress.html", brought=brought, working=timetable.alive(now()))
    if columns.are_asked(brought) and may_work_with(WorkbookKind.ROSTER, None):
        return redirect(url_for(".say_columns", return_id=return_id))
    return _page(brought, Form(SettlementSchema, row=brought))


def returned(return_id: int) -> Return:
    """A copy that came back, while one may work with its kind and subject. Raises Missing."""
    return returns.get(return_id, agency=g.agency, member=g.member)


def _page(brought: Return, form: Form) -> ResponseReturnValue:
    preview = previews.of(brought, g.agency, page_number())
    page = render_template(
        "exchange/return.html",
        brought=brought,
        preview=preview,
        problems=troubles.of(brought, g.agency),
        form=form,
        choice=_choice,
        other=_other,
        tick=_tick,
        seen=_seen,
        page=page_number(),
        shown=previews.SHOWN,
        kept_file=originals.there(brought),
        columns_said=columns.can_be_said(brought) and may_work_with(WorkbookKind.ROSTER, None),
        markable=marks.can_be_made(brought),
        candidates=returns.candidates(brought, agency=g.agency, member=g.member),
    )
    return page, form.status


@blueprint.post("/returns/<id:return_id>/decide")
@requires(Permission.COPY_READ)
def decide(return_id: int) -> ResponseReturnValue:
    """Keep what was chosen, and take nothing yet."""
    brought = returned(return_id)
    form = Form(SettlementSchema, row=brought)
    if form.accepted:
        with form.refusals():
            _keep(brought, form)
            return redirect(url_for(".brought_back", return_id=return_id, page=page_number(), _anchor="settle"))
    return _page(returned(return_id), form)


@blueprint.post("/returns/<id:return_id>/apply")
@requires(Permission.COPY_READ)
def apply(return_id: int) -> ResponseReturnValue:
    """Settle what was chosen, and write what is taken."""
    brought = returned(return_id)
    form = Form(SettlementSchema, row=brought)
    if form.accepted:
        with form.refusals():
            if _keep(brought, form) and returns.apply(brought, agency=g.agency, member=g.member, by=g.actor):
                _say_applied(brought)
            else:
                flash(_("Something was changed here meanwhile. Look at the changes again, then apply."), "notice")
            return redirect(url_for(".brought_back", return_id=return_id))
    return _page(returned(return_id), form)


def _say_applied(brought: Return) -> None:
    """Say what was written; what a worker writes says so itself."""
    if brought.state is ReturnState.APPLIED:
        news = ", ".join(previews.summary(brought)) or _("no change")
        flash(_("The copy is applied: %(news)s.", news=news), "done")


@blueprint.post("/returns/<id:return_id>/put-aside")
@requires(Permission.COPY_READ)
def put_aside(return_id: int) -> ResponseReturnValue:
    """Close a returned copy without taking anything of it."""
    brought = returned(return_id)
    closings.put_aside(brought, by=g.actor)
    flash(_("Nothing was taken from the copy."), "done")
    return redirect(url_for(".index"))


# --- What was chosen -----------------------------------------------------------------------------------------------


def _keep(brought: Return, form: Form) -> bool:
    """Keep what was chosen; False where rows moved meanwhile, and what is shown now is to be looked at."""
    chosen = _chosen(brought, request.form)
    return not chosen or decisions.decide(brought, chosen, version=form.version, by=g.actor)


def _chosen(brought: Return, sent: Mapping[str, str]) -> dict[int, Decision]:
    """The decisions that were sent: one by one, for a column or row, or for all that differs."""
    chosen: dict[int, Decision] = {}
    for name, said in sent.items():
        if name.startswith(SHOWN):
            sheet, _dot, column = name.removeprefix(SHOWN).partition(".")
            chosen |= decisions.emptied(brought, sheet, column, meant=f"{EMPTIED}{sheet}.{column}" in sent)
        elif name.startswith(DECISION) and said and (number := _number(name, DECISION)):
            chosen[number] = said
    chosen |= {
        number: {"value": said}
        for name, said in sent.items()
        if name.startswith(OTHER) and said.strip() and (number := _number(name, OTHER))
    }
    return chosen | _together(brought, sent)


def _together(brought: Return, sent: Mapping[str, str]) -> dict[int, Decision]:
    """What one button said of a row, a column, or everything."""
    row = next((name.removeprefix(ROW).partition(".") for name in sent if name.startswith(ROW)), None)
    if row is not None:
        return decisions.many(brought, sent[f"{ROW}{'.'.join(row[::2])}"], sheet=row[0], row=_row_number(row[2]))
    if (said := sent.get("all")) is None:
        return {}
    return decisions.many(brought, said, sheet=sent.get("sheet"), column=sent.get("column"))


def _row_number(said: str) -> int:
    """The number of a row as a button names it; rows that are not in the file have one below nothing."""
    plain = said.removeprefix("-")
    return int(said) if plain.isdecimal() and len(plain) < MOST_SIGNS else 0


def _number(name: str, prefix: str) -> int | None:
    said = name.removeprefix(prefix)
    return int(said) if said.isdecimal() and len(said) < MOST_SIGNS else None


# --- Fields --------------------------------------------------------------------------------------------------------


def _choice(question: previews.Question) -> Field:
    """A question as a field of the page; nothing is chosen before somebody chooses."""
    name = f"{DECISION}{question.id}"
    return _field(name, _("Which is right?"), "radio", request.form.get(name) or question.chosen, question.choices)


def _other(entry: previews.Entry, form: Form) -> Field:
    """Where something else may be typed, as it was typed."""
    name = f"{OTHER}{entry.change.id}"
    field = _field(name, _("Something else: %(column)s", column=entry.heading), "text", "")
    field.value = request.form.get(name) or entry.typed
    if form.refused is not None and form.refused.field == name:
        field.errors = [form.refused.sentence]
    return field


def _tick(column: previews.Emptied) -> Field:
    """The tick that a column was emptied on purpose."""
    name = f"{EMPTIED}{column.sheet}.{column.column}"
    said = _("Yes, empty them: %(column)s", column=column.heading)
    return _field(name, said, "checkbox", column.chosen)


def _seen(column: previews.Emptied) -> Field:
    """That the tick was there to be set."""
    return _field(f"{SHOWN}{column.sheet}.{column.column}", "", "hidden", "1")


def _field(name: str, label: str, kind: str, value: object, choices: list[tuple[str, str]] | None = None) -> Field:
    return Field(name=name, label=label, hint=None, kind=kind, value=value, required=kind != "text", choices=choices)
