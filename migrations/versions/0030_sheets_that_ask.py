"""Where a result comes from, who else has a certificate number, and sheets that wait for an answer.

The index is made without keeping anybody from writing; what was begun and given up is begun anew.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

RESULTS = """
    ALTER TABLE enrolments ADD COLUMN IF NOT EXISTS result_source varchar(10),
                           ADD COLUMN IF NOT EXISTS result_at timestamptz,
                           DROP CONSTRAINT IF EXISTS enrolment_result_source,
                           ADD CONSTRAINT enrolment_result_source CHECK (result_source IN ('screen', 'sheet')) NOT VALID
"""
HELD = """
    CREATE TABLE IF NOT EXISTS held_sheets (
        id varchar(36) PRIMARY KEY, user_id integer NOT NULL REFERENCES ab_user (id), kind varchar(20) NOT NULL,
        view varchar(60) NOT NULL, subject varchar(36) NOT NULL, title varchar(100) NOT NULL,
        file_cipher bytea NOT NULL, question_cipher bytea NOT NULL, held_at timestamptz NOT NULL DEFAULT now()
    )
"""
CERTIFICATES = "enrolment_of_certificate"


def upgrade() -> None:
    op.execute(RESULTS)
    op.execute(HELD)
    op.execute("CREATE INDEX IF NOT EXISTS ix_held_sheets_user_id ON held_sheets (user_id)")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE enrolments VALIDATE CONSTRAINT enrolment_result_source")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {CERTIFICATES}")
        op.execute(
            f"CREATE INDEX CONCURRENTLY {CERTIFICATES} ON enrolments (certificate_no) WHERE certificate_no IS NOT NULL"
        )


def downgrade() -> None:
    op.execute(f"DROP INDEX {CERTIFICATES}")
    op.execute("DROP TABLE held_sheets")
    op.execute("ALTER TABLE enrolments DROP COLUMN result_source, DROP COLUMN result_at")
