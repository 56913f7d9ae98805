"""With which sight a long work was done, and a sheet handed in: what was made before can't be taken any more."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE long_works ADD COLUMN sight varchar(64)")
    op.execute("ALTER TABLE held_sheets ADD COLUMN sight varchar(64)")


def downgrade() -> None:
    op.execute("ALTER TABLE held_sheets DROP COLUMN sight")
    op.execute("ALTER TABLE long_works DROP COLUMN sight")
