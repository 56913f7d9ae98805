"""Fills the rules' `candidates` from what is at hand: claims that move, or the rows of a sheet."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine import rules
from app.engine.policy import stored
from app.engine.programme import Programme

FROM_CLAIMS = """
    INSERT INTO candidates (row_id, claim_id, person_id, name, employer_id, insured_region, payee_person_id,
                            {columns}, own, policy)
    SELECT c.id, c.id, c.person_id, c.name, c.employer_id, c.insured_region, a.payee_person_id, {fields},
           jsonb_build_object({own}), {policy}
    FROM claims c JOIN applications a ON a.id = c.application_id
    LEFT JOIN policy_periods p ON c.{start} BETWEEN p.first_day AND p.last_day
    WHERE c.id IN ({chosen})
"""
OF_BATCH = "SELECT b.row_id FROM batch_rows b WHERE b.batch_id = :batch_id AND b.moved IS NULL"
REPRICE = """
    WITH stale AS (
        SELECT c.id, {amount} AS amount FROM claims c JOIN candidates ON candidates.claim_id = c.id
        WHERE c.state IN ('draft', 'returned') AND c.amount <> {amount} ORDER BY c.id FOR UPDATE OF c
    )
    UPDATE claims c SET amount = stale.amount FROM stale WHERE c.id = stale.id
"""


def begin(session: Session, programme: Programme) -> None:
    """Make empty tables for one batch of a programme, with its policy in force on each day."""
    rules.make_tables(session, programme.policy.periods(stored(session, programme.code)))


def from_claims(session: Session, programme: Programme, batch_id: str, *, frozen: bool) -> None:
    """Add the claims of a batch that are still in play; `frozen` judges them by the policy of their submission."""
    _fill(session, programme, OF_BATCH, {"batch_id": batch_id}, policy="c.policy" if frozen else "p.values")


def reprice(session: Session, programme: Programme, chosen: str, **values: object) -> None:
    """Give those of the `chosen` claims (SQL of their ids) that are not submitted the amount of today's policy."""
    _fill(session, programme, chosen, values, policy="p.values")
    session.execute(text(REPRICE.format(amount=programme.amount)))


def _fill(
    session: Session, programme: Programme, chosen: str, values: Mapping[str, object], *, policy: str
) -> None:
    begin(session, programme)
    judged = programme.judged
    statement = FROM_CLAIMS.format(
        columns=", ".join(judged),
        fields=", ".join(f"c.{name}" for name in judged.values()),
        own=", ".join(f"'{name}', c.{name}" for name in programme.own),
        policy=policy,
        start=judged["starts_on"],
        chosen=chosen,
    )
    session.execute(text(statement), values)
