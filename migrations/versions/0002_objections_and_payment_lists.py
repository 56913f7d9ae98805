"""Objections, payment lists, payees other than the employer, and where an office can be reached."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNIT_OR_PERSON = (
    "(payee_kind = 'unit' AND employer_id IS NOT NULL AND payee_person_id IS NULL)"
    " OR (payee_kind = 'person' AND employer_id IS NULL AND payee_person_id IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "payment_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("programme", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_payment_lists_office_id"), "payment_lists", ["office_id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("raised_by", sa.String(length=100), nullable=False),
        sa.Column("contact_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=1000), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name="objection_state"),
        sa.CheckConstraint("(state = 'open') = (decided_on IS NULL)", name="objection_decided"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"]),
        sa.ForeignKeyConstraint(["registered_by"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_objections_claim_id"), "objections", ["claim_id"], unique=False)
    op.create_index(op.f("ix_objections_office_id"), "objections", ["office_id"], unique=False)
    op.add_column("claims", sa.Column("payment_list_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("claim_payment_list", "claims", "payment_lists", ["payment_list_id"], ["id"])
    op.create_index(op.f("ix_claims_payment_list_id"), "claims", ["payment_list_id"], unique=False)
    op.add_column(
        "applications", sa.Column("payee_kind", sa.String(6), server_default="unit", nullable=False)
    )
    op.add_column("applications", sa.Column("payee_person_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("application_payee", "applications", "persons", ["payee_person_id"], ["id"])
    op.create_index(
        op.f("ix_applications_payee_person_id"), "applications", ["payee_person_id"], unique=False
    )
    op.alter_column("applications", "employer_id", nullable=True)
    op.create_check_constraint("application_one_payee", "applications", UNIT_OR_PERSON)
    op.add_column("offices", sa.Column("address", sa.String(length=200), nullable=True))
    op.add_column("offices", sa.Column("phone", sa.String(length=60), nullable=True))


def downgrade() -> None:
    raise RuntimeError("payments and objections are never dropped")
