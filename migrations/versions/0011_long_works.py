"""One table of all long work: exports become one kind of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEEP = """
    INSERT INTO long_works (id, user_id, kind, view, title, address, locale, asked_cipher, state, done, total, asked_at,
                            content)
    SELECT id, user_id, 'export', view, title, '', locale, query_cipher, state, done, total, asked_at, content
    FROM exports
"""
QUEUED = """
    UPDATE procrastinate_jobs SET task_name = 'do_long_work', args = jsonb_build_object('work_id', args->>'export_id')
    WHERE task_name = 'make_export' AND status IN ('todo', 'doing')
"""
GIVE_BACK = """
    INSERT INTO exports (id, user_id, view, title, query_cipher, locale, state, done, total, asked_at, content)
    SELECT id, user_id, view, title, asked_cipher, locale, state, done, total, asked_at, content
    FROM long_works WHERE kind = 'export'
"""
UNQUEUED = """
    UPDATE procrastinate_jobs SET task_name = 'make_export', args = jsonb_build_object('export_id', args->>'work_id')
    WHERE task_name = 'do_long_work' AND status IN ('todo', 'doing')
      AND args->>'work_id' IN (SELECT id FROM exports)
"""


def upgrade() -> None:
    op.create_table(
        "long_works",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("view", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("asked_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("file_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_cipher", sa.LargeBinary(), nullable=True),
        *_shared(),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="long_work_state"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_long_works_user_id"), "long_works", ["user_id"])
    op.create_index(
        "long_work_once_at_a_time",
        "long_works",
        ["kind", "subject"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.execute(KEEP)
    op.execute(QUEUED)
    op.drop_table("exports")


def downgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("query_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        *_shared(),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="export_state"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_exports_user_id"), "exports", ["user_id"])
    op.execute(GIVE_BACK)
    op.execute(UNQUEUED)
    op.drop_table("long_works")


def _shared() -> tuple[sa.Column, ...]:
    return (
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
    )
