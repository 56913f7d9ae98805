"""A publicity is extended, never shortened or moved, whichever login asks."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

REFUSE = """
    CREATE FUNCTION notice_keeps_its_days() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.starts_on <> OLD.starts_on OR NEW.ends_on < OLD.ends_on THEN
            RAISE EXCEPTION 'a publicity may be extended only' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER keeps_its_days BEFORE UPDATE OF starts_on, ends_on ON notices"
        " FOR EACH ROW EXECUTE FUNCTION notice_keeps_its_days()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keeps_its_days ON notices")
    op.execute("DROP FUNCTION notice_keeps_its_days()")
