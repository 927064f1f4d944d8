"""Pages: copies taken offline, and what comes back."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.activations import running
from preparedness.database import release
from preparedness.errors import Missing, Refused
from preparedness.exchange import errand_views, mapping_views, mark_views, returns, subjects, uploads, workbooks
from preparedness.exchange.hxl_views import XLSX, sent
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import WorkbookKind
from preparedness.exchange.prints import PRINTED
from preparedness.exchange.return_views import blueprint, may_work_with, own
from preparedness.exchange.schemas import ContactSheetSchema, CopySchema, DisclosingSchema, ReturnSchema, RosterSchema
from preparedness.i18n import _
from preparedness.web import Form, page_number

__all__ = ["blueprint", "errand_views", "mapping_views", "mark_views"]


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.COPY_READ)
def index() -> ResponseReturnValue:
    """The copies taken offline and what came back; a file is brought back here."""
    form = Form(ReturnSchema)
    if form.accepted:
        with form.refusals():
            brought = _brought_back()
            return redirect(url_for(".brought_back", return_id=brought))
    copies = workbooks.listed(g.agency, page_number(), member=own())
    back = returns.listed(g.agency, 1, member=g.member)
    about = subjects.titles(g.agency, [*copies.items, *back.items])
    return render_template("exchange/index.html", form=form, copies=copies, back=back, about=about), form.status


def _brought_back() -> int:
    """Read the file that was sent, with no transaction open, and take it in."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused(_("Choose the workbook you saved."), field="file")
    content, name = upload.read(), upload.filename
    read = None
    if returns.is_quick(content, member=g.member):
        release()
        read = uploads.read(content, name)
    about = {"content": content, "filename": name, "agency": g.agency, "member": g.member, "by": g.actor}
    return returns.bring(**about, read=read, ask=True).id


@blueprint.route("/roster", methods=["GET", "POST"])
@requires(Permission.COPY_ROSTER)
def take_roster() -> ResponseReturnValue:
    """Take the roster offline, or an empty one to fill in."""
    return _take(WorkbookKind.ROSTER, None, Form(RosterSchema, data={**_spoken(), "blank": "blank" in request.args}))


@blueprint.route("/plans/<id:plan_id>", methods=["GET", "POST"])
@requires(Permission.COPY_PLAN)
def take_plan(plan_id: int) -> ResponseReturnValue:
    """Take a plan offline."""
    return _take(WorkbookKind.PLAN, plan_id, Form(CopySchema, data=_spoken()))


@blueprint.route("/plans/<id:plan_id>/contacts", methods=["GET", "POST"])
@requires(Permission.COPY_PLAN)
def take_contacts(plan_id: int) -> ResponseReturnValue:
    """Take a plan's contact sheet offline: numbered, with a reason, and a second member is told."""
    return _take(WorkbookKind.CONTACTS, plan_id, Form(ContactSheetSchema, data=_spoken()), contacts=True)


@blueprint.route("/activations/<id:activation_id>", methods=["GET", "POST"])
@requires(Permission.COPY_ACTIVATION)
def take_activation(activation_id: int) -> ResponseReturnValue:
    """Take an activation's checklist, call list and log offline."""
    running.get(activation_id, agency=g.agency, member=g.member)
    return _take(WorkbookKind.ACTIVATION, activation_id, Form(DisclosingSchema, data=_spoken()))


def _spoken() -> dict[str, str]:
    """The language that a copy is written in unless another is chosen."""
    return {"language": g.member.language}


def _take(kind: WorkbookKind, subject_id: int | None, form: Form, **more: Any) -> ResponseReturnValue:
    subject = CONTENTS[kind].subject(g.agency, subject_id)
    if form.accepted:
        with form.refusals():
            asked = {**form.data, **more}
            copy = workbooks.take(kind, subject_id, agency=g.agency, member=g.member, by=g.actor, **asked)
            flash(_("Copy no. %(number)s is ready.", number=copy.number), "done")
            return redirect(url_for(".show", copy_id=copy.id))
    page = render_template(
        "exchange/take.html",
        form=form,
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        sheets=CONTENTS[kind].sheets,
        prints=PRINTED.get(kind, ()),
    )
    return page, form.status


@blueprint.get("/<id:copy_id>")
@requires(Permission.COPY_READ)
def show(copy_id: int) -> ResponseReturnValue:
    """One copy taken offline."""
    copy = workbooks.get(copy_id, agency=g.agency, member=own())
    subject = CONTENTS[copy.kind].subject(g.agency, copy.subject_id)
    back = returns.of(copy)
    sheets, prints = CONTENTS[copy.kind].sheets, PRINTED.get(copy.kind, ())
    return render_template("exchange/copy.html", copy=copy, subject=subject, sheets=sheets, prints=prints, back=back)


@blueprint.get("/<id:copy_id>/file")
@requires(Permission.COPY_READ)
def file(copy_id: int) -> ResponseReturnValue:
    """The copy itself."""
    copy = workbooks.get(copy_id, agency=g.agency, member=own())
    if not may_work_with(copy.kind, copy.subject_id):
        raise Missing
    return sent(workbooks.file(copy, agency=g.agency), XLSX, workbooks.filename(copy))


@blueprint.post("/<id:copy_id>/destroyed")
@requires(Permission.COPY_READ)
def destroyed(copy_id: int) -> ResponseReturnValue:
    """Say that a copy with contact details is gone."""
    copy = workbooks.get(copy_id, agency=g.agency, member=own())
    workbooks.destroyed(copy, by=g.actor)
    flash(_("Noted: this copy is destroyed."), "done")
    return redirect(url_for(".show", copy_id=copy_id))
