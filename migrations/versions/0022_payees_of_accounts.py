"""An account names its payee, its kind and its branch's number; those of 0.5.0 name none and stay payable."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = ("employer_id", "person_id", "branch_no", "kind")
CHECKS = {
    "account_branch_no": "branch_no ~ '^[0-9]{12}$'",
    "account_one_payee": "num_nonnulls(employer_id, person_id) <= 1",
}
PAYEES = {"employer_id": "employers", "person_id": "persons"}


def upgrade() -> None:
    op.add_column("accounts", sa.Column("employer_id", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("branch_no", sa.String(12), nullable=True))
    op.add_column("accounts", sa.Column("kind", sa.String(20), nullable=True))
    for name, condition in CHECKS.items():
        op.execute(f"ALTER TABLE accounts ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE accounts VALIDATE CONSTRAINT {name}")
    for column, table in PAYEES.items():
        name = f"accounts_{column}_fkey"
        op.execute(
            f"ALTER TABLE accounts ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {table} (id) NOT VALID"
        )
        op.execute(f"ALTER TABLE accounts VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("accounts", column)
