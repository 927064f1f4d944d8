"""Alembic's environment: our engine, our tables, batch mode on SQLite."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import CreateTableOp, DowngradeOps, MigrateOperation, MigrationScript, UpgradeOps
from sqlalchemy import Connection, Enum, ForeignKeyConstraint

from preparedness.database import Model, Moment, db


def plain(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types as what lies in the database, so that a migration stands when the code moves on."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


class Circle(MigrateOperation):
    """A link between two tables that point to each other: PostgreSQL gets it once both are there."""

    def __init__(self, link: ForeignKeyConstraint, closing: bool) -> None:
        self.link, self.closing = link, closing


@renderers.dispatch_for(Circle)
def written(_context: AutogenContext, circle: Circle) -> str:
    """The line of a migration for it; on SQLite the table itself says it."""
    link = circle.link
    there = [f"{link.table.name!r}", f"{link.referred_table.name!r}"]
    columns = [f"{link.column_keys!r}", f"{[element.column.name for element in link.elements]!r}"]
    act = (
        f"op.create_foreign_key({link.name!r}, {', '.join(there + columns)})"
        if circle.closing
        else f"op.drop_constraint({link.name!r}, {there[0]}, type_='foreignkey')"
    )
    return f"if op.get_bind().dialect.name != 'sqlite': {act}"


def with_circles(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Close the circles after the last new table, and open them before the first old one goes."""
    for script in directives:
        ahead, back = script.upgrade_ops, script.downgrade_ops
        assert isinstance(ahead, UpgradeOps)
        assert isinstance(back, DowngradeOps)
        links = [
            part
            for made in ahead.ops
            if isinstance(made, CreateTableOp)
            for part in made.columns
            if isinstance(part, ForeignKeyConstraint) and part.use_alter
        ]
        ahead.ops += [Circle(link, closing=True) for link in links]
        back.ops[:0] = [Circle(link, closing=False) for link in links]


def run(connection: Connection) -> None:
    """Migrate in one transaction, one migrator at a time."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('preparedness migrations'))")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=sqlite,
        render_item=plain,
        process_revision_directives=with_circles,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise RuntimeError(f"the migration left rows that lead nowhere: {broken[:5]}")
    connection.commit()


def without_foreign_keys(connection: Connection) -> None:
    """On SQLite a table is changed by copying it, and the rows that point to it must not go with the old one."""
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        run(connection)
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


with db.engine.connect() as opened:
    if opened.dialect.name == "sqlite":
        without_foreign_keys(opened)
    else:
        run(opened)
