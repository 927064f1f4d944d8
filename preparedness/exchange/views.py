"""Pages: copies taken offline, and what comes back."""

import hashlib

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.models import Access, User
from preparedness.accounts.permissions import Permission, may, requires
from preparedness.activations import running
from preparedness.database import release
from preparedness.errors import Missing, Refused
from preparedness.exchange import previews, returns, settlements, uploads, workbooks
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Return, WorkbookKind
from preparedness.exchange.schemas import CopySchema, ReturnSchema, RosterSchema, SettlementSchema
from preparedness.i18n import _
from preparedness.web import Field, Form, page_number

blueprint = Blueprint("exchange", __name__, url_prefix="/copies")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DECISION = "decision-"
NEEDED = {
    WorkbookKind.ROSTER: Permission.COPY_ROSTER,
    WorkbookKind.PLAN: Permission.COPY_PLAN,
    WorkbookKind.ACTIVATION: Permission.COPY_ACTIVATION,
}
"""Who may take which kind offline, and bring it back."""


def _own() -> User | None:
    """Operators see their own copies, planners those of everybody."""
    return g.member if g.member.access is Access.OFFICIAL else None


def _may(kind: WorkbookKind, subject_id: int | None) -> bool:
    """Whether the member may work with this kind, and is on duty for this activation."""
    if not may(NEEDED[kind]):
        return False
    if kind is WorkbookKind.ACTIVATION:
        try:
            running.get(subject_id or 0, agency=g.agency, member=g.member)
        except Missing:
            return False
    return True


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.COPY_READ)
def index() -> ResponseReturnValue:
    """The copies taken offline and what came back; a file is brought back here."""
    form = Form(ReturnSchema)
    if form.accepted:
        with form.refusals():
            brought = _brought_back()
            return redirect(url_for(".brought_back", return_id=brought))
    copies = workbooks.listed(g.agency, page_number(), member=_own())
    back = returns.listed(g.agency, 1, member=_own())
    return render_template("exchange/index.html", form=form, copies=copies, back=back), form.status


def _brought_back() -> int:
    """Read the file that was sent, with no transaction open, and take it in."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused(_("Choose the workbook you saved."), field="file")
    content, name = upload.read(), upload.filename
    release()
    read = uploads.read(content)
    brought = returns.bring(
        read,
        filename=name,
        sha256=hashlib.sha256(content).hexdigest(),
        agency=g.agency,
        member=g.member,
        may=_may,
        by=g.actor,
    )
    return brought.id


@blueprint.route("/roster", methods=["GET", "POST"])
@requires(Permission.COPY_ROSTER)
def take_roster() -> ResponseReturnValue:
    """Take the roster offline, or an empty one to fill in."""
    return _take(WorkbookKind.ROSTER, None, Form(RosterSchema, data={"blank": "blank" in request.args}))


@blueprint.route("/plans/<id:plan_id>", methods=["GET", "POST"])
@requires(Permission.COPY_PLAN)
def take_plan(plan_id: int) -> ResponseReturnValue:
    """Take a plan offline."""
    return _take(WorkbookKind.PLAN, plan_id, Form(SettlementSchema))


@blueprint.route("/activations/<id:activation_id>", methods=["GET", "POST"])
@requires(Permission.COPY_ACTIVATION)
def take_activation(activation_id: int) -> ResponseReturnValue:
    """Take an activation's checklist, call list and log offline."""
    running.get(activation_id, agency=g.agency, member=g.member)
    return _take(WorkbookKind.ACTIVATION, activation_id, Form(CopySchema))


def _take(kind: WorkbookKind, subject_id: int | None, form: Form) -> ResponseReturnValue:
    subject = CONTENTS[kind].subject(g.agency, subject_id)
    if form.accepted:
        with form.refusals():
            copy = workbooks.take(kind, subject_id, agency=g.agency, member=g.member, by=g.actor, **form.data)
            flash(_("Copy no. %(number)s is ready.", number=copy.number), "done")
            return redirect(url_for(".show", copy_id=copy.id))
    page = render_template("exchange/take.html", form=form, kind=kind, subject=subject, sheets=CONTENTS[kind].sheets)
    return page, form.status


