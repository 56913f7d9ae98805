"""Rows whose ciphertexts are bound to them get a random key; of those that are there already `keys rotate` fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = ("claims", "failed_rows", "attachments", "objections", "searches")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("row_key", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "row_key")
