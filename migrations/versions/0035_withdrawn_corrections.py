"""A correction of an account may be withdrawn by the person who proposed it: a state with a time and nobody who decided.

Downgrading drops withdrawn corrections, which have changed nothing; the audit log keeps them.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

STATE, DECIDED = "correction_state", "correction_decided"


def upgrade() -> None:
    _replace(STATE, "state IN ('open', 'signed', 'refused', 'withdrawn')")
    _replace(
        DECIDED,
        "(state IN ('open', 'withdrawn')) = (decided_by IS NULL) AND (state = 'open') = (decided_at IS NULL)",
    )


def downgrade() -> None:
    op.execute("DELETE FROM account_corrections WHERE state = 'withdrawn'")
    _replace(STATE, "state IN ('open', 'signed', 'refused')")
    _replace(DECIDED, "(state = 'open') = (decided_by IS NULL) AND (state = 'open') = (decided_at IS NULL)")


def _replace(name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE account_corrections DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE account_corrections ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE account_corrections VALIDATE CONSTRAINT {name}")
