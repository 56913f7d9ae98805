"""The figures find the checks that stopped somebody without reading the others."""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("check_that_stopped", "checks", ["day"], postgresql_where=text("stops"))


def downgrade() -> None:
    op.drop_index("check_that_stopped", table_name="checks")
