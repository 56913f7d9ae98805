"""What happened to an application: what was done to it itself, and its people's moves, each bulk action in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Numeric, String, case, cast, func, select
from sqlalchemy.orm import Session

from app.engine.audit import AuditEntry

SINGLE = ("objection", "objection_decided")
"""Events of one person that no bulk action makes and that belong to the application's history too."""


@dataclass(frozen=True)
class Moved:
    """People of one application whom somebody moved at once, and their sum, CNY; reads like an entry of the log."""

    id: int
    event: str
    programme: str
    actor_name: str
    at: datetime
    note: str | None
    people: int
    amount: Decimal | None
    before: None = None
    after: None = None
    subject: None = None


def history_of(session: Session, application_id: int) -> list[AuditEntry | Moved]:
    """Both kinds in the order in which they happened, in two statements."""
    own = select(AuditEntry).where(AuditEntry.application_id == application_id, AuditEntry.claim_id.is_(None))
    return sorted([*session.scalars(own), *_moves(session, application_id)], key=lambda entry: entry.id)


def _moves(session: Session, application_id: int) -> list[Moved]:
    deed = case((AuditEntry.batch_id.is_(None), cast(AuditEntry.id, String)), else_=AuditEntry.batch_id)
    amount = func.sum(cast(AuditEntry.after["amount"].astext, Numeric(16, 2)))
    wanted = (
        select(
            func.min(AuditEntry.id),
            AuditEntry.event,
            AuditEntry.programme,
            AuditEntry.actor_name,
            func.min(AuditEntry.at),
            AuditEntry.note,
            func.count(),
            amount,
        )
        .where(
            AuditEntry.application_id == application_id,
            AuditEntry.claim_id.is_not(None),
            AuditEntry.batch_id.is_not(None) | AuditEntry.event.in_(SINGLE),
        )
        .group_by(deed, AuditEntry.event, AuditEntry.programme, AuditEntry.actor_name, AuditEntry.note)
    )
    return [Moved(*row) for row in session.execute(wanted)]
