"""Dissolving payment lists: what was handed out for the bank is taken back for a reason only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.engine.audit import record
from app.engine.workflow.transition import Move
from app.kernel.dates import SHANGHAI
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message

EXPORTED = """
    SELECT l.number, l.office_id, l.exported_at, l.exported_sha256 FROM payment_lists l
    WHERE l.exported_at IS NOT NULL AND l.id IN
        (SELECT c.payment_list_id FROM batch_rows b JOIN claims c ON c.id = b.row_id WHERE b.batch_id = :batch)
    ORDER BY l.id
"""
DISSOLVE = """
    UPDATE payment_lists l SET dissolved_on = :today WHERE id IN
        (SELECT c.payment_list_id FROM batch_rows b JOIN claims c ON c.id = b.row_id
         WHERE b.batch_id = :batch AND b.moved IS NULL)
        AND NOT EXISTS (SELECT 1 FROM claims d WHERE d.payment_list_id = l.id
                        AND d.id NOT IN (SELECT row_id FROM batch_rows WHERE batch_id = :batch AND moved IS NULL))
"""
CORRECTED_MEANWHILE = """coalesce((
    SELECT k.account_id FROM account_corrections k JOIN applications a ON a.id = c.application_id
    JOIN payment_lists l ON l.id = c.payment_list_id JOIN batches m ON m.id = l.batch_id
    WHERE k.state = 'signed' AND k.office_id = c.office_id AND k.decided_at > m.ran_at
      AND (k.employer_id, k.person_id) IS NOT DISTINCT FROM
          (CASE WHEN a.payee_kind = 'unit' THEN a.employer_id END,
           CASE WHEN a.payee_kind = 'each' THEN c.person_id ELSE a.payee_person_id END)
    ORDER BY k.decided_at DESC LIMIT 1), c.account_id)"""
"""The account that was signed for while the claim stood on a list that had been exported."""
TAKEN = N_(
    "发放清单{number}已于{moment}导出，可能已交银行。请先确认没有、也不会按该文件付款，并填写解散原因。"
)


def cautions(session: Session, batch_id: str) -> list[Message]:
    """Return what the dialog says of lists whose file was handed out."""
    return [_caution(row) for row in _exported(session, batch_id)]


def check_dissolution(move: Move) -> None:
    """Check that a list may be dissolved; a concurrent export waits for the locks. Raises BadValue for an exported list without a reason."""
    exported = _exported(move.session, move.batch_id, "FOR UPDATE OF l")
    if exported and not (move.params.get("reason") or "").strip():
        caution = _caution(exported[0])
        raise BadValue(caution.msgid, **caution.params)


def dissolve_lists(move: Move) -> Mapping[str, str]:
    """Free the claims; a list that others stay on, paid ones above all, goes on with them."""
    for row in _exported(move.session, move.batch_id):
        record(
            move.session,
            move.actor,
            "dissolve",
            programme=move.programme.code,
            office_id=row.office_id,
            subject=row.number,
            note=move.params.get("reason"),
            before={"exported_at": row.exported_at.isoformat(), "sha256": row.exported_sha256},
        )
    move.session.flush()
    move.session.execute(text(DISSOLVE), {"batch": move.batch_id, "today": move.today})
    return {"payment_list_id": "NULL", "account_id": CORRECTED_MEANWHILE}


def _exported(session: Session, batch_id: str, lock: str = "") -> Sequence[Row]:
    return session.execute(text(EXPORTED + lock), {"batch": batch_id}).all()


def _caution(row: Row) -> Message:
    moment = row.exported_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return Message(TAKEN, number=row.number, moment=moment)
