"""Who made, granted and reset an account; what a second administrator confirms; sessions that came with a code.

Grants of before count as confirmed; keys that load registers wait until somebody confirms them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

DEEDS = """
    INSERT INTO account_deeds (user_id, by_id, deed, at)
    SELECT u.id, e.actor_id,
           CASE e.event WHEN 'user_change' THEN 'made' WHEN 'role_change' THEN 'granted' ELSE 'reset' END, min(e.at)
    FROM audit_entries e JOIN ab_user u ON u.username = e.subject JOIN ab_user a ON a.id = e.actor_id
    WHERE e.actor_id <> u.id
      AND (e.event IN ('role_change', 'password_change', 'second_factor_reset')
           OR e.event = 'user_change' AND coalesce(jsonb_typeof(e.before), 'null') = 'null')
    GROUP BY 1, 2, 3
"""
GRANTS = """
    INSERT INTO duty_grants (user_id, role_id, cause, confirmed_at)
    SELECT held.user_id, held.role_id, 'given', now()
    FROM ab_user_role held JOIN ab_role r ON r.id = held.role_id LEFT JOIN own_roles o ON o.role_id = r.id
    WHERE r.name IN ('reviewer', 'cashier') OR o.parts && ARRAY['reviewer', 'cashier']::varchar[]
"""
KEYS = """
    UPDATE api_keys k SET made_by_id = a.id, made_in_id = s.office_id
    FROM audit_entries e JOIN ab_user a ON a.id = e.actor_id JOIN staff s ON s.user_id = a.id
    WHERE e.event = 'key_made' AND e.subject = k.name || ' · ' || k.id
"""
SESSIONS = "UPDATE logins SET by_code = true WHERE user_id IN (SELECT user_id FROM second_factors)"

MAY_CONFIRM = """
    CREATE FUNCTION may_confirm(first integer, first_office integer, second integer) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT coalesce(bool_or(
            CASE WHEN here.id <> there.id THEN starts_with(there.path, here.path)
                 WHEN first IS NULL THEN here.parent_id IS NULL
                 ELSE NOT EXISTS (
                     SELECT FROM account_deeds d
                     WHERE (d.user_id, d.by_id) IN ((first, second), (second, first)))
            END), false)
        FROM staff s JOIN offices here ON here.id = s.office_id JOIN offices there ON there.id = first_office
        WHERE s.user_id = second AND second IS DISTINCT FROM first
    $$
"""
GUARD_GRANTS = """
    CREATE FUNCTION guard_duty_grants() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        waived boolean := NEW.confirmed_at IS NOT NULL AND NEW.confirmed_by IS NULL;
        required boolean := coalesce((SELECT r.required FROM duty_rule r), true);
    BEGIN
        IF TG_OP = 'INSERT' AND NEW.confirmed_by IS NOT NULL THEN
            RAISE EXCEPTION 'a grant begins unconfirmed' USING ERRCODE = 'check_violation';
        ELSIF TG_OP = 'UPDATE' AND (OLD.confirmed_at IS NOT NULL
            OR (NEW.user_id, NEW.role_id, NEW.cause, NEW.given_by, NEW.given_in, NEW.given_at) IS DISTINCT FROM
               (OLD.user_id, OLD.role_id, OLD.cause, OLD.given_by, OLD.given_in, OLD.given_at)) THEN
            RAISE EXCEPTION 'a grant is confirmed once, as it was given' USING ERRCODE = 'check_violation';
        ELSIF waived AND required AND (TG_OP = 'UPDATE' OR NEW.given_by IS NOT NULL) THEN
            RAISE EXCEPTION 'a grant needs a second administrator' USING ERRCODE = 'check_violation';
        ELSIF NEW.confirmed_by IS NOT NULL AND NOT may_confirm(NEW.given_by, NEW.given_in, NEW.confirmed_by) THEN
            RAISE EXCEPTION 'this administrator may not confirm the grant' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""
