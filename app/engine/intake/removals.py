"""Failed rows that shall not be corrected: removed, and for a moment put back by the person who removed them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Claim, FailedRow
from app.engine.cases.periods import WHOLE
from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.intake import held_sheets
from app.engine.intake.check import drop_failed, lock_own
from app.engine.intake.held_sheets import REMOVED, HeldSheet
from app.kernel.crypto import Vault
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.ciphers import bytes_of, text_of

OFFERED_FOR = timedelta(seconds=10)
PUT_BACK_FOR = timedelta(minutes=1)
"""Longer than it is offered: a slow line must not make the offer untrue."""
MOST_KEPT = 500
"""Rows of one removal that can be put back; who removes more has a sheet to upload again."""
COLUMNS = ("row_no", "person_id", "slot_no", "name", "findings")
KEYS = ("row_key", "cells_cipher")


@dataclass(frozen=True)
class Removal:
    """What a person removed last of one application: how many rows, and who stood in the first of them."""

    id: str
    count: int
    row_no: int
    name: str


def remove_failed(
    session: Session, actor: Actor, vault: Vault, application_id: int, row_ids: Sequence[int], view: str
) -> int:
    """Remove failed rows that shall not be corrected; returns how many. `view` is where they can be put back."""
    application = lock_own(session, actor, application_id)
    own = FailedRow.application_id == application.id, FailedRow.id.in_(row_ids)
    rows = session.scalars(select(FailedRow).where(*own).order_by(FailedRow.row_no, FailedRow.id)).all()
    if 0 < len(rows) <= MOST_KEPT:
        facts = {"count": len(rows), "row_no": rows[0].row_no, "name": rows[0].name}
        held_sheets.hold(
            session,
            vault,
            json.dumps([_kept(row) for row in rows]).encode(),
            json.dumps(facts),
            user_id=actor.user_id,
            kind=REMOVED,
            view=view,
            subject=str(application.id),
            title=application.number,
            sight=actor.sight,
        )
    return drop_failed(session, actor, application.id, [row.id for row in rows])


def removal_of(vault: Vault, sheets: Sequence[HeldSheet]) -> Removal | None:
    """Return the removal among a person's sheets that is still offered to be put back."""
    for sheet in sheets:
        if sheet.kind == REMOVED and datetime.now(UTC) - sheet.held_at < OFFERED_FOR:
            return Removal(sheet.id, **json.loads(text_of(vault, sheet, HeldSheet.question_cipher)))
    return None


def put_back(session: Session, actor: Actor, vault: Vault, application_id: int, removal_id: str) -> int:
    """Put the rows of one's own removal back as they were; returns how many. Raises NotFound, Refused."""
    application = lock_own(session, actor, application_id)
    own = {"id": removal_id, "user_id": actor.user_id, "kind": REMOVED, "subject": str(application.id)}
    fresh = HeldSheet.held_at > func.now() - PUT_BACK_FOR
    sheet = session.scalars(select(HeldSheet).filter_by(**own).where(fresh)).one_or_none()
    if sheet is None:
        raise Refused(N_("移除已超过一分钟，不能再撤销。请逐个录入，或重新上传名单。"))
    again = _present(session, application.id)
    kept = json.loads(bytes_of(vault, sheet, HeldSheet.file_cipher))
    rows = [
        row
        for row in kept
        if row["person_id"] is None or (row["person_id"], row.get("slot_no", WHOLE)) not in again
    ]
    if not rows:
        raise Refused(N_("移除的人员已重新录入本申请，不必撤销。"))
    whose = {"application_id": application.id, "office_id": application.office_id}
    keys = [{name: bytes.fromhex(row.pop(name)) for name in KEYS} for row in rows]
    session.add_all(FailedRow(**whose, **row, **own_keys) for row, own_keys in zip(rows, keys, strict=True))
    held_sheets.drop(session, sheet.user_id, sheet.id)
    record(session, actor, "restore", application_id=application.id, after={"failed_rows": len(rows)})
    session.flush()
    return len(rows)


def _kept(row: FailedRow) -> dict:
    """Return a row as it is kept; its cells stay encrypted for their own place."""
    keys = {name: (getattr(row, name) or b"").hex() for name in KEYS}
    return {name: getattr(row, name) for name in COLUMNS} | keys


def _present(session: Session, application_id: int) -> set[tuple[int | None, int]]:
    """Return whom the application holds now, with the parts of the period."""
    failed = select(FailedRow.person_id, FailedRow.slot_no).where(FailedRow.application_id == application_id)
    claimed = select(Claim.person_id, Claim.slot_no).where(
        Claim.application_id == application_id, Claim.state.in_(OPEN_OR_LIVE)
    )
    return {(person, part) for rows in (failed, claimed) for person, part in session.execute(rows)}
