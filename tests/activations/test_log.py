"""The log: written once, never changed."""

from datetime import timedelta

import pytest

from preparedness.activations import log
from preparedness.activations.models import LogKind
from preparedness.audit import of as entries_of
from preparedness.database import db, now
from preparedness.errors import Refused


def test_lines_are_numbered_as_written_and_read_in_the_order_of_events(activation, held):
    late = log.write(activation, text="The port is open.", kind=LogKind.FACT, by=held.ana)
    early = log.write(
        activation,
        text="First wave of messages.",
        kind=LogKind.MESSAGE,
        at=now() - timedelta(days=1),
        for_whom="Liaison",
        by=held.rui,
    )

    assert (late.number, early.number) == (2, 3)
    assert [line.number for line in log.of(activation)] == [3, 1, 2]
    assert (early.actor_label, early.for_whom) == ("Rui", "Liaison")


def test_the_log_tells_nothing_that_is_still_to_come(activation, held):
    with pytest.raises(Refused) as refused:
        log.write(activation, text="Rain.", kind=LogKind.FACT, at=now() + timedelta(hours=1), by=held.ana)

    assert refused.value.field == "at"


def test_a_line_is_never_changed(activation, held):
    line = log.write(activation, text="The port is open.", kind=LogKind.FACT, by=held.ana)

    line.text = "The port is closed."

    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()
    db.session.rollback()


def test_a_line_is_never_taken_away(activation):
    db.session.delete(log.of(activation)[0])

    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()
    db.session.rollback()


def test_s4_the_history_keeps_the_number_of_a_line_never_its_text(activation, held):
    line = log.write(activation, text="Bridge at Léogâne.", kind=LogKind.FACT, by=held.ana)

    (entry,) = entries_of(line)
    assert entry.detail.after == {"number": 2, "kind": "fact"}
