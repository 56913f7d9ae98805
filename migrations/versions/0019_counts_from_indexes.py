"""How many claims a list has, and their sum, is read from its index alone."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = {
    "claim_of_office_by_state": "(office_id, programme, state, id)",
    "claim_by_state": "(programme, state, id)",
}


def upgrade() -> None:
    """The old ones serve until the new ones stand."""
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}_new")
            op.execute(f"CREATE INDEX CONCURRENTLY {name}_new ON claims {columns} INCLUDE (amount)")
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON claims {columns}")
