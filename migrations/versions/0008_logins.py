"""Open sessions, tries at the login, former passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "logins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("seen_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"])
    op.create_table(
        "login_attempts",
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("began_at", moment, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_table(
        "old_passwords",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_old_passwords_user_id", "old_passwords", ["user_id"])
    op.add_column("staff", sa.Column("password_set_at", moment, server_default=sa.func.now(), nullable=False))
    op.add_column(
        "staff", sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("staff", "must_change_password")
    op.drop_column("staff", "password_set_at")
    for table in ("old_passwords", "login_attempts", "logins"):
        op.drop_table(table)
