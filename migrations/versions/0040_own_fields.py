"""Fields that only one programme has lie in one column; a case knows the version of its programme's definition.

What is there already belongs to the first version.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("claims", "applications"):
        version = sa.Column("definition_version", sa.SmallInteger, nullable=False, server_default="1")
        op.add_column(table, version)
    op.add_column("claims", sa.Column("own", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("claims", "own")
    op.drop_column("claims", "definition_version")
    op.drop_column("applications", "definition_version")