GUARD_KEYS = """
    CREATE FUNCTION guard_api_keys() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        made_in integer := coalesce(NEW.made_in_id, NEW.office_id);
    BEGIN
        IF TG_OP = 'UPDATE' AND (NEW.office_id, NEW.abilities, NEW.digest, NEW.made_by_id, NEW.made_in_id)
            IS DISTINCT FROM (OLD.office_id, OLD.abilities, OLD.digest, OLD.made_by_id, OLD.made_in_id) THEN
            RAISE EXCEPTION 'a key stays as it was made' USING ERRCODE = 'check_violation';
        ELSIF TG_OP = 'UPDATE' AND OLD.confirmed_at IS NOT NULL
            AND (NEW.confirmed_at, NEW.confirmed_by_id) IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id) THEN
            RAISE EXCEPTION 'a key is confirmed once' USING ERRCODE = 'check_violation';
        ELSIF NEW.confirmed_at IS NULL OR TG_OP = 'UPDATE' AND OLD.confirmed_at IS NOT NULL THEN
            RETURN NEW;
        ELSIF NEW.confirmed_by_id IS NOT NULL AND TG_OP = 'UPDATE' THEN
            IF NOT may_confirm(NEW.made_by_id, made_in, NEW.confirmed_by_id) THEN
                RAISE EXCEPTION 'this administrator may not confirm the key' USING ERRCODE = 'check_violation';
            END IF;
        ELSIF TG_OP = 'UPDATE' OR NEW.confirmed_by_id IS NOT NULL
            OR NEW.made_by_id IS NOT NULL AND NEW.abilities @> ARRAY['register_load']::varchar[]
               AND NOT EXISTS (SELECT FROM offices own JOIN offices above ON above.id = made_in
                               WHERE own.id = NEW.office_id AND own.id <> above.id
                                 AND starts_with(own.path, above.path)) THEN
            RAISE EXCEPTION 'the key needs a second administrator' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""
GUARDS = {"duty_grants": "guard_duty_grants", "api_keys": "guard_api_keys"}


def upgrade() -> None:
    _tables()
    key = [
        sa.Column("made_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True),
        sa.Column("made_in_id", sa.Integer(), sa.ForeignKey("offices.id"), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
    ]
    for column in key:
        op.add_column("api_keys", column)
    op.create_check_constraint("key_of_two", "api_keys", "confirmed_by_id <> made_by_id")
    op.add_column("logins", sa.Column("by_code", sa.Boolean(), server_default="false", nullable=False))
    for statement in (DEEDS, GRANTS, KEYS, SESSIONS, MAY_CONFIRM, GUARD_GRANTS, GUARD_KEYS):
        op.execute(statement)
    for table, function in GUARDS.items():
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def _tables() -> None:
    op.create_table(
        "account_deeds",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "by_id", "deed"),
        sa.CheckConstraint("deed IN ('made', 'granted', 'reset')", name="account_deed_kind"),
        sa.CheckConstraint("user_id <> by_id", name="account_deed_of_another"),
    )
    op.create_index("ix_account_deeds_by_id", "account_deeds", ["by_id"])
    op.create_table(
        "duty_rule",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="duty_rule_one_row"),
    )
    op.create_table(
        "duty_grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_in", sa.Integer(), nullable=True),
        sa.Column("given_at", MOMENT, server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id", "role_id"], ["ab_user_role.user_id", "ab_user_role.role_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["given_in"], ["offices.id"]),
        sa.ForeignKeyConstraint(["confirmed_by"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("confirmed_by <> given_by AND confirmed_by <> user_id", name="duty_of_two"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_at IS NOT NULL", name="duty_confirmed_when"),
        sa.CheckConstraint("confirmed_by IS NULL OR given_in IS NOT NULL", name="duty_given_where"),
    )
    op.create_index("ix_duty_grants_user_id", "duty_grants", ["user_id"])
    op.create_index(
        "duty_unconfirmed", "duty_grants", ["user_id"], postgresql_where=sa.text("confirmed_at IS NULL")
    )


def downgrade() -> None:
    for table, function in GUARDS.items():
        op.execute(f"DROP TRIGGER guard ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION may_confirm(integer, integer, integer)")
    op.drop_column("logins", "by_code")
    for column in ("confirmed_at", "confirmed_by_id", "made_in_id", "made_by_id"):
        op.drop_column("api_keys", column)
    for table in ("duty_grants", "duty_rule", "account_deeds"):
        op.drop_table(table)
