"""Bulk actions: a selection is prepared (shown with count and amount), then run once, row by row accountable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Numeric, String, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column
from sqlalchemy.sql import Select

from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.casework.claim_moves import CLAIMS, reprice, subject_of
from app.engine.casework.firing import Firing
from app.engine.programme import Programme
from app.engine.progress import Progress
from app.engine.statements import count_changes
from app.engine.workflow.transition import FREE, Detour, Move, Subject, Transition
from app.kernel.errors import NotFound
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_


class Batch(Model):
    """One bulk action of one person; the id is the form's token, so a second send finds the first one's result."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    programme: Mapped[str] = mapped_column(String(32))
    transition: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    view: Mapped[str | None] = mapped_column(String(60))
    back: Mapped[str | None] = mapped_column(String(2000))
    prepared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ran_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    params: Mapped[dict | None] = mapped_column(JSONB)
    moved: Mapped[int | None]
    refused: Mapped[int | None]
    moved_amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))


class BatchRow(Model):
    """One row of a batch, mostly a claim: moved, or refused and why.

    `version` and `payment_list_id` are the row's own when the batch was prepared; no version means that it isn't known.
    """

    __tablename__ = "batch_rows"
    __table_args__ = (Index("batch_row_of_row", "row_id"),)

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    row_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int | None] = mapped_column(BigInteger)
    payment_list_id: Mapped[int | None] = mapped_column(BigInteger)
    from_state: Mapped[str | None] = mapped_column(String(20))
    moved: Mapped[bool | None]
    reason: Mapped[dict | None] = mapped_column(JSONB)
    findings: Mapped[list | None] = mapped_column(JSONB)


UNFIRED_FOR = timedelta(days=1)
KEEP = """
    INSERT INTO batch_rows (batch_id, row_id, version, payment_list_id)
    SELECT :batch, c.id, {version}, {payment_list}
    FROM unnest(CAST(:rows AS bigint[])) r(id) JOIN {table} c ON c.id = r.id
"""
CHOSEN = "SELECT unnest(CAST(:rows AS bigint[]))"


@dataclass(frozen=True)
class Extent:
    """How many of a prepared batch's rows are as they were and their sum, CNY; how many have changed since."""

    count: int
    amount: Decimal
    changed: int


def prepare(
    session: Session, actor: Actor, programme: Programme, transition: Transition, rows: Select, today: date
) -> Batch:
    """Keep a selection for the dialog; `rows` selects the ids of what moves and is restricted by the session's scope.

    Claims of another programme are no part of it, whatever selects them.

    What isn't submitted yet is priced again, so that the dialog shows what submitting would freeze.
    """
    batch = Batch(
        id=str(uuid4()), programme=programme.code, transition=transition.name, actor_id=actor.user_id
    )
    session.add(batch)
    session.flush()
    if transition.subject is None:
        rows = rows.where(Claim.programme == programme.code)
    chosen = session.scalars(rows).all()
    if transition.freezes:
        reprice(session, programme, CHOSEN, today, rows=chosen)
    subject = subject_of(transition)
    keep = KEEP.format(table=subject.table, version=subject.version, payment_list=subject.payment_list)
    session.execute(text(keep), {"batch": batch.id, "rows": chosen})
    return batch


def extent(session: Session, batch: Batch, subject: Subject) -> Extent:
    """Return the exact count and amount of the batch's rows that can move, and the number of those that no longer can."""
    row = session.execute(
        text(
            f"""SELECT count(*) FILTER (WHERE {subject.unchanged}),
                       coalesce(sum({subject.amount}) FILTER (WHERE {subject.unchanged}), 0),
                       count(*) FILTER (WHERE NOT {subject.unchanged})
                FROM batch_rows b JOIN {subject.table} c ON c.id = b.row_id WHERE b.batch_id = :batch"""  # noqa: S608  # nosec B608  # what the subject says of its own rows, constants of the code
        ),
        {"batch": batch.id},
    ).one()
    return Extent(*row)


def to_detour(session: Session, batch: Batch, detour: Detour) -> int:
    """Return how many of a prepared batch's claims would go by a detour."""
    claim, row = aliased(Claim, name="c"), aliased(BatchRow, name="b")
    going = select(func.count()).select_from(claim).join(row, row.row_id == claim.id)
    going = going.where(row.batch_id == batch.id, text(CLAIMS.unchanged), text(detour.where))
    return session.scalars(going, dict(detour.values)).one()


def detoured(session: Session, batch: Batch, detour: Detour) -> int:
    """Return how many of a batch's claims went by a detour, as the audit log has it: they may have gone on since."""
    went = AuditEntry.after["state"].astext == detour.target
    return session.scalars(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.batch_id == batch.id, went)
    ).one()


def find(session: Session, actor: Actor, batch_id: str, *, lock: bool = False) -> Batch:
    """Find the actor's own batch; anybody else's does not exist. With `lock`, wait for a run under way."""
    wanted = select(Batch).where(Batch.id == batch_id, Batch.actor_id == actor.user_id)
    batch = session.scalars(
        wanted.with_for_update() if lock else wanted, execution_options={"populate_existing": True}
    )
    row = batch.one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这次批量操作。请回到列表重新勾选。"))
    return row


def run(
    session: Session,
    actor: Actor,
    programme: Programme,
    batch_id: str,
    params: Mapping[str, Any],
    today: date,
    progress: Progress | None = None,
) -> Batch:
    """Fire a prepared batch once; the caller commits. Raises BadValue for parameters that may not be, Cancelled."""
    batch = find(session, actor, batch_id, lock=True)
    if batch.ran_at is not None:
        return batch
    transition = programme.transition(batch.transition)
    params = {name: without_numbers(v) if v and name in FREE else v for name, v in params.items()}
    firing = Firing(
        Move(session, programme, batch.id, params, today, actor), transition, actor, progress or Progress()
    )
    moved, amount = firing.fire()
    counted = select(func.count()).select_from(BatchRow).where(BatchRow.batch_id == batch.id)
    total = session.scalars(counted).one()
    batch.params = {name: str(value) for name, value in params.items() if value is not None}
    batch.ran_at, batch.moved, batch.moved_amount, batch.refused = func.now(), moved, amount, total - moved
    session.flush()
    session.refresh(batch)
    return batch


def drop_unfired(session: Session) -> int:
    """Forget selections whose dialog was never confirmed; returns how many."""
    stale = delete(Batch).where(Batch.ran_at.is_(None), Batch.prepared_at < func.now() - UNFIRED_FOR)
    return count_changes(session, stale)
