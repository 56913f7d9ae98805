"""A claim may wait for a second review (待复审): one more state that is live.

Constraints grow only, so that hosts of the release before go on beside this one; the wider indexes serve them too.
They are made without keeping anybody from writing; what was begun and given up is begun once more.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

BEFORE = ("submitted", "returned", "approved", "publicizing", "publicized", "disbursed")
LIVE = ("submitted", "in_second_review", *BEFORE[1:])
ENDED = ("rejected", "publicity_failed", "withdrawn", "revoked")
INDEXES = {
    "claim_once_in_application": "application_id, person_id",
    "claim_of_enrolment": "enrolment_id",
}


def upgrade() -> None:
    _replace(LIVE)


def downgrade() -> None:
    _replace(BEFORE)


def _replace(live: tuple[str, ...]) -> None:
    _check("claim_state", f"state IN {('draft', *live, *ENDED)}")
    _check("claim_frozen", f"state NOT IN {live} OR (policy IS NOT NULL AND account_id IS NOT NULL)")
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}_wide")
            op.execute(
                f"CREATE UNIQUE INDEX CONCURRENTLY {name}_wide ON claims ({columns})"
                f" WHERE state IN {('draft', *live)}"
            )
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"ALTER INDEX {name}_wide RENAME TO {name}")


def _check(name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE claims DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE claims ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE claims VALIDATE CONSTRAINT {name}")
