"""Roles for a time, roles of an office, and to whom an application was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "role_ends",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "role_id"], ["ab_user_role.user_id", "ab_user_role.role_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id"),
    )
    op.create_table(
        "own_roles",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.ARRAY(sa.String(length=64)), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"]),
        sa.PrimaryKeyConstraint("role_id"),
        sa.UniqueConstraint("office_id", "title", name="own_role_title"),
    )
    op.create_index("ix_own_roles_office_id", "own_roles", ["office_id"])
    op.add_column("applications", sa.Column("successor_id", sa.Integer(), nullable=True))
    op.create_foreign_key(None, "applications", "ab_user", ["successor_id"], ["id"])
    op.create_index("ix_applications_successor_id", "applications", ["successor_id"])


def downgrade() -> None:
    op.drop_column("applications", "successor_id")
    op.drop_table("own_roles")
    op.drop_table("role_ends")
