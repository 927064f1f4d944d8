"""no index that another begins with.

What is unique finds the rows of its first column as well as an index of that column alone; such an index only made
every row dearer to write, as did that of the agency of what belongs to a person or organisation. What the audit says of
one row is found by one index in place of two.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEGUN_BY_ANOTHER = {
    "agency_id": (
        *("activation", "alert_feed", "assignment", "audit_entry", "campaign", "mapping", "organisation", "person"),
        *("plan", "proposal", "reply", "role", "seat", "suppression", "task", "webhook", "workbook"),
        *("capability", "channel", "coverage"),
    ),
    "person_id": ("capability", "channel", "coverage", "link"),
    "organisation_id": ("capability", "channel", "coverage"),
    "activation_id": ("task",),
    "campaign_id": ("request",),
    "seat_id": ("assignment",),
}
SUBJECT = ("subject_kind", "subject_id")


def upgrade() -> None:
    """Bring the database forward."""
    for column, tables in BEGUN_BY_ANOTHER.items():
        for table in tables:
            op.drop_index(f"ix_{table}_{column}", table)
    for column in SUBJECT:
        op.drop_index(f"ix_audit_entry_{column}", "audit_entry")
    op.create_index("ix_audit_entry_subject", "audit_entry", SUBJECT)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_audit_entry_subject", "audit_entry")
    for column in SUBJECT:
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])
    for column, tables in BEGUN_BY_ANOTHER.items():
        for table in tables:
            op.create_index(f"ix_{table}_{column}", table, [column])
