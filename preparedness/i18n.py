"""Choosing a language, and writing dates and numbers as people of that language write them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_babel import gettext as _translated
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _counted

__all__ = [
    "LANGUAGES",
    "WORKBOOK_LANGUAGES",
    "_",
    "_l",
    "clock",
    "country_name",
    "current",
    "day",
    "direction",
    "install",
    "language_name",
    "moment",
    "ngettext",
    "number",
    "offset",
    "speaking",
]

_: Callable[..., str] = _translated
ngettext: Callable[..., str] = _counted

LANGUAGES = {"en": "English", "fr": "Français"}
"""The languages the product speaks in full, each by its own name."""

WORKBOOK_LANGUAGES = {**LANGUAGES, "ar": "العربية"}
"""The languages a workbook is written in and read back from; pages and messages are not spoken in all of them."""

DAYS = {"medium": "d MMM y", "long": "d MMMM y"}
"""The day before the month, as in a moment: no page shows both orders."""

RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "dv", "sd", "yi", "ckb", "ku-Arab"}


def install(app: Flask) -> None:
    """Give the app its catalogues and the choice of a language."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"
    Babel(app, locale_selector=_chosen, timezone_selector=lambda: "UTC")


def _chosen() -> str:
    """The member's own language; by link the person's, unless they chose another; else what the browser asks for."""
    if not has_request_context():
        return "en"
    chosen = g.get("language") or request.args.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "en"


def nearest(language: str | None, among: Collection[str] = LANGUAGES) -> str:
    """The language we speak in full that is nearest to the one asked for: `fr-HT` is `fr`, `so` is `en`."""
    base = (language or "en").split("-")[0]
    return base if base in among else "en"


@contextmanager
def speaking(language: str | None, among: Collection[str] = LANGUAGES) -> Iterator[None]:
    """Speak this language inside, as for a message or a workbook of somebody else's."""
    with force_locale(nearest(language, among)):
        yield


def current() -> str:
    """The language spoken now."""
    locale = get_locale()
    return locale.language if locale else "en"


def direction(language: str) -> str:
    """How the script of a language runs: `rtl` or `ltr`."""
    return "rtl" if language in RIGHT_TO_LEFT or language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def language_name(code: str) -> str:
    """A language's name in the language spoken now."""
    return _language_named(code, current())


@lru_cache(maxsize=4096)
def _language_named(code: str, spoken: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(spoken) or code
    except (ValueError, UnknownLocaleError):
        return str(Locale(spoken).languages.get(code, code))


def country_name(code: str | None) -> str:
    """A country's name in the language spoken now; empty for none."""
    return _country_named(code, current()) if code else ""


@lru_cache(maxsize=4096)
def _country_named(code: str, spoken: str) -> str:
    return str(Locale(spoken).territories.get(code, code))


def day(value: date | datetime, zone: str = "UTC", style: str = "medium") -> str:
    """A date as people of this language write it."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone)).date()
    return dates.format_date(value, DAYS[style], locale=current())


def moment(value: datetime, zone: str = "UTC") -> str:
    """A moment in a zone, with the zone named, as people of this language write it."""
    local = value.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{dates.format_datetime(local, 'EEE d MMM y, HH:mm', locale=current())} ({city})"


def clock(value: datetime, zone: str = "UTC") -> str:
    """The time of day in a zone."""
    return str(dates.format_time(value.astimezone(ZoneInfo(zone)), "HH:mm", locale=current()))


def number(value: float) -> str:
    """A number as people of this language write it."""
    return str(numbers.format_decimal(value, locale=current()))


def offset(hours: int, anchor: str) -> str:
    """Hours from an anchor as the field writes them: H+6, P+7 d."""
    sign = "−" if hours < 0 else "+"
    size = abs(hours)
    if size >= 48 and size % 24 == 0:
        return str(_("%(anchor)s%(sign)s%(days)s d", anchor=anchor, sign=sign, days=size // 24))
    return f"{anchor}{sign}{size}"
