"""Part of a name is found by an index: by its pairs of characters, and by single ones.

An own function, for the embedded server has no pg_trgm.
The indexes are made without keeping anybody from writing; what was begun and given up is begun anew.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

GRAMS = """
    CREATE OR REPLACE FUNCTION grams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT substr($1, place, length)
                 FROM generate_series(1, char_length($1)) AS place, generate_series(1, 2) AS length)
"""
INDEXES = {"person_name_grams": ("persons", "name_folded"), "employer_name_grams": ("employers", "name")}


def upgrade() -> None:
    op.execute(GRAMS)
    with op.get_context().autocommit_block():
        for name, (table, column) in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin (grams({column}))")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP FUNCTION grams(text)")
