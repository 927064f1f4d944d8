"""Bulletins as warning services write them, and what the standard says of every one (CAP 1.2, OASIS 2010)."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from preparedness.activations.bulletins import NAMESPACE

BULLETIN = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier>
  <sender>{sender}</sender>
  <sent>{sent}</sent>
  <status>{status}</status>
  <msgType>{kind}</msgType>
  <scope>Public</scope>
  {references}
  <info>
    <language>en-US</language>
    <category>{category}</category>
    <event>Earthquake</event>
    <urgency>Immediate</urgency>
    <severity>{severity}</severity>
    <certainty>{certainty}</certainty>
    {expires}
    <senderName>National Seismic Service</senderName>
    <headline>Strong earthquake near Les Cayes</headline>
    {parameter}
    <area><areaDesc>{area}</areaDesc></area>
  </info>
</alert>"""
USUAL = {
    "identifier": "eq-1",
    "sender": "alerts@seismic.example.org",
    "sent": "2026-11-24T04:35:46-00:00",
    "status": "Actual",
    "kind": "Alert",
    "references": "",
    "category": "Geo",
    "severity": "Extreme",
    "certainty": "Observed",
    "expires": "",
    "parameter": "",
    "area": "Southern Haiti",
}


def bulletin(**told: str) -> bytes:
    """A bulletin about an earthquake in Haiti, but for what is told otherwise."""
    return BULLETIN.format(**{**USUAL, **told}).encode()


def reference(identifier: str = "eq-1", sent: str = USUAL["sent"]) -> str:
    """The element by which a later bulletin names an earlier one."""
    return f"<references>{USUAL['sender']},{identifier},{sent}</references>"


MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
NAME = r"[^\s,<&]+"
ANY = r"[\s\S]+"
PAIR = {"valueName": ("1", ANY), "value": ("1", ANY)}
CATEGORY = "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other"
RESPONSE = "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None"
AREA = {"areaDesc": ("1", ANY), "polygon": ("*", ANY), "circle": ("*", ANY), "geocode": ("*", PAIR)}
INFO: dict[str, Any] = {
    "language": ("?", ANY),
    "category": ("+", CATEGORY),
    "event": ("1", ANY),
    "responseType": ("*", RESPONSE),
    "urgency": ("1", "Immediate|Expected|Future|Past|Unknown"),
    "severity": ("1", "Extreme|Severe|Moderate|Minor|Unknown"),
    "certainty": ("1", "Observed|Likely|Possible|Unlikely|Unknown"),
    "audience": ("?", ANY),
    "eventCode": ("*", PAIR),
    "effective": ("?", MOMENT),
    "onset": ("?", MOMENT),
    "expires": ("?", MOMENT),
    "senderName": ("?", ANY),
    "headline": ("?", ANY),
    "description": ("?", ANY),
    "instruction": ("?", ANY),
    "web": ("?", r"https?://\S+"),
    "contact": ("?", ANY),
    "parameter": ("*", PAIR),
    "area": ("*", AREA),
}
ALERT: dict[str, Any] = {
    "identifier": ("1", NAME),
    "sender": ("1", NAME),
    "sent": ("1", MOMENT),
    "status": ("1", "Actual|Exercise|System|Test|Draft"),
    "msgType": ("1", "Alert|Update|Cancel|Ack|Error"),
    "source": ("?", ANY),
    "scope": ("1", "Public|Restricted|Private"),
    "restriction": ("?", ANY),
    "addresses": ("?", ANY),
    "code": ("*", ANY),
    "note": ("?", ANY),
    "references": ("?", rf"{NAME},{NAME},{MOMENT}( {NAME},{NAME},{MOMENT})*"),
    "incidents": ("?", ANY),
    "info": ("*", INFO),
}
"""The schema of the standard: each element in its order, how often it may stand, and what it may say or hold."""


def refusals(content: bytes) -> list[str]:
    """Everything in which a bulletin departs from the schema of the standard."""
    root = fromstring(content)
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [f"{root.tag} is no alert"]
    return list(_refused(root, ALERT, "alert"))


def _refused(element: Element, held: dict[str, Any], where: str) -> list[str]:
    found = [each.tag.removeprefix(f"{{{NAMESPACE}}}") for each in element]
    order = [name for name in held for _ in range(found.count(name))]
    said = [f"{where}: {found}, not {order}"] if found != order else []
    for name, (times, what) in held.items():
        elements = element.findall(f"{{{NAMESPACE}}}{name}")
        if (times in "1+" and not elements) or (times in "1?" and len(elements) > 1):
            said.append(f"{where}: {len(elements)} of {name}")
        for each in elements:
            if isinstance(what, dict):
                said += _refused(each, what, f"{where}.{name}")
            elif not re.fullmatch(what, each.text or ""):
                said.append(f"{where}.{name} says {each.text!r}")
    return said
