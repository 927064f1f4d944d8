"""tokens of programs and their requests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "proposal",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("plan_ids", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=True),
        sa.Column("headline", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_proposal_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint(
            "agency_id", "sender", "identifier", "sent_at", name=op.f("uq_proposal_agency_id_sender_identifier_sent_at")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index("ix_proposal_waiting", ["agency_id", "state", "received_at"], unique=False)

    op.create_table(
        "alert_feed",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_alert_feed_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_feed")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_alert_feed_agency_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("alert_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_feed_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_feed_next_at"), ["next_at"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("high_risk", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_calendar_feed_agency_id_agency")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_calendar_feed_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("member_id", name=op.f("uq_calendar_feed_member_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_api_token_agency_id_agency")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_api_token_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(
            "uq_api_token_in_use",
            ["member_id", "name"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "webhook",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_webhook_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("agency_id", "url", name=op.f("uq_webhook_agency_id_url")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_webhook_delivery_agency_id_agency")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_webhook_delivery_message_id_message")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_webhook_delivery_message_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_delivery_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index("ix_webhook_delivery_of", ["webhook_id", "id"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("subject_kind", sa.String(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_idempotency_token_id_api_token"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_idempotency_token_id_key")),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "brought_file",
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["brought_back.id"],
            name=op.f("fk_brought_file_return_id_brought_back"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_file")),
        sa.UniqueConstraint("return_id", name=op.f("uq_brought_file_return_id")),
        sqlite_autoincrement=True,
    )
    op.add_column("plan", sa.Column("risk_in_force", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE plan SET risk_in_force = risk_class "
        "WHERE EXISTS (SELECT 1 FROM plan_version WHERE plan_version.plan_id = plan.id)"
    )
    with op.batch_alter_table("workbook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("destroy_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("together", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("why", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("value", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("undo", sa.JSON(), nullable=True))

    with op.batch_alter_table("workbook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "mapping",
        sa.Column("header_hash", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_mapping_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
        sa.UniqueConstraint("agency_id", "header_hash", name=op.f("uq_mapping_agency_id_header_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mapping_agency_id"), ["agency_id"], unique=False)

    with op.batch_alter_table("brought_back", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mapping", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("two_way", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("errand", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("errand_of", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("progress", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("lease_token", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("seen", sa.Integer(), nullable=True))
    with op.batch_alter_table("brought_back", schema=None) as batch_op:
        for name in ("two_way", "errand_of", "progress", "tries"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    """Bring the database back."""
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_column("risk_in_force")

    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_agency_id"))

    op.drop_table("calendar_feed")
    with op.batch_alter_table("alert_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_feed_next_at"))
        batch_op.drop_index(batch_op.f("ix_alert_feed_agency_id"))

    op.drop_table("alert_feed")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_waiting")
        batch_op.drop_index(batch_op.f("ix_proposal_agency_id"))

    op.drop_table("proposal")
    with op.batch_alter_table("brought_back", schema=None) as batch_op:
        batch_op.drop_column("mapping")
        batch_op.drop_column("seen")
        for name in ("leased_until", "lease_token", "tries", "progress", "errand_of", "errand", "two_way", "undone_at"):
            batch_op.drop_column(name)

    with op.batch_alter_table("mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mapping_agency_id"))

    op.drop_table("mapping")

    with op.batch_alter_table("workbook", schema=None) as batch_op:
        batch_op.drop_column("forgotten_at")

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_column("undo")
        batch_op.drop_column("value")
        batch_op.drop_column("why")
        batch_op.drop_column("together")

    with op.batch_alter_table("workbook", schema=None) as batch_op:
        batch_op.drop_column("destroyed_at")
        batch_op.drop_column("destroy_by")

    op.drop_table("brought_file")
    op.drop_table("idempotency")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("uq_api_token_in_use")
        batch_op.drop_index(batch_op.f("ix_api_token_agency_id"))

    op.drop_table("api_token")
