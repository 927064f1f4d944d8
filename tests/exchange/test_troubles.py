"""What could not be taken of a returned copy, as its page says it."""

from preparedness.database import writing
from preparedness.exchange import troubles
from preparedness.exchange.models import WorkbookKind
from preparedness.i18n import speaking
from tests.exchange.offline import brought, taken
from tests.exchange.test_activation_returns import activation, tasks_of

__all__ = ["activation"]

ACTIVATION = WorkbookKind.ACTIVATION


def test_what_a_rule_refuses_is_shown_in_words_and_what_was_typed_as_it_was_typed(world, activation):
    first, second, *_rest = tasks_of(activation)
    _copy, book = taken(world, ACTIVATION, activation.id)
    book.write("tasks", first.ref, state="blocked")
    book.write("tasks", second.ref, state="doing nothing")
    book.write("log", "N-0001", text="Early", at="2199-01-01 10:00")
    back = brought(world, book.saved())
    with speaking("fr"):
        said = {each.cell: each.read for each in troubles.of(back, world.agency)}

    assert said[book.cell("tasks", first.ref, "state").coordinate] == "bloquée"
    assert said[book.cell("tasks", second.ref, "state").coordinate] == "doing nothing"
    assert said[book.cell("log", "N-0001", "at").coordinate] == "2199-01-01 10:00"


def test_troubles_stand_in_the_order_of_their_sheets_and_rows(world, activation):
    first, second, third, *_rest = tasks_of(activation)
    _copy, book = taken(world, ACTIVATION, activation.id)
    for task, state in ((first, "blocked"), (second, "nearly"), (third, "blocked")):
        book.write("tasks", task.ref, state=state)
    book.write("log", "N-0001", text="Early", at="2199-01-01 10:00")
    back = brought(world, book.saved())
    with writing():
        back.problems = list(reversed(back.problems))
    found = [(each.sheet, each.row) for each in troubles.of(back, world.agency) if each.sheet == "Checklist"]

    assert found == sorted(found)
    assert len(found) == 3
