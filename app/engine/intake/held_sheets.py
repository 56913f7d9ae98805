"""A sheet that waits for an answer: uploaded and read, but not imported before its sender has answered a question."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.kernel.errors import NotFound
from app.kernel.messages import N_
from app.registers.ciphers import Cipher, place

KEPT_FOR = timedelta(days=2)
REMOVED = "removed"
"""The kind of what is no sheet to be taken in, but rows that were removed and can be put back."""


class HeldSheet(Model):
    """One person's sheet; `kind`, `view` and `subject` say which work it is for, as in `LongWork`."""

    __tablename__ = "held_sheets"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    view: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(36))
    title: Mapped[str] = mapped_column(String(100))
    file_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("id", "user_id")), deferred=True)
    question_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("id", "user_id")))
    sight: Mapped[str | None] = mapped_column(String(64))
    held_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def hold(session: Session, vault: Vault, content: bytes, question: str, **facts: Any) -> str:
    """Keep a sheet with its question and return its id; an older one of the same person, work and subject gives way."""
    same = {name: facts[name] for name in ("user_id", "kind", "view", "subject")}
    session.execute(delete(HeldSheet).filter_by(**same))
    owned = {"id": str(uuid4()), "user_id": facts["user_id"]}
    file_cipher = vault.encrypt_bytes(content, place(HeldSheet.file_cipher, **owned))
    question_cipher = vault.encrypt(question, place(HeldSheet.question_cipher, **owned))
    facts |= {**owned, "file_cipher": file_cipher, "question_cipher": question_cipher}
    session.add(HeldSheet(**facts))
    session.flush()
    return owned["id"]


def find_sheet(session: Session, user_id: int, sheet_id: str) -> HeldSheet:
    """Return the person's own sheet; anybody else's does not exist. Raises NotFound."""
    own = select(HeldSheet).where(HeldSheet.id == sheet_id, HeldSheet.user_id == user_id)
    sheet = session.scalars(own.where(HeldSheet.kind != REMOVED)).one_or_none()
    if sheet is None:
        raise NotFound(N_("这份表格已经办理过，或已放置超过两天。请回到原来的页面查看结果，需要时重新上传。"))
    return sheet


def waiting(session: Session, user_id: int, view: str, subject: str) -> list[HeldSheet]:
    """Return a person's own sheets that were handed in on a case's page, the newest first."""
    own = select(HeldSheet).filter_by(user_id=user_id, view=view, subject=subject)
    return list(session.scalars(own.order_by(HeldSheet.held_at.desc())))


def drop(session: Session, user_id: int, sheet_id: str) -> None:
    """Forget a sheet of one's own that has been answered."""
    session.execute(delete(HeldSheet).where(HeldSheet.id == sheet_id, HeldSheet.user_id == user_id))


def drop_old(session: Session) -> int:
    """Forget sheets that nobody answered."""
    return count_changes(session, delete(HeldSheet).where(HeldSheet.held_at < func.now() - KEPT_FOR))
