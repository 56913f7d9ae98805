"""The phone of a class's contact as an encrypted field of its own; `prepare` moves what 0.5.0 kept in the text."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("training_classes", sa.Column("row_key", sa.LargeBinary(), nullable=True))
    op.add_column("training_classes", sa.Column("contact_phone_cipher", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("training_classes", "contact_phone_cipher")
    op.drop_column("training_classes", "row_key")
