"""A list of one county is read from an index in its order, and the planner knows each office and region by itself.

Of a county that has nothing it would otherwise read, to find nothing, all that the others have.
The indexes are made without keeping anybody from writing; what was begun and given up is begun anew.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXES = {
    "claim_of_office": "claims (office_id, programme, id)",
    "person_of_region": "persons (region_code, id)",
}
STATISTICS = {"claims": "office_id", "persons": "region_code"}
MOST = 1000


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_persons_region_code")
        for table, column in STATISTICS.items():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {MOST}")
            op.execute(f"ANALYZE {table} ({column})")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table, column in STATISTICS.items():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
        op.execute("CREATE INDEX CONCURRENTLY ix_persons_region_code ON persons (region_code)")
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY {name}")
