"""The cells of rows that may not become claims, encrypted until the rows are corrected or dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.cases.claims import FailedRow
from app.engine.sheets import SheetRow
from app.kernel.crypto import Vault
from app.kernel.errors import Unreadable
from app.registers.ciphers import new_row_key, place, text_of

FAILED_CELLS = """CREATE TEMP TABLE IF NOT EXISTS failed_cells (
    row_id bigint PRIMARY KEY, row_no integer, row_key bytea, cells_cipher bytea
) ON COMMIT DELETE ROWS"""
COPY_FAILED = "COPY failed_cells FROM STDIN"
STORE_FAILED = """
    INSERT INTO failed_rows (application_id, office_id, row_no, person_id, name, row_key, cells_cipher, findings)
    SELECT :application, :office, f.row_no, d.person_id, d.name, f.row_key, f.cells_cipher, o.findings
    FROM failed_cells f JOIN candidates d USING (row_id) JOIN outcomes o USING (row_id) ORDER BY f.row_id
"""


def cells(row: FailedRow, vault: Vault) -> dict[str, str]:
    """Return the cells of a failed row, field → text. Raises Unreadable."""
    return json.loads(text_of(vault, row, FailedRow.cells_cipher))


def readable_cells(row: FailedRow, vault: Vault, instead: str = "") -> dict[str, str]:
    """Return the same for a list, which one row that doesn't open must not stop: the name, and `instead` of the id."""
    try:
        return cells(row, vault)
    except Unreadable:
        return {"name": row.name, "citizen_id": instead, "unreadable": instead}


def store_failed(session: Session, rows: Sequence[SheetRow], vault: Vault, facts: dict) -> int:
    """Store failed rows: only their cells are encrypted; what the rules found never leaves the server."""
    failed = session.scalars(text("SELECT row_id FROM outcomes WHERE stops")).all()
    session.execute(text(FAILED_CELLS))
    session.execute(text("DELETE FROM failed_cells"))
    with session.connection().connection.cursor().copy(COPY_FAILED) as copy:
        for row_id in failed:
            row = rows[row_id]
            key = new_row_key()
            own = place(FailedRow.cells_cipher, row_key=key, application_id=facts["application"])
            ciphertext = vault.encrypt(json.dumps(row.raw, ensure_ascii=False), own)
            copy.write_row((row_id, row.number, key, ciphertext))
    session.execute(text(STORE_FAILED), facts)
    return len(failed)
