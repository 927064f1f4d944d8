"""Pages: what a worker does with a returned copy, stopped, taken back, or begun once more."""

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.errors import Missing
from preparedness.exchange import closings, returns
from preparedness.exchange.return_views import blueprint, returned
from preparedness.exchange.reversals import Undone
from preparedness.i18n import _, ngettext


@blueprint.post("/returns/<id:return_id>/cancel")
@requires(Permission.COPY_READ)
def cancel(return_id: int) -> ResponseReturnValue:
    """Stop what is under way."""
    brought = returned(return_id)
    closings.cancel(brought, by=g.actor)
    flash(_("It was stopped. Nothing of it was written."), "done")
    return redirect(url_for(".brought_back", return_id=return_id))


@blueprint.post("/returns/<id:return_id>/undo")
@requires(Permission.COPY_READ)
def undo(return_id: int) -> ResponseReturnValue:
    """Take back what an applied copy wrote."""
    done = returns.undo(returned(return_id), agency=g.agency, member=g.member, by=g.actor)
    if not done.later:
        flash(_said(done), "notice" if done.kept else "done")
    return redirect(url_for(".brought_back", return_id=return_id))


def _said(done: Undone) -> str:
    if not done.kept:
        return _("All of it was undone.")
    undone = ngettext("%(num)s change was undone.", "%(num)s changes were undone.", done.undone)
    kept = ngettext("%(num)s stays: see below why.", "%(num)s stay: see below why.", len(done.kept))
    return f"{undone} {kept}"


@blueprint.post("/returns/<id:return_id>/read-again")
@requires(Permission.COPY_READ)
def read_again(return_id: int) -> ResponseReturnValue:
    """Read a kept file once more: as somebody who may, or as the copy that somebody says it is."""
    brought = returned(return_id)
    number, copy = request.form.get("copy"), None
    if number:
        offered = returns.candidates(brought, agency=g.agency, member=g.member)
        copy = next((each for each in offered if str(each.id) == number), None)
        if copy is None:
            raise Missing
    returns.read_again(brought, copy=copy, by=g.actor)
    return redirect(url_for(".brought_back", return_id=return_id))
