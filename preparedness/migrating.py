"""Bringing the database to the tables of this release, and saying whether it is there."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from preparedness import audit, database, timetable
from preparedness.accounts import models as of_accounts
from preparedness.activations import models as of_activations
from preparedness.confirmations import models as of_confirmations
from preparedness.contacts import models as of_contacts
from preparedness.database import Model, db, writing
from preparedness.exchange import models as of_exchange
from preparedness.notifications import models as of_notifications
from preparedness.plans import models as of_plans

TABLES = (
    audit,
    timetable,
    of_notifications,
    of_accounts,
    of_contacts,
    of_plans,
    of_confirmations,
    of_activations,
    of_exchange,
)
"""Every module with tables: all are known here, whatever pages the app has."""

FOLDER = Path(__file__).parent / "migrations"


def upgrade(revision: str = "head") -> None:
    """Migrate forward, keeping every row."""
    with writing():
        command.upgrade(_alembic(), revision)


def downgrade(revision: str) -> None:
    """Migrate back to a revision; `base` for nothing."""
    with writing():
        command.downgrade(_alembic(), revision)


def is_current() -> bool:
    """True where the database has the tables of this release."""
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences() -> list[object]:
    """What the models say that the database does not, and the other way round."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Model.metadata))


def write(message: str) -> None:
    """Write the next migration: what the models say that the tables of all migrations so far do not."""
    number = len(list((FOLDER / "versions").glob("*.py"))) + 1
    with writing():
        command.revision(_alembic(), message=message, autogenerate=True, rev_id=f"{number:04d}")


def _alembic() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    return settings


def _write_on_a_fresh_database(message: str) -> None:
    app = Flask(__name__)
    with tempfile.TemporaryDirectory() as folder:
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder}/fresh.sqlite"
        database.install(app)
        with app.app_context():
            upgrade()
            write(message)
            db.engine.dispose()


if __name__ == "__main__":
    _write_on_a_fresh_database(" ".join(sys.argv[1:]))
