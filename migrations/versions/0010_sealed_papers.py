"""Scanned papers and finished exports are kept encrypted, as ids, phones and accounts are.

They are sealed here with the configured key, row by row: a paper is as large as 10 MiB.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("attachments", "exports")


def upgrade() -> None:
    _convert(current_app.extensions["vault"].encrypt_bytes)


def downgrade() -> None:
    _convert(current_app.extensions["vault"].decrypt_bytes)


def _convert(convert) -> None:
    connection = op.get_bind()
    for name in TABLES:
        table = sa.table(name, sa.column("id"), sa.column("content", sa.LargeBinary()))
        held = connection.scalars(sa.select(table.c.id).where(table.c.content.is_not(None))).all()
        for row in held:
            content = connection.scalar(sa.select(table.c.content).where(table.c.id == row))
            new = convert(bytes(content))
            connection.execute(sa.update(table).where(table.c.id == row).values(content=new))
