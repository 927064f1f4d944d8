"""The audit, for the programs of administrators."""

import pytest

from preparedness import audit
from preparedness.contacts import people
from preparedness.contacts.models import ErasureReason
from preparedness.database import transaction


@pytest.fixture
def ada(program, world):
    """Ada's program: what an administrator may."""
    return program(world.members["ada"])


def test_an_entry_says_who_did_what_and_to_which_row(ada, ana, world):
    ana.patch(f"/people/{world.amina.id}", {"city": "Laval"}, version=world.amina.version)

    (entry,) = ada.get("/audit?action=person_changed").json["items"]

    assert entry["by"]["kind"] == "token"
    assert "Ana" in entry["by"]["label"]
    assert entry["subject"] == {"kind": "person", "id": world.amina.id, "ref": "C-AMNA-X"}
    assert (entry["before"], entry["after"]) == ({"city": None}, {"city": "•"})
    assert entry["at"].endswith("Z")


def test_the_chain_can_be_followed_from_the_newest_to_the_first(ada, world):
    with transaction():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)

    entries = ada.get("/audit?per_page=200").json

    assert [each["seq"] for each in entries["items"]] == list(range(entries["total"], 0, -1))
    assert len({each["hash"] for each in entries["items"]}) == entries["total"] > 1


def test_what_an_erasure_took_is_empty(ada, world):
    with transaction():
        people.change(world.salma, {"city": "Laval"}, version=None, by=world.ana)
    with transaction():
        people.erase(world.salma, reason=ErasureReason.THEIR_WISH, by=world.ana)

    (entry,) = ada.get("/audit?action=person_changed").json["items"]

    assert (entry["before"], entry["after"]) == (None, None)
    assert audit.broken_at(world.agency.id) is None


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ("action=person_changed", 1),
        ("action=plan_approved", 0),
        ("actor_kind=member&subject_kind=person", 1),
        ("actor_kind=clock", 0),
        ("q=ana&action=person_changed", 1),
        ("q=rui&action=person_changed", 0),
        ("q=C-AMNA-X&subject_kind=", 1),
        ("subject_id=987654321", 0),
        ("actor_id=987654321", 0),
        ("q=%25&action=person_changed", 0),
    ],
)
def test_the_list_is_narrowed_by_field(ada, world, asked, total):
    with transaction():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)

    assert ada.get(f"/audit?{asked}").json["total"] == total


def test_a_longer_list_sends_no_more_statements(ada, world, statements):
    def said() -> int:
        with statements() as heard:
            assert ada.get("/audit?per_page=200").json["total"]
        return len(heard)

    said()  # the token's first use of the day is noted once
    few = said()
    with transaction():
        for city in ("Laval", "Ottawa", "Toronto", "Montréal"):
            people.change(world.amina, {"city": city}, version=None, by=world.ana)
    assert said() == few


def test_only_administrators_read_it_and_each_their_own(ana, rui, bo, world):
    assert ana.get("/audit").status_code == rui.get("/audit").status_code == 403
    with transaction():
        people.change(world.amina, {"city": "Laval"}, version=None, by=world.ana)
    assert bo.get("/audit?action=person_changed").json["total"] == 0


def test_an_action_that_is_none_is_refused_by_its_field(ada):
    answer = ada.get("/audit?action=danced")

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["action"])
