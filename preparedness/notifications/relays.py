"""Relays: a mail server that fails is spared for a while, longer each time, so that the reserve takes over."""

from datetime import timedelta

from sqlalchemy import select, update

from preparedness.database import changed, db, insert_missing, shared_now
from preparedness.notifications.models import RelayState

SHORTEST, LONGEST = timedelta(seconds=10), timedelta(minutes=10)


def resting() -> set[str]:
    """The relays that are spared just now."""
    return set(db.session.scalars(select(RelayState.name).where(RelayState.open_until > shared_now())))


def failed(name: str) -> None:
    """Spare a relay that could not be reached: ten seconds, then twice as long each time."""
    insert_missing(RelayState, [{"name": name, "failures": 0}], ["name"])
    state = db.session.scalars(select(RelayState).where(RelayState.name == name).with_for_update()).one()
    state.open_until = shared_now() + min(LONGEST, SHORTEST * 2 ** min(state.failures, 10))
    state.failures += 1


def worked(name: str) -> None:
    """Forget the failures of a relay that works."""
    failing = update(RelayState).where(RelayState.name == name, RelayState.failures > 0)
    changed(failing.values(failures=0, open_until=None))
