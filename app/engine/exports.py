"""Exports of whole lists: made by a worker when they are long, with progress, for the one who asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Engine,
    ForeignKey,
    String,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.jobs import defer
from app.kernel.messages import N_
from app.registers.ciphers import Cipher

STATES = {
    "waiting": N_("等待处理"),
    "running": N_("正在生成"),
    "done": N_("已完成"),
    "failed": N_("没有成功"),
    "cancelled": N_("已取消"),
}
KEPT_FOR = timedelta(days=2)
TASK = "make_export"


class Export(Model):
    """One list as a workbook, asked for by one person; `done` and `total` are rows."""

    __tablename__ = "exports"
    __table_args__ = (CheckConstraint(f"state IN {tuple(STATES)}", name="export_state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    view: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    query_cipher: Mapped[bytes] = mapped_column(Cipher)
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), server_default="waiting")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    content: Mapped[bytes | None] = mapped_column(Cipher, deferred=True)


class Cancelled(Exception):
    """The one who asked no longer wants it."""


def ask(session: Session, user_id: int, view: str, title: str, query_cipher: bytes, locale: str) -> Export:
    """Queues an export in the caller's transaction."""
    asked = Export(
        id=str(uuid4()), user_id=user_id, view=view, title=title, query_cipher=query_cipher, locale=locale
    )
    session.add(asked)
    session.flush()
    defer(session, TASK, {"export_id": asked.id})
    return asked


def find(session: Session, user_id: int, export_id: str) -> Export | None:
    """The person's own export; anybody else's does not exist."""
    own = select(Export).where(Export.id == export_id, Export.user_id == user_id)
    return session.scalars(own).one_or_none()


def recent(session: Session, user_id: int) -> list[Export]:
    """The person's exports that can still be fetched or are under way, newest first."""
    own = select(Export).where(Export.user_id == user_id, Export.state.in_(("waiting", "running", "done")))
    return list(session.scalars(own.order_by(Export.asked_at.desc()).limit(10)))


def tell(engine: Engine, export_id: str, **facts: object) -> None:
    """Writes progress where others see it at once. Raises Cancelled."""
    with engine.begin() as connection:
        state = connection.scalar(
            update(Export).where(Export.id == export_id).values(**facts).returning(Export.state)
        )
    if state == "cancelled":
        raise Cancelled


def cancel(session: Session, user_id: int, export_id: str) -> None:
    """Stops an export that is not done yet."""
    under_way = Export.state.in_(("waiting", "running"))
    wanted = update(Export).where(Export.id == export_id, Export.user_id == user_id, under_way)
    session.execute(wanted.values(state="cancelled"))


def drop_old(session: Session) -> int:
    """Forgets exports that were there to be fetched long enough."""
    stale = delete(Export).where(Export.asked_at < func.now() - KEPT_FOR)
    return session.execute(stale).rowcount
