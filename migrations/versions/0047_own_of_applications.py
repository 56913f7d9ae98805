"""Fields that only one programme's applications have lie in one column, as those of its claims do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("applications", sa.Column("own", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("applications", "own")
