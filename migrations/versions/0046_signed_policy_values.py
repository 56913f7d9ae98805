"""Values of policy parameters are signed by a second officer, and may be a region's."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

SINCE_THEN = "UPDATE policy_values SET signed_at = now() WHERE created_by IS NOT NULL"
"""What judges so far goes on judging."""
ONE_A_DAY = """
    CREATE UNIQUE INDEX policy_one_value_a_day ON policy_values (programme, parameter, region_code, starts_on)
        NULLS NOT DISTINCT WHERE created_by IS NULL OR signed_at IS NOT NULL
"""
GUARD = """
    CREATE FUNCTION guard_policy_values() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.signed_at IS NOT NULL
            AND (NEW.id, NEW.programme, NEW.parameter, NEW.region_code, NEW.value, NEW.starts_on, NEW.ends_on, NEW.document,
                 NEW.created_by, NEW.signed_by, NEW.signed_at) IS DISTINCT FROM
                (OLD.id, OLD.programme, OLD.parameter, OLD.region_code, OLD.value, OLD.starts_on, OLD.ends_on, OLD.document,
                 OLD.created_by, OLD.signed_by, OLD.signed_at) THEN
            RAISE EXCEPTION 'a signed value stays as it was signed' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.signed_at IS NOT NULL AND NEW.signed_by IS NULL AND NEW.created_by IS NOT NULL
            AND (TG_OP = 'INSERT' OR OLD.signed_at IS NULL) THEN
            RAISE EXCEPTION 'a value is signed by somebody' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.signed_by IS NOT NULL AND EXISTS (
            SELECT FROM account_deeds d
            WHERE (d.user_id, d.by_id) IN ((NEW.created_by, NEW.signed_by), (NEW.signed_by, NEW.created_by))) THEN
            RAISE EXCEPTION 'author and signer are strangers' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.region_code IS NOT NULL AND NOT EXISTS (
            SELECT FROM programme_versions v, regions r, jsonb_extract_path(v.content, 'parameters', NEW.parameter) p
            WHERE v.programme = NEW.programme AND v.state IN ('published', 'retired') AND r.code = NEW.region_code
              AND daterange(v.first_day, v.last_day, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')
              AND (r.level = 'prefecture' OR r.level = 'county' AND p->'open_to'->>'level' = 'county')
              AND CASE WHEN p->>'unit' = 'date' THEN
                       CAST(NEW.value AS date) BETWEEN CAST(p->'open_to'->>'least' AS date) AND CAST(p->'open_to'->>'most' AS date)
                  ELSE CAST(NEW.value AS numeric) BETWEEN
                       CAST(p->'open_to'->>'least' AS numeric) AND CAST(p->'open_to'->>'most' AS numeric) END) THEN
            RAISE EXCEPTION 'a value lies within what the province has opened' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.add_column("policy_values", sa.Column("region_code", sa.String(6), sa.ForeignKey("regions.code")))
    op.add_column("policy_values", sa.Column("signed_by", sa.Integer(), sa.ForeignKey("ab_user.id")))
    op.add_column("policy_values", sa.Column("signed_at", sa.DateTime(timezone=True)))
    replaced = sa.ForeignKey("policy_values.id", ondelete="SET NULL")
    op.add_column("policy_values", sa.Column("replaces_id", sa.BigInteger(), replaced))
    op.execute(SINCE_THEN)
    op.create_check_constraint("policy_two_people", "policy_values", "signed_by <> created_by")
    op.create_check_constraint("policy_signed", "policy_values", "signed_by IS NULL OR signed_at IS NOT NULL")
    op.drop_constraint("policy_one_value_a_day", "policy_values")
    op.execute(ONE_A_DAY)
    op.execute(GUARD)
    op.execute(
        """CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON policy_values
           FOR EACH ROW EXECUTE FUNCTION guard_policy_values()"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard ON policy_values")
    op.execute("DROP FUNCTION guard_policy_values()")
    op.execute(
        "DELETE FROM policy_values WHERE region_code IS NOT NULL OR (created_by IS NOT NULL AND signed_at IS NULL)"
    )
    op.drop_index("policy_one_value_a_day", "policy_values")
    op.create_unique_constraint(
        "policy_one_value_a_day", "policy_values", ["programme", "parameter", "starts_on"]
    )
    for name in ("policy_two_people", "policy_signed"):
        op.drop_constraint(name, "policy_values")
    for name in ("region_code", "signed_by", "signed_at", "replaces_id"):
        op.drop_column("policy_values", name)
