"""The field's standard lists. A code is kept, its words are shown; people never see a code or a number of a level."""

from enum import IntEnum, StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Self
from zoneinfo import available_timezones

import pycountry
from babel import Locale
from flask_babel import LazyString

from preparedness.i18n import _l, current


class Worded(StrEnum):
    """A code with the words people read for it beside it: `PARTIAL = "partial", _l("Partial activation")`."""

    words: LazyString

    def __new__(cls, code: str, words: Any = None) -> Self:  # a type checker takes Level("full") for this call
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member


class WordedRank(IntEnum):
    """The same for an ordered list: the number is for comparing, the words are for people."""

    words: LazyString

    def __new__(cls, rank: int, words: Any = None) -> Self:  # a type checker takes Verification(2) for this call
        member = int.__new__(cls, rank)
        member._value_ = rank
        member.words = words
        return member


class Phase(Worded):
    """The phases of emergency management (CPG 101)."""

    PREPAREDNESS = "preparedness", _l("Preparedness")
    RESPONSE = "response", _l("Response")
    RECOVERY = "recovery", _l("Recovery")


class Anchor(Worded):
    """What an offset counts from: plan approved, hour of the event or decision, stand-down."""

    P = "P", _l("plan approved")
    H = "H", _l("hour of the event or decision")
    R = "R", _l("stand-down")


class Level(Worded):
    """How far a plan is activated. Kept as a code, shown in its scheme's words: numbers run both ways in the field."""

    MONITOR = "monitor", _l("Monitoring")
    PARTIAL = "partial", _l("Partial activation")
    FULL = "full", _l("Full activation")

    @property
    def rank(self) -> int:
        """0, 1 or 2, for comparing; never shown."""
        return list(Level).index(self)

    def reaches(self, other: "Level | None") -> bool:
        """True where what counts from `other` counts at this level."""
        return other is None or self.rank >= other.rank


class LedBy(Worded):
    """Who leads a role."""

    GOVERNMENT = "government", _l("government")
    DIASPORA = "diaspora", _l("diaspora")


class Hazard(Worded):
    """The eight hazard groups of UNDRR and ISC."""

    METEOROLOGICAL = "meteorological_hydrological", _l("Meteorological and hydrological")
    EXTRATERRESTRIAL = "extraterrestrial", _l("Extraterrestrial")
    GEOHAZARDS = "geohazards", _l("Geohazards")
    ENVIRONMENTAL = "environmental", _l("Environmental")
    CHEMICAL = "chemical", _l("Chemical")
    BIOLOGICAL = "biological", _l("Biological")
    TECHNOLOGICAL = "technological", _l("Technological")
    SOCIETAL = "societal", _l("Societal")


class Risk(Worded):
    """How dangerous it may be for a person to be named in a plan."""

    STANDARD = "standard", _l("standard risk")
    RAISED = "raised", _l("raised risk")
    HIGH = "high", _l("high risk")


class HMeans(Worded):
    """What H is: the event where the onset is sudden, the decision where it is slow."""

    EVENT = "event", _l("H is the time of the event")
    ACTIVATION = "activation", _l("H is the time of the decision to activate")


class Verification(WordedRank):
    """How well an organisation or person is known; derived from dated vettings, never typed in."""

    LISTED = 0, _l("listed")
    CONTACT_CONFIRMED = 1, _l("contact confirmed")
    IDENTITY_CONFIRMED = 2, _l("identity confirmed")
    DOCUMENTS_CHECKED = 3, _l("documents checked")
    COMMITMENTS_SIGNED = 4, _l("commitments signed")


class Source(Worded):
    """Where a contact comes from; without it nobody may be asked."""

    THEMSELVES = "themselves", _l("themselves")
    THEIR_ORGANISATION = "their_organisation", _l("their organisation")
    PUBLIC_SOURCE = "public_source", _l("a public source")
    COLLEAGUE = "colleague", _l("a colleague")


class OrganisationKind(Worded):
    """The types of diaspora actor, and the public bodies they work with."""

    UMBRELLA_NETWORK = "umbrella_network", _l("umbrella network")
    HOMETOWN_ASSOCIATION = "hometown_association", _l("hometown association")
    PROFESSIONAL_ASSOCIATION = "professional_association", _l("professional association")
    FAITH_BODY = "faith_body", _l("faith body")
    STUDENT_YOUTH_GROUP = "student_youth_group", _l("student or youth group")
    BUSINESS_CHAMBER = "business_chamber", _l("business chamber")
    MEDIA = "media", _l("media")
    MISSION_CONSULATE = "mission_consulate", _l("embassy or consulate")
    HOST_COUNTRY_NGO = "host_country_ngo", _l("NGO in the country of residence")
    GOVERNMENT_BODY = "government_body", _l("government body")


class Reached(Worded):
    """How many people an organisation reaches, in bands: a count would name people."""

    UNDER_50 = "under_50", _l("under 50")
    FROM_50 = "50_200", _l("50 to 200")
    FROM_200 = "200_1000", _l("200 to 1,000")
    MORE = "more", _l("more than 1,000")


