"""Broadcasts: a running activation as a bulletin for other systems (CAP 1.2), for those it is meant for alone.

It names no person and quotes nothing that somebody typed into the activation, for that may name one. Of the plan it
says what the approved version at work says, whatever is being written meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy import select

from preparedness import config
from preparedness.accounts import agencies
from preparedness.accounts.models import Agency
from preparedness.activations.bulletins import NAMESPACE
from preparedness.activations.models import Activation, ActivationState
from preparedness.audit import Action, Entry
from preparedness.database import db
from preparedness.i18n import _, country_name, speaking
from preparedness.vocabulary import Hazard, Level

SAID = (
    Action.ACTIVATED,
    Action.LEVEL_CHANGED,
    Action.STOOD_DOWN,
    Action.ACTIVATION_CLOSED,
    Action.ACTIVATION_CANCELLED,
)
"""The turns of an activation after each of which a new bulletin stands in the place of the one before."""

ENDS = frozenset({Action.ACTIVATION_CLOSED, Action.ACTIVATION_CANCELLED})

CATEGORIES = {
    Hazard.METEOROLOGICAL: "Met",
    Hazard.EXTRATERRESTRIAL: "Other",
    Hazard.GEOHAZARDS: "Geo",
    Hazard.ENVIRONMENTAL: "Env",
    Hazard.CHEMICAL: "CBRNE",
    Hazard.BIOLOGICAL: "Health",
    Hazard.TECHNOLOGICAL: "Infra",
    Hazard.SOCIETAL: "Security",
}
"""Each hazard group as the standard calls it."""

URGENCY = {Level.MONITOR: "Future", Level.PARTIAL: "Expected", Level.FULL: "Immediate"}
RESPONSE = {Level.MONITOR: "Monitor", Level.PARTIAL: "Execute", Level.FULL: "Execute"}


@dataclass(frozen=True)
class Turn:
    """One bulletin of an activation: its number in their row, what happened, and when."""

    number: int
    action: Action
    at: datetime


def of(activation: Activation) -> bytes:
    """The latest bulletin of an activation: its beginning, a change, or its end."""
    turns, agency = _turns(activation), agencies.of(activation)
    latest, before = turns[-1], turns[:-1]
    alert = Element("alert", xmlns=NAMESPACE)
    _write(
        alert,
        ("identifier", _identifier(activation, latest)),
        ("sender", _sender(agency)),
        ("sent", _moment(latest.at)),
        ("status", "Exercise" if activation.exercise else "Actual"),
        ("msgType", "Cancel" if latest.action in ENDS else "Update" if before else "Alert"),
        ("scope", "Restricted"),
    )
    with speaking(activation.plan_version.language):
        restriction = _("For the institutions that respond, and those who hold a role in the plan. Do not publish.")
        notes = [("note", _note(activation, latest))] if activation.exercise or latest.action in ENDS else []
        references = [("references", _references(activation, agency, before))] if before else []
        _write(alert, ("restriction", restriction), *notes, *references)
        _info(SubElement(alert, "info"), activation, agency, latest)
    written: bytes = tostring(alert, encoding="utf-8", xml_declaration=True)
    return written


def _turns(activation: Activation) -> Sequence[Turn]:
    """What happened, in order, as the audit tells it; who did it is not asked."""
    query = select(Entry.action, Entry.at).where(
        Entry.agency_id == activation.agency_id,
        Entry.subject_kind == Activation.__tablename__,
        Entry.subject_id == activation.id,
        Entry.action.in_(SAID),
    )
    rows = db.session.execute(query.order_by(Entry.id)).all()
    told = [Turn(number, action, at) for number, (action, at) in enumerate(rows, start=1)]
    return told or [Turn(1, Action.ACTIVATED, activation.started_at)]


def _info(info: Element, activation: Activation, agency: Agency, latest: Turn) -> None:
    """The one description of a bulletin, in the language of the plan."""
    plan, over = activation.plan_version.document, activation.state is not ActivationState.ACTIVE
    _write(
        info,
        ("language", activation.plan_version.language),
        ("category", CATEGORIES[Hazard(plan["hazard"])]),
        ("event", plan["title"]),
        ("responseType", "AllClear" if over else RESPONSE[activation.level]),
        ("urgency", "Past" if over else URGENCY[activation.level]),
        ("severity", "Unknown"),
        ("certainty", "Unknown"),
        ("effective", _moment(latest.at)),
        ("onset", _moment(activation.h_hour)),
        *(() if over else (("expires", _moment(activation.review_at)),)),
        ("senderName", agency.name),
        ("headline", _headline(activation)),
        ("web", f"{config.current().base_url}/activations/{activation.id}"),
    )
    for name, value in (("level", activation.level), ("state", activation.state), ("number", activation.number)):
        _write(SubElement(info, "parameter"), ("valueName", f"preparedness:{name}"), ("value", str(value)))
    area = SubElement(info, "area")
    _write(area, ("areaDesc", country_name(plan["country"])))
    _write(SubElement(area, "geocode"), ("valueName", "ISO 3166-1"), ("value", plan["country"]))


def _headline(activation: Activation) -> str:
    """What it is, in a line; an exercise says so first and last (safety.md S13)."""
    level = activation.level_label if activation.state is ActivationState.ACTIVE else activation.state.words
    said = _("%(plan)s: %(level)s", plan=activation.plan_version.document["title"], level=level)
    return _("EXERCISE %(plan)s EXERCISE", plan=said) if activation.exercise else said


def _note(activation: Activation, latest: Turn) -> str:
    if latest.action is Action.ACTIVATION_CANCELLED:
        said = _("This activation was called off: a false alarm.")
    elif latest.action is Action.ACTIVATION_CLOSED:
        said = _("This activation is closed.")
    else:
        return _("EXERCISE: nothing of this is real.")
    return _("EXERCISE %(plan)s EXERCISE", plan=said) if activation.exercise else said


def _references(activation: Activation, agency: Agency, turns: Iterable[Turn]) -> str:
    return " ".join(f"{_sender(agency)},{_identifier(activation, each)},{_moment(each.at)}" for each in turns)


def _sender(agency: Agency) -> str:
    """Whose bulletins these are, once in the world: the institution at this server."""
    return f"agency-{agency.id}@{urlsplit(config.current().base_url).hostname}"


def _identifier(activation: Activation, turn: Turn) -> str:
    return f"{urlsplit(config.current().base_url).hostname}-activation-{activation.id}-{turn.number}"


def _moment(moment: datetime) -> str:
    """A moment as CAP wants it: the offset of UTC is written -00:00, and never Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _write(element: Element, *told: tuple[str, object]) -> None:
    for name, text in told:
        SubElement(element, name).text = _printable(str(text))


def _printable(text: str) -> str:
    """Text without the signs that XML cannot hold."""
    return "".join(sign for sign in text if sign in "\t\n" or " " <= sign < "\ud800" or "\udfff" < sign < "\ufffe")
