"""Starting an activation, moving its level, and ending it."""

from datetime import timedelta

import pytest

from preparedness.activations import duties, log, previews, running, tasks
from preparedness.activations.models import ActivationKind, ActivationState, TaskState
from preparedness.database import now
from preparedness.errors import Missing, Refused
from preparedness.notifications import outbox
from preparedness.notifications.models import MessageState
from preparedness.plans.models import PlanState, Trigger
from preparedness.vocabulary import Level, Risk
from tests.activations import stage

EXERCISE = {"kind": ActivationKind.EXERCISE, "level": Level.PARTIAL}
FULL = {"kind": ActivationKind.REAL, "level": Level.FULL}


def keys(activation):
    return sorted((task.item_key, task.seat_id) for task in activation.tasks)


def asked(activation):
    return {reply.person.name for reply in activation.replies}


def test_a_plan_without_an_approved_version_cannot_be_activated(world):
    with pytest.raises(Refused, match="Approve the plan first"):
        running.start(world.plan, stage.AGREED, by=world.ana)


def test_an_archived_plan_cannot_be_activated(held):
    held.plan.state = PlanState.ARCHIVED

    with pytest.raises(Refused, match="archived"):
        running.start(held.plan, stage.AGREED, by=held.ana)


def test_the_tasks_of_the_level_fall_due_from_the_hour_of_the_event(held):
    h_hour = now() - timedelta(hours=1)

    activation = running.start(held.plan, stage.AGREED | {"h_hour": h_hour}, by=held.ana)

    due = {task.item_key: task.due_at for task in activation.tasks}
    assert due == {"earthquake.resp.01": h_hour + timedelta(hours=2), "earthquake.reco.01": None}


def test_a_role_with_several_seats_has_a_task_at_each(held):
    activation = running.start(held.plan, FULL, by=held.ana)

    found = {task.seat_id: task.owner_title for task in activation.tasks if task.item_key == "earthquake.resp.02"}
    assert found == {
        held.montreal.id: "Diaspora focal point, Montréal",
        held.paris.id: "Diaspora focal point, Paris",
    }


def test_only_holders_of_roles_at_the_level_are_alerted(activation):
    assert asked(activation) == {"Amina Diallo"}


def test_stepping_up_adds_tasks_and_alerts_nobody_twice(activation, held):
    running.step(activation, Level.FULL, "It is worse than it looked.", by=held.ana)

    assert len(keys(activation)) == 4
    assert len(set(keys(activation))) == 4
    assert asked(activation) == {"Amina Diallo", "Salma Idris"}
    assert [len(outbox.of(reply)) for reply in activation.replies] == [1, 1]


def test_stepping_down_sets_aside_what_nobody_began_and_stops_what_has_not_left(held):
    activation = running.start(held.plan, FULL, by=held.ana)
    begun = next(task for task in activation.tasks if task.seat_id == held.paris.id)
    tasks.report(begun, TaskState.DOING, None, version=None, by=held.ana)

    running.step(activation, Level.PARTIAL, "Less was hit than feared.", by=held.ana)

    states = {task.seat_id: task.state for task in activation.tasks if task.item_key == "earthquake.resp.02"}
    assert states == {held.paris.id: TaskState.DOING, held.montreal.id: TaskState.NOT_APPLICABLE}
    assert asked(activation) == {"Amina Diallo"}


def test_what_was_set_aside_comes_back_when_the_level_rises_again(held):
    activation = running.start(held.plan, FULL, by=held.ana)
    running.step(activation, Level.PARTIAL, None, by=held.ana)

    running.step(activation, Level.FULL, None, by=held.ana)

    assert {task.state for task in activation.tasks} == {TaskState.OPEN}
    assert len(keys(activation)) == 4
    assert asked(activation) == {"Amina Diallo", "Salma Idris"}
    assert [message.state for reply in activation.replies for message in outbox.of(reply)] == [MessageState.QUEUED] * 2


def test_stepping_down_does_not_call_back_an_alert_that_has_left(held):
    activation = running.start(held.plan, FULL, by=held.ana)
    for reply in activation.replies:
        outbox.of(reply)[0].state = MessageState.HANDED_OVER

    running.step(activation, Level.PARTIAL, None, by=held.ana)

    assert asked(activation) == {"Amina Diallo", "Salma Idris"}


def test_it_cannot_step_to_the_level_it_has(activation, held):
    with pytest.raises(Refused, match="at this level already"):
        running.step(activation, Level.PARTIAL, None, by=held.ana)


def test_a_plan_is_not_activated_twice_for_the_same(activation, held):
    with pytest.raises(Refused, match="activated already, as number 1"):
        running.start(held.plan, stage.AGREED, by=held.ana)


def test_s13_a_real_activation_ends_the_exercise_of_the_same_plan_first(held):
    exercise = running.start(held.plan, EXERCISE, by=held.ana)

    real = running.start(held.plan, stage.AGREED, by=held.ana)

    assert exercise.state is ActivationState.CANCELLED
    assert real.state is ActivationState.ACTIVE
    assert (exercise.number, real.number) == (1, 2)


def test_s13_no_exercise_begins_beside_a_real_activation(activation, held):
    with pytest.raises(Refused, match="no exercise beside it"):
        running.start(held.plan, EXERCISE, by=held.ana)


def test_s13_an_exercise_at_high_risk_is_never_without_notice(held):
    held.plan.risk_class = Risk.HIGH

    with pytest.raises(Refused, match="tell the organisations first") as refused:
        running.start(held.plan, EXERCISE, by=held.ana)

    assert refused.value.field == "announced"
    assert running.start(held.plan, EXERCISE | {"announced": True}, by=held.ana).exercise


