"""Bulletins: what a warning service says, as it arrives in the Common Alerting Protocol (CAP 1.2, OASIS).

A bulletin comes from outside: it is read without entities or document types, up to a size, and every field that the
standard needs is looked at before anything is believed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from preparedness.activations import areas
from preparedness.activations.models import BulletinKind
from preparedness.i18n import _
from preparedness.shapes import YEARS
from preparedness.vocabulary import Hazard, Level

MEDIA_TYPE = "application/cap+xml"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ROOT = f"{{{NAMESPACE}}}alert"
MOST_BYTES = 256 * 1024
MOST_INFOS, MOST_AREAS, MOST_REFERENCES = 50, 500, 100
LONGEST_NAME, LONGEST_LINE, LONGEST_AREA = 200, 300, 2_000

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[-+]\d\d:\d\d|Z)", re.ASCII)
NO_NAME = re.compile(r"[\s,<&]")
"""What sender and identifier may not hold, or references to them could not be told apart."""

STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGE_TYPE = tuple(each.value for each in BulletinKind)
SCOPE = ("Public", "Restricted", "Private")
URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

EVERY_HAZARD = frozenset(Hazard)
HAZARDS: Mapping[str, frozenset[Hazard]] = {
    "Geo": frozenset({Hazard.GEOHAZARDS}),
    "Met": frozenset({Hazard.METEOROLOGICAL}),
    "Safety": EVERY_HAZARD,
    "Security": frozenset({Hazard.SOCIETAL}),
    "Rescue": EVERY_HAZARD,
    "Fire": frozenset({Hazard.ENVIRONMENTAL, Hazard.METEOROLOGICAL}),
    "Health": frozenset({Hazard.BIOLOGICAL}),
    "Env": frozenset({Hazard.ENVIRONMENTAL, Hazard.METEOROLOGICAL}),
    "Transport": frozenset({Hazard.TECHNOLOGICAL}),
    "Infra": frozenset({Hazard.TECHNOLOGICAL}),
    "CBRNE": frozenset({Hazard.CHEMICAL, Hazard.BIOLOGICAL, Hazard.TECHNOLOGICAL}),
    "Other": EVERY_HAZARD,
}
"""The categories of the standard, each with the hazard groups it may mean."""

LEVELS = {"Extreme": Level.FULL, "Severe": Level.PARTIAL}
"""What a severity proposes; anything less, and what is unlikely or over, proposes to watch."""


class Unreadable(Exception):  # noqa: N818 - it reads as a sentence: raise Unreadable
    """What was sent is no XML, or XML that may do harm."""


class Incomplete(Exception):  # noqa: N818
    """What was sent is XML, but no CAP 1.2: sentences by the element they are about."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True)
class Info:
    """One description of the event, for one language or one part of the area."""

    event: str
    headline: str | None
    language: str
    who: str | None
    hazards: frozenset[Hazard]
    level: Level
    severity: str
    expires_at: datetime | None
    countries: frozenset[str]
    area: str


@dataclass(frozen=True)
class Bulletin:
    """What a warning service said, once."""

    sender: str
    identifier: str
    sent_at: datetime
    status: str
    kind: BulletinKind
    references: tuple[str, ...]
    infos: tuple[Info, ...]

    @property
    def name(self) -> str:
        """How later bulletins refer to it."""
        return named(self.sender, self.identifier, self.sent_at)


def named(sender: str, identifier: str, sent_at: datetime) -> str:
    """The three parts that tell one bulletin from every other."""
    return f"{sender},{identifier},{int(sent_at.timestamp())}"


def read(content: bytes) -> Bulletin:
    """What a bulletin says. Raises Unreadable, or Incomplete with what the standard needs and is not there."""
    return read_element(parsed(content, MOST_BYTES))


def read_element(root: Element) -> Bulletin:
    """The same of XML that was parsed already. Raises Incomplete."""
    if root.tag != ROOT:
        raise Incomplete({"alert": [_("Send an alert of CAP 1.2, in its namespace.")]})
    reading = _Reading()
    alert = reading.alert(root)
    if reading.errors or alert is None:
        raise Incomplete(reading.errors)
    return alert


def parsed(content: bytes, most: int) -> Element:
    """XML from outside, up to a size, without document types, entities or anything fetched. Raises Unreadable."""
    if len(content) > most:
        raise Unreadable
    try:
        root: Element = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable from error
    return root


