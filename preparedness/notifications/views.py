"""Pages: what was sent and what became of it; and the mailbox, while mail is laid into a folder."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts import members
from preparedness.accounts.permissions import Permission, requires
from preparedness.contacts import people
from preparedness.errors import Missing
from preparedness.i18n import _
from preparedness.notifications import mailbox as mails
from preparedness.notifications import outbox
from preparedness.notifications.models import Message, MessageState
from preparedness.notifications.schemas import FilterSchema
from preparedness.web import Form, page_number

blueprint = Blueprint("notifications", __name__)
blueprint.add_app_template_global(mails.in_use, "mailbox_in_use")


@blueprint.get("/messages")
@requires(Permission.MESSAGE_READ)
def index() -> ResponseReturnValue:
    """What was sent, newest first, and what became of it; never its text, its link or an address."""
    wanted = request.args.get("state", "")
    state = MessageState(wanted) if wanted in set(MessageState) else None
    page = outbox.listed(g.agency, state, page_number())
    return render_template(
        "notifications/index.html",
        page=page,
        names=_names(page.items),
        form=Form(FilterSchema, data={"state": state}),
        waiting=len(outbox.waiting(g.agency)),
    )


def _names(messages: list[Message]) -> dict[int, str]:
    """To whom each message goes, by the name that may be shown."""
    known = people.names({each.person_id for each in messages if each.person_id is not None}, agency=g.agency)
    ourselves = {each.id: each.name for each in members.listed(g.agency)}
    return {
        each.id: (known if each.person_id else ourselves).get(each.person_id or each.params.get("member_id", 0), "")
        for each in messages
    }


@blueprint.post("/messages/<id:message_id>/retry")
@requires(Permission.MESSAGE_RETRY)
def retry(message_id: int) -> ResponseReturnValue:
    """Send a failed message again."""
    outbox.retry(outbox.get(message_id, agency=g.agency), by=g.actor)
    flash(_("The message is sent again."), "done")
    return redirect(url_for(".index", state=MessageState.FAILED))


@blueprint.get("/mailbox")
@requires(Permission.MAILBOX_READ)
def mailbox() -> ResponseReturnValue:
    """The mails of a local set-up, newest first."""
    if not mails.in_use():
        raise Missing
    page = mails.listed(g.agency.id, member_id=g.member.id, page=page_number())
    return render_template("notifications/mailbox.html", page=page)


@blueprint.get("/mailbox/<mail_name>")
@requires(Permission.MAILBOX_READ)
def letter(mail_name: str) -> ResponseReturnValue:
    """One mail of a local set-up, its plain part."""
    if not mails.in_use():
        raise Missing
    mail = mails.get(mail_name, g.agency.id, member_id=g.member.id)
    return render_template("notifications/letter.html", mail=mail)
