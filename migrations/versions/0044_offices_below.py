"""Offices below the county, and which office took in a case of another; what is there belongs to whom took it in."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offices", sa.Column("kind", sa.String(10)))
    op.create_check_constraint("office_kind", "offices", "kind IN ('township', 'park', 'school')")
    op.create_check_constraint("office_below", "offices", "kind IS NULL OR parent_id IS NOT NULL")
    op.add_column("applications", sa.Column("received_by_id", sa.Integer(), sa.ForeignKey("offices.id")))
    op.create_check_constraint("application_received", "applications", "received_by_id <> office_id")
    op.create_index(
        "application_received_by",
        "applications",
        ["received_by_id", "office_id"],
        postgresql_where=sa.text("received_by_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("application_received_by", "applications")
    op.drop_column("applications", "received_by_id")
    op.drop_constraint("office_below", "offices")
    op.drop_constraint("office_kind", "offices")
    op.drop_column("offices", "kind")
