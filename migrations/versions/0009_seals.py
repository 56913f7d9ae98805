"""Seals of the audit log, and the moment from which no entry before it can still come."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HORIZON = """
    CREATE FUNCTION audit_horizon() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
    BEGIN
        -- waits until every writer is done: ids are given in order, but committed in any
        LOCK TABLE audit_entries IN SHARE MODE;
        RETURN (SELECT coalesce(max(id), 0) FROM audit_entries);
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.execute(HORIZON)


def downgrade() -> None:
    op.execute("DROP FUNCTION audit_horizon()")
    op.drop_table("audit_seals")
