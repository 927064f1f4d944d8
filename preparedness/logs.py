"""The log: what this process did and where it failed, without a word that leads to a person."""

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request, request_finished, request_started

from preparedness.config import Config
from preparedness.errors import frames

logger = logging.getLogger("preparedness.requests")

SECRETS = (
    (re.compile(r"(/a/|/reset/|/feeds/)[\w.~-]+"), r"\1…"),
    (re.compile(r"[^\s<>()\"'=,;:]+@[^\s<>()\"',;:]+"), "…@…"),
    (re.compile(r"\+\d[\d ()-]{5,}\d"), "+…"),
)
"""What other people's lines may hold (waitress names the path it failed at): links are keys, addresses are people's."""


def install(app: Flask) -> None:
    """Write the log of this process to standard error; a line for each answer, and other people's warnings."""
    settings: Config = app.extensions["preparedness"]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if settings.log == "json" else AsText())
    logging.getLogger().addHandler(handler)
    logging.getLogger("preparedness").setLevel(logging.INFO)
    request_started.connect(_begin, app)
    request_finished.connect(_say, app)


class AsText(logging.Formatter):
    """One line for people; where something failed, the places below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return f"{_at(record)} {record.levelname} {record.name} {_message(record)}"


class AsJson(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = {"at": _at(record), "level": record.levelname, "logger": record.name, "message": _message(record)}
        return json.dumps(line, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """What a record says; of an error its kind and its places, since its own text may hold anything."""
    said = record.getMessage()
    for secret, instead in SECRETS:
        said = secret.sub(instead, said)
    error = record.exc_info[1] if record.exc_info else None
    return said if error is None else f"{said} kind={type(error).__name__} at:\n{frames(error)}"


def _begin(_app: Flask, **_more: object) -> None:
    g.begun = time.monotonic()


def _say(_app: Flask, response: Response, **_more: object) -> None:
    """An answer by the name of its page: the path may be somebody's link."""
    took = (time.monotonic() - g.begun) * 1000
    logger.info("%s %s %s %d ms", request.method, request.endpoint or "-", response.status_code, took)
