"""Corrections of accounts: proposed by one person, signed or refused by another."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

OPEN_PAYEES = {"correction_open_of_unit": "employer_id", "correction_open_of_person": "person_id"}


def upgrade() -> None:
    op.create_table(
        "account_corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("office_id", sa.Integer(), sa.ForeignKey("offices.id"), nullable=False, index=True),
        sa.Column(
            "application_id", sa.BigInteger(), sa.ForeignKey("applications.id"), nullable=False, index=True
        ),
        sa.Column("employer_id", sa.BigInteger(), sa.ForeignKey("employers.id"), index=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("persons.id"), index=True),
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("paper_id", sa.BigInteger(), sa.ForeignKey("attachments.id"), index=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), server_default="open", nullable=False),
        sa.Column("proposed_by", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column(
            "proposed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("opinion", sa.String(500)),
        sa.CheckConstraint("state IN ('open', 'signed', 'refused')", name="correction_state"),
        sa.CheckConstraint("decided_by <> proposed_by", name="correction_two_people"),
        sa.CheckConstraint(
            "(state = 'open') = (decided_by IS NULL) AND (state = 'open') = (decided_at IS NULL)",
            name="correction_decided",
        ),
        sa.CheckConstraint("num_nonnulls(employer_id, person_id) = 1", name="correction_one_payee"),
    )
    for name, column in OPEN_PAYEES.items():
        op.create_index(
            name,
            "account_corrections",
            ["office_id", column],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    op.drop_table("account_corrections")
