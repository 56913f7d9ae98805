"""A person's place in a programme: taken at submit, given back when a claim stops being live."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.workflow.transition import Guard
from app.kernel.messages import N_

TAKE = """
    INSERT INTO slots (programme, person_id, slot_no, claim_id)
    SELECT :programme, c.person_id, 1, c.id
    FROM batch_rows b JOIN claims c ON c.id = b.row_id
    WHERE b.batch_id = :batch_id AND b.moved IS NULL
    ORDER BY c.person_id, c.id
    ON CONFLICT DO NOTHING
"""
GIVE_BACK = """
    DELETE FROM slots USING batch_rows b
    WHERE b.batch_id = :batch_id AND b.moved AND slots.claim_id = b.row_id
"""
LOST_RACE = Guard(
    "NOT EXISTS (SELECT 1 FROM slots s WHERE s.claim_id = c.id AND s.programme = :programme)",
    N_("[C-04] 此人已申请或享受“{programme}”，不能重复申请。请移除此人；确有疑问的，请向上级经办机构查询。"),
    "jsonb_build_object('programme', CAST(:title AS text))",
)


def take_slots(session: Session, programme: str, batch_id: str) -> None:
    """Take a slot for each claim still in play; the second simply gets none.

    Ordered by person, so that two sets that share people cannot wait for each other in a ring;
    of one person's claims in one set the earliest wins.
    """
    session.execute(text(TAKE), {"programme": programme, "batch_id": batch_id})


def free_slots(session: Session, batch_id: str) -> None:
    """Free the places of the claims that this batch has moved out of life."""
    session.execute(text(GIVE_BACK), {"batch_id": batch_id})
