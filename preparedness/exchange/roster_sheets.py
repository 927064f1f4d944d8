"""The sheets of the roster, and what their cells choose from."""

from collections import Counter
from collections.abc import Iterator

from preparedness.contacts.models import PHONE_KINDS
from preparedness.exchange.choices import Choice, Choices, fold
from preparedness.exchange.organisation_sheet import ORGANISATIONS
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.sheets import country_choices, language_choices, worded, zone_choices
from preparedness.vocabulary import Capability, ChannelKind, OrganisationKind, Reached, Source

OFFERED_CHANNELS = (ChannelKind.EMAIL, *(kind for kind in ChannelKind if kind in PHONE_KINDS))

SHEETS = (ORGANISATIONS, PEOPLE)


def _told_apart(named: list[tuple[str, str]]) -> Iterator[Choice]:
    """Names as a list offers them; two that are the same each with their Ref."""
    known = Counter(fold(name) for _ref, name in named)
    for ref, name in named:
        yield Choice(ref, f"{name} ({ref})", (name,)) if known[fold(name)] > 1 else Choice(ref, name)


def lists(organisations: list[tuple[str, str]], people: list[tuple[str, str]]) -> dict[str, Choices]:
    """What the cells of the roster choose from. Organisations and people come as Ref and name."""
    return {
        "organisation_kind": worded(OrganisationKind),
        "country": country_choices(),
        "places": country_choices(detail=True),
        "language": language_choices(),
        "capability": worded(Capability),
        "reached": worded(Reached),
        "zone": zone_choices(),
        "channel": worded(ChannelKind, OFFERED_CHANNELS),
        "source": worded(Source),
        "organisation": Choices(_told_apart(organisations)),
        "organisation_ref": Choices(Choice(ref, ref, (name,)) for ref, name in organisations),
        "person_ref": Choices(lambda: (Choice(ref, ref, (name,)) for ref, name in people)),
    }
