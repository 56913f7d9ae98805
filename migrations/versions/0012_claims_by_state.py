"""A province's list of the claims in one state: without this index it reads all claims of all states."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("claim_by_state", "claims", ["programme", "state", "id"])


def downgrade() -> None:
    op.drop_index("claim_by_state", "claims")
