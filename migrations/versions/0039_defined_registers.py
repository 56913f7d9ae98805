"""Registers that are data: versions of their definitions, and one table of rows for all of them.

What is published stays as it is. A row belongs to the region of its person or employer, and moves with them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEEP = """
    CREATE FUNCTION register_definition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state = 'published' THEN
            RAISE EXCEPTION 'a published definition stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
"""
MOVE = """
    CREATE FUNCTION facts_follow_{subject}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE register_facts SET region_code = NEW.region_code
        WHERE {subject}_id = NEW.id AND follows = '{subject}';
        RETURN NULL;
    END $$
"""
SUBJECTS = {"person": "persons", "employer": "employers"}


def upgrade() -> None:
    op.create_table(
        "register_definitions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(10), server_default="draft", nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("shipped", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("signer_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("code", "version", name="register_definition_version"),
        sa.CheckConstraint("state IN ('draft', 'published')", name="register_definition_state"),
        sa.CheckConstraint("signer_id <> author_id", name="register_definition_two_people"),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)"
            " AND (author_id IS NULL) = shipped"
            " AND (signer_id IS NOT NULL) = (state = 'published' AND NOT shipped)",
            name="register_definition_signed",
        ),
    )
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON register_definitions"
        " FOR EACH ROW EXECUTE FUNCTION register_definition_stays()"
    )
    op.create_table(
        "register_facts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("persons.id")),
        sa.Column("employer_id", sa.BigInteger(), sa.ForeignKey("employers.id")),
        sa.Column("region_code", sa.String(6), sa.ForeignKey("regions.code")),
        sa.Column("follows", sa.String(8)),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("load_id", sa.BigInteger(), sa.ForeignKey("register_loads.id"), nullable=False),
        sa.UniqueConstraint(
            "employer_id",
            "register",
            "person_id",
            "key",
            name="register_fact_key",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("follows IN ('person', 'employer')", name="register_fact_follows"),
        sa.CheckConstraint("NOT isempty(valid)", name="register_fact_holds"),
    )
    op.create_index("register_fact_of_region", "register_facts", ["register", "region_code", "id"])
    op.create_index(
        "register_fact_of_person", "register_facts", ["person_id", "register", sa.text("lower(valid)")]
    )
    for subject, table in SUBJECTS.items():
        op.execute(MOVE.format(subject=subject))
        op.execute(
            f"CREATE TRIGGER facts_follow AFTER UPDATE OF region_code ON {table} FOR EACH ROW"
            " WHEN (OLD.region_code IS DISTINCT FROM NEW.region_code)"
            f" EXECUTE FUNCTION facts_follow_{subject}()"
        )


def downgrade() -> None:
    for subject, table in SUBJECTS.items():
        op.execute(f"DROP TRIGGER facts_follow ON {table}")
        op.execute(f"DROP FUNCTION facts_follow_{subject}()")
    op.drop_table("register_facts")
    op.drop_table("register_definitions")
    op.execute("DROP FUNCTION register_definition_stays()")
