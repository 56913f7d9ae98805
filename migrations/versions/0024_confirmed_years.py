"""A year of the working calendar counts once it is confirmed as a whole; a running notice keeps the end that it must be extended to.

The years that are there were entered before years were confirmed, and count as they did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_years", sa.Column("confirmed_on", sa.Date(), nullable=True))
    op.add_column(
        "calendar_years", sa.Column("confirmed_by", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True)
    )
    op.execute("UPDATE calendar_years SET confirmed_on = current_date")
    op.add_column("notices", sa.Column("least_end", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("notices", "least_end")
    op.drop_column("calendar_years", "confirmed_by")
    op.drop_column("calendar_years", "confirmed_on")
