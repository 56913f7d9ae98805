"""Logins by CAS, and the second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("logins", sa.Column("ticket_digest", sa.String(length=64), nullable=True))
    op.create_index("ix_logins_ticket_digest", "logins", ["ticket_digest"])
    op.create_table(
        "cas_accounts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("came_at", moment, server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", moment, server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "second_factor_roles",
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("role"),
    )


def downgrade() -> None:
    for table in ("second_factor_roles", "second_factors", "cas_accounts"):
        op.drop_table(table)
    op.drop_column("logins", "ticket_digest")
