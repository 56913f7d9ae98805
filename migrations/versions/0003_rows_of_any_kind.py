"""A batch may move rows of any kind, and the audit log names a class."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("batch_rows", "claim_id", new_column_name="row_id")
    op.execute("ALTER INDEX batch_row_of_claim RENAME TO batch_row_of_row")
    op.add_column("audit_entries", sa.Column("class_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_audit_entries_class_id"), "audit_entries", ["class_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("the audit log is never cut")
