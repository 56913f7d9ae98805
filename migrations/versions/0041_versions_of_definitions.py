"""Definitions have versions: two people, immutable once published, each day of a programme in one of them at most."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DAYS_APART = """
    ALTER TABLE programme_versions ADD CONSTRAINT version_days_apart EXCLUDE USING gist
        (textrange(programme, programme, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&)
        WHERE (state IN ('published', 'retired'))
"""
GUARD = """
    CREATE FUNCTION guard_programme_versions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.state IN ('published', 'retired') THEN
                RAISE EXCEPTION 'a published version stays' USING ERRCODE = 'check_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.state IN ('published', 'retired')
            AND ((NEW.id, NEW.programme, NEW.version, NEW.content, NEW.digest, NEW.compiled, NEW.first_day, NEW.author_id, NEW.signer_id,
                  NEW.drafted_at, NEW.signed_at) IS DISTINCT FROM
                 (OLD.id, OLD.programme, OLD.version, OLD.content, OLD.digest, OLD.compiled, OLD.first_day, OLD.author_id, OLD.signer_id,
                  OLD.drafted_at, OLD.signed_at)
                 OR NEW.state NOT IN ('published', 'retired')) THEN
            RAISE EXCEPTION 'a published version stays as it was signed' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.signer_id IS NOT NULL AND EXISTS (
            SELECT FROM account_deeds d
            WHERE (d.user_id, d.by_id) IN ((NEW.author_id, NEW.signer_id), (NEW.signer_id, NEW.author_id))) THEN
            RAISE EXCEPTION 'author and signer are strangers' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "programme_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("programme", sa.String(32), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(10), server_default="draft", nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("compiled", sa.String(64)),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("signer_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("drafted_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("signed_at", MOMENT),
        sa.UniqueConstraint("programme", "version", name="version_once"),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'published', 'retired')", name="version_state"),
        sa.CheckConstraint("author_id <> signer_id", name="version_two_people"),
        sa.CheckConstraint(
            "(state IN ('published', 'retired')) = (signed_at IS NOT NULL)", name="version_signed"
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('published', 'retired') THEN (author_id IS NULL) = (signer_id IS NULL)"
            " ELSE author_id IS NOT NULL AND signer_id IS NULL END",
            name="version_signer",
        ),
        sa.CheckConstraint("first_day <= last_day", name="version_order"),
    )
    op.execute("CREATE TYPE textrange AS RANGE (subtype = text)")
    op.execute(DAYS_APART)
    op.execute(GUARD)
    op.execute(
        """CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON programme_versions
           FOR EACH ROW EXECUTE FUNCTION guard_programme_versions()"""
    )


def downgrade() -> None:
    op.drop_table("programme_versions")
    op.execute("DROP FUNCTION guard_programme_versions()")
    op.execute("DROP TYPE textrange")