def test_the_review_lies_ahead(held):
    with pytest.raises(Refused, match="still to come"):
        running.start(held.plan, stage.AGREED | {"review_at": now()}, by=held.ana)


def test_without_a_word_the_review_comes_after_three_days_and_answers_within_the_hour(activation):
    assert activation.review_at - activation.started_at == timedelta(hours=72)
    assert activation.answer_within_minutes == 60


def test_the_level_is_said_in_the_words_of_the_plans_scheme(world):
    words = {"scheme": "National scale", "condition": "Magnitude 7.", "position": 1}
    world.plan.triggers.append(
        Trigger(agency_id=world.agency.id, key="t1", level=Level.PARTIAL, label="Level 2: partial", **words)
    )
    stage.approved(world)

    activation = running.start(world.plan, stage.AGREED, by=world.ana)

    assert activation.level_label == "Level 2: partial (National scale)"


def test_standing_down_gives_recovery_its_due_times_and_tells_those_who_were_asked(activation, held):
    outbox.of(activation.replies[0])[0].state = MessageState.HANDED_OVER

    running.stand_down(activation, "The worst is over.", by=held.ana)

    recovery = next(task for task in activation.tasks if task.item_key == "earthquake.reco.01")
    assert recovery.due_at == activation.stood_down_at + timedelta(hours=72)
    assert [message.template for message in outbox.of(activation.replies[0])] == ["stood_down", "alert"]


def test_who_was_never_reached_before_the_stand_down_was_never_asked(activation, held):
    running.stand_down(activation, None, by=held.ana)

    assert activation.replies == []


def test_closing_needs_a_stand_down_first(activation, held):
    with pytest.raises(Refused, match="Stand it down first"):
        running.close(activation, "Thank you.", by=held.ana)


def test_the_report_back_reaches_everybody_who_was_asked(held):
    activation = running.start(held.plan, FULL, by=held.ana)
    for reply in activation.replies:
        outbox.of(reply)[0].state = MessageState.HANDED_OVER
    running.stand_down(activation, None, by=held.ana)

    running.close(activation, "Twelve associations answered. Thank you.", by=held.ana)

    told = {reply.person.name for reply in activation.replies if outbox.of(reply)[0].template == "report_back"}
    assert told == {"Amina Diallo", "Salma Idris"}
    assert activation.state is ActivationState.CLOSED


def test_a_false_alarm_stops_what_is_unsent_and_tells_those_who_were_alerted(held):
    activation = running.start(held.plan, FULL, by=held.ana)
    amina = next(reply for reply in activation.replies if reply.person is held.amina)
    salma = next(reply for reply in activation.replies if reply.person is held.salma)
    sent, unsent = outbox.of(amina)[0], outbox.of(salma)[0]
    sent.state = MessageState.HANDED_OVER

    running.cancel(activation, "The sensor was broken.", by=held.ana)

    assert activation.state is ActivationState.CANCELLED
    assert unsent.state is MessageState.CANCELLED
    assert outbox.of(amina)[0].template == "alert_cancelled"
    assert asked(activation) == {"Amina Diallo"}


def test_nothing_moves_once_it_is_over(activation, held):
    running.cancel(activation, None, by=held.ana)

    for act in (
        lambda: running.step(activation, Level.FULL, None, by=held.ana),
        lambda: running.stand_down(activation, None, by=held.ana),
        lambda: running.cancel(activation, None, by=held.ana),
        lambda: running.move_review(activation, now() + timedelta(days=1), by=held.ana),
    ):
        with pytest.raises(Refused, match="not running any more"):
            act()


def test_a_review_can_be_moved_ahead_only(activation, held):
    later = now() + timedelta(days=5)

    running.move_review(activation, later, by=held.ana)

    assert activation.review_at == later
    with pytest.raises(Refused, match="still to come"):
        running.move_review(activation, now() - timedelta(hours=1), by=held.ana)


def test_an_operator_sees_only_activations_they_work_on(activation, held):
    rui = held.members["rui"]
    with pytest.raises(Missing):
        running.get(activation.id, agency=held.agency, member=rui)
    assert running.listed(held.agency, rui) == []

    duties.change(activation, [rui.id], by=held.ana)

    assert running.get(activation.id, agency=held.agency, member=rui) is activation
    assert running.bands(held.agency, rui) == [activation]


def test_another_agencys_activation_is_not_there(activation, held):
    with pytest.raises(Missing):
        running.get(activation.id, agency=held.other_agency)


def test_a_member_of_another_agency_cannot_be_put_on_duty(held):
    with pytest.raises(Refused, match="members of this institution"):
        running.start(held.plan, stage.AGREED | {"on_duty": [held.members["bo"].id]}, by=held.ana)


def test_the_preview_says_what_would_happen_and_does_nothing(held):
    preview = previews.of_start(held.plan, Level.FULL)

    assert [alert.name for alert in preview.reached] == ["Amina Diallo", "Rose"]
    assert {line.item_key for line, _due in preview.tasks} == {"earthquake.resp.01", "earthquake.resp.02"}
    assert running.listed(held.agency) == []


def test_each_turn_is_written_in_the_log(activation, held):
    running.step(activation, Level.FULL, "More is hit.", by=held.ana)
    running.stand_down(activation, "Over.", by=held.ana)

    assert [line.text for line in log.of(activation)] == [
        "Activated: Partial activation.",
        "Level: Full activation. More is hit.",
        "Stood down. Over.",
    ]


def test_a_review_that_is_past_waits_to_be_decided(activation, held):
    assert running.to_review(held.agency) == []

    activation.review_at = now() - timedelta(minutes=1)

    assert running.to_review(held.agency) == [activation]
