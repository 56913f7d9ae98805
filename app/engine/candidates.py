"""Fills the rules' `candidates` from what is at hand: claims that move, or the rows of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine import rules
from app.engine.policy import stored

if TYPE_CHECKING:
    from app.engine.programme import Programme

FROM_CLAIMS = """
    INSERT INTO candidates (row_id, claim_id, person_id, name, employer_id, insured_region, payee_person_id,
                            {columns}, own, policy)
    SELECT c.id, c.id, c.person_id, c.name, c.employer_id, c.insured_region, a.payee_person_id, {fields},
           jsonb_build_object({own}), {policy}
    FROM batch_rows b JOIN claims c ON c.id = b.row_id JOIN applications a ON a.id = c.application_id
    LEFT JOIN policy_periods p ON c.{start} BETWEEN p.first_day AND p.last_day
    WHERE b.batch_id = :batch_id AND b.moved IS NULL
"""


def begin(session: Session, programme: Programme) -> None:
    """Empty tables for one batch of a programme, with its policy in force on each day."""
    rules.prepare(session, programme.policy.periods(stored(session, programme.code)))


def from_claims(session: Session, programme: Programme, batch_id: str, *, frozen: bool) -> None:
    """The claims of a batch that are still in play; `frozen` judges them by the policy of their submission."""
    begin(session, programme)
    judged = programme.judged
    statement = FROM_CLAIMS.format(
        columns=", ".join(judged),
        fields=", ".join(f"c.{name}" for name in judged.values()),
        own=", ".join(f"'{name}', c.{name}" for name in programme.own),
        policy="c.policy" if frozen else "p.values",
        start=judged["starts_on"],
    )
    session.execute(text(statement), {"batch_id": batch_id})
