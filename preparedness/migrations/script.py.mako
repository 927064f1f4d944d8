"""${message}."""
<%
    def lines(body):
        """The generated lines without the generator's own remarks."""
        return "\n".join(line for line in (body or "pass").splitlines() if "###" not in line).lstrip()
%>
import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Bring the database forward."""
    ${lines(upgrades)}


def downgrade() -> None:
    """Bring the database back."""
    ${lines(downgrades)}
