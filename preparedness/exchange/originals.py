"""The very files that were brought back, kept until they are settled: several hosts share no disk."""

from collections.abc import Collection

from sqlalchemy import delete, select

from preparedness.database import changed, db
from preparedness.exchange.models import BroughtFile, Return


def keep(brought: Return, content: bytes) -> None:
    """Keep the bytes of a file beside what is known of it."""
    db.session.add(BroughtFile(return_id=brought.id, content=content))


def of(return_id: int) -> bytes | None:
    """The file that was brought back; None once it is settled, or where it holds what had to be forgotten."""
    return db.session.scalar(select(BroughtFile.content).where(BroughtFile.return_id == return_id))


def there(brought: Return) -> bool:
    """True while the file itself is kept."""
    return db.session.scalar(select(BroughtFile.id).where(BroughtFile.return_id == brought.id)) is not None


def forget(return_ids: Collection[int]) -> int:
    """Delete files that are no longer needed; returns how many."""
    if not return_ids:
        return 0
    return changed(delete(BroughtFile).where(BroughtFile.return_id.in_(return_ids)))
