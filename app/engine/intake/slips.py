"""Failed rows of nobody known, found again by the rows that correct them: of one name, with ids a slip apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.cases.claims import FailedRow
from app.engine.cases.failed_rows import readable_cells
from app.engine.sheets import SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.free_text import without_numbers
from app.kernel.identifiers import citizen_id

ALIKE = 0.95
NAMESAKES = 50
ID_CHARACTERS = 64
"""No id is longer, with all its blanks: what is, isn't compared character by character."""


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
