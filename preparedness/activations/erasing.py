"""What activations forget of somebody who is erased; that somebody was asked and answered stays, as a count."""

from sqlalchemy import update

from preparedness.activations.models import LogLine, Reply, Task
from preparedness.audit import ActorKind
from preparedness.contacts.models import Person
from preparedness.database import changed


def erase(person: Person) -> dict[str, int]:
    """Clear what a person answered, noted and wrote; returns how much of each."""
    replies = update(Reply).where(Reply.person_id == person.id)
    notes = update(Task).where(Task.agency_id == person.agency_id, Task.done_by == person.ref)
    lines = update(LogLine).where(LogLine.actor_kind == ActorKind.PERSON, LogLine.actor_id == person.id)
    return {
        "replies": changed(replies.values(state=None, available_from=None, note=None, answered_by=None)),
        "task_notes": changed(notes.values(note=None, done_by=None)),
        "log_lines": changed(lines.values(text="–", actor_label=person.ref)),
    }
