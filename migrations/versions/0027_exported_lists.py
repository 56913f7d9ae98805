"""A payment list knows that its file was handed out; a claim keeps the day on which it was first sent in."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SENT_AGAIN = """
    UPDATE claims c SET first_submitted_on = least(c.submitted_on, s.day)
    FROM (SELECT claim_id, CAST(min(at) AT TIME ZONE 'Asia/Shanghai' AS date) AS day FROM audit_entries
          WHERE event = 'submit' AND claim_id IS NOT NULL GROUP BY claim_id HAVING count(*) > 1) s
    WHERE c.id = s.claim_id AND c.submitted_on IS NOT NULL
"""
"""Of the others the day of submission is the first."""


def upgrade() -> None:
    op.add_column("payment_lists", sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payment_lists", sa.Column("exported_sha256", sa.String(64), nullable=True))
    op.add_column("claims", sa.Column("first_submitted_on", sa.Date(), nullable=True))
    op.execute(SENT_AGAIN)


def downgrade() -> None:
    op.drop_column("claims", "first_submitted_on")
    op.drop_column("payment_lists", "exported_sha256")
    op.drop_column("payment_lists", "exported_at")
