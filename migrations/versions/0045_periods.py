"""A claim is of a part of its programme's period: the whole, one of its tranches, or a month.

Hosts of the release before go on beside this one: their checks of sheets name the narrower unique index, which stays until
the first programme is published that has several claims of one person in an application (`let_claims_repeat`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

OPEN = (
    "draft",
    "submitted",
    "in_second_review",
    "returned",
    "approved",
    "publicizing",
    "publicized",
    "disbursed",
)
NARROW, WIDE = "claim_once_in_application", "claim_once_for_period"
LET_REPEAT = f"""
    CREATE OR REPLACE FUNCTION let_claims_repeat() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
    BEGIN
        DROP INDEX IF EXISTS {NARROW};
    END $$
"""


def upgrade() -> None:
    # each by itself: what was begun and given up is begun once more
    for table in ("claims", "failed_rows"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS slot_no smallint NOT NULL DEFAULT 1")
    op.create_table(
        "limit_turns",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("persons.id"), primary_key=True),
        if_not_exists=True,
    )
    op.execute(LET_REPEAT)
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {WIDE}")
        op.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {WIDE} ON claims (application_id, person_id, slot_no) WHERE state IN {OPEN}"
        )


def downgrade() -> None:
    op.execute(
        f"CREATE UNIQUE INDEX IF NOT EXISTS {NARROW} ON claims (application_id, person_id) WHERE state IN {OPEN}"
    )
    op.execute("DROP FUNCTION let_claims_repeat()")
    op.drop_index(WIDE, "claims")
    op.drop_table("limit_turns")
    for table in ("failed_rows", "claims"):
        op.drop_column(table, "slot_no")
