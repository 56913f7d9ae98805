"""The few paid claims that a rule stopped are found without reading the many that it didn't."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS claim_post_check")
        op.execute(
            "CREATE INDEX CONCURRENTLY claim_post_check ON claims (programme, office_id, id) WHERE post_check"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS claim_post_check")
