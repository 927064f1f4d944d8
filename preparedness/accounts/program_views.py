"""Pages about programs: the tokens they come in with, and the webhooks they are told by."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts import members, tokens, webhooks
from preparedness.accounts.permissions import Permission, fresh, requires
from preparedness.accounts.schemas import TokenSchema, WebhookSchema
from preparedness.accounts.tokens import Reach
from preparedness.i18n import _
from preparedness.web import Form, page_number, posted_version

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/settings/tokens")
@requires(Permission.TOKEN_EDIT)
def token_list() -> ResponseReturnValue:
    """Every token of the institution, those in use first."""
    return render_template("accounts/tokens.html", tokens=tokens.listed(g.agency))


@blueprint.route("/settings/tokens/new", methods=["GET", "POST"])
@requires(Permission.TOKEN_EDIT)
def new_token() -> ResponseReturnValue:
    """Make a token for a program; the answer shows it, this once. Asks for the password where that was long ago."""
    if again := fresh():
        return again
    choices = [(each.id, f"{each.name} ({each.access.words})") for each in members.active(g.agency)]
    form = Form(TokenSchema, data={"days": tokens.LASTS.days}, choices={"member_id": choices})
    if form.accepted:
        with form.refusals():
            member = members.get(form.data["member_id"], agency=g.agency)
            given = {**form.data, "read_only": form.data["reach"] is Reach.READ}
            token, text = tokens.add(member, given, by=g.actor)
            return render_template("accounts/token_made.html", token=token, text=text)
    return render_template("accounts/new_token.html", form=form), form.status


@blueprint.route("/settings/tokens/<id:token_id>/revoke", methods=["GET", "POST"])
@requires(Permission.TOKEN_EDIT)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Revoke a token, after a look at what that means."""
    token = tokens.get(token_id, agency=g.agency)
    if request.method == "POST":
        tokens.revoke(token, by=g.actor)
        flash(_("%(name)s is revoked: its next request is refused.", name=token.name), "done")
        return redirect(url_for(".token_list"))
    return render_template("accounts/revoke_token.html", token=token)


@blueprint.get("/settings/webhooks")
@requires(Permission.WEBHOOK_EDIT)
def webhook_list() -> ResponseReturnValue:
    """The programs that are told of what happens."""
    return render_template("accounts/webhooks.html", webhooks=webhooks.listed(g.agency).items)


@blueprint.route("/settings/webhooks/new", methods=["GET", "POST"])
@requires(Permission.WEBHOOK_EDIT)
def new_webhook() -> ResponseReturnValue:
    """Add a webhook; the answer shows the secret that signs, this once. Asks for the password likewise."""
    if again := fresh():
        return again
    form = Form(WebhookSchema)
    if form.accepted:
        with form.refusals():
            webhook = webhooks.add(g.agency, form.data, by=g.actor)
            return render_template("accounts/webhook_made.html", webhook=webhook, secret=webhooks.secret(webhook))
    return render_template("accounts/new_webhook.html", form=form), form.status


@blueprint.route("/settings/webhooks/<id:webhook_id>", methods=["GET", "POST"])
@requires(Permission.WEBHOOK_EDIT)
def webhook(webhook_id: int) -> ResponseReturnValue:
    """Change where a program listens and what it is told of; what it was told stands below."""
    row = webhooks.get(webhook_id, agency=g.agency)
    form = Form(WebhookSchema, row=row)
    if form.accepted:
        with form.refusals():
            webhooks.change(row, form.data, version=form.version, by=g.actor)
            flash(_("The webhook is saved."), "done")
            return redirect(url_for(".webhook", webhook_id=webhook_id))
    page = webhooks.deliveries(row, page_number())
    return render_template("accounts/webhook.html", webhook=row, form=form, page=page), form.status


@blueprint.post("/settings/webhooks/<id:webhook_id>/pause")
@requires(Permission.WEBHOOK_EDIT)
def pause_webhook(webhook_id: int) -> ResponseReturnValue:
    """Tell a program nothing for now."""
    webhooks.pause(webhooks.get(webhook_id, agency=g.agency), by=g.actor)
    flash(_("The webhook is paused: nothing is sent to it."), "done")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@blueprint.post("/settings/webhooks/<id:webhook_id>/resume")
@requires(Permission.WEBHOOK_EDIT)
def resume_webhook(webhook_id: int) -> ResponseReturnValue:
    """Tell a program of what happens again."""
    webhooks.resume(webhooks.get(webhook_id, agency=g.agency), by=g.actor)
    flash(_("The webhook goes on: it is told of what happens from now on."), "done")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@blueprint.route("/settings/webhooks/<id:webhook_id>/remove", methods=["GET", "POST"])
@requires(Permission.WEBHOOK_EDIT)
def remove_webhook(webhook_id: int) -> ResponseReturnValue:
    """Remove a webhook, after a look at what that means."""
    row = webhooks.get(webhook_id, agency=g.agency)
    if request.method == "POST":
        webhooks.remove(row, version=posted_version(), by=g.actor)
        flash(_("The webhook is removed."), "done")
        return redirect(url_for(".webhook_list"))
    return render_template("accounts/remove_webhook.html", webhook=row)


@blueprint.post("/settings/deliveries/<id:delivery_id>/replay")
@requires(Permission.WEBHOOK_EDIT)
def replay_delivery(delivery_id: int) -> ResponseReturnValue:
    """Send something again that a program was told."""
    delivery = webhooks.delivery(delivery_id, agency=g.agency)
    webhooks.replay(delivery, by=g.actor)
    flash(_("It is sent again."), "done")
    return redirect(url_for(".webhook", webhook_id=delivery.webhook_id))
