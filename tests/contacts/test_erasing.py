"""Erasing: everything known goes, in every package, in one transaction; a row without a name and counts stay."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from preparedness import audit
from preparedness.contacts import links, people, standing
from preparedness.contacts.models import (
    Basis,
    Capability,
    Channel,
    ChannelState,
    Consent,
    ContactState,
    Erasure,
    ErasureReason,
    LinkPurpose,
    OwnChange,
    Purpose,
    Spoken,
)
from preparedness.database import Model, db, now
from preparedness.errors import Missing
from tests.recordings import recorded


@pytest.fixture
@recorded
def full(world):
    """Amina with everything the roster can know of her."""
    amina = world.amina
    data = {
        "name_local": "أمينة ديالو",
        "function": "Secretary-general",
        "city": "Brampton",
        "origin_country": "SN",
        "phone": "+15145550105",
        "capabilities": ["legal"],
        "languages": ["wo"],
        "origin": [{"country": "SN", "place": "Ziguinchor"}],
        "check_phrase": "baobab",
        "hours_week": 7,
        "absences": [{"since": standing.today(), "until": standing.today()}],
    }
    people.change(amina, data, version=None, by=world.ana)
    standing.agree(amina, Purpose.BE_CALLED, Basis.LINK, by=amina.actor)
    links.issue(amina, LinkPurpose.DETAILS, amina, expires_at=now() + timedelta(days=1))
    db.session.add(OwnChange(agency_id=amina.agency_id, person_id=amina.id, field="city", after="Brampton"))
    db.session.commit()
    return world


def erased(world):
    erasure = people.erase(world.amina, reason=ErasureReason.THEIR_WISH, by=world.ana)
    db.session.commit()
    return erasure


PRIVATE = ("Amina", "Diallo", "amina@", "أمينة", "Brampton", "5145550105", "baobab", "Ziguinchor", "Secretary-general")


def test_nothing_of_somebody_erased_is_left_in_any_table(full):
    erased(full)

    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            text = json.dumps([str(value) for value in row], ensure_ascii=False)
            assert not [word for word in PRIVATE if word in text], table.name


def test_a_row_without_a_name_stays_and_is_missing(full):
    ref = full.amina.ref

    erased(full)

    assert (full.amina.name, full.amina.state) == (ref, ContactState.ERASED)
    assert full.federation.contact_person is None
    with pytest.raises(Missing):
        people.get(full.amina.id, agency=full.agency)
    assert full.amina not in people.listed(full.agency, filters={"state": "archived"}).items


def test_what_was_erased_is_counted_without_a_name(full):
    erasure = erased(full)

    assert erasure.person_ref == full.amina.ref
    assert {"channels": 2, "consents": 1, "links": 1}.items() <= erasure.counts.items()
    assert db.session.scalar(select(Erasure)) is erasure


def test_what_belongs_to_others_stays(full):
    erased(full)

    assert standing.why_not(full.salma) is None
    for model in (Capability, Spoken, Consent):
        assert db.session.scalar(select(model)) is None
    assert len(list(db.session.scalars(select(Channel)))) == 3


def test_the_chain_of_the_audit_still_verifies_and_her_details_are_gone(full):
    erased(full)

    assert audit.broken_at(full.agency.id) is None
    newest, *older = audit.of(full.amina)
    assert newest.action is audit.Action.PERSON_ERASED
    assert older
    assert all(entry.detail is None for entry in older)


def test_s4_an_erased_address_stays_barred_unless_they_give_it_themselves(full):
    erased(full)
    data = {"name": "Somebody", "source": "colleague", "email": "Amina@example.org", "phone": "+15145550199"}

    entered = people.add(full.agency, data, by=full.ana)

    assert [channel.state for channel in entered.channels] == [ChannelState.OPTED_OUT, ChannelState.UNVERIFIED]
    assert standing.why_not(entered)
    own = people.add(full.agency, data, by=full.tomas.actor)
    assert own.channels[0].state is ChannelState.UNVERIFIED


def test_upper_packages_forget_too_and_are_counted(full, monkeypatch):
    monkeypatch.setattr(people, "ERASERS", [lambda _person: {"answers": 2}, lambda _person: {"answers": 1}])

    assert erased(full).counts["answers"] == 3


def test_her_links_lead_nowhere(full):
    token = links.token(links.find(full.amina, LinkPurpose.DETAILS, full.amina))

    erased(full)

    with pytest.raises(Missing):
        links.open(token)
