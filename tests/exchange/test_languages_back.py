"""A copy comes back in any language of workbooks, from a real LibreOffice too."""

import pytest

from preparedness.activations import running
from preparedness.activations.models import ActivationKind, TaskState
from preparedness.database import db, writing
from preparedness.exchange.models import WorkbookKind
from preparedness.i18n import WORKBOOK_LANGUAGES, speaking
from tests.activations import stage
from tests.exchange.offline import applied, brought, fresh, taken


@pytest.mark.parametrize("language", WORKBOOK_LANGUAGES)
@pytest.mark.parametrize("kind", [WorkbookKind.ROSTER, WorkbookKind.PLAN])
def test_scenario_1_an_untouched_copy_changes_nothing_in_any_language(world, kind, language):
    _copy, book = taken(world, kind, None if kind is WorkbookKind.ROSTER else world.plan.id, language=language)
    back = brought(world, book.saved())

    assert fresh(back) == []
    assert back.problems == []


@pytest.mark.parametrize("language", WORKBOOK_LANGUAGES)
def test_a_state_chosen_in_the_language_of_the_copy_is_taken(world, language):
    with writing():
        stage.accepts(world.seat, world.amina)
        stage.approved(world)
        agreed = {"kind": ActivationKind.EXERCISE, "level": world.items[1].from_level}
        activation = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    _copy, book = taken(world, WorkbookKind.ACTIVATION, activation.id, language=language)
    task = activation.tasks[0]
    with speaking(language, among=WORKBOOK_LANGUAGES):
        words = str(TaskState.DONE.words)
    book.write("tasks", task.ref, state=words)
    back = brought(world, book.saved())

    assert back.problems == []
    applied(world, back)
    assert task.state is TaskState.DONE
