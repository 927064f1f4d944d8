"""What confirmations forget of a person who is erased."""

from preparedness.confirmations import answers, erasing
from preparedness.confirmations.models import Choice, RequestState
from preparedness.database import db
from preparedness.timetable import Due
from preparedness.vocabulary import DeclineReason
from tests import asking


def test_reasons_and_conditions_go_and_nothing_more_is_asked(world):
    assignment, request = asking.amina_asked(world)
    answers.give(request, {assignment.id: {"choice": Choice.ACCEPT, "note": "only evenings"}}, by=world.amina.actor)
    answers.give(
        request, {assignment.id: {"choice": Choice.DECLINE, "reason": DeclineReason.TIME}}, by=world.amina.actor
    )

    assert erasing.erase(world.amina) == {"requests": 1, "answers": 2}

    assert all((answer.limits, answer.reason, answer.note) == (None, None, None) for answer in request.lines[0].answers)
    assert request.state is RequestState.CLOSED
    assert db.session.query(Due).count() == 0


def test_somebody_who_was_never_asked_has_nothing_to_forget(world):
    assert erasing.erase(world.salma) == {"requests": 0, "answers": 0}