@blueprint.get("/<id:copy_id>")
@requires(Permission.COPY_READ)
def show(copy_id: int) -> ResponseReturnValue:
    """One copy taken offline."""
    copy = workbooks.get(copy_id, agency=g.agency, member=_own())
    subject = CONTENTS[copy.kind].subject(g.agency, copy.subject_id)
    back = returns.of(copy)
    return render_template(
        "exchange/copy.html", copy=copy, subject=subject, sheets=CONTENTS[copy.kind].sheets, back=back
    )


@blueprint.get("/<id:copy_id>/file")
@requires(Permission.COPY_READ)
def file(copy_id: int) -> ResponseReturnValue:
    """The copy itself."""
    copy = workbooks.get(copy_id, agency=g.agency, member=_own())
    if not _may(copy.kind, copy.subject_id):
        raise Missing
    response = make_response(workbooks.file(copy, agency=g.agency))
    response.headers["Content-Type"] = XLSX
    response.headers.set("Content-Disposition", "attachment", filename=workbooks.filename(copy))
    return response


@blueprint.get("/returns/<id:return_id>")
@requires(Permission.COPY_READ)
def brought_back(return_id: int) -> ResponseReturnValue:
    """What a returned copy would change, or changed."""
    brought = _returned(return_id)
    preview = previews.of(brought, g.agency)
    form = Form(SettlementSchema, row=brought)
    page = render_template(
        "exchange/return.html", brought=brought, preview=preview, form=form, choice=_choice, page=page_number()
    )
    return page, form.status


def _returned(return_id: int) -> Return:
    """A copy that came back, while one may work with its kind and subject. Raises Missing."""
    brought = returns.get(return_id, agency=g.agency, member=_own())
    if not _may(brought.kind, brought.subject_id):
        raise Missing
    return brought


def _choice(entry: previews.Entry) -> Field:
    """The choice about one change as a field of the page; nothing is chosen before somebody chooses."""
    return Field(
        name=f"{DECISION}{entry.change.id}",
        label=_("Which is right?"),
        hint=None,
        kind="radio",
        value=entry.chosen,
        required=False,
        choices=list(entry.choices),
    )


@blueprint.post("/returns/<id:return_id>/apply")
@requires(Permission.COPY_READ)
def apply(return_id: int) -> ResponseReturnValue:
    """Settle what was chosen, and write what is taken."""
    brought = _returned(return_id)
    form = Form(SettlementSchema, row=brought)
    if form.accepted:
        decisions = _decisions()
        if decisions:
            settlements.decide(brought, decisions, version=form.version, by=g.actor)
        if settlements.apply(brought, agency=g.agency, by=g.actor):
            flash(
                _("The copy is applied: %(news)s.", news=", ".join(previews.summary(brought)) or _("no change")), "done"
            )
        else:
            flash(_("Something was changed here meanwhile. Look at the changes again, then apply."), "notice")
    return redirect(url_for(".brought_back", return_id=return_id))


def _decisions() -> dict[int, str]:
    """The choices that were sent, by the number of the change."""
    sent = ((name.removeprefix(DECISION), choice) for name, choice in request.form.items() if name.startswith(DECISION))
    return {int(number): choice for number, choice in sent if number.isdecimal() and len(number) < 10 and choice}


@blueprint.post("/returns/<id:return_id>/put-aside")
@requires(Permission.COPY_READ)
def put_aside(return_id: int) -> ResponseReturnValue:
    """Close a returned copy without taking anything of it."""
    brought = _returned(return_id)
    returns.put_aside(brought, by=g.actor)
    flash(_("Nothing was taken from the copy."), "done")
    return redirect(url_for(".index"))
