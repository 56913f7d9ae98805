"""A claim needs no employer, and an application may pay each of its people: room for subsidies that the next releases bring.

Nothing is written differently yet, so that hosts of the release before can go on beside this one.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NAME = "application_one_payee"
UNIT = "(payee_kind = 'unit' AND employer_id IS NOT NULL AND payee_person_id IS NULL)"
PERSON = "(payee_kind = 'person' AND employer_id IS NULL AND payee_person_id IS NOT NULL)"
EACH = "(payee_kind = 'each' AND payee_person_id IS NULL)"


def upgrade() -> None:
    op.execute("ALTER TABLE claims ALTER COLUMN employer_id DROP NOT NULL")
    _replace(f"{UNIT} OR {PERSON} OR {EACH}")


def downgrade() -> None:
    _replace(f"{UNIT} OR {PERSON}")
    op.execute("ALTER TABLE claims ALTER COLUMN employer_id SET NOT NULL")


def _replace(condition: str) -> None:
    op.execute(f"ALTER TABLE applications DROP CONSTRAINT {NAME}")
    op.execute(f"ALTER TABLE applications ADD CONSTRAINT {NAME} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE applications VALIDATE CONSTRAINT {NAME}")