class Capability(Worded):
    """What an organisation or person can do."""

    COORDINATION = "coordination", _l("coordination")
    TRANSLATION = "translation", _l("translation and interpreting")
    COMMUNITY_OUTREACH = "community_outreach", _l("reaching the community")
    MEDIA_RUMOURS = "media_rumours", _l("media and rumours")
    HEALTH_CLINICAL = "health_clinical", _l("clinical care")
    PUBLIC_HEALTH = "public_health", _l("public health")
    MENTAL_HEALTH = "mental_health", _l("psychosocial support")
    FAMILY_LINKS = "family_links", _l("restoring family links")
    ENGINEERING = "engineering", _l("structural engineering")
    WATER_SANITATION = "water_sanitation", _l("water and sanitation")
    ENERGY = "energy", _l("energy")
    AGRICULTURE_FOOD = "agriculture_food", _l("agriculture and food")
    SHELTER = "shelter", _l("shelter")
    EDUCATION = "education", _l("education")
    PROTECTION = "protection", _l("protection")
    LEGAL = "legal", _l("legal advice")
    LOGISTICS = "logistics", _l("logistics")
    CUSTOMS_FREIGHT = "customs_freight", _l("customs and freight")
    IT_TELECOMS = "it_telecoms", _l("IT and telecommunications")
    MAPPING_DATA = "mapping_data", _l("mapping and data")
    FUNDRAISING = "fundraising", _l("fundraising")
    MONEY_TRANSFER = "money_transfer", _l("money transfer routes")
    HOSTING_RECEPTION = "hosting_reception", _l("hosting and reception")
    INVESTMENT = "investment", _l("investment")
    ADVOCACY = "advocacy", _l("advocacy")
    TRAINING = "training", _l("training")


class Sector(Worded):
    """The humanitarian sectors (clusters), with the cross-cutting ones a diaspora works in."""

    COORDINATION = "coordination", _l("Coordination")
    HEALTH = "health", _l("Health")
    FOOD_SECURITY = "food_security", _l("Food security")
    NUTRITION = "nutrition", _l("Nutrition")
    WATER_SANITATION = "water_sanitation", _l("Water and sanitation")
    SHELTER = "shelter", _l("Shelter")
    EDUCATION = "education", _l("Education")
    PROTECTION = "protection", _l("Protection")
    LOGISTICS = "logistics", _l("Logistics")
    TELECOMMUNICATIONS = "telecommunications", _l("Emergency telecommunications")
    CAMP_COORDINATION = "camp_coordination", _l("Camp coordination")
    EARLY_RECOVERY = "early_recovery", _l("Early recovery")
    CASH = "cash", _l("Cash")
    INFORMATION = "information", _l("Information")


class ChannelKind(Worded):
    """How a person or organisation is reached."""

    EMAIL = "email", _l("e-mail")
    PHONE = "phone", _l("phone")
    SMS = "sms", _l("text message")
    WHATSAPP = "whatsapp", _l("WhatsApp")
    SIGNAL = "signal", _l("Signal")
    TELEGRAM = "telegram", _l("Telegram")
    POSTAL = "postal", _l("post")
    RELAY = "relay", _l("relay")


class Relation(Worded):
    """How somebody is tied to a place: lives there, comes from there, serves it."""

    RESIDENCE = "residence", _l("lives there")
    ORIGIN = "origin", _l("family comes from there")
    SERVES = "serves", _l("serves it")


class Mode(Worded):
    """How somebody can help. Travel is offered only to members of a registered team (safety.md S5)."""

    REMOTE = "remote", _l("from where I am")
    TRAVEL = "travel", _l("travelling with a registered team")
    FUNDS = "funds", _l("funds")
    GOODS = "goods", _l("goods on the needs list")
    VOICE = "voice", _l("speaking to my community")
    HOSTING = "hosting", _l("hosting")


class DeclineReason(Worded):
    """Why somebody declines, if they wish to say."""

    TIME = "time", _l("time")
    SAFETY = "safety", _l("safety")
    EMPLOYER = "employer", _l("my employer")
    OWN_COMMUNITY_AFFECTED = "own_community_affected", _l("my own community is affected")
    NOT_MY_FIELD = "not_my_field", _l("not my field")
    NO_LONGER_INVOLVED = "no_longer_involved", _l("no longer involved")
    PREFER_NOT_TO_SAY = "prefer_not_to_say", _l("prefer not to say")


CURRENT_LANGUAGES = tuple(
    """
    en fr es ar ht so am ti om sw ln kg rn rw wo ff ha yo ig pt de it nl sv no da fi pl uk ru ro bg el
    tr ku ckb fa ps ur hi bn ta si ne my th vi id ms tl zh ja ko he hy ka az uz kk sq sr hr bs ca mg ny
    sn zu xh af qu ay gn ga pa gu ml te kn mr cy eu gl hu cs sk sl lt lv et is mk mn tt crs
    """.split()  # noqa: SIM905 - a hundred lines of one code each tell nobody anything
)
"""Languages offered in lists; any other BCP 47 code is accepted by program or file."""


@cache
def country_codes() -> frozenset[str]:
    """Every ISO 3166-1 alpha-2 code, with XK as it is used for Kosovo."""
    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}


@cache
def zones() -> tuple[str, ...]:
    """The IANA zones people choose from, sorted."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return tuple(sorted(zone for zone in available_timezones() if zone.startswith(regions) or zone == "UTC"))


MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}
"""Where most people of a country of several time zones live."""


@cache
def _first_zones() -> dict[str, str]:
    """The first zone that the time-zone database lists for each country."""
    found: dict[str, str] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    return found


def zone_of(country: str) -> str | None:
    """The time zone to begin with for somebody of whom only the country is known."""
    return MAIN_ZONES.get(country) or _first_zones().get(country)


def countries() -> list[tuple[str, str]]:
    """Code and name of each country in the language spoken now, by name."""
    return _countries(current())


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale(language).territories
    return sorted(((code, names.get(code, code)) for code in country_codes()), key=lambda pair: pair[1])


def languages() -> list[tuple[str, str]]:
    """Code and name of each language offered, in the language spoken now, by name."""
    return _languages(current())


@cache
def _languages(spoken: str) -> list[tuple[str, str]]:
    names = {code: Locale(spoken).languages.get(code, code) for code in CURRENT_LANGUAGES}
    return sorted(names.items(), key=lambda pair: pair[1].casefold())
