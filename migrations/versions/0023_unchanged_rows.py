"""A bulk action moves only what is as its dialog showed it: rows keep their version and payment list.

The version of a claim rises with whatever a decision rests on, whichever statement changes it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = (
    "state",
    "amount",
    "policy",
    "account_id",
    "notice_id",
    "payment_list_id",
    "person_id",
    "employer_id",
    "insured_region",
    "name",
    "category",
    "contract_start",
    "contract_end",
    "enrolment_id",
    "opens_on",
    "closes_on",
    "hours",
)
RAISE_VERSION = """
    CREATE FUNCTION raise_claim_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END $$
"""
RAISE_UNFROZEN = """
    CREATE FUNCTION raise_unfrozen_claims() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE claims SET version = version + 1 WHERE application_id = NEW.id AND state IN ('draft', 'returned');
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.add_column("batch_rows", sa.Column("version", sa.BigInteger(), nullable=True))
    op.add_column("batch_rows", sa.Column("payment_list_id", sa.BigInteger(), nullable=True))
    op.execute(RAISE_VERSION)
    op.execute(RAISE_UNFROZEN)
    before, after = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))
    op.execute(
        f"""CREATE TRIGGER version_rises BEFORE UPDATE ON claims FOR EACH ROW
            WHEN (NEW.version = OLD.version AND ({after}) IS DISTINCT FROM ({before}))
            EXECUTE FUNCTION raise_claim_version()"""
    )
    op.execute(
        """CREATE TRIGGER account_changes AFTER UPDATE OF account_id ON applications FOR EACH ROW
           WHEN (NEW.account_id IS DISTINCT FROM OLD.account_id) EXECUTE FUNCTION raise_unfrozen_claims()"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER account_changes ON applications")
    op.execute("DROP TRIGGER version_rises ON claims")
    op.execute("DROP FUNCTION raise_unfrozen_claims()")
    op.execute("DROP FUNCTION raise_claim_version()")
    op.drop_column("batch_rows", "payment_list_id")
    op.drop_column("batch_rows", "version")
