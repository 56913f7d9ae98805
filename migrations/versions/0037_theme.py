"""The colour scheme that a person has chosen; NULL follows the browser."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("theme", sa.String(5)))


def downgrade() -> None:
    op.drop_column("staff", "theme")
