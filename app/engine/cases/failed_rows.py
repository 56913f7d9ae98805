"""The cells of rows that may not become claims, encrypted until the rows are corrected or dropped; which rows correct them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.engine.cases.claims import FailedRow
from app.engine.sheets import SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import Unreadable
from app.kernel.free_text import without_numbers
from app.kernel.identifiers import citizen_id
from app.registers.ciphers import new_row_key, place, text_of

ALIKE = 0.95
NAMESAKES = 50
ID_CHARACTERS = 64
"""No id is longer, with all its blanks: what is, isn't compared character by character."""

FAILED_CELLS = """CREATE TEMP TABLE IF NOT EXISTS failed_cells (
    row_id bigint PRIMARY KEY, row_no integer, row_key bytea, cells_cipher bytea
) ON COMMIT DELETE ROWS"""
COPY_FAILED = "COPY failed_cells FROM STDIN"
STORE_FAILED = """
    INSERT INTO failed_rows (application_id, office_id, row_no, person_id, slot_no, name, row_key, cells_cipher, findings)
    SELECT :application, :office, f.row_no, d.person_id, d.slot_no, d.name, f.row_key, f.cells_cipher, o.findings
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


def folded_name(row: SheetRow) -> str:
    """Return the name by which a row is held, long numbers masked."""
    return without_numbers(names.fold(row.values.get("name") or ""))[:100]


def mended_by(session: Session, application_id: int, rows: Sequence[SheetRow], vault: Vault) -> list[int]:
    """Return failed rows of nobody known that the new rows stand for: of one name, with ids a slip apart.

    A name alone says too little: namesakes stay.
    """
    nameless = (FailedRow.application_id == application_id) & FailedRow.person_id.is_(None)
    names_held = set(session.scalars(select(FailedRow.name).where(nameless)))
    if not names_held:
        return []
    typed = defaultdict(list)
    for row in rows:
        if (name := folded_name(row)) in names_held:
            typed[name].append((row.number, row.raw.get("citizen_id", "")))
    wanted = select(FailedRow).where(nameless, FailedRow.name.in_(list(typed)))
    return [
        failed.id
        for failed in session.scalars(wanted)
        if _stands_for(typed[failed.name], failed.row_no, readable_cells(failed, vault).get("citizen_id", ""))
    ]


def _stands_for(typed: Sequence[tuple[int, str]], row_no: int, held_id: str) -> bool:
    """Return whether one of (row number, id) may be the held row, corrected; without any id the place must be the same."""
    if not held_id:
        return any(number == row_no for number, _ in typed)
    return any(_slip(held_id, code) for _, code in typed[:NAMESAKES])


def _slip(one: str, other: str) -> bool:
    """Return whether up to three digits are wrong (what Excel loses), or one is left out or put in too many."""
    if one == other or max(len(one), len(other)) > ID_CHARACTERS:
        return one == other
    one, other = citizen_id.normalize(one), citizen_id.normalize(other)
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 3
    return abs(len(one) - len(other)) == 1 and SequenceMatcher(None, one, other).ratio() > ALIKE
