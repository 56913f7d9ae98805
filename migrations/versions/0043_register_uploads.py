"""Files of registers that are uploaded on a screen: one person uploads, another confirms."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_uploads",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("office_id", sa.Integer(), sa.ForeignKey("offices.id"), nullable=False, index=True),
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_cipher", sa.LargeBinary()),
        sa.Column("refused_cipher", sa.LargeBinary()),
        sa.Column("region_code", sa.String(6), sa.ForeignKey("regions.code")),
        sa.Column("first_day", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("state", sa.String(10), server_default="waiting", nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column(
            "uploaded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("load_id", sa.BigInteger(), sa.ForeignKey("register_loads.id")),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'refused', 'withdrawn')", name="upload_state"),
        sa.CheckConstraint("decided_by <> uploaded_by", name="upload_two_people"),
        sa.CheckConstraint(
            "(state IN ('waiting', 'withdrawn')) = (decided_by IS NULL)"
            " AND (state = 'waiting') = (decided_at IS NULL)"
            " AND (state = 'confirmed') = (load_id IS NOT NULL)"
            " AND (state = 'waiting') = (file_cipher IS NOT NULL)",
            name="upload_decided",
        ),
    )


def downgrade() -> None:
    op.drop_table("register_uploads")
