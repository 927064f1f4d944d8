"""What activations forget of somebody who is erased."""

from preparedness import audit
from preparedness.activations import availability, erasing, tasks
from preparedness.activations.models import ReplyBy, ReplyState, TaskState
from preparedness.database import db


def test_what_somebody_answered_and_noted_is_forgotten_and_that_they_were_asked_stays(activation, held):
    (reply,) = activation.replies
    task = activation.tasks[0]
    availability.reply(reply, ReplyState.IN_AFFECTED_AREA, None, by=held.amina.actor)
    tasks.report(task, TaskState.DONE, "By my cousin.", version=None, by=held.amina.actor)

    counts = erasing.erase(held.amina)

    db.session.refresh(reply)
    db.session.refresh(task)
    assert counts["replies"] == 1
    assert counts["task_notes"] == 1
    assert (reply.state, task.note, task.done_by) == (None, None, None)
    assert availability.figures(activation).asked == 1
    assert reply.answered_at is not None


def test_a_note_goes_whoever_reported_since_and_so_does_the_name_beside_what_was_done(activation, held):
    blocked, done = activation.tasks[:2]
    tasks.report(blocked, TaskState.BLOCKED, "My sister has the key.", version=None, by=held.amina.actor)
    tasks.report(blocked, TaskState.DONE, blocked.note, version=None, by=held.rui)
    tasks.report(done, TaskState.DONE, None, version=None, by=held.ana, done_by=held.amina.name)

    erasing.erase(held.amina)

    for task in (blocked, done):
        db.session.refresh(task)
    assert (blocked.note, blocked.done_by) == (None, "Rui")
    assert (done.state, done.done_by) == (TaskState.DONE, None)


def test_s4_who_did_or_answered_something_in_words_never_enters_the_audit(activation, held):
    (reply,) = activation.replies
    task = activation.tasks[0]
    tasks.report(task, TaskState.DONE, None, version=None, by=held.ana, done_by="Amina Diallo")
    said = {"via": ReplyBy.PHONE_LIST, "by": held.ana, "answered_by": "Amina Diallo"}
    availability.report(reply, ReplyState.REMOTE_ONLY, None, **said)

    details = [entry.detail.after for row in (task, reply) for entry in audit.of(row) if entry.detail]

    assert details
    assert "Amina" not in str(details)
