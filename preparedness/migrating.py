"""Bringing the database to the tables of this release, and saying whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from preparedness.database import Model, db, writing


def upgrade(revision: str = "head") -> None:
    """Migrate forward, keeping every row."""
    with writing():
        command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Migrate back to a revision; `base` for nothing."""
    with writing():
        command.downgrade(_config(), revision)


def is_current() -> bool:
    """True where the database has the tables of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences() -> list[object]:
    """What the models say that the database does not, and the other way round."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Model.metadata))


def write(message: str) -> None:
    """Write a new migration from what the models say that the database does not."""
    with writing():
        command.revision(_config(), message=message, autogenerate=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
