"""What activations forget of somebody who is erased; that somebody was asked and answered stays, as a count."""

from sqlalchemy import Select, select, update

from preparedness.activations.models import LogLine, Reply, Task
from preparedness.audit import Action, ActorKind, Entry
from preparedness.contacts.models import Person
from preparedness.database import changed


def erase(person: Person) -> dict[str, int]:
    """Clear what a person answered, noted and wrote; returns how much of each."""
    replies = update(Reply).where(Reply.person_id == person.id)
    theirs = update(Task).where(Task.agency_id == person.agency_id)
    notes = theirs.where(Task.id.in_(reported(person)))
    names = theirs.where(Task.done_by.in_({person.ref, person.name, person.shown_name}))
    lines = update(LogLine).where(LogLine.actor_kind == ActorKind.PERSON, LogLine.actor_id == person.id)
    return {
        "replies": changed(replies.values(state=None, available_from=None, note=None, answered_by=None)),
        "task_notes": changed(notes.values(note=None)),
        "tasks_done": changed(names.values(done_by=None)),
        "log_lines": changed(lines.values(text="–", actor_label=person.ref)),
    }


def reported(person: Person) -> Select[int | None]:
    """The tasks on which a person ever reported, whoever reported on them since: a note is kept on the way."""
    return select(Entry.subject_id).where(
        Entry.agency_id == person.agency_id,
        Entry.subject_kind == Task.__tablename__,
        Entry.action == Action.TASK_CHANGED,
        Entry.actor_kind == ActorKind.PERSON,
        Entry.actor_id == person.id,
    )
