"""Alembic's environment: our engine, our tables, batch mode on SQLite."""

from alembic import context
from flask import current_app

from preparedness.database import Model, db

config = context.config


def run() -> None:
    """Migrate over the app's own engine; foreign keys are off meanwhile on SQLite, and checked afterwards."""
    engine = config.attributes.get("engine") or db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=sqlite,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=False,
        )
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"the migration left rows that lead nowhere: {broken[:5]}")
        connection.commit()
        if sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


assert current_app is not None
run()
