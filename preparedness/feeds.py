"""Feeds: what other programs read here by a secret address, and the alerts that are read from elsewhere."""

import hashlib

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, by_link, requires
from preparedness.activations import agendas, alert_feeds, calendars
from preparedness.activations.schemas import AlertFeedSchema, CalendarSchema
from preparedness.database import afterwards, now
from preparedness.i18n import _
from preparedness.web import Form

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/feeds/<secret>.ics")
@by_link
def calendar(secret: str) -> ResponseReturnValue:
    """What is due, for the calendar of whoever has the address; unchanged, it is not sent again."""
    feed = calendars.recognised(secret)
    response = Response(agendas.written(feed), mimetype="text/calendar")
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.cache_control.private, response.cache_control.max_age = True, 900
    if feed.last_used_on != now().date():
        identity = feed.id
        afterwards(lambda: calendars.used(identity))
    return response.make_conditional(request)


@blueprint.route("/settings/calendar", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def share() -> ResponseReturnValue:
    """One's own calendar: make a secret address, which is shown this once, or revoke it."""
    form = Form(CalendarSchema)
    if form.accepted:
        address = calendars.share(g.member, high_risk=form.data["high_risk"], by=g.actor)
        return render_template("feeds/shared.html", address=address)
    return render_template("feeds/calendar.html", form=form, feed=calendars.of(g.member)), form.status


@blueprint.post("/settings/calendar/revoke")
@requires(Permission.OWN_ACCOUNT)
def revoke() -> ResponseReturnValue:
    """Close the address of one's calendar."""
    calendars.revoke(g.member, by=g.actor)
    flash(_("The address of your calendar is closed."), "done")
    return redirect(url_for(".share"))


@blueprint.route("/settings/alerts", methods=["GET", "POST"])
@requires(Permission.AGENCY_EDIT)
def alerts() -> ResponseReturnValue:
    """Which warning service is read."""
    feed = alert_feeds.of(g.agency)
    form = Form(AlertFeedSchema, row=feed)
    if form.accepted:
        with form.refusals():
            alert_feeds.choose(g.agency, form.data, version=form.version, by=g.actor)
            flash(_("Alerts are read from there.") if form.data.get("url") else _("No alerts are read."), "done")
            return redirect(url_for(".alerts"))
    return render_template("feeds/alerts.html", form=form, feed=feed), form.status
