"""Opening a link: whose it is, in which language, and how often a network may guess."""

from datetime import timedelta

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from preparedness.accounts import agencies, signins, throttle
from preparedness.contacts import links
from preparedness.contacts.models import Link
from preparedness.database import OfAgency
from preparedness.errors import Missing
from preparedness.i18n import LANGUAGES, nearest
from preparedness.plans import suggestions
from preparedness.plans.models import DeputySuggestion

WINDOW = timedelta(minutes=10)
WRONG_PER_NETWORK, ACTS_PER_LINK = 60, 300


def refuse_guessing(token: str) -> None:
    """Too many wrong addresses from one network, or too many acts by one address: wait."""
    if throttle.too_often("link", signins.network(request.remote_addr), most=WRONG_PER_NETWORK, window=WINDOW):
        abort(429)
    if request.method == "POST":
        if throttle.too_often("link-acts", token, most=ACTS_PER_LINK, window=WINDOW):
            abort(429)
        throttle.count("link-acts", token, window=WINDOW)


def opened(token: str) -> Link:
    """The link of this address, the page set to its person's language and hours. Raises Missing."""
    try:
        link = links.open(token)
    except Missing:
        throttle.count("link", signins.network(request.remote_addr), window=WINDOW)
        raise
    settle_in(link, language=link.person.language, zone=link.person.timezone)
    return link


def suggested(token: str) -> DeputySuggestion | None:
    """The suggestion a forwarded address belongs to; None where it is no such address."""
    try:
        found = suggestions.open(token)
    except Missing:
        return None
    holder = found.assignment.asked_person
    settle_in(found, language=holder.language if holder else "en", zone="UTC")
    return found


def settle_in(row: OfAgency, *, language: str, zone: str) -> None:
    """Speak the language that was chosen on the page, else the person's own."""
    chosen = request.args.get("lang", "")
    g.agency = agencies.of(row)
    g.language = chosen if chosen in LANGUAGES else nearest(language)
    g.zone = zone


def again() -> ResponseReturnValue:
    """Back to the same address, with the language that was chosen."""
    return redirect(url_for("focal_points.show", token=token(), lang=request.args.get("lang")), 303)


def back() -> str:
    """The address of the page that this act belongs to."""
    return url_for("focal_points.show", token=token(), lang=request.args.get("lang"))


def token() -> str:
    """The last part of the address that was opened."""
    return str((request.view_args or {})["token"])
