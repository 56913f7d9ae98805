"""What stands under an office's papers: who signs, the place of the seal, whom an objection is told to."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

COLUMNS = {"signs_as": 120, "seal_block": 60, "objection_phone": 60}


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column("offices", sa.Column(name, sa.String(length)))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("offices", name)
