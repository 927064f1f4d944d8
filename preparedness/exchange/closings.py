"""Returned copies let go of: stopped, put aside, given up, or put back to be settled. Nothing of them is written."""

from preparedness.audit import Action, Actor, record
from preparedness.database import touch
from preparedness.errors import Refused
from preparedness.exchange import claims, originals
from preparedness.exchange.models import Errand, Return, ReturnState
from preparedness.i18n import _


def cancel(brought: Return, *, by: Actor) -> None:
    """Stop what is under way: a file that is read is let go of, one that is applied goes back to be settled."""
    if brought.state is ReturnState.APPLYING:
        undoing = brought.errand is Errand.UNDO
        claims.end(brought, ReturnState.APPLIED if undoing else ReturnState.READY)
        touch(brought, by=by.label)
        record(Action.RETURN_DECIDED, brought, by=by, cancelled=True)
    elif brought.state is ReturnState.READING:
        _close(brought, _("Cancelled by %(name)s. Nothing of it was taken.", name=by.label), by)
    else:
        put_aside(brought, by=by)


def put_aside(brought: Return, *, by: Actor) -> None:
    """Close a returned copy without taking anything of it; what was read from it is deleted, and the file."""
    kept_for_others = brought.state is ReturnState.REFUSED and originals.there(brought)
    if brought.state is not ReturnState.READY and not kept_for_others:
        raise Refused(_("This copy was settled already."))
    _close(brought, _("Put aside by %(name)s. Nothing of it was taken.", name=by.label), by)


def _close(brought: Return, why: str, by: Actor) -> None:
    claims.end(brought, ReturnState.REFUSED)
    brought.refusal, brought.rows, brought.changes, brought.problems = why, {}, [], []
    originals.forget([brought.id])
    touch(brought, by=by.label)
    record(Action.RETURN_DECIDED, brought, by=by, put_aside=True)


def give_up(brought: Return, why: str) -> None:
    """What becomes of a copy whose long work could not be done: nothing was written, and the reason is said."""
    if brought.errand is Errand.READ:
        claims.end(brought, ReturnState.REFUSED)
        brought.refusal = why
        originals.forget([brought.id])
    else:
        claims.end(brought, ReturnState.APPLIED if brought.errand is Errand.UNDO else ReturnState.READY)
        brought.notices = [why, *brought.notices]
    touch(brought)


def meanwhile(brought: Return) -> None:
    """Put a copy back to be settled: rows moved while a worker had it. The fresh comparison is kept."""
    claims.end(brought, ReturnState.READY)
    said = _("Something was changed here meanwhile. Look at the changes again, then apply.")
    brought.notices = [said, *(each for each in brought.notices if each != said)]
