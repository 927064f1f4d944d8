"""How often something may be tried: counted in the database, by a hash of who tries, whatever the answer."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update

from preparedness import config
from preparedness.accounts.models import Throttle
from preparedness.database import afterwards, changed, db, insert_missing, now


def too_often(scope: str, key: str, *, most: int, window: timedelta) -> bool:
    """True where `key` was counted `most` times or more in this window and the one before it."""
    hashed, start = _hash(scope, key), _start(window)
    count = db.session.scalar(
        select(func.coalesce(func.sum(Throttle.count), 0)).where(
            Throttle.scope == scope, Throttle.key_hash == hashed, Throttle.window_start >= start - window
        )
    )
    return (count or 0) >= most


def count(scope: str, key: str, *, window: timedelta) -> None:
    """Count one try, whatever becomes of the request."""
    hashed, start = _hash(scope, key), _start(window)
    afterwards(lambda: _add(scope, hashed, start))


def clear(scope: str, key: str) -> None:
    """Forget the tries of one who got in."""
    hashed = _hash(scope, key)
    afterwards(lambda: _forget(scope, hashed))


def sweep() -> int:
    """Delete what is older than a day; returns how many."""
    old = delete(Throttle).where(Throttle.window_start < now() - timedelta(days=1))
    return changed(old)


def _add(scope: str, hashed: str, start: datetime) -> None:
    row = {"scope": scope, "key_hash": hashed, "window_start": start}
    insert_missing(Throttle, [row | {"count": 0}], list(row))
    changed(update(Throttle).filter_by(**row).values(count=Throttle.count + 1))


def _forget(scope: str, hashed: str) -> None:
    db.session.execute(delete(Throttle).where(Throttle.scope == scope, Throttle.key_hash == hashed))


def _start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now().timestamp()) // seconds * seconds, UTC)


def _hash(scope: str, key: str) -> str:
    secret = config.current().secret_key.encode()
    return hmac.new(secret, f"{scope}|{key.casefold()}".encode(), hashlib.sha256).hexdigest()
