"""Messages, for programs: what became of each, never its text, its link or an address."""

import pytest

from preparedness.confirmations import campaigns
from preparedness.database import db, now, transaction
from preparedness.notifications import outbox
from preparedness.notifications.models import Failure, Message, MessageState
from preparedness.plans import assignments
from preparedness.vocabulary import ChannelKind
from tests.asking import in_days


def queue(world, number: int = 0, **more) -> Message:
    """One message to Amina about the plan."""
    said = {
        "agency_id": world.agency.id,
        "key": outbox.key("test", number, more.get("person_id")),
        "kind": "request",
        "channel": ChannelKind.EMAIL,
        "template": "request",
        "params": {"secret": "blue mango"},
        "language": "en",
        "subject": world.plan,
        "person_id": world.amina.id,
        **more,
    }
    with transaction():
        return outbox.queue(**said)


def test_a_message_tells_what_became_of_it_and_nothing_else(ana, world):
    message = queue(world)

    answer = ana.get(f"/messages/{message.id}")

    assert answer.json == {
        "id": message.id,
        "created_at": answer.json["created_at"],
        "kind": "request",
        "channel": "email",
        "person_id": world.amina.id,
        "subject": {"kind": "plan", "id": world.plan.id},
        "state": "queued",
        "attempts": 0,
        "next_at": answer.json["next_at"],
        "handed_over_at": None,
        "received_at": None,
        "error": None,
    }
    assert ana.get("/messages").json["items"] == [answer.json]


def test_no_text_no_link_and_no_address_of_a_real_request_is_told(ana, world):
    with transaction():
        assignments.assign(world.seat, world.amina, by=world.ana)
        campaigns.ask(world.plan, deadline=in_days(14), by=world.ana)
    message = queue(world)

    told = ana.get("/messages").text + ana.get(f"/messages/{message.id}").text

    assert '"total":2' in told.replace(" ", "")
    assert not any(hidden in told for hidden in ("amina@", "Amina", "/a/", "blue mango", "params", "template", "http"))


def test_what_failed_says_why(ana, world):
    message = queue(world)
    with transaction():
        kept = db.session.get_one(Message, message.id)
        kept.state, kept.final_error, kept.handed_over_at = MessageState.FAILED, Failure.REJECTED, now()

    shown = ana.get(f"/messages/{message.id}").json

    assert (shown["state"], shown["error"]) == ("failed", "rejected")
    assert shown["handed_over_at"].endswith("Z")


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ("state=queued", 2),
        ("state=failed", 0),
        ("kind=request", 1),
        ("kind=reminder&channel=email", 1),
        ("channel=sms", 0),
        ("q=amina", 1),
        ("q=salma", 1),
        ("q=nobody", 0),
        ("subject_kind=plan", 2),
        ("subject_kind=&q=", 2),
        ("subject_kind=nonsense", 0),
        ("subject_id=987654321", 0),
    ],
)
def test_the_list_is_narrowed_by_field(ana, world, asked, total):
    queue(world)
    queue(world, person_id=world.salma.id, kind="reminder")

    assert ana.get(f"/messages?{asked}").json["total"] == total


def test_the_newest_stands_first_page_by_page(ana, world):
    numbers = [queue(world, turn).id for turn in range(3)]

    pages = [ana.get(f"/messages?per_page=2&page={page}").json["items"] for page in (1, 2)]

    assert [each["id"] for page in pages for each in page] == numbers[::-1]


def test_a_longer_list_sends_no_more_statements(ana, world, statements):
    def said() -> int:
        with statements() as heard:
            assert ana.get("/messages?q=amina").json["total"]
        return len(heard)

    queue(world)
    said()  # the token's first use of the day is noted once
    few = said()
    for turn in range(1, 8):
        queue(world, turn)
    assert said() == few


def test_an_operator_reads_none_and_another_agency_none_of_ours(rui, bo, world):
    message = queue(world)

    assert rui.get("/messages").status_code == rui.get(f"/messages/{message.id}").status_code == 403
    assert bo.get(f"/messages/{message.id}").status_code == 404
    assert bo.get("/messages").json["total"] == 0


def test_nothing_is_written_at_a_message(ana, world):
    message = queue(world)

    answer = ana.patch(f"/messages/{message.id}", {"state": "queued"}, version=1)

    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