class _Reading:
    """One reading of a bulletin, with what is wrong so far."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def alert(self, root: Element) -> Bulletin | None:
        """The whole of it; None where something is missing."""
        said = {
            "sender": self._name(root, "sender"),
            "identifier": self._name(root, "identifier"),
            "sent_at": self._moment(root, "sent", needed=True),
            "status": self._one_of(root, "status", STATUS),
            "kind": self._one_of(root, "msgType", MESSAGE_TYPE),
        }
        self._one_of(root, "scope", SCOPE)
        infos = list(_all(root, "info"))
        self._refuse_more("info", len(infos), MOST_INFOS)
        self._refuse_more("area", sum(len(list(_all(each, "area"))) for each in infos), MOST_AREAS)
        read = [] if self.errors else [self._info(each) for each in infos]
        references = self._references(root)
        if self.errors:
            return None
        said["kind"] = BulletinKind(str(said["kind"]))
        return Bulletin(**said, references=references, infos=tuple(read))  # type: ignore[arg-type]

    def _info(self, element: Element) -> Info:
        categories = [each.text.strip() for each in _all(element, "category") if each.text and each.text.strip()]
        if not categories or not set(categories) <= HAZARDS.keys():
            self._say("info.category", _("Write one of: %(choices)s.", choices=", ".join(HAZARDS)))
        urgency = self._one_of(element, "urgency", URGENCY, within="info.")
        severity = self._one_of(element, "severity", SEVERITY, within="info.")
        certainty = self._one_of(element, "certainty", CERTAINTY, within="info.")
        area = "; ".join(self._needed(each, "areaDesc", within="info.area.") for each in _all(element, "area"))
        return Info(
            event=self._needed(element, "event", within="info.")[:LONGEST_NAME],
            headline=(_text(element, "headline") or "")[:LONGEST_LINE] or None,
            language=_text(element, "language") or "en-US",
            who=(_text(element, "senderName") or "")[:LONGEST_NAME] or None,
            hazards=frozenset().union(*(HAZARDS.get(each, EVERY_HAZARD) for each in categories)),
            level=_level(severity, certainty, urgency),
            severity=severity,
            expires_at=self._moment(element, "expires", within="info."),
            countries=_countries(element, area),
            area=area[:LONGEST_AREA],
        )

    def _references(self, root: Element) -> tuple[str, ...]:
        """What it takes back or replaces, by name; what is no reference says nothing."""
        found = []
        for each in (_text(root, "references") or "").split()[:MOST_REFERENCES]:
            sender, identifier, sent = [*each.split(","), "", ""][:3]
            moment = _moment(sent)
            if sender and identifier and moment:
                found.append(named(sender, identifier, moment))
        return tuple(found)

    def _name(self, element: Element, name: str) -> str:
        text = self._needed(element, name)
        if NO_NAME.search(text):
            self._say(name, _("This may hold no spaces, commas, < or &."))
        if len(text) > LONGEST_NAME:
            self._say(name, _("This is too long: %(most)s characters at most.", most=LONGEST_NAME))
        return text

    def _needed(self, element: Element, name: str, within: str = "") -> str:
        text = _text(element, name)
        if not text:
            self._say(within + name, _("CAP 1.2 needs this element."))
        return text or ""

    def _one_of(self, element: Element, name: str, choices: tuple[str, ...], within: str = "") -> str:
        text = self._needed(element, name, within)
        if text and text not in choices:
            self._say(within + name, _("Write one of: %(choices)s.", choices=", ".join(choices)))
        return text

    def _moment(self, element: Element, name: str, *, needed: bool = False, within: str = "") -> datetime | None:
        text = self._needed(element, name, within) if needed else _text(element, name)
        moment = _moment(text or "")
        if text and moment is None:
            self._say(within + name, _("Write a moment with its offset, as 2026-11-24T04:35:46-00:00."))
        return moment

    def _refuse_more(self, name: str, count: int, most: int) -> None:
        if count > most:
            self._say(name, _("There are too many of these: %(most)s at most.", most=most))

    def _say(self, name: str, sentence: str) -> None:
        if sentence not in self.errors.setdefault(name, []):
            self.errors[name].append(sentence)


def _all(element: Element, name: str) -> Iterator[Element]:
    return element.iterfind(f"{{{NAMESPACE}}}{name}")


def _text(element: Element, name: str) -> str | None:
    """What an element says, in one line; None for nothing."""
    return " ".join((element.findtext(f"{{{NAMESPACE}}}{name}") or "").split()) or None


def _moment(text: str) -> datetime | None:
    if not MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _level(severity: str, certainty: str, urgency: str) -> Level:
    if certainty == "Unlikely" or urgency == "Past":
        return Level.MONITOR
    return LEVELS.get(severity, Level.MONITOR)


def _countries(info: Element, area: str) -> frozenset[str]:
    """The countries an event is said to touch: by code, else by name."""
    codes = [*_all(info, "parameter"), *(code for each in _all(info, "area") for code in _all(each, "geocode"))]
    said = [(_text(each, "valueName") or "", _text(each, "value") or "") for each in codes]
    return areas.by_code(said) or areas.by_name(area)
